"""Delimited text without quotes, a quarter of a megabyte at a time: cells are places in the bytes, not texts.

A million rows hold a few thousand different products and accounts. So each cell is only hashed; a text is made for the
first one of its kind. Amounts become cents digit by digit for all rows of a piece at once. What does not fit (quotes,
rows of another width, odd amounts) goes the slow way and gives the same result; the tests compare both ways.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .limits import Limits
from .source import Block, Unusable

PIECE_BYTES = 1 << 18
MAX_KEY = 1500
"""Bytes of one key; longer ones go the slow way."""
_ENCODINGS = re.compile(r"utf-8|utf-8-sig|cp1252|cp850|latin-1")
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SEED = np.uint64(0xD6E8FEB86659FD93)
_MASKS = np.array([(1 << (8 * n)) - 1 for n in range(8)] + [2**64 - 1], np.uint64)

Places = NDArray[np.int64]


def is_possible(encoding: str) -> bool:
    """Only where separator and digits are the bytes of ASCII."""
    return bool(_ENCODINGS.fullmatch(encoding))


@dataclass(slots=True)
class Piece:
    """Whole rows of bytes, all with the same number of cells."""

    first: int
    """Number of the first row."""
    data: bytes
    """With eight bytes of nothing behind, so that every cell can be read in words."""
    codes: NDArray[np.uint8]
    starts: Places
    ends: Places
    encoding: str
    separator: str
    commas: int = 0
    points: int = 0
    words: NDArray[np.uint64] = field(init=False)

    def __post_init__(self) -> None:
        self.words = np.ndarray((len(self.data) - 7,), "<u8", self.data, 0, (1,))

    @property
    def rows(self) -> int:
        return int(self.starts.shape[0])

    @property
    def width(self) -> int:
        return int(self.starts.shape[1])

    def cell(self, row: int, column: int) -> str:
        raw = self.data[int(self.starts[row, column]) : int(self.ends[row, column])]
        return raw.decode(self.encoding, errors="replace")

    def row(self, row: int) -> list[str]:
        return [self.cell(row, column) for column in range(self.width)]

    def cells(self) -> list[list[str]]:
        return [self.row(row) for row in range(self.rows)]

    def hashes(self, columns: Sequence[int], skip: int) -> NDArray[np.uint64] | None:
        """One number per row for the bytes of the given cells; None if a cell is too long."""
        result = np.full(self.rows - skip, _SEED, np.uint64)
        for column in columns:
            start = self.starts[skip:, column]
            rest = self.ends[skip:, column] - start
            longest = int(rest.max(initial=0))
            if longest > MAX_KEY:
                return None
            result = (result ^ rest.astype(np.uint64)) * _MIX
            for offset in range(0, longest, 8):
                here = np.clip(rest - offset, 0, 8)
                at = start + np.minimum(offset, np.maximum(rest - 1, 0))
                word = self.words[at] & _MASKS[here]
                mixed = (result ^ word) * _MIX
                mixed ^= mixed >> np.uint64(29)
                result = np.where(here > 0, mixed, result)
        return result

    def cents(self, column: int, skip: int) -> tuple[NDArray[np.int64], Places]:
        """Cents of all rows, and the rows whose cell is no plain number with two decimals or none."""
        start, end = self.starts[skip:, column], self.ends[skip:, column]
        codes = self.codes
        length = end - start
        first = codes[np.minimum(start, len(codes) - 1)]
        negative = (first == 45) & (length > 1)
        start = start + negative
        length = length - negative
        third = np.where(length > 3, codes[np.maximum(end - 3, 0)], 0)
        comma, point = third == 44, third == 46
        fraction = comma | point
        value = np.zeros(len(start), np.int64)
        good = (length > 0) & (length <= 18)
        grouped = comma & (length > 6) & (codes[np.maximum(end - 7, 0)] == 46)
        scale = np.ones(len(start), np.int64)
        for place in range(int(min(length.max(initial=0), 18))):
            inside = place < length
            code = codes[np.maximum(end - 1 - place, 0)]
            digit = code - np.uint8(48)
            is_digit = digit < 10
            separator = (place == 2) & fraction
            if place in (6, 10, 14):
                separator = separator | (grouped & (code == 46))
                good &= ~inside | ~grouped | (code == 46)
            good &= ~inside | is_digit | separator
            use = inside & is_digit & ~separator
            value += np.where(use, digit * scale, 0)
            scale = np.where(use, scale * 10, scale)
        last_group = grouped & ((length - 3) % 4 == 0)  # ".123,45": nothing before the first point
        good &= ~last_group
        value = np.where(fraction, value, value * 100)
        good &= value <= 10**15
        value[negative] *= -1
        value[~good] = 0
        self.commas = int((comma & good).sum())
        self.points = int((point & good).sum())
        return value, np.flatnonzero(~good)


@dataclass(slots=True)
class Hashes:
    """Which number each hash of a key stands for."""

    known: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    numbers: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))

    def codes(
        self, piece: Piece, columns: Sequence[int], skip: int, number: Callable[[tuple[str, ...]], int]
    ) -> NDArray[np.int32]:
        """The number of each row's combination of cells; `number` gives one to a new combination."""
        found = piece.hashes(columns, skip)
        if found is None:
            cells = (tuple(piece.cell(row, column) for column in columns) for row in range(skip, piece.rows))
            return np.fromiter(map(number, cells), np.int32, piece.rows - skip)
        places = self._places(found)
        if places is None:
            self._learn(piece, found, columns, skip, number)
            places = self._places(found)
        assert places is not None  # noqa: S101 - all hashes of the piece have just been learned
        return self.numbers[places]

    def _places(self, found: NDArray[np.uint64]) -> NDArray[np.intp] | None:
        if not len(self.known):
            return None
        places = np.searchsorted(self.known, found)
        places[places == len(self.known)] = 0
        return places if (self.known[places] == found).all() else None

    def _learn(
        self,
        piece: Piece,
        found: NDArray[np.uint64],
        columns: Sequence[int],
        skip: int,
        number: Callable[[tuple[str, ...]], int],
    ) -> None:
        fresh, rows = np.unique(found, return_index=True)
        if len(self.known):
            new = ~np.isin(fresh, self.known)
            fresh, rows = fresh[new], rows[new]
        order = np.argsort(rows)
        numbers = np.empty(len(fresh), np.int32)
        for i in order:
            numbers[i] = number(tuple(piece.cell(skip + int(rows[i]), column) for column in columns))
        known = np.concatenate([self.known, fresh])
        sorting = np.argsort(known)
        self.known = known[sorting]
        self.numbers = np.concatenate([self.numbers, numbers])[sorting]


def pieces(
    open_: Callable[[], io.BytesIO | io.BufferedReader],
    encoding: str,
    separator: str,
    limits: Limits,
    place: list[int],
    blocks: Callable[[], Iterator[Block]],
) -> Callable[[], Iterator[Any]]:
    """A generator of pieces, or of blocks of rows where a piece does not fit."""

    def run() -> Iterator[Any]:
        first = 1
        with open_() as stream:
            rest = stream.read(3) if encoding == "utf-8-sig" else b""
            rest = b"" if rest == b"\xef\xbb\xbf" else rest
            while True:
                chunk = stream.read(PIECE_BYTES)
                data = rest + chunk
                if not data:
                    return
                cut = data.rfind(b"\n") + 1 if chunk else len(data)
                if b'"' in data or (not cut and len(data) > limits.max_cell * 4) or _lone_returns(data, first):
                    yield from _slow(blocks, first)
                    return
                if not cut:
                    rest = data
                    continue
                data, rest = data[:cut], data[cut:]
                place[0] = stream.tell()
                item = _piece(first, data, encoding, separator, limits)
                yield item
                first += item.rows if isinstance(item, Piece) else len(item[1])
                if first > limits.max_rows + 1:
                    raise Unusable(
                        "too_many_rows",
                        f"Die Datei hat mehr als {limits.max_rows} Zeilen. Bitte teilen Sie sie auf, etwa nach Jahren.",
                    )

    return run


def _lone_returns(data: bytes, first: int) -> bool:
    """Carriage returns that end rows by themselves. Looked for at the beginning, where old files show them at once."""
    if first > 1:
        return False
    returns = data.count(b"\r")
    return bool(returns) and returns - data.count(b"\r\n") > data.endswith(b"\r")


def _slow(blocks: Callable[[], Iterator[Block]], first: int) -> Iterator[Block]:
    for start, rows in blocks():
        if start + len(rows) > first:
            above = max(first - start, 0)
            yield start + above, rows[above:]


def _piece(first: int, data: bytes, encoding: str, separator: str, limits: Limits) -> Piece | Block:
    if not data.endswith(b"\n"):
        data += b"\n"
    size = len(data)
    padded = data + bytes(8)
    codes = np.frombuffer(padded, np.uint8)
    ends = np.flatnonzero((codes[:size] == ord(separator)) | (codes[:size] == 10))
    line_ends = codes[ends] == 10
    count = int(line_ends.sum())
    if np.count_nonzero(codes[:size] == 13) > count:
        return first, _rows(data, encoding, separator, limits)
    width = len(ends) // count
    if width * count != len(ends) or width > limits.max_columns or not line_ends[width - 1 :: width].all():
        return first, _rows(data, encoding, separator, limits)
    starts = np.empty(len(ends), np.int64)
    starts[0] = 0
    np.add(ends[:-1], 1, out=starts[1:])
    begin, end = starts.reshape(count, width), ends.reshape(count, width)
    last = end[:, -1]
    last -= (codes[np.maximum(last - 1, 0)] == 13) & (last > begin[:, -1])
    if int((end - begin).max()) > limits.max_cell:
        return first, _rows(data, encoding, separator, limits)
    return Piece(first, padded, codes, begin, end, encoding, separator)


def _rows(data: bytes, encoding: str, separator: str, limits: Limits) -> list[Any]:
    text = data.decode(encoding, errors="replace")
    csv.field_size_limit(limits.max_cell)
    try:
        rows: list[Any] = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        raise Unusable(
            "cell_too_long", "Eine Zelle der Datei ist zu lang. Bitte prüfen Sie die Datei und laden Sie sie neu hoch."
        ) from None
    if rows and max(map(len, rows)) > limits.max_columns:
        raise Unusable(
            "too_many_columns",
            f"Die Datei hat mehr als {limits.max_columns} Spalten. Bitte entfernen Sie die Spalten, "
            "die nicht zum Haushalt gehören.",
        )
    return rows
