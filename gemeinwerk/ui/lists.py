"""The one list of the house: sorted, filtered and paged by the address, the same with a QuerySet or a list of dicts.

A room declares its columns and gets the page, the controls and the spreadsheet from one declaration:

    class MeasureList(lists.List):
        caption = "Maßnahmen"
        columns = (
            Column("title", "Maßnahme", filter="text", url=lambda row: reverse("measure-detail", …)),
            Column("effect_cents", "Entlastung", kind="euro0", filter="range", total=True),
        )
        order = "-effect_cents"

    listing = MeasureList(queries.measures(seat), request.GET)

Nothing in the address can raise: what is not understood is left out, and the page says so. Per page: one query for
the count, one for the rows, one for the sums if a column asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet, Sum
from django.http import HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from gemeinwerk.ui import formats
from gemeinwerk.ui.exports import export_xlsx
from gemeinwerk.ui.forms import is_iso_day

NUMERIC = {"number", "euro", "euro0", "teuro", "percent"}
UNITS = {"euro": "€", "euro0": "€", "teuro": "T€", "percent": "%"}
TEXT_LIMIT = 200
INT64 = 2**63 - 1
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


class List:
    """A list over `rows` (QuerySet, or sequence of dicts) as the parameters of the address want it."""

    caption: ClassVar[str] = "Liste"
    columns: ClassVar[Sequence[Column]] = ()
    order: ClassVar[str] = ""
    per_page: ClassVar[int] = 50
    empty: ClassVar[str] = "Hier ist noch nichts erfasst."
    empty_filtered: ClassVar[str] = "Zu diesen Filtern gibt es keinen Eintrag. Nehmen Sie einen Filter heraus."
    name: ClassVar[str] = ""
    """A prefix for the parameters, where two lists share a page."""

    def __init__(self, rows: QuerySet[Any] | Iterable[Any], params: Mapping[str, Any], **keep: str) -> None:
        """`keep` are parameters of the page itself that every link and form of the list carries along."""
        self.params, self.keep = params, keep
        self.notes: list[str] = []
        self.source = _QueryRows(rows) if isinstance(rows, QuerySet) else _PlainRows(rows)
        self.filters = [_filter(self, column) for column in self.columns if column.filter]
        for item in self.filters:
            self.source = item.apply(self.source)
        self.sort = self._sort()
        if self.sort:
            self.source = self.source.sorted(self._column(self.sort.lstrip("-")), descending=self.sort[0] == "-")
        self._count: int | None = None

    # -------------------------------------------------------------- what the address says
    def param(self, key: str) -> str:
        raw = self.params.get(self.name + key, "")
        text = str(raw).encode("utf-8", "replace").decode("utf-8").replace(formats.NBSP, " ")
        return "".join(mark for mark in text if mark.isprintable()).strip()[:TEXT_LIMIT]

    def _column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    def _sort(self) -> str:
        wanted = self.param("sort")
        allowed = {column.key for column in self.columns if column.sortable}
        if wanted.removeprefix("-") in allowed:
            return wanted
        return self.order

    def address(self, **changes: Any) -> str:
        """The query string of this list with some parameters changed; an empty value takes one out."""
        current = {"sort": self.sort if self.sort != self.order else "", "seite": self.page if self.page > 1 else ""}
        for item in self.filters:
            current |= item.raw()
        current |= changes
        pairs = [*self.keep.items(), *((self.name + key, value) for key, value in current.items() if value != "")]
        return "?" + urlencode(pairs)

    # -------------------------------------------------------------- what the page shows
    @property
    def count(self) -> int:
        if self._count is None:
            self._count = self.source.count()
        return self._count

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // self.per_page))

    @property
    def page(self) -> int:
        text = self.param("seite")
        wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
        return min(max(wanted, 1), self.pages)

    @property
    def is_filtered(self) -> bool:
        return any(item.is_active for item in self.filters)

    @property
    def ident(self) -> str:
        return f"liste-{self.name.strip('-_')}" if self.name else "liste"

    @property
    def empty_sentence(self) -> str:
        return self.empty_filtered if self.is_filtered else self.empty

    @property
    def count_sentence(self) -> str:
        first = (self.page - 1) * self.per_page + 1
        last = min(self.count, self.page * self.per_page)
        total = f"{formats.number(self.count)} {'Eintrag' if self.count == 1 else 'Einträge'}"
        return f"{total}, angezeigt {formats.number(first)} bis {formats.number(last)}" if self.pages > 1 else total

    @property
    def chips(self) -> list[dict[str, str]]:
        """The filters that are at work, each with the address that takes it out."""
        return [
            {"text": item.sentence, "url": self.address(seite="", **dict.fromkeys(item.raw(), ""))}
            for item in self.filters
            if item.is_active
        ]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the filter form carries along unseen."""
        sort = [(self.name + "sort", self.sort)] if self.sort != self.order else []
        return [*self.keep.items(), *sort]

    @property
    def reset_address(self) -> str:
        return self.address(seite="", **{key: "" for item in self.filters for key in item.raw()})

    @property
    def export_address(self) -> str:
        return self.address(seite="", format="xlsx")

    @property
    def wants_export(self) -> bool:
        return self.param("format") == "xlsx"

    @property
    def head(self) -> list[dict[str, Any]]:
        cells = []
        for column in self.columns:
            active = self.sort.lstrip("-") == column.key
            descending = active and self.sort[0] == "-"
            wanted = column.key if not active or descending else f"-{column.key}"
            cells.append(
                {
                    "column": column,
                    "unit": UNITS.get(column.kind, ""),
                    "aria_sort": ("descending" if descending else "ascending") if active else "",
                    "mark": ("▼" if descending else "▲") if active else "",
                    "url": self.address(sort="" if wanted == self.order else wanted, seite=""),
                }
            )
        return cells

    @property
    def rows(self) -> list[list[SafeString]]:
        start = (self.page - 1) * self.per_page
        header = next((column for column in self.columns if column.header), self.columns[0])
        return [
            [_cell(column, row, is_header=column is header) for column in self.columns]
            for row in self.source.slice(start, start + self.per_page)
        ]

    @property
    def totals(self) -> list[SafeString]:
        """The row of sums over all filtered entries, empty if no column asks for one."""
        summed = [column for column in self.columns if column.total]
        if not summed or not self.count:
            return []
        sums = self.source.sums(summed)
        label = format_html('<th scope="row">{}</th>', "Summe")
        rest = [
            format_html('<td class="num{}">{}</td>', _sign(sums[column.key]), _plain(column, sums[column.key]))
            if column.total
            else mark_safe("<td></td>")
            for column in self.columns[1:]
        ]
        return [label, *rest]

    @property
    def page_links(self) -> list[dict[str, Any]]:
        """First, last and the neighbors; a gap where pages are left out."""
        near = {1, self.pages, *range(self.page - 2, self.page + 3)}
        shown = sorted(number for number in near if 1 <= number <= self.pages)
        links: list[dict[str, Any]] = []
        for number in shown:
            if links and number > links[-1]["number"] + 1:
                links.append({"number": number - 1, "is_gap": True})
            url = self.address(seite=number if number > 1 else "")
            links.append({"number": number, "url": url, "is_current": number == self.page})
        return links

    @property
    def next_address(self) -> str:
        return self.address(seite=self.page + 1) if self.page < self.pages else ""

    @property
    def previous_address(self) -> str:
        before = self.page - 1
        return self.address(seite=before if before > 1 else "") if before else ""

    def export(self, filename: str, *, facts: Mapping[str, str] | None = None, as_of: str = "") -> HttpResponse:
        """The whole filtered list in its order as a spreadsheet."""
        told = dict(facts or {}) | {
            f"Filter: {item.column.title}": item.sentence for item in self.filters if item.is_active
        }
        rows = ([column.of(row) for column in self.columns] for row in self.source.all())
        return export_xlsx(filename, title=self.caption, columns=self.columns, rows=rows, facts=told, as_of=as_of)


# ------------------------------------------------------------------ cells
def _sign(value: Any) -> str:
    fraction = formats.exact(value)
    return " num--negative" if fraction is not None and fraction < 0 else ""


def _plain(column: Column, value: Any) -> str:
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


def _cell(column: Column, row: Any, *, is_header: bool) -> SafeString:
    value = column.of(row)
    inner = _plain(column, value)
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
        return format_html('<td class="num{}">{}</td>', _sign(value), inner)
    return format_html("<td>{}</td>", inner)


# ------------------------------------------------------------------ filters
class _Filter:
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


class _Choice(_Filter):
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


class _Range(_Filter):
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
        low = f" ab {_plain(self.column, self.low)}" if self.low is not None else ""
        high = f" bis {_plain(self.column, self.high)}" if self.high is not None else ""
        unit = UNITS.get(self.column.kind, "")
        return f"{self.column.title}{low}{high}" + (f"{formats.NBSP}{unit}" if unit else "")


def _filter(listing: List, column: Column) -> _Filter:
    return {"choice": _Choice, "range": _Range}.get(column.filter, _Filter)(listing, column)


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


# ------------------------------------------------------------------ where the rows come from
@dataclass(frozen=True, slots=True)
class _QueryRows:
    """Rows of a QuerySet: the database filters, sorts and adds up."""

    rows: QuerySet[Any]

    def containing(self, column: Column, text: str) -> _QueryRows:
        return _QueryRows(self.rows.filter(**{f"{column.lookup}__icontains": text}))

    def equal(self, column: Column, text: str) -> _QueryRows:
        if column.kind == "yes_no":
            return _QueryRows(self.rows.filter(**{column.lookup: text in {"1", "ja", "True", "true"}}))
        return _QueryRows(self.rows.filter(**{column.lookup: text}))

    def between(self, column: Column, low: Any, high: Any) -> _QueryRows:
        lookup = f"{column.lookup}__date" if column.kind == "datetime" else column.lookup
        wanted = Q()
        if low is not None:
            wanted &= Q(**{f"{lookup}__gte": low})
        if high is not None:
            wanted &= Q(**{f"{lookup}__lte": high})
        return _QueryRows(self.rows.filter(wanted))

    def sorted(self, column: Column, *, descending: bool) -> _QueryRows:
        field = F(column.lookup)
        first = field.desc(nulls_last=True) if descending else field.asc(nulls_last=True)
        # The primary key settles ties, so that no row stands on two pages; grouped rows have none.
        settle = [] if self.rows.query.group_by or self.rows._fields else ["pk"]
        return _QueryRows(self.rows.order_by(first, *settle))

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


class _PlainRows:
    """Rows that are at hand already, as dicts or objects."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows = list(rows)

    def containing(self, column: Column, text: str) -> _PlainRows:
        wanted = text.casefold()
        return _PlainRows(row for row in self.rows if wanted in str(column.of(row) or "").casefold())

    def equal(self, column: Column, text: str) -> _PlainRows:
        if column.kind == "yes_no":
            wanted = text in {"1", "ja", "True", "true"}
            return _PlainRows(row for row in self.rows if bool(column.of(row)) is wanted)
        lookup = column.field
        return _PlainRows(
            row
            for row in self.rows
            if str(row.get(lookup) if lookup and isinstance(row, Mapping) else column.of(row)) == text
        )

    def between(self, column: Column, low: Any, high: Any) -> _PlainRows:
        def fits(row: Any) -> bool:
            value = column.of(row)
            if isinstance(value, datetime) and isinstance(low or high, date):
                value = (timezone.localtime(value) if timezone.is_aware(value) else value).date()
            return value is not None and (low is None or value >= low) and (high is None or value <= high)

        return _PlainRows(row for row in self.rows if fits(row))

    def sorted(self, column: Column, *, descending: bool) -> _PlainRows:
        known = [row for row in self.rows if column.of(row) not in (None, "")]
        missing = [row for row in self.rows if column.of(row) in (None, "")]
        known.sort(key=lambda row: _collated(column.of(row)), reverse=descending)
        return _PlainRows([*known, *missing])

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
