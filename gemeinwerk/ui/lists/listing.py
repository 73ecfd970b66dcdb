"""The list itself: reads the address, chooses the rows, and knows every address it links to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from gemeinwerk.ui import formats
from gemeinwerk.ui.exports import export_xlsx

from .columns import UNITS, Column, cell, plain, sign_class
from .filters import filter_of
from .sources import PlainRows, QueryRows

TEXT_LIMIT = 200


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
        self.source = QueryRows(rows) if isinstance(rows, QuerySet) else PlainRows(rows)
        self.filters = [filter_of(self, column) for column in self.columns if column.filter]
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
            [cell(column, row, is_header=column is header) for column in self.columns]
            for row in self.source.slice(start, start + self.per_page)
        ]

    @property
    def body(self) -> SafeString:
        """The rows as HTML; a loop in the template takes as long as making the cells."""
        return mark_safe("".join(f"<tr>{''.join(cells)}</tr>" for cells in self.rows))  # noqa: S308 — cells are safe

    @property
    def totals(self) -> list[SafeString]:
        """The row of sums over all filtered entries, empty if no column asks for one."""
        summed = [column for column in self.columns if column.total]
        if not summed or not self.count:
            return []
        sums = self.source.sums(summed)
        label = format_html('<th scope="row">{}</th>', "Summe")
        rest = [
            format_html('<td class="num{}">{}</td>', sign_class(sums[column.key]), plain(column, sums[column.key]))
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
