"""Where do we stand: the result per year, the gap, the key figures and what changed most. One page, few queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from gemeinwerk.accounts.access import Seat
from gemeinwerk.engine import balance as balance_engine
from gemeinwerk.ui import formats

from ..frames.grids import Cell
from .balance import balance_figures, balances_of
from .heads import Heads, heads
from .indicators import WarningLead, score, warning_words
from .plans import OPERATING, Plan, plan_of
from .products import Lens, Node, Tree, tree_of
from .slices import Slice, Sums, before, decisive, leading, plan_sums, settings_of, slices

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
    settled: tuple[Slice, WarningLead] | None
    is_own_land: bool
    largest: tuple[Node, ...]
    changes: tuple[Change, ...]
    tree: Tree

    @property
    def sentence(self) -> str:
        """The picture in plain words, for people who do not read plans every day."""
        result = self.plan.cents(self.lead, self.plan.role("annual_result"))
        if self.lead is None or result is None:
            return ""
        word = "niedriger" if result < 0 else "höher"
        name = "Fehlbetrag" if result < 0 else "Überschuss"
        said = (
            f"{self.lead.label}: Die Erträge sind um {formats.mio(abs(result))} {word} als die Aufwendungen ({name})."
        )
        if result == 0:
            said = f"{self.lead.label}: Erträge und Aufwendungen gleichen sich aus."
        needs = self.largest_needs
        if not needs:
            return said
        node, cents = needs[0]
        return f"{said} Am meisten Zuschuss braucht „{node.name or node.code}“ mit {formats.mio(cents)}."

    @property
    def largest_needs(self) -> list[tuple[Node, int]]:
        return [(node, node.need(self.lead) or 0) for node in self.largest]


def overview(seat: Seat) -> Overview:
    """Everything the first page shows. Constant number of queries: seven."""
    settings, of = settings_of(seat), slices(seat)
    columns = decisive(of)
    lead = leading(columns)
    compared = before(of, lead) if lead else None
    people = heads(seat, settings.population_rule, [c.year for c in columns])
    every = tuple(dict.fromkeys([*columns, *([compared] if compared else [])]))
    sums, figures = plan_sums(every), balance_figures(seat)
    balance = balances_of(figures)
    planned = frozenset(figure.year for figure in figures if figure.is_plan)
    wide = plan_of(seat, settings, OPERATING, every, sums)
    plan = replace(wide, columns=columns)
    whole = tree_of(seat, tuple(c for c in every if c in (lead, compared)), people, Lens())
    return Overview(
        columns,
        lead,
        compared,
        plan,
        plan.cells(plan.role("annual_result")),
        (*_tiles(wide, lead, compared, people), *_balance_tiles(balance, planned, people, seat.body.state))
        if lead
        else (),
        people[lead.year] if lead else None,
        warning_words(score(lead, columns, sums, balance, people)) if lead else None,
        _settled(columns, sums, balance, people),
        seat.body.state == "06",
        _largest(whole, lead),
        _changes(whole, lead, compared),
        whole,
    )


def _settled(
    columns: tuple[Slice, ...], sums: Sums, balance: Mapping[int, Mapping[str, int]], people: Mapping[int, Heads]
) -> tuple[Slice, WarningLead] | None:
    """The newest column whose score lacks nothing."""
    for column in reversed([c for c in columns if c.year in balance]):
        found = score(column, columns, sums, balance, people)
        if found.score is not None:
            return column, warning_words(found)
    return None


def _tiles(
    plan: Plan,
    lead: Slice,
    compared: Slice | None,
    people: Mapping[int, Heads],
) -> tuple[Tile, ...]:
    result = plan.cents(lead, plan.role("annual_result"))
    staff = plan.layout.line_of("staff") if plan.layout else None
    tone = "" if result is None else "danger" if result < 0 else "success"
    specs = (
        ("Jahresergebnis", plan.role("annual_result"), tone),
        ("Ordentliche Erträge", plan.role("ordinary_income"), ""),
        ("Ordentliche Aufwendungen", plan.role("ordinary_expense"), ""),
        ("Personalaufwand", staff.number if staff else "", ""),
    )
    amounts = [
        Tile(label, plan.cents(lead, n), "mio", _against(plan.cents(lead, n), plan.cents(compared, n), compared), color)
        for label, n, color in specs
    ]
    per_head = Tile("Jahresergebnis je Einwohner", people[lead.year].per_head(result), "euro", people[lead.year].label)
    first = replace(amounts[0], note=f"{amounts[0].note}{_before_reduction(plan, lead)}")
    return (first, per_head, *amounts[1:])


def _before_reduction(plan: Plan, lead: Slice) -> str:
    """Where the layout names the Jahresergebnis before the globaler Minderaufwand (NRW), the tile says so too."""
    layout = plan.layout
    line = layout.line_of("global_reduction") if layout else None
    cents = plan.cents(lead, line.number) if line else None
    if layout is None or not cents or "global_reduction" in layout.reach(plan.role("annual_result")):
        return ""
    return f"; vor globalem Minderaufwand von {formats.mio(cents)}"


def _against(now: int | None, earlier: int | None, compared: Slice | None) -> str:
    if now is None or earlier is None or compared is None:
        return "Kein Vorjahr zum Vergleich."
    return f"{formats.mio(now - earlier, plus=True)} gegenüber {compared.label}"


def _balance_tiles(
    balance: Mapping[int, Mapping[str, int]], planned: frozenset[int], people: Mapping[int, Heads], state: str
) -> list[Tile]:
    """Debt, reserve and liquidity at the end of the newest year that knows them."""
    counts = {one.on.year: one.count for one in people.values() if one.count and (one.on.month, one.on.day) == (12, 31)}
    points = balance_engine.debt_series(balance, counts)
    labels = BALANCE_TILES | ({"ordinary_reserve": "Ordentliche Rücklage"} if state == "06" else {})
    return [_balance_tile(c, label, [p for p in points if p.series == c], planned) for c, label in labels.items()]


BALANCE_TILES = {
    "debt": "Schulden",
    "liquidity_debt": "Liquiditätskredite",
    "ordinary_reserve": "Ausgleichsrücklage",
    "liquidity": "Liquide Mittel",
}


def _balance_tile(code: str, label: str, points: list[balance_engine.SeriesPoint], planned: frozenset[int]) -> Tile:
    known = [p for p in points if p.cents is not None]
    if not known:
        return Tile(label, None, "mio", "Noch nicht erfasst.", url_name="budget-balance")
    last = known[-1]
    note = f"am 31.12.{last.year}" + (" (Plan)" if last.year in planned else "")
    if code == "debt" and last.per_head_cents is not None:
        note = f"{formats.euro0(last.per_head_cents)} je Einwohner {note}"
    return Tile(label, last.cents, "mio", note, url_name="budget-balance")


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
