#!/usr/bin/env bash
# The site: the documentation, the kill matrix if there is one, each report of the night and its trend: pages.sh HISTORY SITE
set -euo pipefail
history=$1 site=$2
python=${PY:-.venv/bin/python}
NO_MKDOCS_2_WARNING=1 "$python" -m mkdocs build --strict --quiet --site-dir "$site"
if [ -f reports/kill-matrix.json ]; then
  "$python" -m conformance matrix reports/kill-matrix.json --out "$site/kill-matrix.html"
fi
for report in runs/*/report.html; do
  [ -f "$report" ] || continue
  name=$(basename "$(dirname "$report")")
  mkdir -p "$site/night/$name"
  cp "$report" "$site/night/$name/index.html"
  for view in badge.json badge.svg compare.html; do
    if [ -f "runs/$name/$view" ]; then cp "runs/$name/$view" "$site/night/$name/"; fi
  done
  if [ -f "$history/$name/history.jsonl" ]; then
    cost=()
    if [ -f "$history/bench/bench.jsonl" ]; then cost=(--cost "$history/bench/bench.jsonl"); fi
    "$python" -m conformance trend "$history/$name/history.jsonl" "${cost[@]}" --out "$site/night/$name/trend.html"
  fi
done
