#!/usr/bin/env bash
# Makes docs/examples anew: a conformant run of the mock, and one of a shop with three faults. Run from the repository.
# Usage: docs/examples/make.sh [FAULT+FAULT…]
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
faults=${1:-zero-works-once+pay-from-elsewhere+total-a-cent-more-with-three}
python=${PYTHON:-$root/.venv/bin/python}
work=$(mktemp -d)
mock=
trap '[ -z "$mock" ] || kill "$mock" 2>/dev/null; rm -rf "$work"' EXIT

judge() { # NAME, wanted exit status, arguments…
  local name=$1 wanted=$2 status=0
  shift 2
  "$python" -m pytest suites -q --target mock --report "$work/$name" "$@" >"$work/$name.txt" || status=$?
  if [ "$status" != "$wanted" ]; then
    tail -n 40 "$work/$name.txt" >&2
    echo "$name: exit status $status, not $wanted" >&2
    exit 1
  fi
  "$python" -m reports keep "$work/$name" "docs/examples/$name"
  (cd "$work" && PYTHONPATH="$root" "$python" -m reports "$name") >"docs/examples/$name/terminal.txt"
}

judge conformant 0
"$python" -m mock --quiet >"$work/ready" &
mock=$!
for _ in $(seq 100); do
  grep -q base_url "$work/ready" && break
  sleep 0.1
done
base=$("$python" -c 'import json, sys; print(json.loads(open(sys.argv[1]).readline())["base_url"])' "$work/ready")
judge faulty 1 --base-url "$base/x/$faults"
