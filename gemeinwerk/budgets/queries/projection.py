"""Looking ahead: the status-quo projection to year +10 with its assumptions, its results and its gap per year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache

from django.http import Http404

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.access import Seat
from gemeinwerk.engine import projection as engine
from gemeinwerk.engine.assumptions import Assumption, Group, defaults_source, group_of, groups
from gemeinwerk.engine.tables import Stage

from ..frames.grids import Cell, Grid, Head, Row
from ..frames.projection import assumptions_frame, plan_frame, position_choices, position_title
from ..models import ProjectionAssumption
from .balance import balances
from .plans import flows_of
from .slices import Slice, decisive, leading, plan_sums, slices

HORIZON = 10
VERBS = ("ASSUMPTION_ADDED", "ASSUMPTION_CHANGED", "ASSUMPTION_REMOVED")
MARKS = {"estimate": "Ansatz", "supplement": "Nachtrag", "forecast": "Planung", None: "fortgeschrieben"}
SHORT_MARKS = MARKS | {None: "Fortschr."}

__all__ = ["position_choices", "position_title"]


@dataclass(frozen=True, slots=True)
class Explained:
    """One position with the reasons of its figures, year by year."""

    position: str
    title: str
    sentences: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class ProjectionPicture:
    projection: engine.Projection
    columns: tuple[Slice, ...]
    """The slices it starts from, for the Datenstand."""
    grid: Grid
    results: Grid
    explained: tuple[Explained, ...]
    assumption_count: int

    @property
    def years(self) -> tuple[engine.YearResult, ...]:
        return self.projection.years

    @property
    def is_empty(self) -> bool:
        return self.projection.base_year is None

    @property
    def reserve_fails_at_once(self) -> bool:
        """There is no reserve left for the first deficit already."""
        return bool(self.years) and self.projection.reserve_used_up == self.years[0].year

    def mark(self, year: engine.YearResult) -> str:
        return MARKS[year.stage]


def projection_picture(seat: Seat) -> ProjectionPicture:
    """The projection as it follows from plan and assumptions now. Constant number of queries: four."""
    of = slices(seat)
    planned = tuple(s for s in of if s.is_plan)
    lead = leading(planned)
    columns = tuple(s for s in planned if lead and s.year >= lead.year)
    sums = plan_sums(of)
    flows = {column.id: flows_of(sums[column.id]) for column in of}
    own = assumptions_frame(assumptions(seat))
    opening, past = _opening(balances(seat), lead, {c.year: _annual(flows[c.id]) for c in decisive(of)})
    plan = plan_frame([(s.id, s.year, s.stage) for s in planned], flows)
    given = tuple((slice_, tuple(amounts.items())) for slice_, amounts in plan.items())
    return replace(_picture(given, tuple(own), opening, tuple(past.items())), columns=columns)


Given = tuple[tuple[tuple[int, Stage], tuple[tuple[str, int], ...]], ...]


@lru_cache(maxsize=64)
def _picture(
    plan: Given, own: tuple[Assumption, ...], opening: engine.Opening | None, past: tuple[tuple[int, int], ...]
) -> ProjectionPicture:
    """The same plan and assumptions give the same projection: kept, because it is asked for again and again."""
    amounts = {slice_: dict(items) for slice_, items in plan}
    options = engine.Options(horizon=HORIZON, opening=opening, past_results=dict(past))
    found = engine.project(amounts, own, options=options)
    return ProjectionPicture(found, (), _amount_grid(found), _result_grid(found), _explained(found), len(own))


def _annual(flows: Mapping[str, int]) -> int:
    """The Jahresergebnis of one column."""
    return sum(cents for position, cents in flows.items() if position in group_of() and _counts(position))


def _counts(position: str) -> bool:
    return group_of()[position].result != "none"


def _opening(
    balance: Mapping[int, Mapping[str, int]], lead: Slice | None, results: Mapping[int, int]
) -> tuple[engine.Opening | None, dict[int, int]]:
    """The opening is the last balance before the base year; without one the reserve stays unknown.

    `results` are the latest known Jahresergebnisse; those between the balance and the base year bridge the gap.
    """
    earlier = [year for year in balance if lead and year < lead.year]
    if not earlier:
        return None, {}
    year = max(earlier)
    opening = engine.Opening(year, balance[year].get("equalization_reserve"), balance[year].get("equity"))
    return opening, {y: cents for y, cents in results.items() if lead and year < y < lead.year}


# ---------------------------------------------------------------- as tables
def _amount_grid(of: engine.Projection) -> Grid:
    """Every position in every year, with the mark of where it comes from."""
    years = [year.year for year in of.years]
    by_item: dict[str, dict[int, engine.ProjectedAmount]] = {}
    for amount in of.amounts:
        by_item.setdefault(amount.item, {})[amount.year] = amount
    rows: list[Row] = []
    for group in groups().values():
        items = [item for item in by_item if group_of()[_position(by_item[item])].id == group.id]
        for item in items:
            cells = tuple(_amount_cell(by_item[item].get(year)) for year in years)
            rows.append(Row(position_title(item), cells, key=item))
    heads = tuple(Head(str(y.year), "teur", SHORT_MARKS[y.stage]) for y in of.years)
    return Grid("Fortschreibung je Position", heads, tuple(rows), stub="Position (in T€)")


def _position(amounts: Mapping[int, engine.ProjectedAmount]) -> str:
    return next(iter(amounts.values())).position


def _amount_cell(amount: engine.ProjectedAmount | None) -> Cell:
    return Cell(None, "teur", "Kein Planwert.") if amount is None else Cell(amount.cents, "teur")


BEFORE_REDUCTION = "Jahresergebnis vor globalem Minderaufwand"
AFTER_REDUCTION = "Jahresergebnis nach globalem Minderaufwand"
REDUCTION_NOTE = (
    "Lücke, Rücklage und Eigenkapital rechnen mit dem Jahresergebnis nach Abzug des globalen Minderaufwands. "
    "Der Ergebnisplan in Nordrhein-Westfalen nennt beide: das Jahresergebnis davor und das danach."
)
RESULTS = (
    ("Ordentliche Erträge", "ordinary_income", "line"),
    ("Ordentliche Aufwendungen", "ordinary_expense", "line"),
    ("Ergebnis der laufenden Verwaltung", "operating_result", "subtotal"),
    ("Finanzergebnis", "financial_result", "line"),
    ("Ordentliches Ergebnis", "ordinary_result", "total"),
    ("Außerordentliches Ergebnis", "extraordinary_result", "line"),
    (BEFORE_REDUCTION, "before_reduction", "subtotal"),
    ("Globaler Minderaufwand", "global_reduction", "line"),
    ("Jahresergebnis", "annual_result", "total"),
    ("Lücke (Fehlbetrag des Jahres)", "gap", "subtotal"),
    ("Jahresergebnisse zusammen", "cumulative", "line"),
    ("Ausgleichsrücklage oder ordentliche Rücklage am Jahresende", "reserve", "line"),
    ("Eigenkapital am Jahresende", "equity", "line"),
)


def _result_grid(of: engine.Projection) -> Grid:
    unknown = "Unbekannt, weil vor dem Basisjahr keine Bilanzwerte erfasst sind."
    reduced = any(year.global_reduction for year in of.years)
    rows = []
    for title, name, kind in RESULTS:
        values = [_result(year, name) for year in of.years]
        if name == "extraordinary_result" and not any(values):
            continue
        if name in ("global_reduction", "before_reduction") and not reduced:
            continue
        if name == "annual_result" and reduced:
            title = AFTER_REDUCTION
        rows.append(Row(title, tuple(Cell(v, "teur", unknown) for v in values), kind=kind, key=name))
    heads = tuple(Head(str(y.year), "teur", SHORT_MARKS[y.stage]) for y in of.years)
    notes = (REDUCTION_NOTE,) if reduced else ()
    return Grid("Ergebnis und Lücke je Jahr", heads, tuple(rows), stub="Größe (in T€)", notes=notes)


def _result(year: engine.YearResult, name: str) -> int | None:
    if name == "before_reduction":
        return year.annual_result - year.global_reduction
    return getattr(year, name)


def _explained(of: engine.Projection) -> tuple[Explained, ...]:
    found: dict[str, list[tuple[int, str]]] = {}
    for amount in of.amounts:
        found.setdefault(amount.item, []).append((amount.year, amount.explanation))
    return tuple(Explained(item, position_title(item), tuple(said)) for item, said in found.items())


# ---------------------------------------------------------------- assumptions
def assumptions(seat: Seat) -> list[ProjectionAssumption]:
    """The body's own assumptions. One query."""
    return list(ProjectionAssumption.objects.filter(body=seat.body))


def assumption(seat: Seat, pk: int) -> ProjectionAssumption:
    found = ProjectionAssumption.objects.filter(body=seat.body, pk=pk).first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class OwnAssumption:
    row: ProjectionAssumption
    title: str

    @property
    def value(self) -> Cell:
        if self.row.percent is not None:
            return Cell(Fraction(self.row.percent), "percent")
        return Cell(self.row.amount_cents, "eur2")


@dataclass(frozen=True, slots=True)
class DefaultAssumption:
    """What holds where the body has no own assumption."""

    group: Group
    titles: str

    @property
    def rate(self) -> str:
        if self.group.percent is None:
            return "nicht fortgeschrieben"
        return f"{Cell(self.group.percent, 'percent').text} % je Jahr"


@dataclass(frozen=True, slots=True)
class AssumptionPicture:
    own: tuple[OwnAssumption, ...]
    defaults: tuple[DefaultAssumption, ...]
    source: str
    problems: tuple[object, ...] = field(default=())


def assumption_picture(seat: Seat) -> AssumptionPicture:
    """Own assumptions beside the shipped ones. One query."""
    own = tuple(OwnAssumption(row, position_title(row.position)) for row in assumptions(seat))
    defaults = tuple(
        DefaultAssumption(group, ", ".join(position_title(p) for p in group.positions)) for group in groups().values()
    )
    return AssumptionPicture(own, defaults, defaults_source())


def assumption_history(seat: Seat) -> list[activity.Entry]:
    """Who changed which assumption. One query."""
    return [activity.entry(act) for act in activity.of(seat, seat.body).filter(verb__in=VERBS)[:50]]
