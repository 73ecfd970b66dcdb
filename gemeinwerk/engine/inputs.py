"""The inputs that key figures and early warning share: which positions and items make "Ordentliche Aufwendungen".

The definitions are data (`engine/data/inputs.yaml`). An input is taken from the first of its sources that is complete;
what is not given is missing and never zero, unless the caller says that the whole plan was given (`whole_plan`): then
a line of the plan without an amount is zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import chain
from typing import Any

from gemeinwerk.engine.reference import csv_rows, document

Amounts = Mapping[str, int | Fraction]
"""Cents by code; a mean of years may be a fraction of a cent."""

PLACES = {
    "flows": "Ergebnis- und Finanzplan",
    "voluntary": "Produkte mit freiwilligen Aufgaben",
    "balance": "Bilanz und Anhang",
    "facts": "Angaben zur Kommune",
}


@dataclass(frozen=True, slots=True)
class Source:
    table: str
    codes: tuple[str, ...]
    """All of these are needed."""
    groups: tuple[tuple[str, ...], ...]
    """Of each group one is needed; the others count where they are given."""
    optional: tuple[str, ...]
    """Counted where given; a code with a leading minus is subtracted."""
    sign: int
    """-1 for expenses and payments, which are negative in the plan and positive in formulas."""
    needs_one: bool
    zero_only: bool
    blocked_by: tuple[str, ...]
    """Undivided sums of the plan that hide a part of what is asked: with one of them the source is not complete."""


@dataclass(frozen=True, slots=True)
class InputDefinition:
    key: str
    title: str
    unit: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class InputValue:
    """One input as it was found; `value` is None if it is missing. Cents, or heads for inhabitants."""

    key: str
    title: str
    unit: str
    value: int | Fraction | None
    place: str
    """Where it comes from, in German; empty if it is missing."""
    parts: tuple[tuple[str, int | Fraction], ...]
    """The codes with the amounts as they were given, before the sign of the formula."""


@dataclass(frozen=True, slots=True)
class Term:
    key: str
    sign: int
    is_optional: bool


@cache
def definitions() -> Mapping[str, InputDefinition]:
    """All inputs by key."""
    return {key: _definition(key, raw) for key, raw in document("inputs.yaml")["inputs"].items()}


def _definition(key: str, raw: Mapping[str, Any]) -> InputDefinition:
    return InputDefinition(key, raw["title"], raw.get("unit", "cents"), tuple(_source(one) for one in raw["from"]))


def _source(raw: Mapping[str, Any]) -> Source:
    covers = _covers()
    groups = tuple((code, *covers[code]) for code in raw.get("total_of", ()))
    codes = tuple(raw.get("codes", ()))
    extra = chain.from_iterable((code, *covers[code]) for code in raw.get("optional_of", ()))
    optional = (*raw.get("optional", ()), *extra)
    is_plan = raw["in"] in ("flows", "voluntary")
    counted = {*codes, *optional, *(code for group in groups for code in group)}
    return Source(
        table=raw["in"],
        codes=codes,
        groups=groups,
        optional=optional,
        sign=raw.get("sign", 1),
        needs_one=raw.get("needs_one", not is_plan),
        zero_only=raw.get("zero_only", False),
        blocked_by=tuple(code for code in covers if is_plan and code not in counted and counted & {*covers[code]}),
    )


@cache
def _covers() -> Mapping[str, tuple[str, ...]]:
    """Which positions an undivided sum of the plan may contain."""
    return {row["code"]: tuple(row["covers"].split()) for row in csv_rows("positions.csv") if row["covers"]}


def terms(raw: Sequence[str]) -> tuple[Term, ...]:
    """Signed input keys: `+key`, `-key`, and `?-key` for one that counts only where it is given."""
    return tuple(_term(text) for text in raw)


def _term(text: str) -> Term:
    bare = text.removeprefix("?")
    if bare[0] not in "+-" or bare[1:] not in definitions():
        raise ValueError(f"{text} is no signed input")
    return Term(bare[1:], -1 if bare[0] == "-" else 1, text.startswith("?"))


def values(keys: Sequence[Term], tables: Mapping[str, Amounts], *, whole_plan: bool) -> tuple[InputValue, ...]:
    """The inputs of a formula, each once, in the order of the formula; optional ones only where they are given."""
    found: dict[str, InputValue] = {}
    for term in keys:
        value = _value(definitions()[term.key], tables, whole_plan)
        if value.value is not None or not term.is_optional:
            found.setdefault(term.key, value)
    return tuple(found.values())


def total(of: Sequence[Term], given: Sequence[InputValue]) -> int | Fraction:
    """The signed sum of the terms; only to be asked when nothing that is needed is missing."""
    by_key = {one.key: one.value for one in given}
    return sum(term.sign * (by_key.get(term.key) or 0) for term in of)


def _value(definition: InputDefinition, tables: Mapping[str, Amounts], whole_plan: bool) -> InputValue:
    for source in definition.sources:
        parts = _parts(source, tables.get(source.table, {}), whole_plan)
        if parts is None:
            continue
        added = source.sign * sum(-amount if "-" + code in source.optional else amount for code, amount in parts)
        if added == 0 or not source.zero_only:
            place = PLACES[source.table]
            return InputValue(definition.key, definition.title, definition.unit, added, place, parts)
    return InputValue(definition.key, definition.title, definition.unit, None, "", ())


def _parts(source: Source, table: Amounts, whole_plan: bool) -> tuple[tuple[str, int | Fraction], ...] | None:
    """The amounts the source is made of, None if it is not complete."""
    if any(table.get(code) for code in source.blocked_by):
        return None
    lacks = any(code not in table for code in source.codes)
    lacks = lacks or not all(any(code in table for code in group) for group in source.groups)
    if lacks and (source.needs_one or not whole_plan or not _is_divided(table)):
        return None
    wanted = (*source.codes, *chain(*source.groups), *(code.removeprefix("-") for code in source.optional))
    return tuple((code, table[code]) for code in dict.fromkeys(wanted) if code in table)


def _is_divided(table: Amounts) -> bool:
    """A plan that gives income or expense only as a sum says nothing of the single lines."""
    return bool(table) and not any(table.get(code) for code in ("ordinary_income_total", "ordinary_expense_total"))
