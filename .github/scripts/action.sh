#!/usr/bin/env bash
# The step of the composite action (action.yml): judges TARGET from somebody else's checkout and sets the outputs.
# Relative paths are the caller's. ARGS is read as a shell reads words: quotes hold blanks together.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
python=${PY:-$root/.venv/bin/python}
target=${TARGET-mock} report=${REPORT-conformance-report}
args=() words=$(mktemp)
trap 'rm -f "$words"' EXIT
status=0
ARGS=${ARGS:-} "$python" >"$words" -c '
import os, shlex, sys
try:
    sys.stdout.write("".join(word + "\0" for word in shlex.split(os.environ["ARGS"])))
except ValueError as error:
    sys.exit(f"args cannot be read as a shell reads words: {str(error).lower()}.")
' || status=4
while IFS= read -r -d '' word; do args+=("$word"); done <"$words"
[ "$status" = 4 ] || PYTHONPATH=$root "$python" -P -m conformance judge --target "$target" \
  ${BASE_URL:+--base-url "$BASE_URL"} --report "$report" "${args[@]}" || status=$?
[[ $report == /* ]] || report=$PWD/$report
verdict=none
if [ "$status" != 4 ] && [ -f "$report/result.json" ]; then  # 4: wrong input, so a report there is an earlier one
  cat "$report/summary.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
  verdict=$("$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["verdict"])' "$report/result.json")
fi
{ echo "status=$status"; echo "verdict=$verdict"; echo "report=$report"; } >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$status"
