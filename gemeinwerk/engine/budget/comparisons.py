"""Two versions of a plan beside each other, plan against actual over the years, and amounts per inhabitant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from gemeinwerk.engine.budget.plans import columns_of, operating_plan
from gemeinwerk.engine.budget.rollups import Amount
from gemeinwerk.engine.budget.subplans import product_id
from gemeinwerk.engine.layouts import Layout
from gemeinwerk.engine.tables import Side, Stage

PLAN_STAGES = (Stage.SUPPLEMENT, Stage.ESTIMATE, Stage.FORECAST)
"""Which figure is the plan of a year, the most binding first."""
ACTUAL_STAGES = (Stage.ACTUAL, Stage.PROVISIONAL)


class ChangeKind(StrEnum):
    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """What is different between two versions on one product and position."""

    kind: ChangeKind
    year: int
    stage: Stage | None
    product: str
    """Code of the product, without code its name, "" where there is none."""
    position: str
    side: Side
    before_cents: int | None
    after_cents: int | None

    @property
    def difference_cents(self) -> int:
        """Positive improves the result."""
        return (self.after_cents or 0) - (self.before_cents or 0)


@dataclass(frozen=True, slots=True)
class VersionComparison:
    changes: tuple[Change, ...]
    """The largest difference first."""
    unchanged: int
    """Number of sums that are the same in both."""
    differences: Mapping[Side, int]
    """Change per side, positive improves the result."""


ChangeKey = tuple[int, Stage | None, str, str, Side]


def compare(before: Iterable[Amount], after: Iterable[Amount], *, across_stages: bool = False) -> VersionComparison:
    """What would change: sums per product and position that are new, gone or changed.

    With `across_stages` the stage does not matter (Ansatz against Nachtrag); the year always does.
    """
    old, new = _by_key(before, across_stages), _by_key(after, across_stages)
    changes = []
    differences: dict[Side, int] = defaultdict(int)
    for key in old.keys() | new.keys():
        if old.get(key) == new.get(key):
            continue
        change = _change(key, old.get(key), new.get(key))
        differences[change.side] += change.difference_cents
        changes.append(change)
    changes.sort(key=lambda c: (-abs(c.difference_cents), c.year, c.stage or "", c.product, c.position, c.side))
    return VersionComparison(tuple(changes), len(old.keys() | new.keys()) - len(changes), dict(differences))


def _by_key(amounts: Iterable[Amount], across_stages: bool) -> dict[ChangeKey, int]:
    result: dict[ChangeKey, int] = defaultdict(int)
    for a in amounts:
        result[(a.year, None if across_stages else a.stage, product_id(a.product), a.position, a.side)] += a.cents
    return dict(result)


def _change(key: ChangeKey, before: int | None, after: int | None) -> Change:
    kind = ChangeKind.NEW if before is None else ChangeKind.GONE if after is None else ChangeKind.CHANGED
    year, stage, product, position, side = key
    return Change(kind, year, stage, product, position, side, before, after)


@dataclass(frozen=True, slots=True)
class YearPoint:
    """Plan and actual of one year on one line; None is missing."""

    year: int
    plan_stage: Stage | None
    plan_cents: int | None
    actual_stage: Stage | None
    actual_cents: int | None

    @property
    def deviation_cents(self) -> int | None:
        """Actual minus plan: positive is better than planned, for income and expense alike."""
        if self.plan_cents is None or self.actual_cents is None:
            return None
        return self.actual_cents - self.plan_cents

    @property
    def deviation_share(self) -> Fraction | None:
        """Deviation / |plan|, None (n. d.) for a plan of zero."""
        if self.deviation_cents is None or not self.plan_cents:
            return None
        return Fraction(self.deviation_cents, abs(self.plan_cents))


@dataclass(frozen=True, slots=True)
class LineSeries:
    number: str
    title: str
    points: tuple[YearPoint, ...]


def time_series(sums: Iterable[Amount], layout: Layout) -> tuple[LineSeries, ...]:
    """For each line of the layout every year with its plan (Nachtrag before Ansatz before Planung) and its actual."""
    kept = tuple(sums)
    columns = columns_of(kept)
    plan = operating_plan(kept, layout, columns)
    chosen = [
        (year, _first(columns, year, PLAN_STAGES), _first(columns, year, ACTUAL_STAGES)) for year in _years(columns)
    ]
    place = {column: i for i, column in enumerate(columns)}
    result = []
    for row in plan.rows:
        points = [
            YearPoint(
                year,
                planned,
                row.cents[place[(year, planned)]] if planned else None,
                actual,
                row.cents[place[(year, actual)]] if actual else None,
            )
            for year, planned, actual in chosen
        ]
        result.append(LineSeries(row.number, row.title, tuple(points)))
    return tuple(result)


def _years(columns: Iterable[tuple[int, Stage]]) -> list[int]:
    return sorted({year for year, _stage in columns})


def _first(columns: Iterable[tuple[int, Stage]], year: int, stages: Iterable[Stage]) -> Stage | None:
    there = set(columns)
    return next((stage for stage in stages if (year, stage) in there), None)


@dataclass(frozen=True, slots=True)
class Inhabitants:
    """Number of inhabitants with the day it was counted for; without that day it is not used."""

    number: int
    reference_date: date | None
    basis: str = ""
    """Census basis, e.g. "Zensus 2022"."""


@dataclass(frozen=True, slots=True)
class PerInhabitant:
    cents: Fraction | None
    """Unrounded; None if it cannot be said."""
    reference_date: date | None
    reason: str


def per_inhabitant(cents: int | None, inhabitants: Inhabitants | None) -> PerInhabitant:
    """An amount per inhabitant; refused without a number, or without the Stichtag it belongs to."""
    if cents is None:
        return PerInhabitant(None, None, "Es gibt keinen Betrag.")
    if inhabitants is None or inhabitants.number <= 0:
        return PerInhabitant(None, None, "Es gibt keine Einwohnerzahl.")
    if inhabitants.reference_date is None:
        return PerInhabitant(None, None, "Die Einwohnerzahl hat keinen Stichtag. Ergänzen Sie ihn.")
    return PerInhabitant(Fraction(cents, inhabitants.number), inhabitants.reference_date, "")
