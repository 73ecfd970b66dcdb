"""The rejected rows as a file that a person can correct and load again."""

from __future__ import annotations

import csv
import io

from .result import BudgetFile

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def neutral(text: str) -> str:
    """A text that no spreadsheet runs as a formula; negative numbers keep their form."""
    number = text.startswith("-") and text[1:].replace(".", "").replace(",", "").isdigit()
    if text.startswith(_FORMULA) and not number:
        return "'" + text
    return text


def rejected_csv(budget_file: BudgetFile) -> bytes:
    """UTF-8 with mark and semicolons, as spreadsheets open it: place, reason, and the cells as they stood."""
    header = budget_file.facts.header
    width = max([len(header)] + [len(row.cells) for row in budget_file.rejected])
    names = [header[i] if i < len(header) and header[i] else f"Spalte {i + 1}" for i in range(width)]
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Blatt", "Zeile", "Spalte", "Grund", *map(neutral, names)])
    for row in budget_file.rejected:
        place = str(row.column) if row.column else ""
        writer.writerow([neutral(row.sheet), row.row, place, neutral(row.reason), *map(neutral, row.cells)])
    return stream.getvalue().encode("utf-8-sig")
