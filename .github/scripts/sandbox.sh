#!/usr/bin/env bash
# Judges eBay's sandbox where its secrets and its profile are set, and says so where they are not: sandbox.sh [pytest options]
# SANDBOX_PROFILE is the text of a target profile (targets/sandbox.toml, filled in).
set -euo pipefail
for name in EBAY_CLIENT_ID EBAY_CLIENT_SECRET SANDBOX_PROFILE; do
  if [ -z "${!name:-}" ]; then
    echo "The sandbox was not judged: $name is not set." | tee -a "${GITHUB_STEP_SUMMARY:-/dev/null}"
    exit 0
  fi
done
profile=${RUNNER_TEMP:-$(mktemp -d)}/sandbox.toml
printf '%s\n' "$SANDBOX_PROFILE" >"$profile"
exec bash "$(dirname "$0")/judge.sh" sandbox "$profile" "$@"
