"""Assumptions of the status-quo projection: own ones and the shipped defaults, and which of them holds in a year.

The most specific one holds: of the item itself, else of its position, else of its group, else the default of the
group (`engine/data/projection_defaults.yaml`); of several with the same scope the one that begins latest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any

from gemeinwerk.engine.problems import Problem, Severity
from gemeinwerk.engine.reference import csv_rows, document, exact


class AssumptionKind(StrEnum):
    INDEX = "index"  # percent per year
    STEP = "step"  # a permanent change from a year on
    ONE_OFF = "one_off"  # an amount of a year (or of each year of a span) that is not carried on


@dataclass(frozen=True, slots=True)
class Assumption:
    """One visible, sourced assumption; amounts are cents, positive improves the result."""

    key: str
    """An item, a position of the plan or (for an index) a group of the defaults."""
    kind: AssumptionKind
    from_year: int
    to_year: int | None = None
    percent: Fraction | None = None
    amount_cents: int | None = None
    source: str = ""
    as_of: str = ""

    def covers(self, year: int) -> bool:
        """An index or a step without an end goes on; a one-off without an end is of its year alone."""
        last = self.from_year if self.to_year is None and self.kind is AssumptionKind.ONE_OFF else self.to_year
        return self.from_year <= year and (last is None or year <= last)


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    title: str
    result: str
    """"ordinary", "financial", "extraordinary", "reduction" or "none"."""
    percent: Fraction | None
    """None: not carried on after the last planned year."""
    trend: tuple[Fraction, Fraction] | None
    """Lowest and highest percent of the own trend, None if the trend is not used."""
    follows: str
    note: str
    positions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """The rate of one year with its reason; `percent` None means that the amount is not carried on."""

    percent: Fraction | None
    source: str
    is_default: bool


@cache
def groups() -> Mapping[str, Group]:
    """The groups of positions with their defaults, by id."""
    return {raw["id"]: _group(raw) for raw in document("projection_defaults.yaml")["groups"]}


def _group(raw: Mapping[str, Any]) -> Group:
    trend = raw.get("trend")
    return Group(
        id=raw["id"],
        title=raw["title"],
        result=raw["result"],
        percent=None if raw["percent"] is None else exact(raw["percent"]),
        trend=(exact(trend["lowest"]), exact(trend["highest"])) if trend else None,
        follows=raw.get("follows", ""),
        note=raw["note"],
        positions=tuple(raw["positions"]),
    )


@cache
def defaults_source() -> str:
    return str(document("projection_defaults.yaml")["source"])


@cache
def default_safety_percent() -> Fraction:
    """The usual Sicherheitszuschlag in percent of the gap; an assumption, never applied unasked."""
    return exact(document("projection_defaults.yaml")["safety_percent"])


@cache
def group_of() -> Mapping[str, Group]:
    """The group of each position of the operating plan."""
    return {position: group for group in groups().values() for position in group.positions}


@cache
def titles() -> Mapping[str, str]:
    """The German title of each position of the plan, and of each group under its id."""
    positions = {row["code"]: row["title"] for row in csv_rows("positions.csv")}
    return {**{group.id: group.title for group in groups().values()}, **positions}


@cache
def sides() -> Mapping[str, str]:
    """ "income", "expense", … of each position of the plan."""
    return {row["code"]: row["side"] for row in csv_rows("positions.csv")}


def trend_percent(first_cents: int, last_cents: int, years: int) -> Fraction | None:
    """Growth per year from the first to the last planned amount, in percent, rounded to hundredths of a percent.

    None if there is no growth rate: no span of years, a zero, or a change of sign.
    """
    if years < 1 or first_cents * last_cents <= 0:
        return None
    with localcontext() as context:
        context.prec = 40
        root = (Decimal(last_cents) / Decimal(first_cents)) ** (Decimal(1) / Decimal(years))
        return Fraction(((root - 1) * 100).quantize(Decimal("0.01")))


class Indices:
    """Which index holds for an item in a year. `trends` is the own growth of positions in percent."""

    def __init__(self, assumptions: Iterable[Assumption], trends: Mapping[str, Fraction]) -> None:
        self._trends = trends
        self._own: dict[str, list[Assumption]] = {}
        self._known: dict[tuple[str, str, int], Index] = {}
        for one in assumptions:
            if one.kind is AssumptionKind.INDEX and one.percent is not None:
                self._own.setdefault(one.key, []).append(one)

    def at(self, item: str, position: str, year: int) -> Index:
        """The index of an item; items of one position without an own index share it."""
        key = (item if item in self._own else position, position, year)
        if key not in self._known:
            self._known[key] = self._find(*key)
        return self._known[key]

    def _find(self, item: str, position: str, year: int) -> Index:
        group = group_of()[position]
        for key in dict.fromkeys((item, position, group.id)):
            fitting = [one for one in self._own.get(key, ()) if one.covers(year)]
            if fitting:
                best = max(fitting, key=lambda one: one.from_year)
                return Index(best.percent, best.source or "eigene Annahme", is_default=False)
        if group.follows:
            led = self.at(group.follows, group.follows, year)
            return Index(led.percent, f"wie {titles()[group.follows]}: {led.source}", led.is_default)
        return self._default(position, group)

    def _default(self, position: str, group: Group) -> Index:
        trend = self._trends.get(position)
        if group.trend is None or trend is None:
            return Index(group.percent, f"{group.note} {defaults_source()}", is_default=True)
        lowest, highest = group.trend
        kept = min(max(trend, lowest), highest)
        limited = "" if kept == trend else " (begrenzt)"
        return Index(kept, f"Eigener Trend der Planung{limited}. {defaults_source()}", is_default=True)


def check_assumptions(
    assumptions: Sequence[Assumption], items: Mapping[str, str], *, base_year: int, last_year: int
) -> tuple[tuple[Assumption, ...], tuple[Problem, ...]]:
    """The assumptions that can be used, and what is wrong with the others; `items` gives the position of each item."""
    usable: list[Assumption] = []
    problems: list[Problem] = []
    seen: set[tuple[str, AssumptionKind, int]] = set()
    for one in assumptions:
        text = _fault(one, items, base_year, last_year)
        if not text and (one.key, one.kind, one.from_year) in seen and one.kind is AssumptionKind.INDEX:
            text = "steht zweimal mit demselben Beginn; es gilt die erste. Bitte eine löschen."
        if text:
            name = titles().get(one.key, one.key)
            problems.append(Problem("projection-assumption", f"Die Annahme zu „{name}“ {text}", Severity.WARNING))
        else:
            usable.append(one)
            seen.add((one.key, one.kind, one.from_year))
    return tuple(usable), tuple(problems)


def _fault(one: Assumption, items: Mapping[str, str], base_year: int, last_year: int) -> str:
    """The second half of the sentence that says why an assumption has no effect, empty if it has one."""
    is_index = one.kind is AssumptionKind.INDEX
    is_target = one.key in items or one.key in group_of()
    if not is_target and not (is_index and one.key in groups()):
        return "nennt keine Position des Ergebnisplans. Bitte eine Position aus der Liste wählen."
    if (one.percent if is_index else one.amount_cents) is None:
        return "nennt keinen Wert. Bitte den Prozentsatz oder den Betrag eintragen."
    if one.percent is not None and not -100 <= one.percent <= 100:
        return "nennt mehr als 100 Prozent im Jahr. Bitte den Satz prüfen."
    if one.to_year is not None and one.to_year < one.from_year:
        return "endet vor ihrem Beginn. Bitte die Jahre prüfen."
    if one.kind is AssumptionKind.ONE_OFF and one.from_year == base_year and one.key not in items:
        return "soll im Planwert enthalten sein, der Plan hat dort aber keinen Betrag. Bitte die Position prüfen."
    return _fault_of_years(one, base_year, last_year)


def _fault_of_years(one: Assumption, base_year: int, last_year: int) -> str:
    if one.from_year > last_year:
        return f"beginnt nach dem letzten Jahr der Fortschreibung ({last_year}) und wirkt deshalb nicht."
    if one.kind is AssumptionKind.STEP and one.from_year <= base_year:
        return f"beginnt nicht nach dem Basisjahr {base_year}; dort ist sie schon im Plan enthalten."
    if one.kind is AssumptionKind.ONE_OFF and one.from_year < base_year:
        return f"liegt vor dem Basisjahr {base_year} und wirkt deshalb nicht."
    return ""
