#!/bin/sh
# @requirement@ (@level@): @title@
# @sentence@
# Sources: @sources@
# Checked:  @about@
# Expected: @expected@
# Seen:     @seen@
#
# Run it: @tokens@sh @name@
# Or have the suite decide: python -m conformance replay REPORT @requirement@ --base-url URL@target@
# Exit status: 1 the fault is there, 0 it is gone, 2 the script could not get that far. Needs curl and jq.
# BASE_URL in the environment may name another place of the same target.@grant@
set -u
BASE_URL=${BASE_URL:-@base@}; BASE_URL=${BASE_URL%/}
SESSION_URL=${SESSION_URL:-@session_url@}; ORDER_URL=${ORDER_URL:-@order_url@}; PLACE_ORDER_URL=${PLACE_ORDER_URL:-@place_url@}
for tool in curl jq; do command -v "$tool" >/dev/null || { echo "$tool is needed" >&2; exit 2; }; done
@checks@@headers@work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

sent=0
# call NUMBER METHOD URL [curl arguments]: leaves {status, headers, body} in $work/NUMBER.json
call() {
  number=$1; method=$2; url=$3; shift 3
  status=$(curl -q -sS -g --path-as-is@transport@ --max-time 60 -X "$method" -o "$work/body" -D "$work/head" -w '%{http_code}' \
    -H 'Accept: application/json' "$@" "$url") || exit 2
  [ -f "$work/body" ] || : > "$work/body"
  headers=$(tr -d '\r' < "$work/head" | jq -Rn '[inputs|capture("^(?<k>[^:]+):\\s*(?<v>.*)$")?|{key:(.k|ascii_downcase),value:.v}]|from_entries')
  jq -Rs --argjson status "$status" --argjson headers "$headers" '{status: $status, headers: $headers, text: ., body: (try fromjson catch null)}' "$work/body" > "$work/$number.json"
  sent=$((sent + 1))
  echo "$sent: $method $url -> $status $(jq -c '[.body.errors[]?.errorId]' "$work/$number.json" 2>/dev/null)"
  rm -f "$work/body" "$work/head"
}
# get NUMBER FILTER [jq arguments]: a text from an earlier answer, or the end
get() {
  file=$work/$1.json; filter=$2; shift 2
  value=$(jq -er "$@" "$filter" "$file") || { echo "an id is missing in an answer with status $(jq .status "$file")" >&2; exit 2; }
  printf '%s' "$value"
}
uri() { jq -rn --arg value "$1" '$value|@uri'; }

