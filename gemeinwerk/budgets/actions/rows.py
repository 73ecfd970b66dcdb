"""Many rows into a table by the fastest way each database offers, inside the transaction of the caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from django.db import connection
from django.db.models import Model

TOGETHER = 4
"""Portions in one COPY."""

Row = tuple[Any, ...]
Portion = Sequence[Sequence[Any]]
"""Some rows as columns: turning a million rows round costs more than anything else here."""


def portion(rows: Iterable[Row]) -> Portion:
    """Rows turned round; where they are few."""
    return list(zip(*rows, strict=True))


def _silent(written: int) -> None:
    """For callers who do not count."""


def write_rows(
    model: type[Model], columns: Sequence[str], portions: Iterable[Portion], *, after: Callable[[int], None] = _silent
) -> int:
    """Write the rows and say now and then how many stand there; whatever `after` raises undoes the whole.

    Values are numbers, None, and texts of our own making (names of sides and positions): nothing here escapes text.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    target = f"{table} ({', '.join(connection.ops.quote_name(column) for column in columns)})"
    write = _copy if connection.vendor == "postgresql" else _insert
    return write(target, len(columns), portions, after)


def _insert(target: str, width: int, portions: Iterable[Portion], after: Callable[[int], None]) -> int:
    """SQLite: one prepared statement for all rows."""
    sql = f"INSERT INTO {target} VALUES ({', '.join(['%s'] * width)})"  # noqa: S608 - names come from the model
    written = 0
    with connection.cursor() as cursor:
        for columns in portions:
            cursor.executemany(sql, zip(*columns, strict=True))
            written += _length(columns)
            after(written)
    return written


def _copy(target: str, width: int, portions: Iterable[Portion], after: Callable[[int], None]) -> int:
    """PostgreSQL: COPY of text, made here a portion at a time while the server takes in the one before.

    It ends from time to time, because `after` may ask the database, which within a COPY waits for ever.
    """
    from psycopg.copy import QueuedLibpqWriter  # only there where PostgreSQL is used

    written, waiting = 0, iter(portions)
    with connection.cursor() as cursor:
        for first in waiting:
            with cursor.copy(f"COPY {target} FROM STDIN", writer=QueuedLibpqWriter(cursor.cursor)) as copy:
                for columns in chain([first], islice(waiting, TOGETHER - 1)):
                    copy.write(copy_text(columns))
                    written += _length(columns)
            after(written)
    return written


def _length(columns: Portion) -> int:
    return len(columns[0]) if columns else 0


def copy_text(columns: Portion) -> str:
    """Rows in the text format of COPY."""
    if not _length(columns):
        return ""
    return "\n".join(map("\t".join, zip(*map(_texts, columns), strict=True))) + "\n"


def _texts(column: Sequence[Any]) -> Iterator[str]:
    """Most columns hold the same few values again and again: each is written once."""
    values = set(column)
    if len(values) * 2 > len(column) and None not in values:
        return map(str, column)
    known = {value: "\\N" if value is None else str(value) for value in values}
    return map(known.__getitem__, column)
