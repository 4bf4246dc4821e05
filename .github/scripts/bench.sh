#!/usr/bin/env bash
# Measures what the suite costs, keeps the ratios of the night, and fails where one got worse by a quarter: bench.sh HISTORY
set -euo pipefail
history=$1
python=${PY:-.venv/bin/python}
# shellcheck disable=SC2086
"$python" -m devtools.bench ${MEASURES:---only default --only machine --only layers --only judging --only depth} \
  --history "$history/bench/bench.jsonl" --out runs/bench
