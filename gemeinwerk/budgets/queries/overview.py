"""Where do we stand: the result per year, the gap, the key figures and what changed most. One page, few queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from gemeinwerk.accounts.access import Seat
from gemeinwerk.engine import balance as balance_engine
from gemeinwerk.engine import early_warning as warning
from gemeinwerk.ui import formats

from ..frames.grids import Cell
from .balance import balances
from .heads import Heads, heads
from .indicators import WarningLead, warning_words
from .plans import OPERATING, Plan, flows_of, plan_of
from .products import Lens, Node, Tree, tree_of
from .slices import Slice, before, decisive, leading, plan_sums, settings_of, slices

MOST = 6


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    value: int | Fraction | None
    unit: str
    note: str
    tone: str = ""
    url_name: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A product whose need changed against the year before; a change that costs is positive."""

    node: Node
    before: int
    now: int

    @property
    def change(self) -> int:
        return self.now - self.before

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(Cell(cents, "eur") for cents in (self.before, self.now, self.change))


@dataclass(frozen=True, slots=True)
class Overview:
    columns: tuple[Slice, ...]
    lead: Slice | None
    compared: Slice | None
    plan: Plan
    results: tuple[int | None, ...]
    tiles: tuple[Tile, ...]
    people: Heads | None
    warning: WarningLead | None
    is_own_land: bool
    largest: tuple[Node, ...]
    changes: tuple[Change, ...]
    tree: Tree


def overview(seat: Seat) -> Overview:
    """Everything the first page shows. Constant number of queries: seven."""
    settings, of = settings_of(seat), slices(seat)
    columns = decisive(of)
    lead = leading(columns)
    people = heads(seat, settings.population_rule, [c.year for c in columns])
    sums = plan_sums(columns)
    plan = plan_of(seat, settings, OPERATING, columns, sums)
    whole = tree_of(seat, columns, people, Lens())
    balance = balances(seat)
    compared = before(columns, lead) if lead else None
    score = _score(lead, sums, balance, people) if lead else None
    return Overview(
        columns,
        lead,
        compared,
        plan,
        plan.cells(plan.role("annual_result")),
        _tiles(plan, lead, compared, people, balance) if lead else (),
        people[lead.year] if lead else None,
        score,
        seat.body.state == "06",
        _largest(whole, lead),
        _changes(whole, lead, compared),
        whole,
    )


def _score(
    lead: Slice,
    sums: Mapping[int, Mapping[tuple[str, str], int]],
    balance: Mapping[int, Mapping[str, int]],
    people: Mapping[int, Heads],
) -> WarningLead:
    found = warning.early_warning(
        flows_of(sums[lead.id]), balance.get(lead.year, {}), inhabitants=people[lead.year].count, whole_plan=True
    )
    return warning_words(found)


def _tiles(
    plan: Plan,
    lead: Slice,
    compared: Slice | None,
    people: Mapping[int, Heads],
    balance: Mapping[int, Mapping[str, int]],
) -> tuple[Tile, ...]:
    result = plan.cents(lead, plan.role("annual_result"))
    staff = plan.layout.line_of("staff") if plan.layout else None
    tone = "" if result is None else "danger" if result < 0 else "success"
    specs = (
        ("Jahresergebnis", plan.role("annual_result"), tone),
        ("Ordentliche Erträge", plan.role("ordinary_income"), ""),
        ("Ordentliche Aufwendungen", plan.role("ordinary_expense"), ""),
        ("Personalaufwendungen", staff.number if staff else "", ""),
    )
    amounts = [
        Tile(label, plan.cents(lead, n), "mio", _against(plan.cents(lead, n), plan.cents(compared, n), compared), color)
        for label, n, color in specs
    ]
    per_head = Tile("Jahresergebnis je Einwohner", people[lead.year].per_head(result), "euro", people[lead.year].label)
    return (amounts[0], per_head, *amounts[1:], _debt_tile(balance))


def _against(now: int | None, earlier: int | None, compared: Slice | None) -> str:
    if now is None or earlier is None or compared is None:
        return "Ein Vergleich mit dem Vorjahr ist nicht möglich."
    return f"{formats.mio(now - earlier, plus=True)} gegenüber {compared.label}"


def _debt_tile(balance: Mapping[int, Mapping[str, int]]) -> Tile:
    points = [p for p in balance_engine.debt_series(balance, {}) if p.series == "debt" and p.cents is not None]
    if not points:
        return Tile("Schulden", None, "mio", "Noch keine Bilanzwerte erfasst.", url_name="budget-balance")
    return Tile("Schulden", points[-1].cents, "mio", f"am 31.12.{points[-1].year}", url_name="budget-balance")


def _largest(whole: Tree, lead: Slice | None) -> tuple[Node, ...]:
    """The areas (or what stands highest) with the largest need."""
    needing = [node for node in whole.roots if (node.need(lead) or 0) > 0]
    return tuple(sorted(needing, key=lambda node: -(node.need(lead) or 0))[:MOST])


def _changes(whole: Tree, lead: Slice | None, compared: Slice | None) -> tuple[Change, ...]:
    """The lowest products whose need changed most against the year before, up or down."""
    if lead is None or compared is None:
        return ()
    leaves = [node for node in whole.walk() if not node.children]
    found = [Change(node, node.need(compared) or 0, node.need(lead) or 0) for node in leaves]
    moved = [change for change in found if change.change]
    return tuple(sorted(moved, key=lambda change: -abs(change.change))[:MOST])
