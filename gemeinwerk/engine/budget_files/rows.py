"""One row of a source as it stands, to show where an amount comes from."""

from __future__ import annotations

import csv
from collections.abc import Mapping as AnyMapping
from pathlib import Path

from . import formats
from .limits import Limits
from .mapping import Mapping
from .profile import text_of
from .source import Table, Unusable

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


def _cells(cells: object) -> tuple[str, ...]:
    return tuple(text_of(cell) for cell in cells) if isinstance(cells, (list, tuple)) else ()


def _plain_line(source: Path, row: int, encoding: str) -> str | None:
    """The line of a text without quotes, found by counting line ends; None where only reading from the top is sure."""
    if encoding.startswith("utf-16"):
        return None
    left, tail = row - 1, b""
    with source.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            if b'"' in chunk:
                return None
            ends = chunk.count(b"\n")
            if not ends and not tail and b"\r" in chunk:
                return None
            if left > ends:
                left -= ends
                continue
            start = 0
            for _ in range(left):
                start = chunk.index(b"\n", start) + 1
            tail = chunk[start:]
            while b"\n" not in tail and (more := stream.read(CHUNK)):
                tail += more
            return tail.split(b"\n", 1)[0].rstrip(b"\r").decode(encoding, errors="replace").removeprefix("\ufeff")
    return None
