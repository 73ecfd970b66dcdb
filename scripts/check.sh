#!/bin/bash
# Everything that can be checked without running the program. Shows all findings, not only the first.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH" GEMEINWERK_DEBUG=1
export GEMEINWERK_DATA_DIR="${GEMEINWERK_DATA_DIR:-$PWD/var/check}"
mkdir -p "$GEMEINWERK_DATA_DIR"
failed=""

run() {
    local name=$1 begun=$SECONDS
    shift
    if output=$("$@" 2>&1 </dev/null); then
        printf '%-12s in Ordnung (%s s)\n' "$name" $((SECONDS - begun))
    else
        printf '%s\n%-12s FEHLER (%s s)\n' "$output" "$name" $((SECONDS - begun))
        failed="$failed $name"
    fi
}

words() { # the English: code and developer docs; German stands in quotes, the glossary, the handbook
    git ls-files -co --exclude-standard | grep -E '\.(py|sh)$|^docs/[a-z]+\.md$|^[A-Z]+\.md$|^Makefile$' |
        grep -vE 'glossary|^CHANGELOG|/migrations/' | while read -r file; do [ -f "$file" ] && echo "$file"; done | xargs codespell
}
templates() { find gemeinwerk -path '*/templates/*' -name '*.html' -print0 | xargs -0 djlint --lint --quiet; }

run format ruff format --check .
run ruff ruff check .
run mypy mypy
run contracts lint-imports
run migrations python -W ignore manage.py makemigrations --check --dry-run
run templates templates
run spelling words
if [ -n "$failed" ]; then
    echo "Nicht bestanden:$failed"
    exit 1
fi
