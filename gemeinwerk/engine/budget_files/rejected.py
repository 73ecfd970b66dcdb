"""The rejected rows as a file that a person can correct and load again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from .result import BudgetFile, RejectedRow

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def neutral(text: str) -> str:
    """A text that no spreadsheet runs as a formula; negative numbers keep their form."""
    number = text.startswith("-") and text[1:].replace(".", "").replace(",", "").isdigit()
    if text.startswith(_FORMULA) and not number:
        return "'" + text
    return text


def _once(rejected: Iterable[RejectedRow]) -> Iterator[tuple[RejectedRow, str]]:
    """Each row of the source once, with all columns that could not be read; the reason is that of the first."""
    found: dict[tuple[str, int], tuple[RejectedRow, list[int]]] = {}
    for one in rejected:
        _, columns = found.setdefault((one.sheet, one.row), (one, []))
        if one.column:
            columns.append(one.column)
    for row, columns in found.values():
        yield row, ", ".join(map(str, sorted(columns)))


def rejected_csv(budget_file: BudgetFile) -> bytes:
    """UTF-8 with mark and semicolons, as spreadsheets open it: place, reason, and the cells as they stood."""
    header = budget_file.facts.header
    width = max([len(header)] + [len(row.cells) for row in budget_file.rejected])
    names = [header[i] if i < len(header) and header[i] else f"Spalte {i + 1}" for i in range(width)]
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Blatt", "Zeile", "Spalte", "Grund", *map(neutral, names)])
    for row, columns in _once(budget_file.rejected):
        writer.writerow([neutral(row.sheet), row.row, columns, neutral(row.reason), *map(neutral, row.cells)])
    return stream.getvalue().encode("utf-8-sig")
