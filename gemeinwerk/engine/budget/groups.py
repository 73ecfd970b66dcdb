"""Grouping a million lines: integer keys from columns, sums without rounding, the first row of each group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gemeinwerk.engine.tables import Frame, code_type

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
        return Slices(np.empty(0, np.int8), ())
    low = int(years.min())
    stages = lines.array("stage")
    number = np.zeros((int(years.max()) - low + 1) * 8, np.int64)
    for piece in pieces(len(years)):
        number += np.bincount((years[piece].astype(np.int32) - low) * 8 + stages[piece], minlength=len(number))
    used = np.flatnonzero(number)
    renumber = np.zeros(len(number), code_type(len(used)))
    renumber[used] = np.arange(len(used))
    index = np.empty(len(years), renumber.dtype)
    for piece in pieces(len(years)):
        index[piece] = renumber[(years[piece].astype(np.int32) - low) * 8 + stages[piece]]
    values = tuple((int(value) // 8 + low, int(value) % 8) for value in used)
    return Slices(index, values)


PIECE = 1 << 15
"""Lines taken at once where numpy would otherwise hold a second copy of a whole column."""


def pieces(count: int) -> Iterator[slice]:
    for start in range(0, count, PIECE):
        yield slice(start, min(start + PIECE, count))


def rows_where(count: int, holds: Callable[[slice], Ints]) -> Ints:
    """The lines for which the condition holds; it is asked for one piece of the lines after the other."""
    found = [piece.start + np.flatnonzero(holds(piece)) for piece in pieces(count)]
    return np.concatenate(found) if found else np.empty(0, np.int64)


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
    radices = _radices(parts)
    used: Ints
    index: Ints
    if prod(radices) <= DENSE_LIMIT:
        used, renumber = _used(parts, radices)
        index = np.empty(_length(parts), renumber.dtype)
        for piece in pieces(len(index)):
            index[piece] = renumber[_key(_cut(parts, piece), radices)]
    else:
        used, index = np.unique(_key(parts, radices), return_inverse=True)
    return Groups(index, _split(used, radices))


@dataclass(frozen=True, slots=True)
class Added:
    """The groups as in `Groups`, each with the exact sum and the number of its lines."""

    keys: Ints
    cents: Ints
    number: Ints


def add_up(parts: Sequence[tuple[Ints, int]], amounts: Ints) -> Added:
    """The sums of all groups. Where the possible keys can be counted, no number per line is ever held."""
    radices = _radices(parts)
    if prod(radices) > DENSE_LIMIT:
        found = groups(parts)
        return Added(found.keys, sums(found.index, amounts, len(found)), counts(found.index, len(found)))
    used, renumber = _used(parts, radices)
    total = _Total(amounts, len(used))
    number = np.zeros(len(used), np.int64)
    for piece in pieces(len(amounts)):
        index = renumber[_key(_cut(parts, piece), radices)]
        total.add(index, amounts[piece])
        number += np.bincount(index, minlength=len(used))
    return Added(_split(used, radices), total.cents, number)


def _used(parts: Sequence[tuple[Ints, int]], radices: Sequence[int]) -> tuple[Ints, Ints]:
    """The keys that occur, in order, and for each possible key its place among them."""
    seen = np.zeros(prod(radices), np.bool_)
    for piece in pieces(_length(parts)):
        seen[_key(_cut(parts, piece), radices)] = True
    used = np.flatnonzero(seen)
    renumber = np.zeros(len(seen), np.int32)
    renumber[used] = np.arange(len(used), dtype=np.int32)
    return used, renumber


def _length(parts: Sequence[tuple[Ints, int]]) -> int:
    return len(parts[0][0])


def _cut(parts: Sequence[tuple[Ints, int]], piece: slice) -> list[tuple[Ints, int]]:
    return [(codes[piece], size) for codes, size in parts]


def line_keys(parts: Sequence[tuple[Ints, int]]) -> Ints:
    """One integer per line that is equal where all parts are equal."""
    return _key(parts, _radices(parts))


def _radices(parts: Sequence[tuple[Ints, int]]) -> list[int]:
    return [size + 1 for _codes, size in parts]


def _key(parts: Sequence[tuple[Ints, int]], radices: Sequence[int]) -> Ints:
    bound = prod(radices)
    if bound > MAX_KEY:
        raise OverflowError("these columns have too many values to be combined into one key")
    key: Ints = np.zeros(_length(parts), np.int32 if bound < 2**31 else np.int64)
    for (codes, _size), radix in zip(parts, radices, strict=True):
        np.multiply(key, radix, out=key)
        np.add(key, codes, out=key)
        np.add(key, 1, out=key)
    return key


def _split(keys: Ints, radices: Sequence[int]) -> Ints:
    columns = []
    rest = keys.astype(np.int64)
    for radix in reversed(radices):
        rest, column = np.divmod(rest, radix)
        columns.append(column - 1)
    return np.stack(columns[::-1], axis=1) if columns else np.empty((len(keys), 0), np.int64)


def sums(index: Ints, amounts: Ints, count: int) -> Ints:
    """The exact sum of the amounts of each group; Python integers where 64 bits might not be enough."""
    total = _Total(amounts, count)
    for piece in pieces(len(amounts)):
        total.add(index[piece], amounts[piece])
    return total.cents


class _Total:
    """Sums of groups, added piece by piece.

    Floating point would lose cents, so each amount is added as two halves whose sums stay below 2^53.
    """

    def __init__(self, amounts: Ints, count: int) -> None:
        """`amounts` are all amounts that will be added."""
        self.largest = max(abs(int(amounts.max())), abs(int(amounts.min()))) if len(amounts) else 0
        self.is_small = amounts.dtype != object and self.largest * len(amounts) < 2**62
        self.cents: Ints = np.zeros(count, np.int64 if self.is_small or not len(amounts) else object)

    def add(self, index: Ints, amounts: Ints) -> None:
        if not self.is_small:
            np.add.at(self.cents, index, amounts.astype(object))
        elif self.largest * len(amounts) < 2**53:
            self.cents += self._sum(index, amounts)
        else:
            self.cents += self._sum(index, amounts >> 22) << 22
            self.cents += self._sum(index, amounts & (2**22 - 1))

    def _sum(self, index: Ints, amounts: Ints) -> Ints:
        return np.bincount(index, weights=amounts, minlength=len(self.cents)).astype(np.int64)


def counts(index: Ints, count: int) -> Ints:
    """How many lines each group has; a line without a group (-1) is in none."""
    result = np.zeros(count, np.int64)
    for piece in pieces(len(index)):
        result += np.bincount(_known(index[piece])[0], minlength=count)
    return result


def first_rows(index: Ints, count: int) -> Ints:
    """The first line of each group, -1 for a group without lines."""
    first = np.full(count, -1, np.int64)
    for piece in reversed(list(pieces(len(index)))):
        codes, rows = _known(index[piece])
        first[codes[::-1]] = piece.start + rows[::-1]
    return first


def _known(codes: Ints) -> tuple[Ints, Ints]:
    """The codes that are not missing, and where they stand."""
    rows = np.flatnonzero(codes >= 0)
    return codes[rows], rows
