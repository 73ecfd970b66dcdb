"""Early warning after kash 2.0 (Hessen): eight weighted indicators, a score from 0 to 100, a traffic light.

Weights, thresholds and bands are dated data (`engine/data/kash.yaml`) and can be overridden. Nothing is rounded before
it is compared: 69.999… is yellow. If an input is missing, there is no score but the range of scores still possible.
See docs/methods/early-warning.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any

from gemeinwerk.engine.inputs import Amounts, InputValue, Term, terms, total, values
from gemeinwerk.engine.problems import Problem, Severity
from gemeinwerk.engine.reference import document, exact


class Light(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Band:
    light: Light
    lowest: Fraction
    title: str


@dataclass(frozen=True, slots=True)
class WarningRule:
    """How one indicator earns its share of points (0 to 1) and what it weighs (percent of the score)."""

    id: str
    title: str
    formula: str
    value: tuple[Term, ...]
    per: tuple[Term, ...]
    unit: str
    """"eur", "eur_per_head" or "percent"."""
    weight: Fraction
    points: tuple[tuple[Fraction, Fraction], ...]
    """Thresholds ascending with their points; below the first there are none."""
    is_linear: bool
    weight_confidence: str
    points_confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class WarningScheme:
    id: str
    title: str
    land: str
    valid_from: date
    valid_to: date | None
    source: str
    bands: tuple[Band, ...]
    """From the best to the worst."""
    rules: tuple[WarningRule, ...]


@dataclass(frozen=True, slots=True)
class WarningIndicator:
    rule: WarningRule
    value: Fraction | None
    points: Fraction | None
    """0 to 1; None if an input is missing."""
    lowest: Fraction
    highest: Fraction
    """The points still possible; both equal `points` where it is known."""
    inputs: tuple[InputValue, ...]
    missing: tuple[str, ...]
    reason: str
    """A German sentence: why these points."""


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    scheme: WarningScheme
    indicators: tuple[WarningIndicator, ...]
    score: Fraction | None
    """0 to 100, unrounded; None if an input is missing."""
    lowest: Fraction
    highest: Fraction
    lights: tuple[Light, ...]
    """The lights still possible, from the best to the worst; exactly one if that is settled."""
    problems: tuple[Problem, ...]

    @property
    def light(self) -> Light | None:
        return self.lights[0] if len(self.lights) == 1 else None


@cache
def scheme() -> WarningScheme:
    """kash 2.0 as it is shipped."""
    raw = document("kash.yaml")
    return WarningScheme(
        id=raw["id"],
        title=raw["title"],
        land=raw["land"],
        valid_from=raw["valid_from"],
        valid_to=raw["valid_to"],
        source=raw["source"],
        bands=tuple(Band(Light(one["light"]), exact(one["from"]), one["title"]) for one in raw["bands"]),
        rules=tuple(_rule(one) for one in raw["indicators"]),
    )


def _rule(raw: Mapping[str, Any]) -> WarningRule:
    return WarningRule(
        id=raw["id"],
        title=raw["title"],
        formula=raw["formula"],
        value=terms(raw["value"]),
        per=terms(raw.get("per", ())),
        unit=raw["unit"],
        weight=exact(raw["weight"]),
        points=_points_table(raw["points"]),
        is_linear=raw["between"] == "linear",
        weight_confidence=raw["weight_confidence"],
        points_confidence=raw["points_confidence"],
        note=raw["note"],
    )


def _points_table(raw: Sequence[Sequence[object]]) -> tuple[tuple[Fraction, Fraction], ...]:
    return tuple((exact(threshold), exact(points)) for threshold, points in raw)


def overridden(
    base: WarningScheme, overrides: Mapping[str, Mapping[str, Any]]
) -> tuple[WarningScheme, tuple[Problem, ...]]:
    """The scheme with own weights and thresholds: `{indicator: {"weight": …, "points": [[…]], "between": …}}`.

    What cannot be used is left as it was and reported.
    """
    problems = [_override_problem(f"Den Indikator „{id}“ gibt es nicht.") for id in overrides if not _has(base, id)]
    rules = []
    for rule in base.rules:
        try:
            rules.append(_changed(rule, overrides.get(rule.id, {})))
        except (ValueError, TypeError, ZeroDivisionError):
            rules.append(rule)
            text = f"Gewicht oder Punkte für „{rule.title}“ sind nicht lesbar; es gilt die Vorgabe."
            problems.append(_override_problem(text))
    added = sum((rule.weight for rule in rules), Fraction(0))
    if added != 100:
        text = f"Die Gewichte ergeben zusammen {_number(added)} statt 100. Bitte berichtigen; es gelten die Vorgaben."
        return base, (*problems, _override_problem(text))
    return replace(base, rules=tuple(rules)), tuple(problems)


def _has(base: WarningScheme, id: str) -> bool:
    return any(rule.id == id for rule in base.rules)


def _override_problem(text: str) -> Problem:
    return Problem("warning-override", text, Severity.ERROR)


def _changed(rule: WarningRule, change: Mapping[str, Any]) -> WarningRule:
    points = _points_table(change["points"]) if "points" in change else rule.points
    weight = exact(change["weight"]) if "weight" in change else rule.weight
    thresholds = [threshold for threshold, _ in points]
    if weight < 0 or not points or thresholds != sorted(set(thresholds)):
        raise ValueError(rule.id)
    if any(not 0 <= share <= 1 for _, share in points):
        raise ValueError(rule.id)
    is_linear = change["between"] == "linear" if "between" in change else rule.is_linear
    return replace(rule, weight=weight, points=points, is_linear=is_linear)


def early_warning(
    flows: Amounts,
    balance: Amounts,
    *,
    inhabitants: int | None = None,
    prior_operating_payments: Sequence[int] = (),
    whole_plan: bool = False,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
) -> EarlyWarning:
    """The score of one year and stage.

    `prior_operating_payments` are the payments of current administration of the (up to three) years before, in cents
    and positive; their mean stands for the item `average_operating_payments` if the balance figures do not hold it.
    """
    used, problems = overridden(scheme(), overrides or {})
    tables = {"flows": flows, "balance": _with_average(balance, prior_operating_payments)}
    if inhabitants is not None:
        tables["facts"] = {"inhabitants": inhabitants}
    found = tuple(_indicator(rule, tables, whole_plan) for rule in used.rules)
    lowest = sum((one.rule.weight * one.lowest for one in found), Fraction(0))
    highest = sum((one.rule.weight * one.highest for one in found), Fraction(0))
    is_known = all(one.points is not None for one in found)
    return EarlyWarning(
        scheme=used,
        indicators=found,
        score=lowest if is_known else None,
        lowest=lowest,
        highest=highest,
        lights=possible_lights(used, lowest, highest),
        problems=problems,
    )


def possible_lights(used: WarningScheme, lowest: Fraction, highest: Fraction) -> tuple[Light, ...]:
    """The lights of all scores from `lowest` to `highest`; the lower bound of a band belongs to it."""
    best = next(i for i, band in enumerate(used.bands) if highest >= band.lowest)
    worst = next(i for i, band in enumerate(used.bands) if lowest >= band.lowest)
    return tuple(band.light for band in used.bands[best : worst + 1])


def _with_average(balance: Amounts, prior: Sequence[int]) -> Amounts:
    if not prior or "average_operating_payments" in balance:
        return balance
    return {**balance, "average_operating_payments": Fraction(sum(prior), len(prior))}


def _indicator(rule: WarningRule, tables: Mapping[str, Amounts], whole_plan: bool) -> WarningIndicator:
    inputs = values((*rule.value, *rule.per), tables, whole_plan=whole_plan)
    missing = [one.title for one in inputs if one.value is None]
    above = 0 if missing else total(rule.value, inputs)
    below = 1 if missing or not rule.per else total(rule.per, inputs)
    if below <= 0:
        missing = [f"{inputs[-1].title} größer als null"]
    if missing:
        shares = [Fraction(0), *(points for _, points in rule.points)]
        reason = "Nicht bewertet, es fehlt: " + "; ".join(missing) + "."
        return WarningIndicator(rule, None, None, min(shares), max(shares), inputs, tuple(missing), reason)
    value = Fraction(above, below) * (100 if rule.unit == "percent" else Fraction(1, 100))
    points = share_of_points(rule, value)
    return WarningIndicator(rule, value, points, points, points, inputs, (), _reason(rule, value, points))


def share_of_points(rule: WarningRule, value: Fraction) -> Fraction:
    """The points (0 to 1) that a value earns."""
    reached = [i for i, (threshold, _) in enumerate(rule.points) if value >= threshold]
    if not reached:
        return Fraction(0)
    at = reached[-1]
    threshold, points = rule.points[at]
    if not rule.is_linear or at + 1 == len(rule.points):
        return points
    upper, upper_points = rule.points[at + 1]
    return points + (upper_points - points) * (value - threshold) / (upper - threshold)


def _reason(rule: WarningRule, value: Fraction, points: Fraction) -> str:
    unit = {"eur": "€", "eur_per_head": "€ je Einwohner", "percent": "%"}[rule.unit]
    table = "; ".join(f"ab {_number(threshold)} {unit}: {_number(share)}" for threshold, share in rule.points)
    course = "dazwischen linear" if rule.is_linear else "darunter 0"
    return (
        f"{rule.formula} = {_number(value)} {unit}. Punkte {table}, {course}. "
        f"Ergibt {_number(points)} von 1, gewichtet {_number(points * rule.weight)} von {_number(rule.weight)}."
    )


def _number(number: Fraction) -> str:
    """A number for a sentence: German, cut (not rounded) to two decimals so that 69.999 does not read as 70."""
    sign = "−" if number < 0 else ""
    hundredths = abs(number) * 100 // 1
    text = f"{hundredths // 100:,}".replace(",", ".")
    decimals = f"{hundredths % 100:02d}".rstrip("0")
    return sign + text + ("," + decimals if decimals else "")
