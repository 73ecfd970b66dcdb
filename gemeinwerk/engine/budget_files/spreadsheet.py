"""XLSX, XLSM, XLS and ODS through calamine, which reads values only: formulas and macros are never run."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import python_calamine

from gemeinwerk.engine.problems import Problem, Severity

from . import container
from .delimited import open_bytes, size_of
from .limits import Limits
from .source import BLOCK_ROWS, Block, Row, Source, Table, Unusable, plain_text

_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]{0,200}?\br="\$?([A-Z]{1,7})\$?(\d{1,10})"')
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension\b[^>]{0,100}?\bref="[^":]*:?([A-Z]{1,7})(\d{1,10})"')
_REPEATED = re.compile(rb'number-(rows|columns)-(?:repeated|spanned)="(\d{1,12})"')


def read_zip(source: bytes | Path, kind: str, limits: Limits) -> Source:
    """A spreadsheet in a zip container, "xlsx" or "ods"."""
    container.check(source, limits)
    problems = []
    members = container.names(source)
    _refuse_entities(source, members)
    if kind == "xlsx":
        _check_extent(source, members, limits)
    else:
        _check_repeats(source, limits)
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in members):
        problems.append(
            Problem(
                "macros",
                "Die Datei enthält Makros. Sie wurden nicht ausgeführt; gelesen wurden nur die Werte.",
                Severity.NOTE,
            )
        )
    return _open(source, kind, limits, problems)


def read_xls(source: bytes | Path, limits: Limits) -> Source:
    return _open(source, "xls", limits, [])


def _open(source: bytes | Path, kind: str, limits: Limits, problems: list[Problem]) -> Source:
    try:
        with open_bytes(source) as stream:
            workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(stream.read()))
        tables = tuple(
            _table(workbook, sheet.name, limits)
            for sheet in workbook.sheets_metadata
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        )
    except Unusable:
        raise
    except BaseException as error:
        raise _unreadable(error) from None
    hidden = [
        plain_text(sheet.name)
        for sheet in workbook.sheets_metadata
        if sheet.visible != python_calamine.SheetVisibleEnum.Visible
    ]
    if hidden:
        problems.append(
            Problem(
                "hidden_sheets", f"Die Datei hat ausgeblendete Blätter: „{'“, „'.join(hidden[:5])}“.", Severity.NOTE
            )
        )
    return Source(kind, tables, problems=tuple(problems))


def _unreadable(error: BaseException) -> Unusable:
    if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
        raise error
    if isinstance(error, python_calamine.PasswordError) or "assword" in str(error) or "ncrypt" in str(error):
        return Unusable(
            "encrypted", "Die Datei ist mit einem Kennwort geschützt. Bitte speichern Sie sie ohne Kennwort."
        )
    return Unusable(
        "spreadsheet_broken",
        "Die Tabelle ist beschädigt und lässt sich nicht öffnen. Bitte öffnen Sie sie in Ihrem Tabellenprogramm, "
        "speichern Sie sie neu als XLSX oder CSV und laden Sie sie noch einmal hoch.",
    )


def _table(workbook: python_calamine.CalamineWorkbook, name: str, limits: Limits) -> Table:
    place = [0.0]

    def blocks() -> Iterator[Block]:
        try:
            sheet = workbook.get_sheet_by_name(name)
            start = sheet.start
            height, width = sheet.total_height, sheet.total_width
            rows = sheet.iter_rows()
        except BaseException as error:
            raise _unreadable(error) from None
        if start is None:
            return
        _refuse_size(height, width, limits)
        block: list[Row] = []
        first = 1
        try:
            for number, row in enumerate(rows, 1):
                block.append(row)
                if len(block) >= BLOCK_ROWS:
                    place[0] = number / max(height, 1)
                    yield first, block
                    first, block = first + len(block), []
        except Unusable:
            raise
        except GeneratorExit:
            raise
        except python_calamine.CalamineError as error:
            raise _unreadable(error) from None
        if block:
            place[0] = 1.0
            yield first, block

    return Table(plain_text(name), blocks, fraction=lambda: place[0])


def _refuse_size(height: int, width: int, limits: Limits) -> None:
    if height > limits.max_rows:
        raise Unusable("too_many_rows", f"Das Blatt hat mehr als {limits.max_rows} Zeilen. Bitte teilen Sie es auf.")
    if width > limits.max_columns:
        raise Unusable(
            "too_many_columns",
            f"Das Blatt hat mehr als {limits.max_columns} Spalten. Bitte entfernen Sie die Spalten, "
            "die nicht zum Haushalt gehören.",
        )
    if height * width > limits.max_spreadsheet_cells:
        raise Unusable(
            "too_many_cells",
            f"Das Blatt hat mehr als {limits.max_spreadsheet_cells} Zellen. Bitte speichern Sie es als CSV.",
        )


def _refuse_entities(source: bytes | Path, members: list[str]) -> None:
    """A document type declaration has no place in a spreadsheet; entities in it are an attack."""
    with open_bytes(source) as stream, zipfile.ZipFile(stream) as archive:
        for name in members:
            if not name.endswith((".xml", ".rels")):
                continue
            with archive.open(name) as member:
                head = member.read(4096)
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise Unusable(
                    "xml_entities",
                    "Die Datei enthält Anweisungen, die in einer Tabelle nichts zu suchen haben, und "
                    "wird nicht geöffnet. "
                    "Bitte speichern Sie die Tabelle neu als XLSX oder CSV.",
                )


def _check_extent(source: bytes | Path, members: list[str], limits: Limits) -> None:
    """One cell far out makes a reader reserve the whole rectangle; so the sheets are asked first."""
    with open_bytes(source) as stream, zipfile.ZipFile(stream) as archive:
        for name in members:
            if "worksheets/" not in name or not name.endswith(".xml"):
                continue
            rows = columns = 0
            rest = b""
            with archive.open(name) as member:
                while chunk := member.read(1 << 20):
                    text = rest + chunk
                    for letters, digits in _CELL.findall(text):
                        rows = max(rows, int(digits))
                        if len(letters) > 1:
                            columns = max(columns, _column(letters))
                    rest = text[-260:]
            _refuse_size(rows, columns, limits)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_repeats(source: bytes | Path, limits: Limits) -> None:
    """ODS writes runs of equal cells as one; a filled run may only be as long as the limits allow."""
    content = container.member(source, "content.xml") if "content.xml" in container.names(source) else b""
    filled = 0
    for row in re.finditer(rb"<table:table-row\b([^>]*)>(.*?)</table:table-row>", content, re.DOTALL):
        repeated = _repeat(row[1])
        cells = sum(
            _repeat(cell[1]) for cell in re.finditer(rb"<table:table-cell\b([^>]*[^/])>", row[2]) if b"value" in cell[1]
        )
        if repeated > 1 and cells:
            filled += repeated * max(cells, 1)
        elif cells > limits.max_columns:
            filled += limits.max_spreadsheet_cells + 1
    if filled > limits.max_spreadsheet_cells:
        _refuse_size(limits.max_rows, limits.max_columns + 1, limits)


def _repeat(attributes: bytes) -> int:
    found = [int(count) for _, count in _REPEATED.findall(attributes)]
    return max(found, default=1)


def size(source: bytes | Path) -> int:
    return size_of(source)
