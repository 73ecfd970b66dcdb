"""The columns of the lines, made from what was collected per row, with as few copies as possible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gemeinwerk.engine import schemes
from gemeinwerk.engine.tables import Category, Key

from . import lookup


def joined(columns: Sequence[NDArray], kept: list[NDArray[np.int64] | None], dtype: type) -> NDArray:  # type: ignore[type-arg]
    if len(columns) == 1 and kept[0] is None:
        return columns[0]
    pieces = [column if rows is None else column[rows] for column, rows in zip(columns, kept, strict=True)]
    return (
        pieces[0]
        if len(pieces) == 1
        else np.concatenate(pieces).astype(dtype, copy=False)
        if pieces
        else np.empty(0, dtype)
    )


def joined_codes(codes: NDArray[np.int32] | None, kept: list[NDArray[np.int64] | None]) -> NDArray[np.int32] | None:
    if codes is None:
        return None
    return joined([codes] * len(kept), kept, np.int32)


def category(codes: NDArray[np.int32] | None, meanings: Sequence[Key | None], size: int = 0) -> Category:
    """A category of distinct keys; combinations that mean the same key fall together."""
    if codes is None:
        return Category(np.broadcast_to(np.int32(-1), size), ())
    index: dict[Key, int] = {}
    lut = np.array([-1 if key is None else index.setdefault(key, len(index)) for key in meanings] or [-1], np.int32)
    if np.array_equal(lut, np.arange(len(lut))):
        return Category(codes, tuple(index))
    return Category(lookup.pick(lut, codes), tuple(index))


def picked(values: Sequence[int], codes: NDArray[np.int32], dtype: type) -> NDArray[Any]:
    """One value per row; one for all rows costs nothing."""
    if len(set(values)) == 1:
        return np.broadcast_to(np.array(values[0], dtype), len(codes))
    return lookup.pick(np.array(values, dtype), codes)


def positions(
    accounts: NDArray[np.int32] | None,
    plan_lines: NDArray[np.int32] | None,
    side: NDArray[np.int8],
    names: list[str],
    by_account: NDArray[np.int32],
    by_line: NDArray[np.int32],
) -> Category:
    values = tuple(Key(name, schemes.POSITIONS[name].title) for name in names)
    if not names or (accounts is None and plan_lines is None):
        return Category(np.broadcast_to(np.int32(-1), len(side)), ())
    result = np.full(len(side), -1, np.int32)
    for start in range(0, len(side), lookup.CHUNK):
        piece = slice(start, start + lookup.CHUNK)
        own = side[piece]
        found = by_account[accounts[piece], own] if accounts is not None else np.full(len(own), -1, np.int32)
        if plan_lines is not None:
            found = np.where(found >= 0, found, by_line[plan_lines[piece], own])
        result[piece] = found
    return Category(result, values)
