"""Small budget files of the kinds that municipalities publish, as bytes; for the tests of the reader."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

from gemeinwerk.engine import budget
from gemeinwerk.engine.budget_files import BudgetFile


def text(*lines: str, encoding: str = "utf-8", end: str = "\n") -> bytes:
    return (end.join(lines) + end).encode(encoding)


def sums(book: BudgetFile) -> dict[tuple[int, str, str], int]:
    """Cents per (year, stage, side)."""
    return {
        (total.year, total.stage.value, total.side.value): total.cents
        for total in budget.totals(book.lines, by_area=False)
    }


def codes(book: BudgetFile) -> set[str]:
    return {problem.code for problem in book.problems}


def xlsx(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    import openpyxl

    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def xls(rows: Sequence[Sequence[Any]]) -> bytes:
    import xlwt

    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("Haushalt")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            sheet.write(r, c, cell)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def ods(rows: Sequence[Sequence[Any]]) -> bytes:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    table = Table(name="Haushalt")
    for row in rows:
        line = TableRow()
        for cell in row:
            if isinstance(cell, (int, float)):
                item = TableCell(valuetype="float", value=str(cell))
            else:
                item = TableCell(valuetype="string")
                item.addElement(P(text=str(cell)))
            line.addElement(item)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    stream = io.BytesIO()
    document.write(stream)
    return stream.getvalue()


def package(table: str = "haushalt.csv") -> dict[str, Any]:
    attributes = {"k": {"source": "kto", "title": "kto"}, "n": {"source": "txt", "title": "txt", "labelfor": "k"}}
    return {
        "name": "test",
        "model": {
            "measures": {
                "aus": {"source": "aus", "currency": "EUR", "direction": "expenditure", "phase": "approved"},
                "ein": {"source": "ein", "currency": "EUR", "direction": "revenue", "phase": "approved"},
            },
            "dimensions": {
                "date": {"dimensionType": "datetime", "attributes": {"j": {"source": "j", "title": "j"}}},
                "administrative-classification": {"dimensionType": "classification", "attributes": attributes},
            },
        },
        "resources": [{"name": "haushalt", "path": table, "format": "csv"}],
    }


PACKAGE_TABLE = text(
    "j,kto,txt,aus,ein", "2019,5211000,Unterhaltung der Gebäude,500.50,", "2019,4011000,Grundsteuer A,,900"
)


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def as_json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()
