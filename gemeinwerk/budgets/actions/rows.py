"""Many rows into a table by the fastest way each database offers, inside the transaction of the caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model

Row = tuple[Any, ...]
Portions = Iterable[Sequence[Row]]


def _silent(written: int) -> None:
    """For callers who do not count."""


def write_rows(
    model: type[Model], columns: Sequence[str], portions: Portions, *, after: Callable[[int], None] = _silent
) -> int:
    """Write the rows and say after each portion how many stand there; whatever `after` raises undoes the whole.

    Values are numbers, None, and texts of our own making (names of sides and positions): nothing here escapes text.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    target = f"{table} ({', '.join(connection.ops.quote_name(column) for column in columns)})"
    write = _copy if connection.vendor == "postgresql" else _insert
    return write(target, len(columns), portions, after)


def _insert(target: str, width: int, portions: Portions, after: Callable[[int], None]) -> int:
    """SQLite: one prepared statement for all rows."""
    sql = f"INSERT INTO {target} VALUES ({', '.join(['%s'] * width)})"  # noqa: S608 - names come from the model
    written = 0
    with connection.cursor() as cursor:
        for portion in portions:
            cursor.executemany(sql, portion)
            written += len(portion)
            after(written)
    return written


def _copy(target: str, width: int, portions: Portions, after: Callable[[int], None]) -> int:
    """PostgreSQL: a COPY for each portion, because `after` may ask the database, which within one waits for ever."""
    written = 0
    with connection.cursor() as cursor:
        for portion in portions:
            with cursor.copy(f"COPY {target} FROM STDIN") as copy:
                copy.write(copy_text(portion))
            written += len(portion)
            after(written)
    return written


def copy_text(portion: Sequence[Row]) -> str:
    """Rows in the text format of COPY."""
    if not portion:
        return ""
    columns = zip(*portion, strict=True)
    texts = [["\\N" if value is None else str(value) for value in column] for column in columns]
    return "\n".join(map("\t".join, zip(*texts, strict=True))) + "\n"
