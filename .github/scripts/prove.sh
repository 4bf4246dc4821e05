#!/usr/bin/env bash
# A proof of the suite itself: COMMAND is a make target, ARGUMENTS its options, SEED a seed for it or nothing.
set -euo pipefail
mkdir -p runs
make --no-print-directory "$COMMAND" ARGS="${ARGUMENTS:-}${SEED:+ --seed $SEED}"
