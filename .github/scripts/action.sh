#!/usr/bin/env bash
# The step of the composite action (action.yml): judges TARGET from somebody else's checkout and sets the outputs.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$PWD
python=${PY:-$root/.venv/bin/python}
target=${TARGET:-mock} report=${REPORT:-conformance-report}
if [[ $target == *.toml || $target == */* ]]; then target=$(realpath "$target"); fi
[[ $report == /* ]] || report=$here/$report
status=0
# ARGS is a list of words on purpose.
# shellcheck disable=SC2086
(cd "$root" && "$python" -m pytest suites --target "$target" ${BASE_URL:+--base-url "$BASE_URL"} --report "$report" ${ARGS:-}) || status=$?
verdict=none
if [ -f "$report/result.json" ]; then
  cat "$report/summary.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
  verdict=$("$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["verdict"])' "$report/result.json")
fi
{ echo "status=$status"; echo "verdict=$verdict"; echo "report=$report"; } >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$status"
