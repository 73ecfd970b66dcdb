"""Looking up one value per row without a second copy of the numbers: numpy turns an index of 32 bits into 64 first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHUNK = 1 << 16


def slices(count: int) -> Iterator[slice]:
    for start in range(0, count, CHUNK):
        yield slice(start, start + CHUNK)


def pick(table: NDArray[Any], codes: NDArray[Any]) -> NDArray[Any]:
    """`table[codes]`, piece by piece."""
    result = np.empty(len(codes), table.dtype)
    for piece in slices(len(codes)):
        result[piece] = table[codes[piece]]
    return result


def replace(table: NDArray[Any], codes: NDArray[Any]) -> NDArray[Any]:
    """`table[codes]` written over `codes`."""
    for piece in slices(len(codes)):
        codes[piece] = table[codes[piece]]
    return codes
