"""The operating and the cash plan in the line order of the Land, for the whole body or for some of its products."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from gemeinwerk.accounts.access import Seat
from gemeinwerk.engine.budget import Amount, operating_plan
from gemeinwerk.engine.layouts import LAYOUTS, Layout, LayoutLine, layout_for
from gemeinwerk.engine.schemes import POSITIONS, SCHEMES, position_or_rest
from gemeinwerk.engine.tables import Side, Stage

from ..frames.grids import Cell, Grid, Head, Row
from ..frames.imports import LANDS
from ..models import BudgetSettings
from .slices import AROUND, ColumnSums, Slice, Sums, chosen, leading, plan_sums, settings_of, slices

OPERATING, CASH = "operating", "cash"
Flows = dict[str, int]
LinkMaker = Callable[[LayoutLine], str]


def flows_of(sums: Mapping[tuple[str, str], int]) -> Flows:
    """Position → cents; what has no position is kept under „ohne Angabe der Art“ of its side."""
    flows: Flows = {}
    for (position, side), cents in sums.items():
        code = position_or_rest(position, Side(side))
        flows[code] = flows.get(code, 0) + cents
    return flows


# ---------------------------------------------------------------- which layout
def layout_choices() -> list[tuple[str, str]]:
    """The layouts a body may choose among; the cash plan follows the choice."""
    return [(layout.id, layout.title) for layout in LAYOUTS.values() if layout.plan == OPERATING]


def scheme_choices() -> list[tuple[str, str]]:
    return [(scheme.id, scheme.title) for scheme in SCHEMES.values()]


def layout_of(seat: Seat, settings: BudgetSettings, kind: str, year: int) -> Layout:
    """The layout the body chose, else the one of its Land in that year."""
    wanted = settings.plan_layout if kind == OPERATING else settings.plan_layout.replace("_result", "_cash")
    found = LAYOUTS.get(wanted)
    if found is not None and found.plan == kind:
        return found
    return layout_for(LANDS.get(seat.body.state, ""), year, kind)


@cache
def results_of(layout_id: str) -> frozenset[str]:
    """The lines that are a result or a balance: they add up what comes in and what goes out."""
    layout = LAYOUTS[layout_id]
    return frozenset(
        line.number for line in layout.lines if line.is_total and len(_directions(layout.reach(line.number))) == 2
    )


def _directions(positions: Iterable[str]) -> set[bool]:
    return {POSITIONS[position].side in (Side.INCOME, Side.CASH_IN, Side.INTERNAL_IN) for position in positions}


def row_kind(layout: Layout, line: LayoutLine) -> str:
    return "total" if line.number in results_of(layout.id) else "subtotal" if line.is_total else "line"


Values = Mapping[str, tuple[int | None, str]]
"""Number of the line → cents (None: missing) and the reason."""


def line_values(layout: Layout, column: Slice, sums: ColumnSums, whole: ColumnSums | None = None) -> Values:
    """Every line of the layout for one column; `whole` are the sums of the body where `sums` are those of products."""
    given = None if whole is None else frozenset(whole.items())
    return _line_values(layout.id, column.year, Stage(column.stage), frozenset(sums.items()), given)


SumItems = frozenset[tuple[tuple[str, str], int]]


@lru_cache(maxsize=512)
def _line_values(layout: str, year: int, stage: Stage, sums: SumItems, whole: SumItems | None) -> Values:
    """The same sums give the same lines: kept, because most visitors look at the same few columns."""
    given = None if whole is None else _amounts(year, stage, whole)
    plan = operating_plan(_amounts(year, stage, sums), LAYOUTS[layout], [(year, stage)], whole=given)
    return MappingProxyType({row.number: (row.cents[0], row.reasons[0]) for row in plan.rows})


def _amounts(year: int, stage: Stage, sums: SumItems) -> list[Amount]:
    return [Amount(year, stage, position, Side(side), cents) for (position, side), cents in sums]


# ---------------------------------------------------------------- a plan
@dataclass(frozen=True, slots=True)
class Plan:
    """A plan in the order of its layout: every line with its amount per column."""

    layout: Layout | None
    kind: str
    columns: tuple[Slice, ...]
    all_columns: tuple[Slice, ...]
    values: Mapping[int, Values]
    """Column → number of the line → cents and reason."""

    def cents(self, column: Slice | None, number: str) -> int | None:
        return self.values[column.id].get(number, (None, ""))[0] if column else None

    def cells(self, number: str) -> tuple[int | None, ...]:
        return tuple(self.cents(column, number) for column in self.columns)

    def line(self, number: str) -> LayoutLine | None:
        return next((line for line in self.layout.lines if line.number == number), None) if self.layout else None

    def role(self, role: str) -> str:
        """The number of the total with that role, e.g. `annual_result`; empty where there is none."""
        line = self.layout.by_role(role) if self.layout else None
        return line.number if line else ""

    @property
    def lead(self) -> Slice | None:
        return leading(self.columns)

    @property
    def is_empty(self) -> bool:
        return not any(cents is not None for column in self.values.values() for cents, _reason in column.values())


def plan(seat: Seat, kind: str, wanted: str = AROUND) -> Plan:
    """The whole plan of the body. Three queries: settings, versions, sums."""
    settings, of = settings_of(seat), slices(seat)
    columns = chosen(of, wanted)
    return plan_of(seat, settings, kind, columns, plan_sums(columns), all_columns=of)


def plan_of(
    seat: Seat,
    settings: BudgetSettings,
    kind: str,
    columns: tuple[Slice, ...],
    sums: Sums,
    *,
    whole: Sums | None = None,
    all_columns: tuple[Slice, ...] = (),
) -> Plan:
    """A plan from sums that are at hand already. No query."""
    if not columns:
        return Plan(None, kind, (), all_columns, {})
    layout = layout_of(seat, settings, kind, columns[-1].year)
    values = {c.id: line_values(layout, c, sums[c.id], whole[c.id] if whole else None) for c in columns}
    return Plan(layout, kind, columns, all_columns or columns, values)


def plan_grid(of: Plan, *, link: LinkMaker | None = None, caption: str = "") -> Grid:
    """The plan as a table; lines that only some files have are left out where they are empty."""
    if of.layout is None:
        return Grid(caption, (), ())
    rows = []
    for line in of.layout.lines:
        cells = line_cells(of, line.number)
        is_empty = all(cell.value is None for cell in cells)
        if line.only_if_present and is_empty:
            continue
        url = link(line) if link and not is_empty else ""
        kind = row_kind(of.layout, line)
        rows.append(Row(line.title, cells, number=line.number, kind=kind, url=url, key=line.number))
    heads = tuple(Head(column.label, "eur") for column in of.columns)
    return Grid(caption or of.layout.title, heads, tuple(rows), has_numbers=True)


def line_cells(of: Plan, number: str) -> tuple[Cell, ...]:
    found = [of.values[column.id].get(number, (None, "")) for column in of.columns]
    return tuple(Cell(cents, "eur", reason) for cents, reason in found)


def unassigned_sides(layout: Layout, number: str) -> tuple[str, ...]:
    """The sides whose lines without a position stand in this line."""
    held = layout.reach(number)
    return tuple(side.value for side in Side if position_or_rest("", side) in held)


def line_grid(of: Plan, number: str) -> Grid:
    """One line of a plan alone, as the sum above its products."""
    line = of.line(number)
    row = Row(line.title if line else "", line_cells(of, number), number=number, kind="subtotal")
    return Grid("Zeile im Plan", tuple(Head(c.label) for c in of.columns), (row,), has_numbers=True)


def position_title(code: str) -> str:
    position = POSITIONS.get(code)
    return position.title if position else ""
