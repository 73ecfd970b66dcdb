"""Columns of a list, and how their values become cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
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


def plain(column: Column, value: Any) -> str:
    """The value as text; the unit stands in the head of the column, so the cells stay calm."""
    if value is None or value == "":
        return MISSING
    writers: dict[str, Callable[[Any], str]] = {
        "number": lambda v: formats.number(v, column.places),
        "euro": lambda v: formats.euro(v).removesuffix(f"{formats.NBSP}€"),
        "euro0": lambda v: formats.euro0(v).removesuffix(f"{formats.NBSP}€"),
        "teuro": lambda v: formats.teuro(v, column.places or 0).removesuffix(f"{formats.NBSP}T€"),
        "percent": lambda v: formats.percent(v, 1 if column.places is None else column.places).removesuffix(
            f"{formats.NBSP}%"
        ),
        "date": formats.day,
        "datetime": lambda v: formats.moment(timezone.localtime(v) if timezone.is_aware(v) else v),
        "yes_no": lambda v: "ja" if v else "nein",
    }
    text = writers[column.kind](value) if column.kind in writers else str(value)
    return MISSING if text == formats.MISSING else text


def cell(column: Column, row: Any, *, is_header: bool) -> SafeString:
    value = column.of(row)
    inner = plain(column, value)
    if column.kind == "badge" and value not in (None, ""):
        kind = column.badge(row) if column.badge else "info"
        inner = format_html(
            '<span class="kern-badge kern-badge--small kern-badge--{}"><span class="kern-label">{}</span></span>',
            kind,
            inner,
        )
    url = column.url(row) if column.url else None
    if url:
        inner = format_html('<a href="{}">{}</a>', url, inner)
    if is_header:
        return format_html('<th scope="row"{}>{}</th>', mark_safe(' class="num"') if column.is_numeric else "", inner)
    if column.is_numeric:
        return format_html('<td class="num{}">{}</td>', sign_class(value), inner)
    return format_html("<td>{}</td>", inner)
