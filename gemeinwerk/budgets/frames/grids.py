"""A table as a page and a spreadsheet show it: heads with units, rows of exact values, and why a value is missing.

Queries fill grids, templates draw them, and the XLSX export writes the same values unrounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from gemeinwerk.ui import formats

UNITS = {
    "eur": "in €",
    "eur2": "in €",
    "percent": "in %",
    "years": "in Jahren",
    "heads": "Personen",
    "points": "Punkte",
    "text": "",
    "none": "",
}
PLACES = {"eur": (2, 0), "eur2": (2, 2), "percent": (0, 1), "years": (0, 1), "heads": (0, 0), "points": (0, 1)}
"""Unit → (the value is cents: shift by two places, places shown)."""


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


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: cents for euros, the number itself for percent; None is missing, with the reason."""

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
        shift, places = PLACES[self.unit]
        value = Fraction(self.value, 100) if shift else Fraction(self.value)
        return formats.fixed(formats.rounded(value, places), places)

    @property
    def is_text(self) -> bool:
        return self.unit == "text"

    @property
    def is_negative(self) -> bool:
        return not isinstance(self.value, str) and self.value is not None and self.value < 0

    @property
    def plain(self) -> float | int | str | None:
        """The value for a spreadsheet: euros, not cents."""
        if self.value is None or isinstance(self.value, str):
            return self.value
        shift = PLACES[self.unit][0]
        return float(Fraction(self.value, 100)) if shift else float(self.value)


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


def amounts(values: Sequence[int | None], *, reason: str = "", unit: str = "eur") -> tuple[Cell, ...]:
    """Cells of amounts; the missing ones carry `reason`."""
    return tuple(Cell(value, unit, "" if value is not None else reason) for value in values)
