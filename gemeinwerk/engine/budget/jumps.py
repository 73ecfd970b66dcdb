"""Jumps against the year before, per product and position: percent AND minimum amount, both unrounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gemeinwerk.engine.budget import findings
from gemeinwerk.engine.budget.groups import Groups, Ints, groups, slices, sums
from gemeinwerk.engine.budget.rollups import PRODUCT_SUMS, Amount, sums_frame
from gemeinwerk.engine.schemes import POSITIONS
from gemeinwerk.engine.tables import SIDES, STAGES, Category, Frame, Key, Side, Stage, Values

BASE_STAGES = (Stage.SUPPLEMENT, Stage.ESTIMATE, Stage.ACTUAL, Stage.PROVISIONAL, Stage.FORECAST)
"""With which stage of the year before an amount is compared if the same stage is not there, best first."""


@dataclass(frozen=True, slots=True)
class Jump:
    product: Key
    position: str
    side: Side
    year: int
    stage: Stage
    cents: int
    before_stage: Stage
    before_cents: int

    @property
    def difference_cents(self) -> int:
        return self.cents - self.before_cents


@dataclass(frozen=True, slots=True)
class Jumps:
    largest: tuple[Jump, ...]
    count: int
    """How many there are, named in `largest` or not."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The jumps of one slice: number of the series, the amount now and then."""

    now: tuple[int, int]
    then: tuple[int, int]
    series: Ints
    cents: Ints
    before_cents: Ints


def jumps(
    current: Frame | Iterable[Amount],
    *,
    percent: Fraction,
    minimum_cents: int,
    before: Frame | Iterable[Amount] = (),
    limit: int | None = None,
) -> Jumps:
    """Where an amount differs from the year before by more than `percent` and at least `minimum_cents`.

    A new or vanished amount counts as a jump if it reaches the minimum amount, but only where both years know the
    product at all; a year of which only zeros are given is not compared. `before` are stored sums of earlier years.
    """
    mine = _frame(current)
    table = _together(mine, _frame(before))
    if not table.length:
        return Jumps((), 0)
    of_slice = slices(table)
    product, position = table.category("product"), table.category("position")
    parts = [(product.codes, len(product.values)), (position.codes, len(position.values))]
    series = groups([*parts, (table.array("side"), len(SIDES))])
    own = set(slices(mine).values)
    amounts = _Amounts(series, of_slice.index, of_slice.values, table.array("amount_cents"))
    found = list(_all_slices(amounts, own, percent, minimum_cents))
    return _largest(found, series, product, position, limit)


def _frame(sums_: Frame | Iterable[Amount]) -> Frame:
    """Only sums with a product and of a stage that is a figure of the year."""
    frame = sums_ if isinstance(sums_, Frame) else sums_frame(sums_)
    wanted = frame.category("product").codes >= 0
    wanted &= frame.array("stage") != STAGES.index(Stage.COMMITMENT)
    return frame.take(wanted)


def _together(current: Frame, before: Frame) -> Frame:
    """Both as one frame; a slice that the current sums have replaces the stored one."""
    if not before.length:
        return current
    stored = slices(before)
    own = set(slices(current).values)
    kept = np.array([key not in own for key in stored.values], bool)[stored.index]
    before = before.take(kept)
    columns: dict[str, Values] = {}
    for column in PRODUCT_SUMS:
        if column.kind == "category":
            columns[column.name] = _joined(current.category(column.name), before.category(column.name))
        else:
            columns[column.name] = np.concatenate([current.array(column.name), before.array(column.name)])
    return Frame(PRODUCT_SUMS, columns)


def _joined(one: Category, other: Category) -> Category:
    """Two columns one after the other; positions are the same by code, products by code and name."""
    values = list(one.values)
    known = {key.code if key.code in POSITIONS else key: i for i, key in enumerate(values)}
    renumber = np.full(len(other.values) + 1, -1, np.int32)
    for i, key in enumerate(other.values):
        name = key.code if key.code in POSITIONS else key
        if name not in known:
            known[name] = len(values)
            values.append(key)
        renumber[i] = known[name]
    return Category(np.concatenate([one.codes, renumber[other.codes]]), tuple(values))


@dataclass(frozen=True, slots=True)
class _Amounts:
    series: Groups
    slice_of: Ints
    slice_values: Sequence[tuple[int, int]]
    cents: Ints

    def of(self, number: int) -> tuple[Ints, Ints]:
        """The amounts of one slice by series, and which products it has."""
        rows = np.flatnonzero(self.slice_of == number)
        cents = sums(self.series.index[rows], self.cents[rows], len(self.series))
        products = np.zeros(int(self.series.keys[:, 0].max()) + 1, bool)
        products[self.series.keys[self.series.index[rows], 0]] = True
        return cents, products[self.series.keys[:, 0]]


def _all_slices(
    amounts: _Amounts, own: set[tuple[int, int]], percent: Fraction, minimum_cents: int
) -> Iterator[_Found]:
    numbers = {key: i for i, key in enumerate(amounts.slice_values)}
    given = {key for key, i in numbers.items() if amounts.of(i)[0].any()}
    for key in sorted(own & given):
        stages = [key[1], *(STAGES.index(stage) for stage in BASE_STAGES)]
        base = next(((key[0] - 1, stage) for stage in stages if (key[0] - 1, stage) in given), None)
        if base is None:
            continue
        now, now_products = amounts.of(numbers[key])
        then, then_products = amounts.of(numbers[base])
        both = np.flatnonzero(now_products & then_products)
        hits = both[_is_jump(now[both], then[both], percent, minimum_cents)]
        yield _Found(key, base, hits, now[hits], then[hits])


def _is_jump(now: Ints, then: Ints, percent: Fraction, minimum_cents: int) -> Ints:
    """`is_jump` for arrays; Python integers where 64 bits might not be enough."""
    difference = np.abs(now - then)
    bound = int(max(difference.max(initial=0), np.abs(then).max(initial=0)))
    if max(bound, 1) * max(100 * percent.denominator, percent.numerator) >= 2**62:
        pairs = zip(now.tolist(), then.tolist(), strict=True)
        exact = [is_jump(one, other, percent=percent, minimum_cents=minimum_cents) for one, other in pairs]
        return np.array(exact, bool)
    jumping: Ints = (difference > 0) & (difference >= minimum_cents)
    jumping &= difference * (100 * percent.denominator) > np.abs(then) * percent.numerator
    return jumping


def is_jump(now: int, then: int, *, percent: Fraction, minimum_cents: int) -> bool:
    """Strictly more than the percentage, at least the amount; from zero every change is more than any percentage."""
    difference = abs(now - then)
    if difference == 0 or difference < minimum_cents:
        return False
    return difference * 100 * percent.denominator > percent.numerator * abs(then)


def _largest(
    found: Sequence[_Found], series: Groups, products: Category, positions: Category, limit: int | None
) -> Jumps:
    order: list[tuple[int, int, int]] = []
    for i, part in enumerate(found):
        size = np.abs(part.cents - part.before_cents)
        top = np.argsort(-size, kind="stable")[:limit]
        order += [(-int(size[j]), i, int(j)) for j in top]
    chosen = sorted(order)[:limit]
    result = []
    for _size, i, j in chosen:
        part = found[i]
        product, position, side = series.keys[part.series[j]].tolist()
        result.append(
            Jump(
                products.values[product],
                positions.values[position].code if position >= 0 else "",
                SIDES[side],
                part.now[0],
                STAGES[part.now[1]],
                int(part.cents[j]),
                STAGES[part.then[1]],
                int(part.before_cents[j]),
            )
        )
    return Jumps(tuple(result), sum(len(part.series) for part in found))


def jump_text(jump: Jump) -> str:
    product = " ".join(part for part in jump.product if part)
    title = POSITIONS[jump.position].title if jump.position in POSITIONS else findings.SIDE_NAMES[jump.side]
    return (
        f"Produkt „{product}“, {title}: {findings.euros(jump.cents)} im Jahr {jump.year} "
        f"({findings.STAGE_NAMES[jump.stage]}) nach {findings.euros(jump.before_cents)} im Jahr {jump.year - 1} "
        f"({findings.STAGE_NAMES[jump.before_stage]}). Prüfen Sie, ob die Änderung von "
        f"{findings.euros(jump.difference_cents)} gewollt ist."
    )
