"""The columns of the lines, made from what was collected per row, with as few copies as possible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gemeinwerk.engine import schemes
from gemeinwerk.engine.tables import Category, Codes, Key, code_type

from . import lookup


def joined(columns: Sequence[NDArray[Any]], kept: list[NDArray[np.int64] | None], dtype: Any) -> NDArray[Any]:
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


def joined_codes(codes: Codes | None, kept: list[NDArray[np.int64] | None]) -> Codes | None:
    if codes is None:
        return None
    return joined([codes] * len(kept), kept, codes.dtype)


def category(codes: Codes | None, meanings: Sequence[Key | None], size: int = 0) -> Category:
    """A category of distinct keys; combinations that mean the same key fall together."""
    if codes is None:
        return Category(np.broadcast_to(np.int8(-1), size), ())
    index: dict[Key, int] = {}
    found = [-1 if key is None else index.setdefault(key, len(index)) for key in meanings] or [-1]
    lut = np.array(found, code_type(len(index)))
    if np.array_equal(lut, np.arange(len(lut))):
        return Category(codes, tuple(index))
    return Category(lookup.pick(lut, codes), tuple(index))


def picked(values: Sequence[int], codes: Codes, dtype: type) -> NDArray[Any]:
    """One value per row; one for all rows costs nothing."""
    if len(set(values)) == 1:
        return np.broadcast_to(np.array(values[0], dtype), len(codes))
    return lookup.pick(np.array(values, dtype), codes)


def positions(
    accounts: Codes | None,
    plan_lines: Codes | None,
    side: NDArray[np.int8],
    names: list[str],
    by_account: NDArray[np.int32],
    by_line: NDArray[np.int32],
) -> Category:
    values = tuple(Key(name, schemes.POSITIONS[name].title) for name in names)
    if not names or (accounts is None and plan_lines is None):
        return Category(np.broadcast_to(np.int8(-1), len(side)), ())
    result = np.full(len(side), -1, code_type(len(values)))
    for start in range(0, len(side), lookup.CHUNK):
        piece = slice(start, start + lookup.CHUNK)
        own = side[piece]
        found = by_account[accounts[piece], own] if accounts is not None else np.full(len(own), -1, np.int32)
        if plan_lines is not None:
            found = np.where(found >= 0, found, by_line[plan_lines[piece], own])
        result[piece] = found
    return Category(result, values)
