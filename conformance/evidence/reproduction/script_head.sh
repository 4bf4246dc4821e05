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
# Exit status: 1 the fault is there, 0 it is gone, 2 the script could not get that far, 3 it cannot decide. Needs curl and jq.
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
accepted='.status >= 200 and .status < 300 and (.body|type) == "object" and (.body|has("errors")|not)'
is_accepted() { jq -e "$accepted" "$1" > /dev/null; }
# answers NUMBERS: the answers with those numbers
answers() { for number in $1; do cat "$work/$number.json"; done; }
# shown NUMBERS: the last accepted answer of those, or the end
shown() {
  answers "$1" | jq -es "[.[]|select($accepted)]|last" || { echo "none of the answers $1 is accepted" >&2; exit 2; }
}
# get NUMBERS FILTER [jq arguments]: a text of the last accepted answer of those that has it, or the end
get() {
  numbers=$1; filter="[.[]|select($accepted)|[($2)?]|first|select(. != null)]|last"; shift 2
  value=$(answers "$numbers" | jq -ser "$@" "$filter") || { echo "an id is missing in the answers $numbers" >&2; exit 2; }
  printf '%s' "$value"
}
uri() { jq -rn --arg value "$1" '$value|@uri'; }

