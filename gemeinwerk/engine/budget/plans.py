"""Operating and cash plan: the lines of a layout with an amount per column, and why an amount is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gemeinwerk.engine.budget.rollups import Amount
from gemeinwerk.engine.layouts import Layout, LayoutLine
from gemeinwerk.engine.schemes import POSITIONS, position_or_rest
from gemeinwerk.engine.tables import Side, Stage

PlanColumn = tuple[int, Stage]
Flows = Mapping[str, int]
"""Position → cents of one column; a position without amount is not in it."""

NO_FIGURES = "Für dieses Jahr und diesen Stand liegen keine Zahlen vor."
NOT_NAMED = "Die Quelle nennt dazu keinen Betrag."
_SIDES_OF_PLAN = {
    "operating": ((Side.INCOME, "Erträge"), (Side.EXPENSE, "Aufwendungen")),
    "cash": ((Side.CASH_IN, "Einzahlungen"), (Side.CASH_OUT, "Auszahlungen")),
}


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A line of the plan: per column the amount, or None with the reason; a note where an amount may be incomplete."""

    number: str
    title: str
    role: str
    is_total: bool
    cents: tuple[int | None, ...]
    reasons: tuple[str, ...]
    """Per column: empty, or why the amount is missing or may be incomplete."""
    positions: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return all(cents is None for cents in self.cents)


@dataclass(frozen=True, slots=True)
class OperatingPlan:
    """Ergebnisplan, or with a layout for cash the Finanzplan."""

    layout: Layout
    columns: tuple[PlanColumn, ...]
    rows: tuple[PlanRow, ...]
    """In the order of the layout; lines that the official form does not know are left out where they are empty."""

    def row(self, number: str) -> PlanRow | None:
        return next((row for row in self.rows if row.number == number), None)

    def role(self, role: str) -> PlanRow | None:
        """The total with that role, e.g. `annual_result`."""
        return next((row for row in self.rows if row.role == role), None)


def flows(sums: Iterable[Amount], columns: Sequence[PlanColumn]) -> dict[PlanColumn, dict[str, int]]:
    """The amounts of each column by position; lines without position stand under "ohne Angabe der Art"."""
    result: dict[PlanColumn, dict[str, int]] = {column: defaultdict(int) for column in columns}
    for amount in sums:
        found = result.get((amount.year, amount.stage))
        if found is not None:
            found[position_or_rest(amount.position, amount.side)] += amount.cents
    return {column: dict(found) for column, found in result.items()}


def operating_plan(
    sums: Iterable[Amount], layout: Layout, columns: Sequence[PlanColumn], *, whole: Iterable[Amount] | None = None
) -> OperatingPlan:
    """The plan of a body, or of a product if `whole` gives the sums of the body.

    Missing is not zero: a line without amount is None with the reason, a total is the sum of what is given, and a
    result is None where the source has only one of the two sides. `whole` tells which sides the source has at all.
    """
    chosen = tuple(columns)
    kept = tuple(sums)
    by_column = flows(kept, chosen)
    sides = _sides(kept if whole is None else whole, chosen)
    values: dict[str, list[int | None]] = {}
    reasons: dict[str, list[str]] = {}
    for line in layout.lines:
        cells = [
            _cell(line, layout, by_column[c], sides[c], [values[n][i] for n in line.lines]) for i, c in _each(chosen)
        ]
        values[line.number] = [cents for cents, _reason in cells]
        reasons[line.number] = [reason for _cents, reason in cells]
    rows = tuple(_row(line, values[line.number], reasons[line.number]) for line in layout.lines)
    shown = tuple(
        row for row, line in zip(rows, layout.lines, strict=True) if not (line.only_if_present and row.is_empty)
    )
    return OperatingPlan(layout, chosen, shown)


def cash_plan(sums: Iterable[Amount], layout: Layout, columns: Sequence[PlanColumn]) -> OperatingPlan:
    """Finanzplan: the same arithmetic with a layout whose plan is "cash"."""
    if layout.plan != "cash":
        raise ValueError(f"{layout.id} is no layout of a cash plan")
    return operating_plan(sums, layout, columns)


def columns_of(sums: Iterable[Amount]) -> tuple[PlanColumn, ...]:
    """All years and stages that have amounts, in the order of time; commitments (VE) are no amounts of a year."""
    order = list(Stage)
    found = {(amount.year, amount.stage) for amount in sums if amount.stage is not Stage.COMMITMENT}
    return tuple(sorted(found, key=lambda column: (column[0], order.index(column[1]))))


def _each(columns: Sequence[PlanColumn]) -> Iterable[tuple[int, PlanColumn]]:
    return enumerate(columns)


def _sides(sums: Iterable[Amount], columns: Sequence[PlanColumn]) -> dict[PlanColumn, set[Side]]:
    result: dict[PlanColumn, set[Side]] = {column: set() for column in columns}
    for amount in sums:
        found = result.get((amount.year, amount.stage))
        if found is not None:
            found.add(amount.side)
    return result


def _cell(
    line: LayoutLine, layout: Layout, given: Flows, sides: set[Side], parts: Sequence[int | None]
) -> tuple[int | None, str]:
    wanted = _SIDES_OF_PLAN[layout.plan]
    if not any(side in sides for side, _name in wanted) and not given:
        return None, NO_FIGURES
    if line.is_total:
        missing = [name for side, name in wanted if side not in sides]
        if missing and _is_result(line, layout):
            return None, f"Die Quelle enthält keine {missing[0]}, deshalb gibt es kein Ergebnis."
        known = [part for part in parts if part is not None]
        return (sum(known), "") if known else (None, NOT_NAMED)
    amounts = [given[position] for position in line.positions if position in given]
    hidden = _hidden_in(line, given)
    if amounts:
        return sum(amounts), f"Ein Teil kann in „{hidden}“ enthalten sein." if hidden else ""
    return None, f"Die Quelle teilt „{hidden}“ nicht auf." if hidden else NOT_NAMED


def _is_result(line: LayoutLine, layout: Layout) -> bool:
    """A total of income and expense (or receipts and payments) together, internal allocation aside."""
    sides = {POSITIONS[position].side for position in layout.reach(line.number)}
    return {Side.INCOME, Side.EXPENSE} <= sides or {Side.CASH_IN, Side.CASH_OUT} <= sides


def _hidden_in(line: LayoutLine, given: Flows) -> str:
    """The coarse position of another line that has an amount and may contain what belongs to this line."""
    for code in given:
        position = POSITIONS[code]
        if code not in line.positions and any(part in position.covers for part in line.positions):
            return position.title
    return ""


def _row(line: LayoutLine, cents: Sequence[int | None], reasons: Sequence[str]) -> PlanRow:
    return PlanRow(line.number, line.title, line.role, line.is_total, tuple(cents), tuple(reasons), line.positions)
