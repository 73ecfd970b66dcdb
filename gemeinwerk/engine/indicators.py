"""Key figures of a budget and a balance: the 18 of the NKF-Kennzahlenset NRW and core figures per inhabitant.

The definitions are dated data (`engine/data/indicators.yaml`). Every result carries its inputs; it is an exact
fraction, or it says which input is missing, or why the figure is not defined. See docs/methods/indicators.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any

from gemeinwerk.engine.inputs import Amounts, InputValue, Term, terms, total, values
from gemeinwerk.engine.reference import document, exact


class State(StrEnum):
    VALUE = "value"
    MISSING = "missing"  # an input is not known
    UNDEFINED = "undefined"  # all inputs are known, the figure makes no statement for them ("n. d.")


@dataclass(frozen=True, slots=True)
class IndicatorDefinition:
    id: str
    number: int | None
    """1–18 in the NKF-Kennzahlenset, None for the core figures."""
    title: str
    formula: str
    """In words, German."""
    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...]
    """Empty: the figure is the numerator itself. Otherwise it must be positive."""
    factor: Fraction
    unit: str
    """"percent", "years", "eur" or "eur_per_head"."""
    more_is: str
    """"better", "worse" or "neutral"."""
    undefined: str
    """What is said if the denominator is not positive."""
    only_if_positive: str
    """If not empty: what is said if the numerator is not positive (Fehlbetragsquote without a Fehlbetrag)."""
    kinds: frozenset[str]
    """Kinds of bodies it exists for; empty is all."""
    source: str
    confidence: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    definition: IndicatorDefinition
    state: State
    value: Fraction | None
    """Unrounded, in the unit of the definition (percent already times 100, euros not cents)."""
    inputs: tuple[InputValue, ...]
    missing: tuple[str, ...]
    """German titles of the inputs that are not known."""
    reason: str
    """A German sentence if there is no value, otherwise empty."""


@cache
def definitions(on: date | None = None) -> tuple[IndicatorDefinition, ...]:
    """All definitions, or those valid on a day."""
    every = (_definition(raw) for raw in document("indicators.yaml")["indicators"])
    return tuple(one for one in every if on is None or _is_valid(one, on))


def _is_valid(one: IndicatorDefinition, on: date) -> bool:
    return one.valid_from <= on and (one.valid_to is None or on <= one.valid_to)


def _definition(raw: Mapping[str, Any]) -> IndicatorDefinition:
    return IndicatorDefinition(
        id=raw["id"],
        number=raw.get("number"),
        title=raw["title"],
        formula=raw["formula"],
        numerator=terms(raw["numerator"]),
        denominator=terms(raw.get("denominator", ())),
        factor=exact(raw["factor"]),
        unit=raw["unit"],
        more_is=raw["more_is"],
        undefined=raw.get("undefined", ""),
        only_if_positive=raw.get("only_if_positive", ""),
        kinds=frozenset(raw.get("kinds", ())),
        source=raw["source"],
        confidence=raw["confidence"],
        valid_from=raw["valid_from"],
        valid_to=raw.get("valid_to"),
    )


def indicators(
    flows: Amounts,
    balance: Amounts,
    *,
    inhabitants: int | None = None,
    kind: str = "municipality",
    voluntary: Amounts | None = None,
    whole_plan: bool = False,
    on: date | None = None,
) -> tuple[IndicatorValue, ...]:
    """Every key figure that exists for this kind of body, in the order of the set.

    `flows` are the amounts of one year and stage by position (positive improves the result), `balance` the figures of
    one year by item, `voluntary` the flows of the products with voluntary tasks. With `whole_plan` a line of the plan
    that has no amount counts as zero; without it as missing.
    """
    tables = {"flows": flows, "balance": balance}
    if voluntary is not None:
        tables["voluntary"] = voluntary
    if inhabitants is not None:
        tables["facts"] = {"inhabitants": inhabitants}
    wanted = (one for one in definitions(on) if not one.kinds or kind in one.kinds)
    return tuple(_indicator(one, tables, whole_plan) for one in wanted)


def _indicator(one: IndicatorDefinition, tables: Mapping[str, Amounts], whole_plan: bool) -> IndicatorValue:
    inputs = values((*one.numerator, *one.denominator), tables, whole_plan=whole_plan)
    missing = tuple(value.title for value in inputs if value.value is None)
    if missing:
        reason = "Nicht berechnet, es fehlt: " + "; ".join(missing) + "."
        return IndicatorValue(one, State.MISSING, None, inputs, missing, reason)
    above = total(one.numerator, inputs)
    below = total(one.denominator, inputs) if one.denominator else 1
    reason = _why_undefined(one, above, below)
    if reason:
        return IndicatorValue(one, State.UNDEFINED, None, inputs, (), reason)
    return IndicatorValue(one, State.VALUE, Fraction(above, below) * one.factor, inputs, (), "")


def _why_undefined(one: IndicatorDefinition, above: int | Fraction, below: int | Fraction) -> str:
    if below <= 0:
        return one.undefined
    return one.only_if_positive if above <= 0 else ""
