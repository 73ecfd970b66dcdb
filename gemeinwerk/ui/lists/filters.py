"""Filters of a list: what was typed, what it means, and what it says about itself."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from gemeinwerk.ui import formats
from gemeinwerk.ui.forms import is_iso_day

from .columns import UNITS, Column, plain

if TYPE_CHECKING:
    from .listing import List

INT64 = 2**63 - 1


class Filter:
    """One filter of a list: what was typed, what it means, what it says."""

    def __init__(self, listing: List, column: Column) -> None:
        self.column = column
        self.ident = f"filter-{listing.ident}-{column.key}".replace("__", "-")
        self.param_name = listing.name + column.key
        self._read(listing)

    def _read(self, listing: List) -> None:
        self.text = listing.param(self.column.key)

    @property
    def is_active(self) -> bool:
        return bool(self.text)

    def raw(self) -> dict[str, str]:
        return {self.column.key: self.text}

    def apply(self, source: Any) -> Any:
        return source.containing(self.column, self.text) if self.is_active else source

    @property
    def sentence(self) -> str:
        return f"{self.column.title} enthält „{self.text}“"


class Choice(Filter):
    def _read(self, listing: List) -> None:
        super()._read(listing)
        self.options = [(str(value), label) for value, label in self.column.choices]
        if self.text not in {value for value, _ in self.options}:
            self.text = ""

    def apply(self, source: Any) -> Any:
        return source.equal(self.column, self.text) if self.is_active else source

    @property
    def sentence(self) -> str:
        return f"{self.column.title}: {dict(self.options)[self.text]}"


class Range(Filter):
    def _read(self, listing: List) -> None:
        self.text_from, self.text_to = listing.param(f"{self.column.key}-von"), listing.param(f"{self.column.key}-bis")
        self.low, self.high = self._bound(listing, self.text_from, "von"), self._bound(listing, self.text_to, "bis")

    def _bound(self, listing: List, text: str, which: str) -> Any:
        if not text:
            return None
        try:
            return _typed(self.column, text)
        except ValueError:
            shown = f"{self.column.title} {which}"
            listing.notes.append(f"Der Filter „{shown}“ wurde nicht verstanden („{text[:40]}“) und bleibt außer Acht.")
            return None

    @property
    def ends(self) -> list[dict[str, str]]:
        """The two fields; a date field could not show what is no date, so that one becomes a text field."""
        is_day = self.column.kind in {"date", "datetime"}
        return [
            {"key": key, "text": text, "type": "date" if is_day and is_iso_day(text) else "text"}
            for key, text in (("von", self.text_from), ("bis", self.text_to))
        ]

    @property
    def is_active(self) -> bool:
        return self.low is not None or self.high is not None

    def raw(self) -> dict[str, str]:
        return {f"{self.column.key}-von": self.text_from, f"{self.column.key}-bis": self.text_to}

    def apply(self, source: Any) -> Any:
        return source.between(self.column, self.low, self.high) if self.is_active else source

    @property
    def sentence(self) -> str:
        low = f" ab {plain(self.column, self.low)}" if self.low is not None else ""
        high = f" bis {plain(self.column, self.high)}" if self.high is not None else ""
        unit = UNITS.get(self.column.kind, "")
        return f"{self.column.title}{low}{high}" + (f"{formats.NBSP}{unit}" if unit else "")


def filter_of(listing: List, column: Column) -> Filter:
    return {"choice": Choice, "range": Range}.get(column.filter, Filter)(listing, column)


def _typed(column: Column, text: str) -> Any:
    """What was typed into a range filter, as a value of the column; ValueError if it is none."""
    if column.kind in {"date", "datetime"}:
        for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
            try:
                return datetime.strptime(text, pattern).date()  # noqa: DTZ007 — a day, no moment
            except ValueError:
                continue
        raise ValueError(text)
    if column.kind in {"euro", "euro0", "teuro"}:
        has_unit = any(mark in text.lower() for mark in "€et")
        return formats.parse_cents(text if has_unit or column.kind != "teuro" else f"{text} T€")
    value = formats.exact(formats.parse_number(text))
    assert value is not None  # noqa: S101 — parse_number gives numbers only
    scaled = value / 100 if column.kind == "percent" else value
    return int(scaled) if scaled.denominator == 1 and abs(scaled) < INT64 else float(scaled)
