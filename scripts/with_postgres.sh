#!/bin/bash
# Run a command against a private PostgreSQL 15+ that lives only as long as the command:
#   scripts/with_postgres.sh .venv/bin/python -m pytest
# It listens on a Unix socket in its own folder and nowhere else. Where PostgreSQL is missing it is installed (as root on
# Debian), otherwise the command is skipped with the reason; in CI that is a failure.
set -euo pipefail

give_up() {
    echo "PostgreSQL: $1" >&2
    if [ -n "${CI:-}" ]; then exit 1; fi
    echo "Die Prüfung gegen PostgreSQL wird übersprungen." >&2
    exit 0
}

find_programs() {
    local found
    for found in $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -rV) "$(dirname "$(command -v pg_ctl 2>/dev/null || echo /none/x)")"; do
        if [ -x "$found/pg_ctl" ] && [ "$("$found/pg_ctl" --version | grep -oE '[0-9]+' | head -1)" -ge 15 ]; then
            echo "$found"
            return
        fi
    done
}

programs=$(find_programs)
if [ -z "$programs" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "PostgreSQL wird installiert …"
    apt-get update -qq </dev/null || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql </dev/null >/dev/null 2>&1 || true
    programs=$(find_programs)
fi
[ -n "$programs" ] || give_up "Version 15 oder neuer ist nicht installiert (Debian: sudo apt-get install postgresql)."

# A server refuses to run as root; the package brings a user for it.
as_server=()
if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || give_up "den Benutzer „postgres“ gibt es nicht, und als root startet es nicht."
    as_server=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/gemeinwerk-pg-XXXXXXXX")
cluster="$folder/data"
# The socket's folder goes into an address, where capital letters would be lost.
socket="/tmp/gemeinwerk-pg-$$"
stop() {
    "${as_server[@]}" "$programs/pg_ctl" -D "$cluster" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder" "$socket"
}
trap stop EXIT
trap 'exit 130' INT TERM
mkdir -m 700 "$socket"
if [ ${#as_server[@]} -gt 0 ]; then chown postgres "$folder" "$socket"; fi

"${as_server[@]}" "$programs/initdb" -D "$cluster" -U gemeinwerk -A trust -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1 ||
    { cat "$folder/log" >&2; give_up "der Datenbereich ließ sich nicht anlegen."; }
options="-c listen_addresses='' -c unix_socket_directories='$socket' -c fsync=off -c synchronous_commit=off"
options="$options -c full_page_writes=off -c shared_buffers=128MB -c max_connections=60"
"${as_server[@]}" "$programs/pg_ctl" -D "$cluster" -l "$folder/server.log" -w -t 60 -o "$options" start >/dev/null ||
    { cat "$folder/server.log" >&2; give_up "der Dienst startet nicht."; }
echo "PostgreSQL $("$programs/postgres" --version | grep -oE '[0-9.]+' | head -1) läuft nur für diese Prüfung."

# Django's test runner creates its own database beside this one.
export DATABASE_URL="postgres://gemeinwerk@${socket//\//%2F}/postgres"
"$@"
