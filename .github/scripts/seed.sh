#!/usr/bin/env bash
# A seed that no earlier night had: the day, and the run's attempt. Printed, so that a night can be had again with --seed.
set -euo pipefail
seed=$(($(date -u +%Y%m%d) * 10 + ${GITHUB_RUN_ATTEMPT:-1}))
echo "seed=$seed" | tee -a "${GITHUB_OUTPUT:-/dev/null}"
