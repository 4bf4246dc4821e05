#!/usr/bin/env bash
# Judges one target and goes on whatever the verdict: judge.sh NAME TARGET [pytest options]
# The report goes to runs/NAME, its summary to the job's page, the exit status of the run to the step's outputs.
set -euo pipefail
name=$1 target=$2
shift 2
status=0
"${PY:-.venv/bin/python}" -m pytest suites --target "$target" --report "runs/$name" "$@" || status=$?
if [ -f "runs/$name/summary.md" ]; then
  cat "runs/$name/summary.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
fi
echo "status=$status" >>"${GITHUB_OUTPUT:-/dev/null}"
echo "exit status $status"
case $status in 0 | 1 | 6) ;; *) exit "$status" ;; esac
