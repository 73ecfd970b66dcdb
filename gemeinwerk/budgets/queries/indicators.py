"""The key figures and the early warning over the years, with formula, inputs and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from gemeinwerk.accounts.access import Seat
from gemeinwerk.engine import early_warning as warning
from gemeinwerk.engine import indicators as engine
from gemeinwerk.engine.inputs import InputValue
from gemeinwerk.ui import formats

from ..frames.grids import Cell, Grid, Head, Row
from ..models import Product
from .balance import balances
from .heads import Heads, head_notes, heads
from .needs import flows_of_products
from .plans import Flows, flows_of
from .slices import AROUND, Slice, Sums, chosen, decisive, leading, plan_sums, settings_of, slices

UNIT_TEXT = {"percent": "%", "years": "Jahre", "eur": "€", "eur_per_head": "€ je Einwohner"}
DIRECTION = {"better": "Mehr ist besser.", "worse": "Weniger ist besser.", "neutral": "Ohne Wertung."}
LIGHTS = {"green": "success", "yellow": "warning", "red": "danger"}

LinkMaker = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class IndicatorSeries:
    """One key figure over the columns."""

    definition: engine.IndicatorDefinition
    values: tuple[engine.IndicatorValue, ...]

    @property
    def unit(self) -> str:
        return UNIT_TEXT[self.definition.unit]

    @property
    def in_unit(self) -> str:
        return "in Jahren" if self.definition.unit == "years" else f"in {self.unit}"

    @property
    def direction(self) -> str:
        return DIRECTION[self.definition.more_is]


@dataclass(frozen=True, slots=True)
class IndicatorPicture:
    columns: tuple[Slice, ...]
    lead: Slice | None
    series: tuple[IndicatorSeries, ...]
    people: Mapping[int, Heads]

    def one(self, ident: str) -> IndicatorSeries | None:
        return next((s for s in self.series if s.definition.id == ident), None)

    @property
    def lead_index(self) -> int:
        return self.columns.index(self.lead) if self.lead else 0


def indicator_picture(seat: Seat, wanted: str = AROUND) -> IndicatorPicture:
    """All key figures for the columns asked for. Constant number of queries: six."""
    columns = chosen(slices(seat), wanted)
    lead = leading(columns)
    people = heads(seat, settings_of(seat).population_rule, [c.year for c in columns])
    sums, balance, voluntary = plan_sums(columns), balances(seat), voluntary_flows(seat, columns)
    by_column = [
        indicator_values(
            flows_of(sums[c.id]), balance.get(c.year, {}), people[c.year].count, seat.body.kind, voluntary.get(c.id)
        )
        for c in columns
    ]
    series = tuple(IndicatorSeries(values[0].definition, tuple(values)) for values in zip(*by_column, strict=True))
    return IndicatorPicture(columns, lead, series, people)


def indicator_values(
    flows: Flows,
    balance: Mapping[str, int],
    inhabitants: int | None = None,
    kind: str = "municipality",
    voluntary: Flows | None = None,
) -> tuple[engine.IndicatorValue, ...]:
    """All key figures of one column."""
    given = None if voluntary is None else tuple(voluntary.items())
    return _indicator_values(tuple(flows.items()), tuple(balance.items()), inhabitants, kind, given)


Items = tuple[tuple[str, int], ...]


@lru_cache(maxsize=512)
def _indicator_values(
    flows: Items, balance: Items, inhabitants: int | None, kind: str, voluntary: Items | None
) -> tuple[engine.IndicatorValue, ...]:
    """The same figures give the same key figures: kept, because most visitors look at the same few columns."""
    return engine.indicators(
        dict(flows),
        dict(balance),
        inhabitants=inhabitants,
        kind=kind,
        voluntary=None if voluntary is None else dict(voluntary),
        whole_plan=True,
    )


def voluntary_flows(seat: Seat, columns: Sequence[Slice]) -> dict[int, Flows]:
    """Position → cents of the products with voluntary tasks; empty if no product has a kind. Two queries."""
    kinds = dict(Product.objects.filter(body=seat.body).exclude(task_kind="").values_list("pk", "task_kind"))
    if not kinds:
        return {}
    wanted = [pk for pk, kind in kinds.items() if kind == Product.TaskKind.VOLUNTARY]
    return flows_of_products(columns, wanted)


# ---------------------------------------------------------------- early warning
@dataclass(frozen=True, slots=True)
class WarningPicture:
    columns: tuple[Slice, ...]
    lead: Slice | None
    warnings: tuple[warning.EarlyWarning, ...]
    people: Mapping[int, Heads]
    is_own_land: bool

    @property
    def latest(self) -> warning.EarlyWarning | None:
        return self.warnings[self.columns.index(self.lead)] if self.lead else None


def warning_picture(seat: Seat, wanted: str = AROUND) -> WarningPicture:
    """The early warning score for the columns asked for. Constant number of queries: five."""
    of = slices(seat)
    columns = chosen(of, wanted)
    every = decisive(of)
    people = heads(seat, settings_of(seat).population_rule, [c.year for c in columns])
    sums, balance = plan_sums({*columns, *every}), balances(seat)
    found = tuple(score(c, every, sums, balance, people) for c in columns)
    return WarningPicture(columns, leading(columns), found, people, seat.body.state == "06")


def score(
    column: Slice,
    columns: Sequence[Slice],
    sums: Sums,
    balance: Mapping[int, Mapping[str, int]],
    people: Mapping[int, Heads],
) -> warning.EarlyWarning:
    """The early warning of one column; `columns` give the payments of the years before."""
    flows, figures = flows_of(sums[column.id]), balance.get(column.year, {})
    prior = _prior_payments(column, columns, sums)
    return _score(tuple(flows.items()), tuple(figures.items()), people[column.year].count, tuple(prior))


@lru_cache(maxsize=512)
def _score(flows: Items, balance: Items, inhabitants: int | None, prior: tuple[int, ...]) -> warning.EarlyWarning:
    """Kept like the key figures."""
    return warning.early_warning(
        dict(flows), dict(balance), inhabitants=inhabitants, prior_operating_payments=prior, whole_plan=True
    )


def _prior_payments(column: Slice, columns: Sequence[Slice], sums: Sums) -> list[int]:
    """Payments of current administration of up to three years before, where the files hold a cash plan."""
    years = {column.year - 1, column.year - 2, column.year - 3}
    paid = [
        -sum(cents for (position, side), cents in sums[c.id].items() if side == "cash_out" and _is_operating(position))
        for c in columns
        if c.year in years
    ]
    return [cents for cents in paid if cents > 0]


def _is_operating(position: str) -> bool:
    return position.startswith("cash_") or position == "current_payments_total"


# ---------------------------------------------------------------- as tables
UNDEFINED = "n. d."


def indicator_grid(of: IndicatorPicture, link: LinkMaker | None = None, *, which: str = "all") -> Grid:
    """The key figures over the columns; `which` is "nkf" (the 18), "core" or "all"."""
    rows = [
        _indicator_row(s, link) for s in of.series if which == "all" or (which == "nkf") == bool(s.definition.number)
    ]
    caption = {"nkf": "NKF-Kennzahlenset (18 Kennzahlen)", "core": "Kernkennzahlen", "all": "Kennzahlen"}[which]
    heads_ = tuple(Head(c.label, "none") for c in of.columns)
    notes = head_notes(of.people.values()) if which != "nkf" else ()
    return Grid(caption, heads_, tuple(rows), stub="Kennzahl", has_numbers=which != "core", notes=notes)


def _indicator_row(of: IndicatorSeries, link: LinkMaker | None) -> Row:
    cells = tuple(value_cell(value) for value in of.values)
    number = str(of.definition.number or "")
    url = link(of.definition.id) if link else ""
    return Row(of.definition.title, cells, number=number, url=url, note=of.in_unit, key=of.definition.id)


def value_cell(value: engine.IndicatorValue) -> Cell:
    """The value in its unit; „n. d.“ where the figure makes no statement, a dash where an input is missing."""
    if value.state is engine.State.UNDEFINED:
        return Cell(UNDEFINED, "percent", value.reason)
    unit = {"eur": "eur", "eur_per_head": "eur2"}.get(value.definition.unit, value.definition.unit)
    shown = value.value
    if shown is not None and unit in ("eur", "eur2"):
        shown = shown * 100  # the engine answers in euros, cells hold cents
    return Cell(shown, unit, value.reason)


def inputs_grid(of: IndicatorSeries, columns: Sequence[Slice]) -> Grid:
    """The value and every input that was used, per column."""
    keys = {one.key: one for value in of.values for one in value.inputs}
    rows = [Row(of.definition.title, tuple(value_cell(v) for v in of.values), kind="subtotal", note=of.in_unit)]
    for key, example in keys.items():
        found = [next((one for one in value.inputs if one.key == key), None) for value in of.values]
        places = dict.fromkeys(one.place for one in found if one and one.place)
        rows.append(Row(example.title, tuple(map(_input_cell, found)), note=", ".join(places), indent=1))
    heads_ = tuple(Head(c.label, "none") for c in columns)
    return Grid(f"{of.definition.title}: Rechenweg", heads_, tuple(rows), stub="Größe (Beträge in €)")


def reasons(of: IndicatorSeries, columns: Sequence[Slice]) -> list[tuple[str, str]]:
    """Why values are missing: the columns with the same reason together."""
    found: dict[str, list[str]] = {}
    for column, value in zip(columns, of.values, strict=True):
        if value.reason:
            found.setdefault(value.reason, []).append(column.label)
    return [(", ".join(labels), reason) for reason, labels in found.items()]


def _input_cell(value: InputValue | None) -> Cell:
    if value is None or value.value is None:
        return Cell(None, "eur", f"Es fehlt: {value.title}." if value else "Nicht nötig.")
    return Cell(value.value, "heads" if value.unit == "heads" else "eur")


@dataclass(frozen=True, slots=True)
class WarningLead:
    """A score in words."""

    warning: warning.EarlyWarning
    badge: str
    light: str
    score: str
    """„53“ or „0 bis 60“; of 100 points."""
    is_range: bool
    is_unknown: bool
    """Nothing is known yet: not one of the indicators has its points."""


def warning_lead(of: WarningPicture) -> WarningLead | None:
    """What the page says first; None without a budget."""
    latest = of.latest
    return warning_words(latest) if latest else None


def warning_words(of: warning.EarlyWarning) -> WarningLead:
    titles = {band.light: band.title for band in of.scheme.bands}
    light = " oder ".join(titles[one] for one in of.lights)
    is_range = of.score is None
    low, high = _cut(of.lowest), _cut(of.highest)
    score = f"{low} bis {high}" if is_range and low != high else low
    badge = LIGHTS[of.light.value] if of.light else "info"
    is_unknown = all(one.points is None for one in of.indicators)
    return WarningLead(of, badge, light, score, is_range, is_unknown)


def _cut(points: Fraction) -> str:
    """Cut, not rounded: 69,99 must not read as 70."""
    return formats.number(Fraction(points * 10 // 1, 10))


def warning_grid(of: WarningPicture) -> Grid:
    """Weighted points per indicator and column; a range where an input is missing."""
    if not of.warnings:
        return Grid("", (), ())
    rows = []
    for place, rule in enumerate(of.warnings[0].scheme.rules):
        found = [one.indicators[place] for one in of.warnings]
        note = f"{rule.formula}, Gewicht {formats.number(rule.weight)} %"
        rows.append(Row(rule.title, tuple(map(_points_cell, found)), note=note))
    total = tuple(_range_cell(one.lowest, one.highest, one.score is None) for one in of.warnings)
    rows.append(Row("Punkte zusammen", total, kind="subtotal"))
    heads_ = tuple(Head(c.label, "points") for c in of.columns)
    return Grid("Frühwarnung: gewichtete Punkte", heads_, tuple(rows), stub="Indikator")


def _points_cell(one: warning.WarningIndicator) -> Cell:
    weight = one.rule.weight
    return _range_cell(one.lowest * weight, one.highest * weight, one.points is None, one.reason)


def _range_cell(low: Fraction, high: Fraction, is_range: bool, reason: str = "") -> Cell:
    if is_range and low != high:
        return Cell(f"{_cut(low)} bis {_cut(high)}", "points", reason)
    return Cell(low, "points", reason)
