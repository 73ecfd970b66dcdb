"""One row of a source as it stands, to show where an amount comes from."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from pathlib import Path
from typing import BinaryIO

from . import formats
from .limits import Limits
from .mapping import Mapping
from .profile import text_of
from .source import Row, Table, Unusable

CHUNK = 1 << 20


def row_at(
    name: str,
    source: bytes | Path,
    mapping: Mapping,
    *,
    table: str,
    row: int,
    companions: AnyMapping[str, bytes] | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> tuple[str, ...] | None:
    """The cells of the row (counted from 1) of the table, None where the source has no such row any more."""
    try:
        opened = formats.open_source(name, source, mapping, dict(companions or {}), limits)
        found = next((item for item in opened.tables if item.name == table), None)
        if found is None:
            return None
        if opened.format == "delimited" and isinstance(source, Path) and opened.encoding and opened.separator:
            line = _plain_line(source, row, opened.encoding)
            if line is not None:
                return _cells(next(csv.reader([line], delimiter=opened.separator, quoting=csv.QUOTE_NONE), []))
        return _walk(found, row)
    except Unusable:
        return None


def _walk(table: Table, row: int) -> tuple[str, ...] | None:
    for first, block in table.blocks():
        if first <= row < first + len(block):
            return _cells(block[row - first])
    return None


def _cells(cells: Row) -> tuple[str, ...]:
    return tuple(text_of(cell) for cell in cells)


def _plain_line(source: Path, row: int, encoding: str) -> str | None:
    """The line of a text without quotes, found by counting line ends; None where only reading from the top is sure."""
    if encoding.startswith("utf-16"):
        return None
    left = row - 1
    with source.open("rb") as stream:
        for chunk in _whole_lines(stream):
            if b'"' in chunk or chunk.count(b"\r") != chunk.count(b"\r\n"):
                return None
            ends = chunk.count(b"\n")
            if left > ends or (left == ends and chunk.endswith(b"\n")):
                left -= ends
                continue
            lines = chunk.split(b"\n", left + 1)
            return lines[left].rstrip(b"\r").decode(encoding, errors="replace").removeprefix("\ufeff")
    return None


def _whole_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes in portions that end where a line ends; the last one ends where the file does."""
    rest = b""
    while chunk := stream.read(CHUNK):
        whole, end, tail = (rest + chunk).rpartition(b"\n")
        rest = tail
        if end:
            yield whole + end
    if rest:
        yield rest
