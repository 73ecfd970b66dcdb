"""Status-quo projection: what the adopted plan becomes if nothing is decided, year by year up to base year + 10.

Planned years (Ansatz or Nachtrag, then the mittelfristige Planung where it exists) stand as they are; afterwards each
item is carried on by its index, on an exact chain of fractions. An amount is rounded once, half to even, per item and
year; results add up the rounded amounts, so every total is the sum of what is shown. See docs/methods/projection.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from gemeinwerk.engine import VERSION
from gemeinwerk.engine.assumptions import (
    Assumption,
    AssumptionKind,
    Index,
    Indices,
    check_assumptions,
    defaults_source,
    group_of,
    groups,
    sides,
    titles,
    trend_percent,
)
from gemeinwerk.engine.problems import Problem, Severity
from gemeinwerk.engine.tables import Stage

Plan = Mapping[tuple[int, Stage], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class PlanYear:
    """The plan of one year of the projection, without amounts where there is none."""

    stage: Stage | None
    amounts: Mapping[str, int]
    estimate: Mapping[str, int] = field(default_factory=dict)
    """What only the Ansatz names, not the Nachtrag after it."""

    def stage_of(self, item: str) -> Stage | None:
        if item not in self.amounts:
            return None
        return Stage.ESTIMATE if item in self.estimate else self.stage


Planned = Mapping[int, PlanYear]


@dataclass(frozen=True, slots=True)
class Opening:
    """What the balance says at the end of a year; None is unknown."""

    year: int
    reserve_cents: int | None = None
    """Ausgleichsrücklage or ordentliche Rücklage, less deficits carried forward."""
    equity_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Options:
    horizon: int = 10
    base_year: int | None = None
    """Another base year than the latest one with an Ansatz (first year of a Doppelhaushalt); None: the latest."""
    old_deficits: Mapping[int, int] = field(default_factory=dict)
    """Abbau von Altfehlbeträgen: cents (positive) by year."""
    safety_percent: Fraction = Fraction(0)
    """Sicherheitszuschlag in percent of the gap."""
    opening: Opening | None = None
    past_results: Mapping[int, int] = field(default_factory=dict)
    """Annual results between the balance and the base year, in cents by year."""


@dataclass(frozen=True, slots=True)
class ProjectedAmount:
    """One item in one year, with everything that explains it."""

    item: str
    position: str
    year: int
    cents: int
    stage: Stage | None
    """Of the plan the amount was taken from; None: carried on from the year before."""
    carried: Fraction
    """The exact amount that the next year carries on, without steps and one-offs."""
    previous: Fraction | None
    """`carried` of the year before, if this amount was carried on."""
    index: Index | None
    steps: tuple[tuple[Assumption, Fraction], ...]
    one_offs: tuple[Assumption, ...]
    contained: tuple[Assumption, ...]
    """One-offs that the planned amount contains and that are not carried on."""

    @property
    def is_carried(self) -> bool:
        return self.stage is None

    @property
    def explanation(self) -> str:
        """A German sentence: base, factor, steps."""
        parts = [_basis(self)]
        parts += [f"dauerhafte Änderung ab {one.from_year} {_euro(effect)}" for one, effect in self.steps]
        parts += [f"einmalig {_euro(one.amount_cents or 0)}" for one in self.one_offs]
        text = "; ".join(parts) + f"; ergibt {_euro(self.cents)}."
        for one in self.contained:
            text += f" Darin einmalig {_euro(one.amount_cents or 0)}, das nicht fortgeschrieben wird."
        return text


@dataclass(frozen=True, slots=True)
class YearResult:
    """Sums of one year in the order of the Ergebnisplan; all are sums of the rounded amounts."""

    year: int
    stage: Stage | None
    """Of the plan; None: a carried-on year."""
    ordinary_income: int
    ordinary_expense: int
    operating_result: int
    financial_result: int
    ordinary_result: int
    extraordinary_result: int
    global_reduction: int
    annual_result: int
    """Jahresergebnis, after a globaler Minderaufwand."""
    gap: int
    """max(0, −annual_result)"""
    old_deficits: int
    safety: int
    need: int
    """gap + old_deficits + safety"""
    cumulative: int
    """Annual results added up from the base year."""
    reserve: int | None
    """What is left of the reserve at the end of the year, None if the opening is unknown."""
    uncovered: int | None
    """Deficits that the reserve no longer covers, added up."""
    equity: int | None


@dataclass(frozen=True, slots=True)
class Projection:
    base_year: int | None
    """None: there is no plan to start from."""
    forecast_years: tuple[int, ...]
    """Years after the base year that are planned: the mittelfristige Planung, or further Ansätze."""
    amounts: tuple[ProjectedAmount, ...]
    years: tuple[YearResult, ...]
    reserve_used_up: int | None
    """The first year whose deficit uses up the reserve."""
    equity_used_up: int | None
    problems: tuple[Problem, ...]
    digest: str
    """SHA-256 of plan, assumptions and options; the same digest and version give the same result."""
    engine_version: str
    defaults_source: str

    def amount(self, item: str, year: int) -> ProjectedAmount | None:
        return next((one for one in self.amounts if one.item == item and one.year == year), None)


def project(
    plan: Plan,
    assumptions: Sequence[Assumption] = (),
    *,
    positions: Mapping[str, str] | None = None,
    options: Options | None = None,
) -> Projection:
    """Carry the plan on to base year + horizon.

    `plan` holds cents by (year, stage) and item; an item is a position of the operating plan, or anything finer whose
    position `positions` gives. Items of other plans (cash) are left aside.
    """
    used = options or Options()
    digest = _digest(plan, assumptions, positions or {}, used)
    base_year = _base_year(plan, used.base_year)
    if base_year is None:
        text = "Es gibt keinen Haushaltsansatz, von dem aus fortgeschrieben werden kann. Bitte einen Plan einlesen."
        return _projection(None, (), (), (), [Problem("projection-no-plan", text, Severity.ERROR)], digest)
    planned = _planned(plan, base_year, base_year + used.horizon)
    items, problems = _items(planned, positions or {})
    last_year = base_year + used.horizon
    usable, faults = check_assumptions(assumptions, items, base_year=base_year, last_year=last_year)
    problems += [*faults, *_gaps_in_forecast(planned, items)]
    trends = _trends(planned, items)
    for one in usable:
        if one.key not in items and one.key in group_of() and one.kind is not AssumptionKind.INDEX:
            items[one.key] = one.key
    indices = Indices(usable, trends)
    amounts = tuple(
        amount
        for item, position in items.items()
        for amount in _carry(item, position, planned, [one for one in usable if one.key == item], indices)
    )
    years = _years(amounts, planned, used)
    notes = _opening_problems({year.year: 0 for year in years}, used)
    forecasts = tuple(year for year, of_year in planned.items() if year > base_year and of_year.stage)
    return _projection(base_year, forecasts, amounts, years, [*problems, *notes], digest)


def _base_year(plan: Plan, wanted: int | None) -> int | None:
    years = {year for year, stage in plan if stage in (Stage.ESTIMATE, Stage.SUPPLEMENT)}
    return max((year for year in years if wanted in (None, year)), default=None)


def _projection(
    base_year: int | None,
    forecasts: tuple[int, ...],
    amounts: tuple[ProjectedAmount, ...],
    years: tuple[YearResult, ...],
    problems: list[Problem],
    digest: str,
) -> Projection:
    return Projection(
        base_year=base_year,
        forecast_years=forecasts,
        amounts=amounts,
        years=years,
        reserve_used_up=_used_up(years, [year.reserve for year in years]),
        equity_used_up=_used_up(years, [year.equity for year in years]),
        problems=tuple(problems),
        digest=digest,
        engine_version=VERSION,
        defaults_source=defaults_source(),
    )


def _used_up(years: Sequence[YearResult], states: Sequence[int | None]) -> int | None:
    """The first year with a deficit at whose end nothing is left."""
    both = zip(years, states, strict=True)
    return next((one.year for one, state in both if one.annual_result < 0 and state is not None and state <= 0), None)


# ------------------------------------------------------------------ the plan


def _planned(plan: Plan, base_year: int, last_year: int) -> dict[int, PlanYear]:
    """For every year of the projection the stage and the planned amounts; a supplement replaces what it names."""
    return {year: _plan_year(plan, year, base_year) for year in range(base_year, last_year + 1)}


def _plan_year(plan: Plan, year: int, base_year: int) -> PlanYear:
    supplement = plan.get((year, Stage.SUPPLEMENT), {})
    estimate = {item: cents for item, cents in plan.get((year, Stage.ESTIMATE), {}).items() if item not in supplement}
    if supplement or estimate or year == base_year:
        stage = Stage.SUPPLEMENT if supplement else Stage.ESTIMATE
        return PlanYear(stage, {**estimate, **supplement}, estimate)
    forecast = plan.get((year, Stage.FORECAST), {})
    return PlanYear(Stage.FORECAST if forecast else None, forecast)


def _items(planned: Planned, positions: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """The items of the operating plan with their positions, and a problem for each that is unknown."""
    items: dict[str, str] = {}
    unknown: dict[str, int] = {}
    for of_year in planned.values():
        for item, cents in of_year.amounts.items():
            position = positions.get(item, item)
            if position in group_of():
                items[item] = position
            elif position not in sides():
                unknown[item] = unknown.get(item, 0) + cents
    problems = [
        Problem(
            "projection-unknown-position",
            f"„{item}“ gehört zu keiner Position des Ergebnisplans und fehlt deshalb in der Fortschreibung "
            f"(zusammen {_euro(cents)}). Bitte das Konto einer Position zuordnen.",
            Severity.ERROR,
        )
        for item, cents in unknown.items()
    ]
    return items, problems


def _gaps_in_forecast(planned: Planned, items: Mapping[str, str]) -> list[Problem]:
    """Planned years that lack an item which an earlier planned year has."""
    problems, known = [], set[str]()
    for year, of_year in planned.items():
        lacking = sorted(known - set(of_year.amounts)) if of_year.stage else []
        if lacking:
            names = ", ".join(titles().get(items[item], item) for item in lacking[:3]) + (" …" if lacking[3:] else "")
            text = (
                f"Im Plan {year} fehlen {len(lacking)} Posten ({names}); sie sind aus dem "
                "Vorjahr fortgeschrieben. Bitte eine 0 eintragen, wenn sie entfallen."
            )
            problems.append(Problem("projection-forecast-lacks", text, Severity.NOTE, count=len(lacking)))
        known |= set(of_year.amounts) & set(items)
    return problems


def _trends(planned: Planned, items: Mapping[str, str]) -> dict[str, Fraction]:
    """Growth of each position from the base year to the last planned year that has it."""
    trends: dict[str, Fraction] = {}
    for position in set(items.values()):
        if group_of()[position].trend is None:
            continue
        sums = _sums_of(position, planned, items)
        first, last = min(sums), max(sums)
        percent = trend_percent(sums[first], sums[last], last - first)
        if percent is not None:
            trends[position] = percent
    return trends


def _sums_of(position: str, planned: Planned, items: Mapping[str, str]) -> dict[int, int]:
    sums: dict[int, int] = {}
    for year, of_year in planned.items():
        found = [cents for item, cents in of_year.amounts.items() if items.get(item) == position]
        if found:
            sums[year] = sum(found)
    return sums


# ------------------------------------------------------------------ one item


def _carry(
    item: str,
    position: str,
    planned: Planned,
    own: Sequence[Assumption],
    indices: Indices,
) -> list[ProjectedAmount]:
    """The item from its first planned year on, in the order: planned or carried, steps, one-offs, rounding."""
    chain: Fraction | None = None
    steps: dict[int, Fraction] = {}
    result = []
    for year, of_year in planned.items():
        index = indices.at(item, position, year)
        one_offs = tuple(one for one in own if one.kind is AssumptionKind.ONE_OFF and one.covers(year))
        _move_steps(steps, own, year, index)
        previous, stage = chain, of_year.stage_of(item)
        if stage is not None:
            chain = Fraction(of_year.amounts[item] - _added(one_offs))
        elif chain is not None:
            chain = chain * (1 + index.percent / 100) if index.percent is not None else Fraction(0)
        if chain is None and not steps and not one_offs:
            continue
        exact = (chain or Fraction(0)) + _added(one_offs) + sum(steps.values(), Fraction(0))
        result.append(
            ProjectedAmount(
                item=item,
                position=position,
                year=year,
                cents=round(exact),
                stage=stage,
                carried=chain or Fraction(0),
                previous=previous if stage is None else None,
                index=index if stage is None and previous is not None else None,
                steps=tuple((own[i], effect) for i, effect in steps.items()),
                one_offs=one_offs if stage is None else (),
                contained=() if stage is None else one_offs,
            )
        )
    return result


def _added(assumptions: Sequence[Assumption]) -> int:
    return sum(one.amount_cents or 0 for one in assumptions)


def _move_steps(steps: dict[int, Fraction], own: Sequence[Assumption], year: int, index: Index) -> None:
    """Steps that go on grow by the index of the year, new ones begin, ended ones go; keys are indices into `own`."""
    for i, one in enumerate(own):
        if one.kind is not AssumptionKind.STEP:
            continue
        if not one.covers(year):
            steps.pop(i, None)
        elif i in steps:
            steps[i] *= 1 + Fraction(index.percent or 0) / 100
        else:
            steps[i] = Fraction(one.amount_cents or 0)


def _basis(amount: ProjectedAmount) -> str:
    if amount.stage is not None:
        name = {Stage.SUPPLEMENT: "Nachtrag", Stage.FORECAST: "Mittelfristige Planung"}.get(amount.stage, "Ansatz")
        planned = round(amount.carried) + _added(amount.contained)
        return f"{name} {amount.year}: {_euro(planned)}"
    if amount.previous is None or amount.index is None:
        return "Kein Planwert"
    before = f"{_euro(amount.previous)} aus {amount.year - 1}"
    if amount.index.percent is None:
        return f"{before}, nicht fortgeschrieben ({amount.index.source})"
    return f"{before} × (1 + {_percent(amount.index.percent)}) = {_euro(amount.carried)} ({amount.index.source})"


# ------------------------------------------------------------------ results


KINDS = ("income", "expense", "financial", "extraordinary", "reduction")
"""What counts for the annual result; internal allocations do not."""


def _years(amounts: Sequence[ProjectedAmount], planned: Planned, options: Options) -> tuple[YearResult, ...]:
    sums = {(year, kind): 0 for year in planned for kind in KINDS}
    for one in amounts:
        kind = _kind(one.position)
        if kind in KINDS:
            sums[one.year, kind] += one.cents
    annual = {year: sum(sums[year, kind] for kind in KINDS) for year in planned}
    reserves = _states("reserve_cents", annual, options)
    equities = _states("equity_cents", annual, options)
    results, cumulative = [], 0
    for year, of_year in planned.items():
        cumulative += annual[year]
        by_kind = {kind: sums[year, kind] for kind in KINDS}
        results.append(_year(year, of_year.stage, by_kind, cumulative, reserves.get(year), equities.get(year), options))
    return tuple(results)


def _kind(position: str) -> str:
    result = group_of()[position].result
    return sides()[position] if result == "ordinary" else result


def _states(name: str, annual: Mapping[int, int], options: Options) -> dict[int, int]:
    """The state at the end of each year after the opening balance; empty if it cannot be known."""
    opening = options.opening
    state = None if opening is None else getattr(opening, name)
    if opening is None or state is None or _missing_results(annual, options):
        return {}
    states: dict[int, int] = {}
    for year in range(opening.year + 1, max(annual) + 1):
        state += annual[year] if year in annual else options.past_results[year]
        states[year] = state
    return states


def _missing_results(annual: Mapping[int, int], options: Options) -> list[int]:
    """Years between the balance and the base year whose result is not known."""
    if options.opening is None:
        return []
    return [year for year in range(options.opening.year + 1, min(annual)) if year not in options.past_results]


def _opening_problems(annual: Mapping[int, int], options: Options) -> list[Problem]:
    missing = _missing_results(annual, options)
    if options.opening is None or not missing:
        return []
    text = (
        f"Zwischen der Bilanz {options.opening.year} und dem Basisjahr {min(annual)} fehlt das Jahresergebnis "
        f"{', '.join(map(str, missing))}; Rücklage und Eigenkapital sind deshalb nicht fortgeschrieben. "
        "Bitte das Ergebnis oder eine jüngere Bilanz eintragen."
    )
    return [Problem("projection-opening", text, Severity.WARNING)]


def _year(
    year: int,
    stage: Stage | None,
    by_kind: Mapping[str, int],
    cumulative: int,
    reserve: int | None,
    equity: int | None,
    options: Options,
) -> YearResult:
    operating = by_kind["income"] + by_kind["expense"]
    ordinary = operating + by_kind["financial"]
    annual = ordinary + by_kind["extraordinary"] + by_kind["reduction"]
    gap = max(0, -annual)
    safety = round(gap * options.safety_percent / 100)
    old = options.old_deficits.get(year, 0)
    return YearResult(
        year=year,
        stage=stage,
        ordinary_income=by_kind["income"],
        ordinary_expense=by_kind["expense"],
        operating_result=operating,
        financial_result=by_kind["financial"],
        ordinary_result=ordinary,
        extraordinary_result=by_kind["extraordinary"],
        global_reduction=by_kind["reduction"],
        annual_result=annual,
        gap=gap,
        old_deficits=old,
        safety=safety,
        need=gap + old + safety,
        cumulative=cumulative,
        reserve=None if reserve is None else max(0, reserve),
        uncovered=None if reserve is None else max(0, -reserve),
        equity=equity,
    )


def spread_evenly(total_cents: int, years: Sequence[int]) -> dict[int, int]:
    """A total on years so that the parts add up to it exactly; the first years take the cents left over."""
    if not years:
        return {}
    each, rest = divmod(total_cents, len(years))
    return {year: each + (1 if i < rest else 0) for i, year in enumerate(years)}


# ------------------------------------------------------------------ text and digest


def _euro(cents: int | Fraction) -> str:
    """1.234,56 € as it is written in German, rounded half to even."""
    rounded = round(cents)
    whole, rest = divmod(abs(rounded), 100)
    return ("−" if rounded < 0 else "") + f"{whole:,}".replace(",", ".") + f",{rest:02d} €"


def _percent(percent: Fraction) -> str:
    return f"{float(percent):.10g}".replace(".", ",").replace("-", "−") + " %"


def _digest(plan: Plan, assumptions: Sequence[Assumption], positions: Mapping[str, str], options: Options) -> str:
    content: dict[str, Any] = {
        "version": VERSION,
        "plan": sorted([year, stage.value, sorted(amounts.items())] for (year, stage), amounts in plan.items()),
        "assumptions": [asdict(one) for one in assumptions],
        "positions": sorted(positions.items()),
        "options": asdict(options),
        "defaults": [asdict(group) for group in groups().values()],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
