#!/bin/sh
# MARKET-SAME (MUST): A session stays in its marketplace
# Each session method, reads and place order included, refuses a session under another marketplace than the one that it was made in, with 400 and 15029. Nothing of the session shows in the answer, and nothing of it changes.
# Sources: OpenAPI document of the Order API v2.1.2: id 15029 of every session method; reference page of getGuestCheckoutSession: HTTP request headers and error codes; reference page of placeGuestOrder (v1): URI parameters and error codes
# Checked:  is refused
# Expected: refused with 400 15029
# Seen:     200
#
# Run it: TOKEN=… sh scripts/MARKET-SAME-8984.sh
# Or have the suite decide: python -m conformance replay REPORT MARKET-SAME --base-url URL
# Exit status: 1 the fault is there, 0 it is gone, 2 the script could not get that far. Needs curl and jq.
# BASE_URL in the environment may name another place of the same target.
# TOKEN: a token of the app, as in
#   TOKEN=$(curl -q -s -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials --data-urlencode scope=https://api.ebay.com/oauth/api_scope/buy.guest.order http://127.0.0.1:8093/x/zero-works-once+pay-from-elsewhere+total-a-cent-more-with-three/identity/v1/oauth2/token | jq -r .access_token)
set -u
BASE_URL=${BASE_URL:-http://127.0.0.1:8093/x/zero-works-once+pay-from-elsewhere+total-a-cent-more-with-three}; BASE_URL=${BASE_URL%/}
SESSION_URL=${SESSION_URL:-$BASE_URL}; ORDER_URL=${ORDER_URL:-$BASE_URL}; PLACE_ORDER_URL=${PLACE_ORDER_URL:-$BASE_URL}
for tool in curl jq; do command -v "$tool" >/dev/null || { echo "$tool is needed" >&2; exit 2; }; done
[ -n "${TOKEN:-}" ] || { echo "set TOKEN to a token of the app: the head of this script says how to get one" >&2; exit 2; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

sent=0
# call NUMBER METHOD URL [curl arguments]: leaves {status, headers, body} in $work/NUMBER.json
call() {
  number=$1; method=$2; url=$3; shift 3
  status=$(curl -q -sS -g --path-as-is --max-time 60 -X "$method" -o "$work/body" -D "$work/head" -w '%{http_code}' \
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

printf '%s' '{"contactEmail": "guest454164761@example.com", "lineItemInputs": [{"itemId": "v1|19341051903|0", "quantity": 1}], "shippingAddress": {"recipient": {"firstName": "Käthe", "lastName": "Größler"}, "phoneNumber": "+493055501234", "addressLine1": "Schlüterstraße 17", "city": "Berlin", "country": "DE", "addressLine2": "Hinterhaus, 3. Stock", "postalCode": "10625"}}' > "$work/145.request"
call 145 POST "$SESSION_URL/buy/order/v2/guest_checkout_session/initiate" -H 'X-EBAY-C-MARKETPLACE-ID: EBAY_DE' -H "Authorization: Bearer ${TOKEN}" -H 'Content-Type: application/json' --data-binary @"$work/145.request"
session_1=$(get 145 '.body.checkoutSessionId') || exit 2
printf '%s' '{"marketingTerms": [{"marketingTermsAccepted": true, "marketingChannels": ["EMAIL"], "marketingTypes": ["OFFER", "PROMOTION", "SURVEY"]}]}' > "$work/146.request"
call 146 POST "$PLACE_ORDER_URL/buy/order/v1/guest_checkout_session/$(uri "$session_1")/place_order" -H 'X-EBAY-C-MARKETPLACE-ID: EBAY_US' -H 'X-EBAY-C-ENDUSERCTX: deviceId=guestcheckoutconformance' -H "Authorization: Bearer ${TOKEN}" -H 'Content-Type: application/json' --data-binary @"$work/146.request"

jq -e  '((.status==400 and any(.body.errors[]?; .errorId==15029)))' "$work/146.json" > /dev/null 2>&1
case $? in
  0) echo 'MARKET-SAME holds here: the fault is gone'; exit 0 ;;
  2|3) echo 'this jq cannot read the test' >&2; exit 2 ;;
esac
echo 'MARKET-SAME is broken (is refused): expected refused with 400 15029'
echo 'seen now:'; jq -c '{status, errors: [.body.errors[]?|{errorId, message}]}' "$work/146.json"
exit 1
