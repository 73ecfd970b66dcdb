"""Tables as spreadsheets: German heads with units, a frozen head, a sheet that says what this is and how old it is.

Texts never become formulas: every text is written as text, and one that looks like a formula also carries the mark
with which spreadsheet programs keep it text when a person edits the cell or saves the sheet as CSV.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any, Protocol
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")
CELL_LIMIT = 32_767
MAX_ROWS = 1_048_575
NUMBER_FORMATS = {
    "euro": "#,##0.00",
    "euro0": "#,##0.00",
    "teuro": "#,##0.00",
    "number": "#,##0.######",
    "percent": "0.0%",
    "date": "dd.mm.yyyy",
    "datetime": "dd.mm.yyyy hh:mm",
}
HEAD_UNITS = {"euro": " (€)", "euro0": " (€)", "teuro": " (€)", "percent": " (%)"}


class ExportColumn(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def kind(self) -> str: ...


def export_xlsx(
    filename: str,
    *,
    title: str,
    columns: Sequence[ExportColumn],
    rows: Iterable[Sequence[Any]],
    facts: Mapping[str, str] | None = None,
    as_of: str = "",
) -> HttpResponse:
    """The table as a download. Amounts come in cents and go out in euros, in full precision whatever the page shows."""
    buffer = BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        written = _Writer(book, sheet).table(columns, rows)
        _facts_sheet(book, title, written, facts or {}, as_of)
    response = HttpResponse(buffer.getvalue(), content_type=XLSX)
    stem = "".join(mark for mark in filename.removesuffix(".xlsx") if mark.isprintable() and mark not in '"/\\')
    name = f"{stem or 'Tabelle'}.xlsx"
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response


def _sheet_name(title: str) -> str:
    """Spreadsheets allow 31 characters and not all of them."""
    return "".join(mark for mark in title if mark not in "[]:*?/\\'")[:31].strip() or "Tabelle"


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, sheet: Any) -> None:
        self.sheet = sheet
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        self.head_number = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "align": "right"}
        )
        self.formats = {kind: book.add_format({"num_format": code}) for kind, code in NUMBER_FORMATS.items()}
        self.text = book.add_format({"num_format": "@"})
        self.quoted = book.add_format({"num_format": "@", "quote_prefix": True})

    def table(self, columns: Sequence[ExportColumn], rows: Iterable[Sequence[Any]]) -> int:
        self.sheet.freeze_panes(1, 0)
        for number, column in enumerate(columns):
            self.sheet.set_column(number, number, _width(column))
            is_number = column.kind in NUMBER_FORMATS
            self.sheet.write_string(
                0, number, column.title + HEAD_UNITS.get(column.kind, ""), self.head_number if is_number else self.head
            )
        written = 0
        for row in rows:
            if written == MAX_ROWS:
                break
            written += 1
            for number, (column, value) in enumerate(zip(columns, row, strict=True)):
                self.cell(written, number, column.kind, value)
        if columns:
            self.sheet.autofilter(0, 0, written, len(columns) - 1)
        return written

    def cell(self, row: int, number: int, kind: str, value: Any) -> None:
        if value is None or value == "":
            return
        if kind in {"euro", "euro0", "teuro"} and isinstance(value, (int, Decimal, Fraction)):
            self.sheet.write_number(row, number, float(Fraction(value) / 100), self.formats[kind])
        elif kind in {"number", "percent"} and isinstance(value, (int, float, Decimal, Fraction)):
            self.sheet.write_number(row, number, float(value), self.formats[kind])
        elif isinstance(value, datetime):
            local = timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
            self.sheet.write_datetime(row, number, local, self.formats["datetime"])
        elif isinstance(value, date):
            self.sheet.write_datetime(row, number, value, self.formats["date"])
        else:
            self.write_text(row, number, ("ja" if value else "nein") if kind == "yes_no" else str(value))

    def write_text(self, row: int, number: int, text: str) -> None:
        looks_like_formula = text.lstrip().startswith(FORMULA_MARKS) or text.startswith(FORMULA_MARKS)
        self.sheet.write_string(row, number, text[:CELL_LIMIT], self.quoted if looks_like_formula else self.text)


def _width(column: ExportColumn) -> int:
    usual = {"text": 36, "badge": 18, "yes_no": 10, "date": 12, "datetime": 17}.get(column.kind, 16)
    return max(usual, min(len(column.title) + 4, 40))


def _facts_sheet(book: xlsxwriter.Workbook, title: str, written: int, facts: Mapping[str, str], as_of: str) -> None:
    """What this table is, where it comes from and how old it is."""
    sheet = book.add_worksheet("Datenstand")
    writer = _Writer(book, sheet)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 70)
    now = timezone.localtime().strftime("%d.%m.%Y, %H:%M Uhr")
    told = {
        "Tabelle": title,
        "Datenstand": as_of or "siehe Erstellung",
        "Erstellt": now,
        "Zeilen": str(written),
        **facts,
    }
    if written == MAX_ROWS:
        told["Hinweis"] = "Eine Tabelle fasst nicht mehr Zeilen. Bitte grenzen Sie die Liste mit Filtern ein."
    for row, (key, value) in enumerate(told.items()):
        sheet.write_string(row, 0, key, writer.head)
        writer.write_text(row, 1, value)
