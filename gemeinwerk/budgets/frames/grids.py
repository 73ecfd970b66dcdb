"""A table as a page and a spreadsheet show it: heads with units, rows of exact values, and why a value is missing.

Queries fill grids, templates draw them, and the XLSX export writes the same values unrounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

from gemeinwerk.ui import formats

UNITS = {
    "eur": "in €",
    "teur": "in T€",
    "eur2": "in €",
    "percent": "in %",
    "years": "in Jahren",
    "heads": "Personen",
    "points": "Punkte",
    "text": "",
    "none": "",
}
PLACES = {
    "eur": (100, 0),
    "eur2": (100, 2),
    "teur": (100_000, 0),
    "percent": (1, 1),
    "years": (1, 1),
    "heads": (1, 0),
    "points": (1, 1),
}
"""Unit → (by what the value is divided, cents for money; places shown)."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column."""

    label: str
    unit: str = "eur"
    note: str = ""
    url: str = ""

    @property
    def unit_text(self) -> str:
        return self.note or UNITS[self.unit]


class Cell(NamedTuple):
    """One value: cents for euros, the number itself for percent; None is missing, with the reason.

    A named tuple, because it is made four times as fast as a frozen dataclass and a page holds thousands.
    """

    value: int | Fraction | str | None
    unit: str = "eur"
    reason: str = ""
    url: str = ""
    mark: str = ""
    """A word in the cell that says what kind of value it is (Ansatz, Planung, fortgeschrieben)."""

    @property
    def text(self) -> str:
        if self.value is None or isinstance(self.value, str):
            return self.value or formats.MISSING
        divisor, places = PLACES[self.unit]
        return formats.fixed(formats.quotient(self.value, divisor, places), places)

    @property
    def is_text(self) -> bool:
        return self.unit == "text"

    @property
    def is_negative(self) -> bool:
        return not isinstance(self.value, str) and self.value is not None and self.value < 0


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    cells: tuple[Cell, ...]
    number: str = ""
    kind: str = "line"
    """"line", "subtotal", "total" (a result: bold, red where negative) or "head" (a heading inside the table)."""
    url: str = ""
    indent: int = 0
    note: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    stub: str = "Bezeichnung"
    has_numbers: bool = False
    notes: tuple[str, ...] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.rows)

    @property
    def missing_reasons(self) -> tuple[str, ...]:
        """Why values are missing, each reason once: a hint at the cell alone reaches nobody without a mouse."""
        cells = (cell for row in self.rows for cell in row.cells)
        return tuple(dict.fromkeys(cell.reason for cell in cells if cell.value is None and cell.reason))


def capped(grid: Grid, most: int) -> Grid:
    """What a page can show; the spreadsheet holds everything."""
    if len(grid.rows) <= most:
        return grid
    left = formats.number(len(grid.rows) - most)
    note = f"Hier stehen die ersten {most} Zeilen, {left} weitere stehen in der Excel-Tabelle."
    return replace(grid, rows=grid.rows[:most], notes=(note, *grid.notes))
