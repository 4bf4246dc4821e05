#!/usr/bin/env bash
# Ends the job as the run ended: verdict.sh STATUS (of judge.sh)
set -euo pipefail
case ${1:-} in
  0) echo "conformant" ;;
  1) echo "not conformant" ;;
  6) echo "incomplete: something that the profile offers could not be judged" ;;
  *) echo "no verdict (exit status ${1:-none})" ;;
esac
[ "${1:-}" = 0 ]
