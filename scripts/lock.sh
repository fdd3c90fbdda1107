#!/bin/sh
# Writes requirements/*.txt from requirements/*.in, with hashes, for every platform and Python we support.
# Extra arguments go to uv: `sh scripts/lock.sh --upgrade` takes newer versions.
set -eu
cd "$(dirname "$0")/../requirements"

for name in base dev; do
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links "$@" --output-file "$name.txt" "$name.in"
done
