"""Jumps against the year before, per product and position: percent AND minimum amount, both unrounded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from gemeinwerk.engine.budget import findings
from gemeinwerk.engine.budget.rollups import Amount
from gemeinwerk.engine.schemes import POSITIONS
from gemeinwerk.engine.tables import Side, Stage

BASE_STAGES = (Stage.SUPPLEMENT, Stage.ESTIMATE, Stage.ACTUAL, Stage.PROVISIONAL, Stage.FORECAST)
"""With which stage of the year before an amount is compared if the same stage is not there, best first."""

SeriesKey = tuple[str, str, str, Side]
"""Product code, product name, position, side."""


@dataclass(frozen=True, slots=True)
class Jump:
    key: SeriesKey
    year: int
    stage: Stage
    cents: int
    before_stage: Stage
    before_cents: int

    @property
    def difference_cents(self) -> int:
        return self.cents - self.before_cents


def jumps(
    amounts: Iterable[Amount], *, percent: Fraction, minimum_cents: int, before: Iterable[Amount] = ()
) -> list[Jump]:
    """Where an amount differs from the year before by more than `percent` and at least `minimum_cents`.

    A new or vanished amount counts as a jump if it reaches the minimum amount, but only where the year before knows
    the product at all; a year of which only zeros are given is not compared. `before` are stored sums of earlier years.
    """
    series = _by_slice(amounts)
    known = _by_slice(before) | series
    result = []
    for (year, stage), current in series.items():
        base_stage = _base(known, year - 1, stage)
        if base_stage is None or not any(current.values()):
            continue
        base = known[(year - 1, base_stage)]
        products = {key[:2] for key in base} & {key[:2] for key in current}
        for key in current.keys() | base.keys():
            if key[:2] not in products:
                continue
            now, then = current.get(key, 0), base.get(key, 0)
            if is_jump(now, then, percent=percent, minimum_cents=minimum_cents):
                result.append(Jump(key, year, stage, now, base_stage, then))
    return sorted(result, key=lambda jump: (-abs(jump.difference_cents), jump.year, jump.key))


def is_jump(now: int, then: int, *, percent: Fraction, minimum_cents: int) -> bool:
    """Strictly more than the percentage, at least the amount; from zero every change is more than any percentage."""
    difference = abs(now - then)
    if difference == 0 or difference < minimum_cents:
        return False
    return difference * 100 * percent.denominator > percent.numerator * abs(then)


def _by_slice(amounts: Iterable[Amount]) -> dict[tuple[int, Stage], Mapping[SeriesKey, int]]:
    result: dict[tuple[int, Stage], dict[SeriesKey, int]] = defaultdict(lambda: defaultdict(int))
    for amount in amounts:
        if amount.stage is not Stage.COMMITMENT and amount.product is not None:
            key = (amount.product.code, amount.product.name, amount.position, amount.side)
            result[(amount.year, amount.stage)][key] += amount.cents
    return {key: dict(values) for key, values in result.items()}


def _base(known: Mapping[tuple[int, Stage], Mapping[SeriesKey, int]], year: int, stage: Stage) -> Stage | None:
    candidates = (stage, *BASE_STAGES)
    return next((candidate for candidate in candidates if any(known.get((year, candidate), {}).values())), None)


def jump_text(jump: Jump) -> str:
    code, name, position, side = jump.key
    product = " ".join(part for part in (code, name) if part)
    title = POSITIONS[position].title if position in POSITIONS else findings.SIDE_NAMES[side]
    return (
        f"Produkt „{product}“, {title}: {findings.euros(jump.cents)} im Jahr {jump.year} "
        f"({findings.STAGE_NAMES[jump.stage]}) nach {findings.euros(jump.before_cents)} im Jahr {jump.year - 1} "
        f"({findings.STAGE_NAMES[jump.before_stage]}). Prüfen Sie, ob die Änderung von "
        f"{findings.euros(jump.difference_cents)} gewollt ist."
    )
