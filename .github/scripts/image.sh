#!/usr/bin/env bash
# Builds the image and judges the mock in it, as somebody's pipeline would: image.sh [NAME]
set -euo pipefail
name=${1:-guest-checkout-conformance}
folder=$(mktemp -d)
chmod 777 "$folder" # the image runs as a user of its own
docker build --quiet --tag "$name" .
docker run --rm --network none --volume "$folder:/report" "$name" --target mock --report /report/mock --requirement QTY-ZERO
test -s "$folder/mock/result.json"
