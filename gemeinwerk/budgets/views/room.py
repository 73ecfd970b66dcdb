"""What every page of the understanding half shares: crumbs, Datenstand, and the way a table becomes a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from gemeinwerk.accounts.access import Right, Seat
from gemeinwerk.ui import formats
from gemeinwerk.ui.exports import export_xlsx
from gemeinwerk.ui.pages import page

from ..frames.grids import Cell, Grid, Row
from ..queries.slices import AROUND, CHOICES, Slice

Crumbs = Sequence[tuple[str, str | None]]


def show(
    request: HttpRequest,
    seat: Seat,
    template: str,
    *,
    title: str,
    help: str = "haushalt-verstehen",
    section: str = "",
    crumbs: Crumbs = (),
    columns: Sequence[Slice] = (),
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page of the room; `columns` are the slices it shows, for the Datenstand; `section`: a part of the help page."""
    home = reverse("budget-overview", args=[seat.body.key])
    trail = [("Haushalt", None)] if template == "plan_overview" else [("Haushalt", home), *crumbs, (title, None)]
    context |= {
        "title": title,
        "help": help,
        "help_section": section,
        "crumbs": trail,
        "seat": seat,
        "body": seat.body,
        "key": seat.body.key,
        "may_edit": seat.may(Right.EDIT),
        "may_import": seat.may(Right.IMPORT),
        "columns": columns,
        "as_of": as_of(columns),
        "as_of_latest": formats.moment(timezone.localtime(max(c.adopted_at for c in columns))) if columns else "",
        "choices": CHOICES.items(),
        "wanted": wanted_columns(request),
    }
    return page(request, f"budgets/{template}.html", context, status=status)


@dataclass(frozen=True, slots=True)
class AsOf:
    """From which file which columns come, and since when they stand."""

    file_name: str
    adopted: str
    labels: str


def as_of(columns: Sequence[Slice]) -> list[AsOf]:
    """The Datenstand: one entry per file and moment of adoption."""
    groups: dict[tuple[str, str], list[str]] = {}
    for column in columns:
        key = (column.file_name, formats.moment(timezone.localtime(column.adopted_at)))
        groups.setdefault(key, []).append(f"{column.label} (Fassung {column.number})")
    return [AsOf(file, moment, ", ".join(labels)) for (file, moment), labels in groups.items()]


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    kind: str


KINDS = {"eur": "euro", "eur2": "euro", "teur": "euro", "text": "text", "none": "text"}


def spreadsheet(grid: Grid, seat: Seat, columns: Sequence[Slice], filename: str) -> HttpResponse:
    """The table as XLSX: the same rows, exact values, the reasons of missing ones on the sheet of facts."""
    heads = [_Column("Nr.", "text")] if grid.has_numbers else []
    heads.append(_Column(grid.stub, "text"))
    for head in grid.heads:
        kind = KINDS.get(head.unit, "number")
        unit = "" if kind == "euro" and not head.note else f" ({head.unit_text.removeprefix('in ')})"
        heads.append(_Column(head.label + (unit if head.unit_text else ""), kind))
    rows = [_spreadsheet_row(row, grid) for row in grid.rows]
    facts = {"Kommune": seat.body.name} | {f"Hinweis {i}": note for i, note in enumerate(grid.notes, 1)}
    stand = "; ".join(f"{one.labels}: „{one.file_name}“, übernommen am {one.adopted}" for one in as_of(columns))
    return export_xlsx(filename, title=grid.caption, columns=heads, rows=rows, facts=facts, as_of=stand)


def _spreadsheet_row(row: Row, grid: Grid) -> list[Any]:
    cells = row.cells or (Cell(None),) * len(grid.heads)
    return [*([row.number] if grid.has_numbers else []), row.title, *(cell.value for cell in cells)]


def numbered(name: str, *args: str | int) -> Callable[[int], str]:
    """Addresses that differ in their last number alone: asked for once, because a page has hundreds of them."""
    before, _, after = reverse(name, args=[*args, 0]).rpartition("0")
    return lambda number: f"{before}{number}{after}"


def wants_spreadsheet(request: HttpRequest) -> bool:
    return request.GET.get("format") == "xlsx"


def wanted_columns(request: HttpRequest) -> str:
    """Which columns the visitor asks for in `?stand=`."""
    wanted = request.GET.get("stand", AROUND)
    return wanted if wanted in CHOICES else AROUND
