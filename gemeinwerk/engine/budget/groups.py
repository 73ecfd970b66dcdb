"""Grouping a million lines: integer keys from columns, sums without rounding, the first row of each group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gemeinwerk.engine.tables import Frame

Ints = NDArray[Any]

DENSE_LIMIT = 4_000_000
"""Up to this many possible keys a group is found by counting, above by sorting."""

MAX_KEY = 2**62


@dataclass(frozen=True, slots=True)
class Slices:
    """The years and stages that occur, and for each line the index of its (year, stage)."""

    index: Ints
    values: tuple[tuple[int, int], ...]
    """(year, index into STAGES), sorted."""


def slices(lines: Frame) -> Slices:
    """Year and stage as one small index."""
    years = lines.array("year")
    if not len(years):
        return Slices(np.empty(0, np.int16), ())
    low = int(years.min())
    stages = lines.array("stage")
    number = np.zeros((int(years.max()) - low + 1) * 8, np.int64)
    for piece in pieces(len(years)):
        number += np.bincount((years[piece].astype(np.int32) - low) * 8 + stages[piece], minlength=len(number))
    used = np.flatnonzero(number)
    renumber = np.zeros(len(number), np.int16)
    renumber[used] = np.arange(len(used), dtype=np.int16)
    index = np.empty(len(years), np.int16)
    for piece in pieces(len(years)):
        index[piece] = renumber[(years[piece].astype(np.int32) - low) * 8 + stages[piece]]
    values = tuple((int(value) // 8 + low, int(value) % 8) for value in used)
    return Slices(index, values)


PIECE = 1 << 16
"""Lines taken at once where numpy would otherwise hold a second copy of a whole column."""


def pieces(count: int) -> Iterator[slice]:
    for start in range(0, count, PIECE):
        yield slice(start, start + PIECE)


@dataclass(frozen=True, slots=True)
class Groups:
    """For each line the number of its group, and for each group its key in the columns that were combined."""

    index: Ints
    keys: Ints
    """One row per group, one column per part; -1 is missing."""

    def __len__(self) -> int:
        return len(self.keys)


def groups(parts: Sequence[tuple[Ints, int]]) -> Groups:
    """Groups of lines by code columns, given with their number of values; missing (-1) is a value of its own."""
    shifted, radices = _key(parts)
    used: Ints
    index: Ints
    total = 1
    for radix in radices:
        total *= radix
    if total <= DENSE_LIMIT:
        seen = np.zeros(total, np.bool_)
        for piece in pieces(len(shifted)):
            seen[shifted[piece]] = True
        used = np.flatnonzero(seen)
        renumber = np.zeros(total, np.int32)
        renumber[used] = np.arange(len(used), dtype=np.int32)
        index = shifted
        for piece in pieces(len(shifted)):
            index[piece] = renumber[shifted[piece]]
    else:
        used, index = np.unique(shifted, return_inverse=True)
    return Groups(index, _split(used, radices))


def line_keys(parts: Sequence[tuple[Ints, int]]) -> Ints:
    """One integer per line that is equal where all parts are equal."""
    return _key(parts)[0]


def _key(parts: Sequence[tuple[Ints, int]]) -> tuple[Ints, list[int]]:
    radices = [size + 1 for _codes, size in parts]
    bound = 1
    for radix in radices:
        bound *= radix
    if bound > MAX_KEY:
        raise OverflowError("these columns have too many values to be combined into one key")
    key: Ints = np.zeros(len(parts[0][0]), np.int32 if bound < 2**31 else np.int64)
    for (codes, _size), radix in zip(parts, radices, strict=True):
        np.multiply(key, radix, out=key)
        np.add(key, codes, out=key)
        np.add(key, 1, out=key)
    return key, radices


def _split(keys: Ints, radices: Sequence[int]) -> Ints:
    columns = []
    rest = keys.astype(np.int64)
    for radix in reversed(radices):
        rest, column = np.divmod(rest, radix)
        columns.append(column - 1)
    return np.stack(columns[::-1], axis=1) if columns else np.empty((len(keys), 0), np.int64)


def sums(index: Ints, amounts: Ints, count: int) -> Ints:
    """The exact sum of the amounts of each group; Python integers where 64 bits might not be enough.

    Floating point would lose cents, so each amount is added as two halves whose sums stay below 2^53.
    """
    if not len(amounts):
        return np.zeros(count, np.int64)
    largest = max(abs(int(amounts.max())), abs(int(amounts.min())))
    if largest * len(amounts) >= 2**62:
        total = np.zeros(count, object)
        np.add.at(total, index, amounts.astype(object))
        return total
    result = np.zeros(count, np.int64)
    for piece in pieces(len(amounts)):
        part, values = index[piece], amounts[piece]
        if largest * len(values) < 2**53:
            result += np.bincount(part, weights=values, minlength=count).astype(np.int64)
            continue
        upper = np.bincount(part, weights=values >> 22, minlength=count).astype(np.int64)
        lower = np.bincount(part, weights=values & (2**22 - 1), minlength=count).astype(np.int64)
        result += (upper << 22) + lower
    return result


def counts(index: Ints, count: int) -> Ints:
    result = np.zeros(count, np.int64)
    for piece in pieces(len(index)):
        result += np.bincount(index[piece], minlength=count)
    return result


def first_rows(index: Ints, count: int) -> Ints:
    """The first line of each group, -1 for a group without lines."""
    first = np.full(count, -1, np.int64)
    first[index[::-1]] = np.arange(len(index) - 1, -1, -1, dtype=np.int64)
    return first
