#!/bin/sh
# Renew both lock files from pyproject.toml (for maintainers; needs uv). They name versions and hashes, never an address.
set -eu
cd "$(dirname "$0")/.."
uv=${UV:-uv}
compile() { "$uv" pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate "$@"; }
compile --extra postgres -o requirements.lock
compile --extra postgres --group dev -o requirements-dev.lock
if grep -n "://" requirements.lock requirements-dev.lock; then
    echo "A lock file names an address." >&2
    exit 1
fi
