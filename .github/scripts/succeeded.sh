#!/usr/bin/env bash
# Fails where an earlier step did, once what had to be kept is kept: succeeded.sh OUTCOME WHAT
set -euo pipefail
[ "$1" = success ] && exit 0
echo "$2: $1"
exit 1
