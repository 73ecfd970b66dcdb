"""Rows that are the sum of the rows below or above them although neither a word nor a key says so.

A row is found only if the sum holds to the cent in every amount column and the amounts are so uneven that chance is no
explanation. It is taken out of the lines only if it has no code and two columns say so independently; else it is named.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .subtotals import LINE, NEIGHBORS, Rows

MAX_AMOUNTS = 100_000
"""Amounts are added up row by row; larger files are exports of accounts, which name their sums."""
WINDOW = 300
"""A group of a plan has fewer rows."""
DIGITS = 6.0
"""The chance that any row of the file equals a sum by accident stays below one in a million."""

Flags = NDArray[np.bool_]
Cents = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Neighbors:
    """What may not differ between a sum and its parts: table, context, product beside accounts; known sides."""

    group: Sequence[NDArray[np.integer]]
    sides: Sequence[NDArray[np.int8]]
    """Per amount column; -1 unknown."""
    coded: Flags
    """Rows with a code of their own, which look like ordinary rows."""


def is_searched(rows: Rows) -> bool:
    return rows.count >= 3 and 0 < rows.count * len(rows.cents) <= MAX_AMOUNTS


def mark(rows: Rows, reasons: NDArray[np.int8], beside: Neighbors) -> list[int]:
    """Marks the sums in `reasons`, those above their parts first; gives back the rows that only look like sums."""
    amounts = _amounts(rows, reasons)
    doubtful: list[int] = []
    for order in (range(rows.count - 1, -1, -1), range(rows.count)):
        _pass(order, amounts, reasons, beside, doubtful)
    return sorted(set(doubtful))


def _amounts(rows: Rows, reasons: NDArray[np.int8]) -> list[Cents]:
    """The amounts of each row; what is no line or missing counts nothing."""
    columns = []
    for cents, present in zip(rows.cents, rows.present, strict=True):
        counts = reasons == LINE if present is None else (reasons == LINE) & present
        columns.append(np.where(counts, cents, 0).tolist())
    return list(zip(*columns, strict=True))


def _pass(
    order: Sequence[int], amounts: list[Cents], reasons: NDArray[np.int8], beside: Neighbors, doubtful: list[int]
) -> None:
    """Adds up row by row; a column of a row is a sum if what was added has stood at the same height less its amount."""
    total = nothing = (0,) * len(amounts[0])
    heights: list[dict[int, int]] = [{0: 0} for _ in nothing]
    needed = DIGITS + math.log10(len(amounts) * min(WINDOW, len(amounts)))
    for step, row in enumerate(order):
        own = amounts[row] if reasons[row] == LINE else nothing
        starts = {height.get(sum_ - cents) for height, sum_, cents in zip(heights, total, own, strict=True) if cents}
        for start in sorted(start for start in starts if start is not None and 1 < step - start <= WINDOW):
            found = _compare(row, order[start:step], amounts, reasons, beside, needed)
            if found is None:
                continue
            if found.is_whole and found.columns > 1 and not beside.coded[row]:
                reasons[row] = NEIGHBORS
                own = nothing
            elif found.is_whole or found.columns > 1:
                doubtful.append(row)
            break
        total = tuple(sum_ + cents for sum_, cents in zip(total, own, strict=True))
        for height, sum_ in zip(heights, total, strict=True):
            height[sum_] = step + 1


@dataclass(frozen=True, slots=True)
class _Sum:
    is_whole: bool
    """Whether it holds in every column."""
    columns: int
    """How many columns show it independently of each other."""


def _compare(
    row: int,
    parts: Sequence[int],
    amounts: list[Cents],
    reasons: NDArray[np.int8],
    beside: Neighbors,
    needed: float,
) -> _Sum | None:
    """None where chance may be the reason, or the rows do not belong together."""
    if not _belong_together(row, parts, reasons, beside):
        return None
    lines = [amounts[part] for part in parts if reasons[part] == LINE]
    shapes: set[Cents] = set()
    digits = 0.0
    is_whole = True
    for own, column in zip(amounts[row], zip(*lines, strict=True), strict=True):
        values = [value for value in column if value]
        if own != sum(values):
            is_whole = False
        elif own and len(values) > 1:
            unit = math.gcd(*values)
            shape = tuple(value // unit for value in values)
            digits += 0 if shape in shapes else math.log10(max(abs(own) // unit, 1))
            shapes.add(shape)
    return _Sum(is_whole, len(shapes)) if digits >= needed else None


def _belong_together(row: int, parts: Sequence[int], reasons: NDArray[np.int8], beside: Neighbors) -> bool:
    if any(reasons[part] not in (LINE, NEIGHBORS) for part in parts) or all(reasons[part] != LINE for part in parts):
        return False
    return _one_side(row, parts, beside) and all(group[part] == group[row] for group in beside.group for part in parts)


def _one_side(row: int, parts: Sequence[int], beside: Neighbors) -> bool:
    """An income that equals the expenses beside it is no sum but passed on."""
    return all(
        side[row] < 0 or all(side[part] < 0 or side[part] == side[row] for part in parts) for side in beside.sides
    )
