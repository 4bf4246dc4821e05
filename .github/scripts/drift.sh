#!/usr/bin/env bash
# Compares the document at DOCUMENT (a URL, or a path in the repository) with the contract, and keeps one issue in step.
# Drift: an issue is opened, or told again when the report differs. None: it is closed. A document that cannot be had or used fails the step.
set -euo pipefail
if [ -z "${DOCUMENT:-}" ]; then
  echo "No document was compared with the contract: CONTRACT_DOCUMENT is not set." | tee -a "${GITHUB_STEP_SUMMARY:-/dev/null}"
  exit 0
fi
folder=runs/drift title="Nightly: the vendor's document drifted from the contract"
mkdir -p "$folder"
file=$DOCUMENT
if [[ $DOCUMENT == http://* || $DOCUMENT == https://* ]]; then
  file=${RUNNER_TEMP:-$(mktemp -d)}/document
  curl --proto =http,https --fail --silent --show-error --location --max-time 120 --retry 2 --max-filesize 20000000 --output "$file" "$DOCUMENT"
fi
status=0
"${PY:-.venv/bin/python}" -m conformance drift "$file" --out "$folder/drift.md" || status=$?
case $status in 0 | 1) ;; *) exit "$status" ;; esac
cat "$folder/drift.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"

open=$(gh issue list --state open --search "in:title \"$title\"" --json number --jq '.[0].number // empty')
if [ "$status" = 0 ]; then
  if [ -n "$open" ]; then gh issue close "$open" --comment "No drift any more. ${RUN_URL:-}"; fi
  exit 0
fi
# The first line of an issue tells which report it is about, so that the same drift is told once.
mark="<!-- drift $(sha256sum <"$folder/drift.md" | cut -c 1-16) -->"
# An issue's body is limited to 65,536 characters.
{ echo "$mark"; echo "${RUN_URL:-}"; echo; head -c 60000 "$folder/drift.md"; } >"$folder/issue.md"
if [ -z "$open" ]; then
  gh issue create --title "$title" --body-file "$folder/issue.md"
  exit 0
fi
told=$(gh issue view "$open" --json body,comments --jq '.body, .comments[].body')
if [[ $told != *"$mark"* ]]; then
  gh issue comment "$open" --body-file "$folder/issue.md"
fi
