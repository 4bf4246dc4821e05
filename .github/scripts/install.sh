#!/usr/bin/env bash
# Installs the locked packages into a virtual environment: install.sh [FOLDER] (of the action and of the Docker image)
set -euo pipefail
folder=${1:-.venv}
root=$(cd "$(dirname "$0")/../.." && pwd)
"${PYTHON:-python3}" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --require-hashes -r "$root/requirements/lock.txt"
