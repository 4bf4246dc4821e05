#!/bin/sh
# PRICE-TOTAL (MUST): The total is the sum of its parts
# In every answer total is priceSubtotal less priceDiscount, plus deliveryCost, tax, fee and importCharges, plus or less adjustment, less additionalSavings, to the cent. An amount that is not given counts as zero, and a negative adjustment lowers the total.
# Sources: reference page of getGuestCheckoutSession: field pricingSummary.total; OpenAPI document of the Order API v2.1.2: schema PricingSummaryV2, field total
# Checked:  total
# Expected: 104.62 (by the formula of the total)
# Seen:     104.63
#
# Run it: TOKEN=… sh scripts/PRICE-TOTAL-7790.sh
# Or have the suite decide: python -m conformance replay REPORT PRICE-TOTAL --base-url URL
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

printf '%s' '{"contactEmail": "guest990105441@example.com", "lineItemInputs": [{"itemId": "v1|19141017301|0", "quantity": 1}, {"itemId": "v1|19141034602|0", "quantity": 1}, {"itemId": "v1|19141051903|0", "quantity": 1}, {"itemId": "v1|19141069204|0", "quantity": 1}], "shippingAddress": {"recipient": {"firstName": "Rosa", "lastName": "Whitfield"}, "phoneNumber": "+15035550142", "addressLine1": "1820 Alder Street", "city": "Portland", "country": "US", "addressLine2": "Apt 4B", "stateOrProvince": "OR", "postalCode": "97205"}}' > "$work/0.request"
call 0 POST "$SESSION_URL/buy/order/v2/guest_checkout_session/initiate" -H 'X-EBAY-C-MARKETPLACE-ID: EBAY_US' -H "Authorization: Bearer ${TOKEN}" -H 'Content-Type: application/json' --data-binary @"$work/0.request"

jq -e  'def n: (.value? // "0")|tonumber; def same($a; $b): ($a - $b | fabs) < 0.005; .body.pricingSummary as $p | (($p.priceSubtotal|n) - ($p.priceDiscount|n) + ($p.deliveryCost|n) + ($p.tax|n) + ($p.fee|n) + ($p.importCharges|(.amount? // .)|n) - ($p.additionalSavings|n)) as $sum | ($p.total|n) as $seen | same($sum + ($p.adjustment.amount|n); $seen) or (($p.adjustment.amount|n) > 0 and same($sum - ($p.adjustment.amount|n); $seen))' "$work/0.json" > /dev/null 2>&1
case $? in
  0) echo 'PRICE-TOTAL holds here: the fault is gone'; exit 0 ;;
  2|3) echo 'this jq cannot read the test' >&2; exit 2 ;;
esac
echo 'PRICE-TOTAL is broken (total): expected 104.62 (by the formula of the total)'
echo 'seen now:'; jq -c '{status, errors: [.body.errors[]?.errorId], seen: [.body.pricingSummary.total.value?]}' "$work/0.json"
exit 1
