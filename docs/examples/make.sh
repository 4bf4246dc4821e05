#!/usr/bin/env bash
# `make examples`: makes docs/examples anew, a conformant run of the mock and one of a shop with three faults. Run from the repository.
# Usage: docs/examples/make.sh [FAULT+FAULT…]      PORT, PYTHON: of the environment
# The mock serves on PORT, so that the kept scripts work beside `make mock`.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
faults=${1:-zero-works-once+pay-from-elsewhere+total-a-cent-more-with-three}
python=${PYTHON:-$root/.venv/bin/python}
port=${PORT:-8080}
base=http://127.0.0.1:$port
work=$(mktemp -d)
mock=
trap '[ -z "$mock" ] || kill "$mock" 2>/dev/null; rm -rf "$work"' EXIT

judge() { # NAME, wanted exit status, arguments…
  local name=$1 wanted=$2 status=0 kept=docs/examples/$1
  shift 2
  "$python" -m pytest suites -q --target mock --report "$work/$name" "$@" >"$work/$name.txt" || status=$?
  if [ "$status" != "$wanted" ]; then
    tail -n 40 "$work/$name.txt" >&2
    echo "$name: exit status $status, not $wanted" >&2
    exit 1
  fi
  rm -rf "$kept"
  "$python" -m conformance keep "$work/$name" "$kept"
  (cd "$work" && PYTHONPATH="$root" "$python" -m conformance report "$name") >"$kept/terminal.txt"
  # Hundreds of small files: packed, the same bytes for the same results.
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$kept" -cf - allure-results | gzip -n >"$kept/allure-results.tar.gz"
  rm -r "$kept/allure-results"
  [ -s "$kept/exchanges.jsonl" ] || rm "$kept/exchanges.jsonl"
}

"$python" -m mock_server --quiet --port "$port" >"$work/ready" &
mock=$!
for _ in $(seq 100); do
  grep -q base_url "$work/ready" && break
  kill -0 "$mock" 2>/dev/null || { echo "the mock cannot serve on port $port; name another with PORT=…" >&2; exit 1; }
  sleep 0.1
done
judge conformant 0 --base-url "$base"
judge faulty 1 --base-url "$base/x/$faults"

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -n "$browser" ]; then
  timeout 60 "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/browser" --window-size=1200,1500 \
    --screenshot="$root/docs/report.png" "file://$root/docs/examples/faulty/report.html" >/dev/null 2>&1
else
  echo "no chromium on this machine: docs/report.png stays as it was"
fi
