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
_NO_BITS = np.uint64(64)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SEED = np.uint64(0xD6E8FEB86659FD93)
_ODD = 0xBF58476D1CE4E5B9
_ZERO, _COMMA, _MINUS, _POINT = (np.uint8(ord(mark)) for mark in "0,-.")
_LINE_END, _RETURN = np.uint8(10), np.uint8(13)
MAX_DIGITS = 18
"""Longer amounts go the slow way."""

Places = NDArray[np.int64]
Flags = NDArray[np.bool_]


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
        """One number per row for the bytes of the given cells; None if a cell is too long.

        Cells side by side are taken as one: with the separator between them they say the same.
        """
        result = np.full(self.rows - skip, _SEED, np.uint64)
        for left, right in _runs(columns):
            start = self.starts[skip:, left]
            rest = self.ends[skip:, right] - start
            longest = int(rest.max(initial=0))
            if longest > MAX_KEY:
                return None
            result ^= rest.view(np.uint64)
            _stir(result)
            self._add_words(result, start, rest, longest)
        return result

    def _add_words(self, result: NDArray[np.uint64], start: Places, rest: Places, longest: int) -> None:
        """Adds what the cells hold, eight bytes at a time; what lies behind a cell is pushed out and adds nothing."""
        last = len(self.words) - 1
        behind = 64 - 8 * rest
        shortest = int(rest.min(initial=0))
        for offset in range(0, longest, 8):
            at = start + offset
            word = self.words[at if int(at.max()) <= last else np.minimum(at, last)]
            if offset + 8 > shortest:
                word <<= np.maximum(behind + 8 * offset, 0).view(np.uint64)  # by 64 and more: nothing is left
            _stir(word)
            word *= np.uint64(_ODD * (offset + 1) % 2**64)
            result += word

    def cents(self, column: int, skip: int) -> tuple[NDArray[np.int64], Places]:
        """Cents of all rows, and the rows whose cell is no plain number with two decimals or none."""
        start, end = self.starts[skip:, column], self.ends[skip:, column]
        length = end - start
        longest = min(max(int(length.max(initial=0)), 1), MAX_DIGITS)
        good = (length > 0) & (length <= longest) & (end >= longest)
        cells = self._cells_from_behind(end, longest)
        negative = (self.codes[np.minimum(start, len(self.codes) - 1)] == _MINUS) & (length > 1)
        length -= negative
        third = cells[2] if longest > 2 else np.zeros(len(end), np.uint8)
        comma, point = (third == _COMMA) & (length > 3), (third == _POINT) & (length > 3)
        fraction = comma | point
        sixth = cells[6] == _POINT if longest > 6 else False
        grouped = comma & (length > 6) & sixth
        value = np.zeros(len(end), np.int64)
        for shape, marks in ((~fraction, ()), (fraction & ~grouped, (2,)), (grouped, (2, 6, 10, 14))):
            if shape.all():
                value, fits = _number(cells, length, marks)
                good &= fits
            elif shape.any():
                value[shape], fits = _number(cells[:, shape], length[shape], marks)
                good[shape] &= fits
        good &= ~grouped | ((length - 3) % 4 != 0)  # ".123,45": nothing before the first point
        good &= value <= 10**15
        value[~fraction] *= 100
        good &= value <= 10**15
        value[negative] *= -1
        value[~good] = 0
        self.commas = int(np.count_nonzero(comma & good))
        self.points = int(np.count_nonzero(point & good))
        return value, np.flatnonzero(~good)

    def _cells_from_behind(self, end: Places, longest: int) -> NDArray[np.uint8]:
        """The bytes before the ends of the cells, the last ones first: one row per place, one column per cell."""
        windows = np.ndarray((len(self.codes) - longest + 1, longest), np.uint8, self.data, 0, (1, 1))
        return np.ascontiguousarray(windows[np.maximum(end - longest, 0)].T[::-1])


def _runs(columns: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of the columns that stand side by side."""
    runs: list[tuple[int, int]] = []
    for column in columns:
        if runs and runs[-1][1] + 1 == column:
            runs[-1] = runs[-1][0], column
        else:
            runs.append((column, column))
    return runs


def _stir(numbers: NDArray[np.uint64]) -> None:
    """Spreads every bit over the others, in place; nothing stays nothing."""
    numbers ^= numbers >> np.uint64(29)
    numbers *= _MIX
    numbers ^= numbers >> np.uint64(32)


def _number(cells: NDArray[np.uint8], length: Places, marks: tuple[int, ...]) -> tuple[NDArray[np.int64], Flags]:
    """The digits as one number, and whether there is nothing but digits and, at `marks`, decimal mark and points."""
    value = np.zeros(len(length), np.int64)
    wrong = np.zeros(len(length), np.bool_)
    shortest = int(length.min(initial=0))
    weight = 1
    for place, codes in enumerate(cells):
        if place in marks:
            if place > 2:
                wrong |= (codes != _POINT) & (length > place)
            continue
        digit = codes - _ZERO
        bad = digit > 9
        if place >= shortest:
            inside = length > place
            bad &= inside
            digit *= inside
        wrong |= bad
        value += np.multiply(digit, weight, dtype=np.int64)
        weight *= 10
    return value, ~wrong


@dataclass(slots=True)
class Hashes:
    """Which number each hash of a key stands for."""

    known: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    numbers: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    table: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))
    """For the first bits of a hash the place of one known hash that begins so."""
    shift: np.uint64 = _NO_BITS

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
        """Where the hashes stand among the known ones: most at once by their first bits, the rest by searching."""
        if not len(self.known):
            return None
        places = self.table[(found >> self.shift).view(np.int64)]
        others = np.flatnonzero(self.known[places] != found)
        if len(others):
            searched = np.searchsorted(self.known, found[others])
            searched[searched == len(self.known)] = 0
            if (self.known[searched] != found[others]).any():
                return None
            places[others] = searched
        return places

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
        bits = min(len(known).bit_length() + 3, 20)
        self.shift = np.uint64(64 - bits)
        self.table = np.zeros(1 << bits, np.intp)
        self.table[(self.known >> self.shift).view(np.int64)] = np.arange(len(known))


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
    padded = data + bytes(8)
    codes = np.frombuffer(padded, np.uint8)
    content = codes[: len(data)]
    marks = content == _LINE_END
    count = np.count_nonzero(marks)
    if np.count_nonzero(content == _RETURN) > count:
        return first, _rows(data, encoding, separator, limits)
    marks |= content == ord(separator)
    ends = np.flatnonzero(marks)
    width = len(ends) // count
    if width * count != len(ends) or width > limits.max_columns or (codes[ends[width - 1 :: width]] != _LINE_END).any():
        return first, _rows(data, encoding, separator, limits)
    starts = np.empty(len(ends), np.int64)
    starts[0] = 0
    np.add(ends[:-1], 1, out=starts[1:])
    begin, end = starts.reshape(count, width), ends.reshape(count, width)
    last = end[:, -1]
    last -= (codes[np.maximum(last - 1, 0)] == _RETURN) & (last > begin[:, -1])
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
