#!/usr/bin/env bash
# Compares this night with the last one at which nothing was worse, and keeps one issue in step: watch.sh NAME HISTORY
# Worse: an issue is opened, or told again. Well again: it is closed, and this night becomes the one to compare with.
set -euo pipefail
name=$1 history=$2
python=${PY:-.venv/bin/python}
night=runs/$name good=$history/$name/good
title="Nightly: a requirement changed for the worse ($name)"
if [ ! -f "$night/result.json" ]; then
  echo "$name was not judged this night"
  exit 0
fi
"$python" -m conformance remember "$night" "$history/$name/history.jsonl"

worse=0
if [ -f "$good/result.json" ]; then
  "$python" -m conformance compare "$good" "$night" --as nights --out "$night" --fail-if-worse >/dev/null || worse=$?
  [ "$worse" -le 1 ] || exit "$worse"
fi
open=$(gh issue list --state open --search "in:title \"$title\"" --json number --jq '.[0].number // empty')
if [ "$worse" = 1 ]; then
  # An issue's body is limited to 65,536 characters.
  { echo "${RUN_URL:-}"; echo; head -c 60000 "$night/compare.md"; } >"$night/issue.md"
  if [ -n "$open" ]; then
    gh issue comment "$open" --body-file "$night/issue.md"
  else
    gh issue create --title "$title" --body-file "$night/issue.md"
  fi
  exit 0
fi
if [ -n "$open" ]; then
  gh issue close "$open" --comment "Well again. ${RUN_URL:-}"
fi
mkdir -p "$good"
cp "$night/result.json" "$good/result.json"
