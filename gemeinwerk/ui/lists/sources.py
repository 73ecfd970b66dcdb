"""Where the rows of a list come from: the database, or a sequence at hand. Both filter, sort and add up alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone

from .columns import Column


@dataclass(frozen=True, slots=True)
class QueryRows:
    """Rows of a QuerySet: the database filters, sorts and adds up."""

    rows: QuerySet[Any]

    def containing(self, column: Column, text: str) -> QueryRows:
        return QueryRows(self.rows.filter(**{f"{column.lookup}__icontains": text}))

    def equal(self, column: Column, text: str) -> QueryRows:
        if column.kind == "yes_no":
            return QueryRows(self.rows.filter(**{column.lookup: text in {"1", "ja", "True", "true"}}))
        return QueryRows(self.rows.filter(**{column.lookup: text}))

    def between(self, column: Column, low: Any, high: Any) -> QueryRows:
        lookup = f"{column.lookup}__date" if column.kind == "datetime" else column.lookup
        wanted = Q()
        if low is not None:
            wanted &= Q(**{f"{lookup}__gte": low})
        if high is not None:
            wanted &= Q(**{f"{lookup}__lte": high})
        return QueryRows(self.rows.filter(wanted))

    def sorted(self, column: Column, *, descending: bool) -> QueryRows:
        field = F(column.lookup)
        first = field.desc(nulls_last=True) if descending else field.asc(nulls_last=True)
        # The primary key settles ties, so that no row stands on two pages; grouped rows have none.
        settle = [] if self.rows.query.group_by or self.rows._fields else ["pk"]
        return QueryRows(self.rows.order_by(first, *settle))

    def count(self) -> int:
        return self.rows.count()

    def slice(self, start: int, stop: int) -> Iterable[Any]:
        return self.rows[start:stop]

    def all(self) -> Iterable[Any]:
        return self.rows.iterator(chunk_size=2000)

    def sums(self, columns: Sequence[Column]) -> dict[str, Any]:
        wanted = {f"sum_{number}": Sum(column.lookup) for number, column in enumerate(columns)}
        found = self.rows.order_by().aggregate(**wanted)
        return {column.key: found[f"sum_{number}"] for number, column in enumerate(columns)}


class PlainRows:
    """Rows that are at hand already, as dicts or objects."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows = list(rows)

    def containing(self, column: Column, text: str) -> PlainRows:
        wanted = text.casefold()
        return PlainRows(row for row in self.rows if wanted in str(column.of(row) or "").casefold())

    def equal(self, column: Column, text: str) -> PlainRows:
        if column.kind == "yes_no":
            wanted = text in {"1", "ja", "True", "true"}
            return PlainRows(row for row in self.rows if bool(column.of(row)) is wanted)
        lookup = column.field
        return PlainRows(
            row
            for row in self.rows
            if str(row.get(lookup) if lookup and isinstance(row, Mapping) else column.of(row)) == text
        )

    def between(self, column: Column, low: Any, high: Any) -> PlainRows:
        def fits(row: Any) -> bool:
            value = column.of(row)
            if isinstance(value, datetime) and isinstance(low or high, date):
                value = (timezone.localtime(value) if timezone.is_aware(value) else value).date()
            return value is not None and (low is None or value >= low) and (high is None or value <= high)

        return PlainRows(row for row in self.rows if fits(row))

    def sorted(self, column: Column, *, descending: bool) -> PlainRows:
        known = [row for row in self.rows if column.of(row) not in (None, "")]
        missing = [row for row in self.rows if column.of(row) in (None, "")]
        known.sort(key=lambda row: _collated(column.of(row)), reverse=descending)
        return PlainRows([*known, *missing])

    def count(self) -> int:
        return len(self.rows)

    def slice(self, start: int, stop: int) -> Iterable[Any]:
        return self.rows[start:stop]

    def all(self) -> Iterable[Any]:
        return self.rows

    def sums(self, columns: Sequence[Column]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for column in columns:
            known = [column.of(row) for row in self.rows if column.of(row) is not None]
            found[column.key] = sum(known) if known else None
        return found


_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "é": "e", "è": "e"})


def _collated(value: Any) -> Any:
    """Texts as a German index sorts them (DIN 5007-1: ä like a, ß like ss); everything else by its value."""
    return value.casefold().translate(_UMLAUTS) if isinstance(value, str) else value
