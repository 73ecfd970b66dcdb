"""Columns of a list, and how their values become cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any

from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from gemeinwerk.ui import formats

NUMERIC = {"number", "euro", "euro0", "teuro", "percent"}
UNITS = {"euro": "€", "euro0": "€", "teuro": "T€", "percent": "%"}
MISSING = mark_safe('<span aria-hidden="true">–</span><span class="kern-sr-only">keine Angabe</span>')


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `key` names the value in the row (dict key or attribute); `field` the lookup if it differs."""

    key: str
    title: str
    kind: str = "text"
    """text, number, euro, euro0, teuro, percent, date, datetime, yes_no or badge."""
    field: str = ""
    sortable: bool = True
    filter: str = ""
    """"" (none), text (contains), choice (one of `choices`), range (from … to …)."""
    choices: Sequence[tuple[str, str]] = ()
    url: Callable[[Any], str | None] | None = None
    value: Callable[[Any], Any] | None = None
    badge: Callable[[Any], str] | None = None
    """The kind of the badge (info, success, warning, danger) for a row, if kind is badge."""
    total: bool = False
    places: int | None = None
    hint: str = ""
    header: bool = False
    """The cell that names the row; the first column if none says so."""

    @property
    def lookup(self) -> str:
        return self.field or self.key

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC

    def of(self, row: Any) -> Any:
        if self.value is not None:
            return self.value(row)
        return row.get(self.key) if isinstance(row, Mapping) else getattr(row, self.key, None)


def sign_class(value: Any) -> str:
    fraction = formats.exact(value)
    return " num--negative" if fraction is not None and fraction < 0 else ""


def _bare(text: str) -> str:
    """The unit stands in the head of the column, so the cells stay calm."""
    return text.partition(formats.NBSP)[0]


def _moment(value: date) -> str:
    """A moment in the local zone; the bound of a filter is a day."""
    if not isinstance(value, datetime):
        return formats.day(value)
    return formats.moment(timezone.localtime(value) if timezone.is_aware(value) else value)


WRITERS: dict[str, Callable[[Any, int | None], str]] = {
    "number": formats.number,
    "euro": lambda value, _: _bare(formats.euro(value)),
    "euro0": lambda value, _: _bare(formats.euro0(value)),
    "teuro": lambda value, places: _bare(formats.teuro(value, places or 0)),
    "percent": lambda value, places: _bare(formats.percent(value, 1 if places is None else places)),
    "date": lambda value, _: formats.day(value),
    "datetime": lambda value, _: _moment(value),
    "yes_no": lambda value, _: "ja" if value else "nein",
}


def plain(column: Column, value: Any) -> str:
    """The value as text."""
    if value is None or value == "":
        return MISSING
    write = WRITERS.get(column.kind)
    text = write(value, column.places) if write else str(value)
    return MISSING if text == formats.MISSING else text


def cell(column: Column, row: Any, *, is_header: bool) -> SafeString:
    """The value as a cell. Put together here and not by format_html, which takes three times as long per cell."""
    value = column.of(row)
    inner = conditional_escape(plain(column, value))
    if column.kind == "badge" and value not in (None, ""):
        inner = _badge(column.badge(row) if column.badge else "info", inner)
    url = column.url(row) if column.url else None
    if url:
        inner = f'<a href="{escape(url)}">{inner}</a>'
    if is_header:
        css = ' class="num"' if column.is_numeric else ""
        return mark_safe(f'<th scope="row"{css}>{inner}</th>')  # noqa: S308 — every text in it is escaped above
    css = f' class="num{sign_class(value)}"' if column.is_numeric else ""
    return mark_safe(f"<td{css}>{inner}</td>")  # noqa: S308 — the same


def _badge(kind: str, inner: str) -> str:
    label = f'<span class="kern-label">{inner}</span>'
    return f'<span class="kern-badge kern-badge--small kern-badge--{escape(kind)}">{label}</span>'
