"""Adopts a budget of 1,000,000 rows and compares its speed with the bare database taking the same rows.

    python benchmarks/adopt_budget.py [--rows 1000000] [--repeat 2]      SQLite, in a folder of its own
    bash scripts/with_postgres.sh python benchmarks/adopt_budget.py      PostgreSQL, a private one for this run
    python benchmarks/adopt_budget.py --database postgres://…            PostgreSQL, an empty database of yours

Ours is the whole act of adoption: fingerprint of the file, checked lines, products, accounts, versions, lines, sums and
log, in one transaction. The yardstick is the fastest bare way: finished rows by COPY (PostgreSQL) or one executemany
in one transaction (SQLite) into a table with the same columns, key and index. Reading the file is measured elsewhere.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
TWIN = "bare_budget_line"


def start(folder: Path, database: str) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "gemeinwerk.config.settings",
        "GEMEINWERK_DATA_DIR": str(folder),
        "GEMEINWERK_SECRET_KEY": "only-for-the-benchmark",
        "DATABASE_URL": database,
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def adopt(path: Path) -> tuple[float, float, int]:
    """Seconds of reading, seconds of adopting, lines."""
    from django.core.files.base import File
    from django.utils import timezone

    from gemeinwerk.accounts.access import Seat
    from gemeinwerk.bodies.models import Body
    from gemeinwerk.budgets.actions import adoption, imports, reading

    body, _ = Body.objects.get_or_create(key="99000000", defaults={"kind": "town", "name": "Bench", "state": "05"})
    seat = Seat.system(body)
    with path.open("rb") as handle:
        import_ = imports.receive_file(seat, [File(handle, name=path.name)], at=timezone.now())
    begun = time.perf_counter()
    reading.read_import(seat, import_, at=timezone.now())
    was_read = time.perf_counter()
    result = adoption.adopt_import(seat, import_, at=timezone.now())
    return was_read - begun, time.perf_counter() - was_read, result.line_count


def clear() -> None:
    """Back to an empty budget, so that every repetition does the same work."""
    from gemeinwerk.budgets.models import BudgetLine, BudgetVersion, PlanSum, ProductSum

    for model in (BudgetLine, PlanSum, ProductSum):
        model.objects.all()._raw_delete("default")
    BudgetVersion.objects.all()._raw_delete("default")


def bare(rows: list[tuple[Any, ...]]) -> float:
    """Seconds of the bare database for the same rows."""
    from django.db import connection, transaction

    from gemeinwerk.budgets.actions.rows import copy_text, portion
    from gemeinwerk.budgets.frames.lines import COLUMNS

    make_twin()
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        texts = [copy_text(portion(rows[i : i + 50_000])) for i in range(0, len(rows), 50_000)]
        begun = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(f"COPY {TWIN} ({names}) FROM STDIN") as c:
            for text in texts:
                c.write(text)
    else:
        marks = ", ".join(["?"] * len(COLUMNS))
        begun = time.perf_counter()
        with transaction.atomic():
            connection.connection.executemany(f"INSERT INTO {TWIN} ({names}) VALUES ({marks})", rows)
    return time.perf_counter() - begun


def make_twin() -> None:
    from django.db import connection

    from gemeinwerk.budgets.models import BudgetLine

    table = BudgetLine._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TWIN}")
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE TABLE {TWIN} (LIKE {table} INCLUDING ALL)")
            return
        cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL", [table])
        for (sql,) in cursor.fetchall():
            cursor.execute(sql.replace(table, TWIN).replace("budget_line_drill_down", "bare_drill_down"))


def stored_rows() -> list[tuple[Any, ...]]:
    from gemeinwerk.budgets.frames.lines import COLUMNS
    from gemeinwerk.budgets.models import BudgetLine

    return list(BudgetLine.objects.order_by("pk").values_list(*COLUMNS))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL", ""))
    parser.add_argument("--keep", type=Path, help="use this file; it is made if it is absent")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        from read_budget import generate

        path = options.keep or Path(folder) / "haushalt.csv"
        if not path.exists():
            generate(path, options.rows)
        start(Path(folder), options.database)
        ours, yardstick = [], []
        for _ in range(options.repeat):
            clear()
            reading, adopting, count = adopt(path)
            ours.append(adopting)
            yardstick.append(bare(stored_rows()))
            print(
                f"{count} lines: read {reading:.2f} s, adopted {adopting:.2f} s, bare {yardstick[-1]:.2f} s", flush=True
            )
        share = min(yardstick) / min(ours)
        print(f"adopting runs at {share:.0%} of the speed of the bare database (at least 60 %)")
        return 0 if share >= 0.6 else 1


if __name__ == "__main__":
    sys.exit(main())
