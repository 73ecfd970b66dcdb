"""Where a line comes from: file, sheet, row and column, with the row as it stands in the stored file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.core.files.storage import default_storage
from django.shortcuts import get_object_or_404

from gemeinwerk.accounts.access import Seat
from gemeinwerk.engine.budget_files import Limits, Mapping
from gemeinwerk.engine.budget_files.rows import row_at
from gemeinwerk.engine.schemes import POSITIONS

from ..models import BudgetImport, BudgetLine, CompanionFile
from .imports import as_written


@dataclass(frozen=True, slots=True)
class TraceCell:
    number: int
    name: str
    text: str
    is_amount: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """One line and the row it was read from; `cells` is empty where the row cannot be shown any more."""

    line: BudgetLine
    import_: BudgetImport
    sheet: str
    column_name: str
    position: str
    printed_cents: int
    cells: tuple[TraceCell, ...]


def trace(seat: Seat, pk: int) -> Trace:
    line = get_object_or_404(
        BudgetLine.objects.select_related("version__budget_import__received_by", "product", "account", "unit"),
        pk=pk,
        version__body=seat.body,
    )
    import_ = line.version.budget_import
    sheets = import_.facts.get("sheets", [])
    sheet = sheets[line.sheet] if line.sheet < len(sheets) else ""
    header = import_.facts.get("header", [])
    own = line.account is not None and line.account.is_position_own
    position = line.account.position if own else line.position
    return Trace(
        line=line,
        import_=import_,
        sheet=sheet,
        column_name=_name(header, line.column),
        position=POSITIONS[position].title if position in POSITIONS else "",
        printed_cents=as_written(line.side, line.amount_cents),
        cells=_cells(import_, line, sheet, header),
    )


def _name(header: list[str], column: int) -> str:
    return header[column - 1] if 0 < column <= len(header) and header[column - 1] else f"Spalte {column}"


def _cells(import_: BudgetImport, line: BudgetLine, sheet: str, header: list[str]) -> tuple[TraceCell, ...]:
    mapping, _ = Mapping.from_dict(import_.mapping)
    try:
        companions = {}
        for companion in import_.companions.all():
            with companion.file.open("rb") as handle:
                companions[companion.file_name] = handle.read()
        cells = row_at(
            import_.file_name,
            Path(import_.file.path),
            mapping,
            table=sheet,
            row=line.row,
            companions=companions,
            limits=Limits(max_bytes=max(import_.size, 1)),
        )
    except OSError:
        return ()
    return tuple(
        TraceCell(number, _name(header, number), text, number == line.column)
        for number, text in enumerate(cells or (), start=1)
    )


def companion(seat: Seat, import_pk: int, pk: int) -> CompanionFile:
    return get_object_or_404(CompanionFile, pk=pk, budget_import_id=import_pk, budget_import__body=seat.body)


def rejected_rows(import_: BudgetImport) -> IO[bytes] | None:
    """The file of rejected rows, open; None if there is none."""
    if not import_.rejected_file or not default_storage.exists(import_.rejected_file):
        return None
    return default_storage.open(import_.rejected_file)
