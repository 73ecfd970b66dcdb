#!/bin/sh
# Set up .venv: `sh scripts/setup.sh` for running, `sh scripts/setup.sh dev` for tests and checks too.
# Needs Python 3.11 or newer and nothing else; takes uv where it is installed. A second call does nothing.
set -eu
cd "$(dirname "$0")/.."
kind=${1:-run}
lock=requirements.lock
[ "$kind" = dev ] && lock=requirements-dev.lock
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore

fail() {
    echo "$1" >&2
    exit 1
}

# The stamp holds what was installed: the lock, the project's own declaration, the place of the clone.
stamp_of() { { cat "$1" pyproject.toml; pwd; } | cksum; }
stamp=.venv/.setup-$kind
wanted=$(stamp_of "$lock")
if [ -x .venv/bin/gemeinwerk ] && .venv/bin/python -c "" 2>/dev/null; then
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && exit 0
    # What the tests need includes what running needs.
    [ "$kind" = run ] && [ -f .venv/.setup-dev ] && [ "$(cat .venv/.setup-dev)" = "$(stamp_of requirements-dev.lock)" ] && exit 0
fi

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
}

python=$(find_python)
[ -n "$python" ] || fail "Gemeinwerk braucht Python 3.11 oder neuer. Bitte installieren Sie es, oder nennen Sie es mit PYTHON=/pfad/zu/python3.
Gemeinwerk needs Python 3.11 or newer. Please install it, or name it with PYTHON=/path/to/python3."

echo "Gemeinwerk wird eingerichtet ($("$python" --version)) …"

with_uv() {
    uv venv --quiet --allow-existing --python "$(command -v "$python")" .venv &&
        uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock" &&
        uv pip install --quiet --python .venv/bin/python --no-deps -e .
}

with_pip() {
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        # Debian and Ubuntu keep these two in a package of their own.
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            echo "python3-venv fehlt und wird installiert …"
            apt-get update -qq </dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv </dev/null >/dev/null
        fi
        "$python" -c 'import ensurepip, venv' 2>/dev/null ||
            fail "Python kann keine virtuelle Umgebung anlegen. Bitte rufen Sie auf: sudo apt-get install python3-venv
Python cannot create a virtual environment. Please run: sudo apt-get install python3-venv"
    fi
    [ -x .venv/bin/pip ] || "$python" -m venv .venv
    .venv/bin/python -m pip install --quiet --require-hashes -r "$lock" </dev/null
    .venv/bin/python -m pip install --quiet --no-deps -e . </dev/null
}

if command -v uv >/dev/null 2>&1; then
    # uv does not know every certificate and setting that pip knows.
    if ! with_uv; then
        echo "uv kam nicht durch; pip übernimmt."
        with_pip
    fi
else
    with_pip
fi
echo "$wanted" > "$stamp"
