#!/bin/bash
# All tests: the engine alone, the rest on SQLite and once more on PostgreSQL, then browser and processes.
# `bash scripts/test.sh engine|sqlite|postgres|browser` runs one part.
set -uo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
parts=${*:-engine sqlite postgres browser}
fast='not browser and not process'
failed=""

need_browser() {
    command -v chromium >/dev/null && return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Chromium wird installiert …"
        apt-get update -qq </dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium </dev/null >/dev/null 2>&1
        command -v chromium >/dev/null && return 0
    fi
    echo "Chromium fehlt (Debian: sudo apt-get install chromium)." >&2
    return 1
}

run() {
    local name=$1 begun=$SECONDS
    shift
    echo
    echo "== $name"
    "$@" </dev/null || failed="$failed · $name"
    echo "   $name: $((SECONDS - begun)) s"
}

for part in $parts; do
    case $part in
    engine) run "Rechenkern ohne Django" "$python" scripts/engine_alone.py ;;
    sqlite) run "Alles andere auf SQLite" "$python" -m pytest -q -n auto -m "$fast" --ignore=tests/engine ;;
    postgres) run "Dasselbe auf PostgreSQL" bash scripts/with_postgres.sh "$python" -m pytest -q -n auto -m "$fast" --ignore=tests/engine ;;
    browser)
        run "Server und Worker als Prozesse" "$python" -m pytest -q -m process
        if need_browser; then
            run "Im Browser" "$python" -m pytest -q -n auto -m browser
        elif [ -n "${CI:-}" ]; then
            failed="$failed · Im Browser"
        else
            echo "Die Prüfung im Browser wird übersprungen." >&2
        fi
        ;;
    *) echo "Unbekannter Teil: $part" >&2; exit 2 ;;
    esac
done

echo
if [ -n "$failed" ]; then
    echo "Nicht bestanden: ${failed# · }"
    exit 1
fi
echo "Alle Tests bestanden ($SECONDS s)."
