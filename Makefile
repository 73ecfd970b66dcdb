# Nothing but git, make and Python 3.11+ is needed; the rest is set up here.
PORT ?= 8000
export PORT

.PHONY: help setup run demo test check fix map
help:
	@echo "make demo    Demoregion auf http://localhost:$(PORT) zeigen (PORT=9000 für einen anderen Port)"
	@echo "make run     den Dienst mit eigenen Daten starten"
	@echo "make test    alle Tests: Rechenkern, SQLite, PostgreSQL, Browser"
	@echo "make check   Stil, Typen, Verträge, Migrationen, Vorlagen, Rechtschreibung"
	@echo "make fix     in Form bringen, was sich von selbst in Form bringen lässt"
	@echo "make map     docs/map.svg neu zeichnen"

setup:
	@sh scripts/setup.sh

demo: setup
	@.venv/bin/gemeinwerk demo

run: setup
	@.venv/bin/gemeinwerk serve

test:
	@sh scripts/setup.sh dev
	@bash scripts/test.sh

check:
	@sh scripts/setup.sh dev
	@bash scripts/check.sh

fix:
	@sh scripts/setup.sh dev
	@.venv/bin/ruff format -q .
	@.venv/bin/ruff check --fix .

map:
	@sh scripts/setup.sh dev
	@command -v dot >/dev/null || { echo "Graphviz fehlt (Debian: sudo apt-get install graphviz)." >&2; exit 1; }
	@.venv/bin/import-linter drawgraph gemeinwerk | dot -Tsvg > docs/map.svg
	@echo "docs/map.svg ist gezeichnet."
