"""Slow, obvious twins of the budget arithmetic: plain loops over rows and dictionaries."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction

from gemeinwerk.engine.layouts import Layout
from gemeinwerk.engine.tables import Side, Stage
from tests.engine.budget_lines import Line

IN = (Side.INCOME, Side.CASH_IN, Side.INTERNAL_IN)
INTERNAL = ("internal_income", "internal_expense", "allocation_in", "allocation_out")


def plan_sums(lines: list[Line]) -> dict[tuple, tuple[int, int]]:
    result: dict[tuple, tuple[int, int]] = {}
    for line in lines:
        key = (line.year, line.stage, line.position or "", line.side)
        cents, count = result.get(key, (0, 0))
        result[key] = (cents + line.cents, count + 1)
    return result


def product_sums(lines: list[Line]) -> dict[tuple, int]:
    result: dict[tuple, int] = defaultdict(int)
    for line in lines:
        result[(line.year, line.stage, line.product, line.position or "", line.side)] += line.cents
    return dict(result)


def totals(lines: list[Line]) -> dict[tuple, tuple[int, int]]:
    result: dict[tuple, tuple[int, int]] = {}
    for line in lines:
        cents, count = result.get((line.year, line.stage, line.side), (0, 0))
        result[(line.year, line.stage, line.side)] = (cents + line.cents, count + 1)
    return result


def duplicates(lines: list[Line]) -> tuple[int, int]:
    """(lines that have a twin with the same amount, other lines with a repeated key)."""
    named = [line for line in lines if line.product is not None or line.account is not None]

    def key(line: Line) -> tuple:
        return line.year, line.stage, line.side, line.product, line.account, line.unit, line.position

    keys = Counter(map(key, named))
    twins = Counter((key(line), line.cents) for line in named)
    same = sum(line.cents != 0 and twins[(key(line), line.cents)] > 1 for line in named)
    repeated = sum(keys[key(line)] > 1 for line in named)
    return same, repeated - same


def unusual_signs(lines: list[Line]) -> int:
    return sum(line.cents < 0 if line.side in IN else line.cents > 0 for line in lines)


def result(lines: list[Line], year: int, stage: Stage) -> int:
    return sum(
        line.cents
        for line in lines
        if (line.year, line.stage) == (year, stage)
        and line.side in (Side.INCOME, Side.EXPENSE)
        and line.position not in INTERNAL
    )


def layout_lines(layout: Layout, flows: dict[str, int]) -> dict[str, int | None]:
    """Every line by walking down to its positions each time."""

    def cents(number: str) -> int | None:
        line = next(line for line in layout.lines if line.number == number)
        if line.lines:
            parts = [cents(part) for part in line.lines]
        else:
            parts = [flows.get(position) for position in line.positions]
        known = [part for part in parts if part is not None]
        return sum(known) if known else None

    return {line.number: cents(line.number) for line in layout.lines}


def is_jump(now: int, then: int, percent: Fraction, minimum: int) -> bool:
    if now == then or abs(now - then) < minimum:
        return False
    if then == 0:
        return True
    return Fraction(abs(now - then), abs(then)) * 100 > percent


def grant_need(lines: list[Line], with_internal: bool) -> int:
    need = 0
    for line in lines:
        if line.side in (Side.CASH_IN, Side.CASH_OUT):
            continue
        is_internal = line.position in INTERNAL or line.side in (Side.INTERNAL_IN, Side.INTERNAL_OUT)
        if with_internal or not is_internal:
            need -= line.cents
    return need


BASE_STAGES = (Stage.SUPPLEMENT, Stage.ESTIMATE, Stage.ACTUAL, Stage.PROVISIONAL, Stage.FORECAST)


def jumps(lines: list[Line], stored: list[Line], percent: Fraction, minimum: int) -> set[tuple]:
    """Slice by slice, series by series."""

    def by_slice(rows: list[Line]) -> dict[tuple, dict[tuple, int]]:
        result: dict[tuple, dict[tuple, int]] = {}
        for row in rows:
            if row.product is not None and row.stage is not Stage.COMMITMENT:
                series = result.setdefault((row.year, row.stage), {})
                key = (row.product, row.position or "", row.side)
                series[key] = series.get(key, 0) + row.cents
        return result

    mine = by_slice(lines)
    everything = by_slice(stored) | mine
    found = set()
    for (year, stage), now in mine.items():
        bases = [(year - 1, s) for s in (stage, *BASE_STAGES) if any(everything.get((year - 1, s), {}).values())]
        if not bases or not any(now.values()):
            continue
        then = everything[bases[0]]
        products = {key[0] for key in now} & {key[0] for key in then}
        for key in set(now) | set(then):
            if key[0] in products and is_jump(now.get(key, 0), then.get(key, 0), percent, minimum):
                found.add((year, stage, *key, now.get(key, 0), then.get(key, 0)))
    return found
