"""The container of old spreadsheets (XLS): its chains of sectors are followed once here, before a reader trusts them.

A damaged or hostile file can chain its sectors in a circle, on which a trusting reader walks for ever, or place one
cell so far out that the reader reserves the whole rectangle.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from .limits import Limits
from .source import Unusable

END = 0xFFFFFFFA
"""Sector numbers from here on are marks, not places."""
_CELLS = frozenset(
    (0x0006, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6, 0x00BD, 0x00BE, 0x0201, 0x0003, 0x0004, 0x0005)
)


@dataclass(slots=True)
class _File:
    data: bytes
    shift: int
    mini_shift: int
    cutoff: int
    table: list[int]

    def sector(self, number: int) -> bytes:
        start = (number + 1) << self.shift
        return self.data[start : start + (1 << self.shift)]

    def stream(self, start: int) -> bytes:
        return b"".join(self.sector(number) for number in chain(self.table, start))


def chain(table: list[int], start: int) -> list[int]:
    """The sectors of a chain; refuses circles and places that do not exist."""
    found: list[int] = []
    seen: set[int] = set()
    while start < END:
        if start in seen or start >= len(table):
            raise _broken()
        seen.add(start)
        found.append(start)
        start = table[start]
    return found


def _broken() -> Unusable:
    return Unusable(
        "spreadsheet_broken",
        "Die XLS-Datei ist beschädigt. Bitte öffnen Sie sie in Ihrem Tabellenprogramm, speichern Sie sie neu als XLSX "
        "und laden Sie sie noch einmal hoch.",
    )


def check(data: bytes, limits: Limits) -> None:
    """Raises `Unusable` unless every stream can be followed to its end and the cells lie within the limits."""
    try:
        file = _open(data)
        directory = file.stream(struct.unpack_from("<I", data, 48)[0])
        mini = _numbers(b"".join(file.sector(n) for n in chain(file.table, struct.unpack_from("<I", data, 60)[0])))
        entries = [directory[i : i + 128] for i in range(0, len(directory) - 127, 128)]
        root = next((entry for entry in entries if entry[66] == 5), None)
        small = file.stream(struct.unpack_from("<I", root, 116)[0]) if root else b""
        for entry in entries:
            if entry[66] == 2:
                _check_stream(file, entry, mini, small, limits)
    except (struct.error, IndexError, OverflowError):
        raise _broken() from None


def _open(data: bytes) -> _File:
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise _broken()
    file = _File(data, shift, mini_shift, struct.unpack_from("<I", data, 56)[0], [])
    sectors = len(data) >> shift
    listed = [n for n in struct.unpack_from("<109I", data, 76) if n < END]
    following = struct.unpack_from("<I", data, 68)[0]
    steps = 0
    while following < END:
        numbers = _numbers(file.sector(following))
        steps += 1
        if steps > sectors or not numbers:
            raise _broken()
        listed += [n for n in numbers[:-1] if n < END]
        following = numbers[-1]
    if len(listed) > sectors or any(number >= sectors for number in listed):
        raise _broken()
    for number in listed:
        file.table += _numbers(file.sector(number))
    return file


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def _check_stream(file: _File, entry: bytes, mini: list[int], small: bytes, limits: Limits) -> None:
    start, size = struct.unpack_from("<II", entry, 116)
    name = entry[: max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)].decode("utf-16-le", errors="replace")
    if size > len(file.data):
        raise _broken()
    if size >= file.cutoff:
        content = file.stream(start) if size else b""
    else:
        content = b"".join(small[n << 6 : (n + 1) << 6] for n in chain(mini, start)) if size else b""
    if name.lower() in ("workbook", "book"):
        _check_cells(content[:size], limits)


def _check_cells(content: bytes, limits: Limits) -> None:
    """Follows the records of the workbook and looks how far out its cells stand."""
    place = row = column = 0
    while place + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, place)
        place += 4
        if kind == 0x0809:  # a new sheet begins
            row = column = 0
        elif kind in _CELLS and length >= 4:
            r, c = struct.unpack_from("<HH", content, place)
            row, column = max(row, r + 1), max(column, c + 1)
            if row * column > limits.max_spreadsheet_cells or column > limits.max_columns:
                raise Unusable(
                    "too_many_cells",
                    "Das Blatt hat zu viele Zeilen und Spalten. Bitte speichern Sie nur die Tabelle "
                    "mit den Haushaltszeilen.",
                )
        place += length
