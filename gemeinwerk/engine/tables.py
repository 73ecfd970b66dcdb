"""The schema of every frame that crosses the border of the engine: column, type, unit, sign, meaning.

A frame is a small table: named columns of one length. Money is integer cents (int64). **Sign: positive improves the
municipality's result** — income and cash received are positive, expense and cash paid are negative, whatever sign the
source used. Missing is missing, never zero: a row without an amount is no line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Side(StrEnum):
    """On which side of which plan an amount stands.

    Kameral budgets use the same four: the Verwaltungshaushalt is INCOME / EXPENSE, the Vermögenshaushalt is
    CASH_IN / CASH_OUT. INTERNAL is internal cost allocation outside the income and expense accounts (e.g. class 9):
    it cancels out over the whole body and is in no total of income or expense.
    """

    INCOME = "income"  # Ertrag · Einnahme VwHH
    EXPENSE = "expense"  # Aufwand · Ausgabe VwHH
    CASH_IN = "cash_in"  # Einzahlung · Einnahme VmHH
    CASH_OUT = "cash_out"  # Auszahlung · Ausgabe VmHH
    INTERNAL_IN = "internal_in"  # Erlös aus interner Leistungsbeziehung außerhalb der Ertragskonten
    INTERNAL_OUT = "internal_out"  # Kosten aus interner Leistungsbeziehung außerhalb der Aufwandskonten


class Stage(StrEnum):
    """Which kind of figure an amount is. The order is the order of time in which they come into being."""

    FORECAST = "forecast"  # mittelfristige Ergebnis- und Finanzplanung
    ESTIMATE = "estimate"  # Ansatz
    SUPPLEMENT = "supplement"  # Nachtrag (the amount after the supplement, not the change)
    PROVISIONAL = "provisional"  # vorläufiges Ist
    ACTUAL = "actual"  # Ergebnis der Jahresrechnung
    COMMITMENT = "commitment"  # Verpflichtungsermächtigung: no amount of the year, in no total


class Accounting(StrEnum):
    DOPPIK = "doppik"
    KAMERAL = "kameral"


class Key(NamedTuple):
    """A code with its name as the source has them; either may be empty, not both."""

    code: str
    name: str


Codes = NDArray[Any]
"""Indices into the values of a category, in a signed integer type that holds them (`code_type`)."""


def code_type(size: int) -> np.dtype[Any]:
    """The smallest signed integer type for indices into `size` values, and for -1."""
    return np.min_scalar_type(-max(size, 1))


@dataclass(frozen=True, slots=True)
class Category:
    """A column of few different values: `codes[i]` is an index into `values`, -1 is missing.

    The codes may be of any signed integer type: a million lines with 400 products need two bytes each, not four.
    """

    codes: Codes
    values: tuple[Key, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def key(self, i: int) -> Key | None:
        code = int(self.codes[i])
        return None if code < 0 else self.values[code]

    def take(self, rows: NDArray[Any]) -> Category:
        return Category(self.codes[rows], self.values)


Values = NDArray[Any] | Category | list[Any]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: str
    """"int16", "int32", "int64", "float64", "category" (see `Category`), "side", "stage" or "text"."""
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Schema:
    name: str
    columns: tuple[Column, ...]

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)


class Frame(Mapping[str, Values]):
    """Named columns of one length that keep to a schema; immutable."""

    __slots__ = ("_columns", "length", "schema")

    def __init__(self, schema: Schema, columns: Mapping[str, Values]) -> None:
        names = [column.name for column in schema]
        if sorted(names) != sorted(columns):
            raise ValueError(f"{schema.name}: columns {sorted(columns)} are not {sorted(names)}")
        lengths = {len(values) for values in columns.values()}
        if len(lengths) > 1:
            raise ValueError(f"{schema.name}: columns of different length {lengths}")
        for column in schema:
            _check_kind(schema, column, columns[column.name])
        self.schema = schema
        self.length = lengths.pop() if lengths else 0
        self._columns = {name: columns[name] for name in names}

    def __getitem__(self, name: str) -> Values:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        """The number of columns, as for every mapping; the number of rows is `length`."""
        return len(self._columns)

    def array(self, name: str) -> NDArray[Any]:
        values = self._columns[name]
        if not isinstance(values, np.ndarray):
            raise TypeError(f"{self.schema.name}.{name} is no array")
        return values

    def category(self, name: str) -> Category:
        values = self._columns[name]
        if not isinstance(values, Category):
            raise TypeError(f"{self.schema.name}.{name} is no category")
        return values

    def take(self, rows: NDArray[Any]) -> Frame:
        """The rows at the given indices (or where the boolean mask is true)."""
        taken: dict[str, Values] = {}
        for name, values in self._columns.items():
            if isinstance(values, list):
                index = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
                taken[name] = [values[int(i)] for i in index]
            elif isinstance(values, Category):
                taken[name] = values.take(rows)
            else:
                taken[name] = values[rows]
        return Frame(self.schema, taken)


def _check_kind(schema: Schema, column: Column, values: Values) -> None:
    expected = "int8" if column.kind in ("side", "stage") else column.kind
    if expected == "category":
        fits = isinstance(values, Category) and values.codes.dtype.kind == "i"
    elif expected == "text":
        fits = isinstance(values, list)
    else:
        fits = isinstance(values, np.ndarray) and values.dtype == np.dtype(expected)
    if not fits:
        raise TypeError(f"{schema.name}.{column.name} is not of kind {column.kind}")


SIDES: tuple[Side, ...] = tuple(Side)
"""A "side" column holds the index into this tuple."""

STAGES: tuple[Stage, ...] = tuple(Stage)
"""A "stage" column holds the index into this tuple."""

LINES = Schema(
    "lines",
    (
        Column("sheet", "int16", "–", "index into BudgetFile.sheets"),
        Column("row", "int32", "–", "row in the source, counted from 1 as a spreadsheet shows it"),
        Column("column", "int16", "–", "column of the amount in the source, counted from 1"),
        Column("year", "int16", "year", "Haushaltsjahr the amount belongs to"),
        Column("stage", "stage", "–", "Ansatz, Nachtrag, … as index into STAGES"),
        Column("side", "side", "–", "Ertrag, Aufwand, … as index into SIDES"),
        Column("product", "category", "–", "lowest product level of the source"),
        Column("unit", "category", "–", "organisational unit of the source"),
        Column("account", "category", "–", "account, or the line of the plan where the source has no accounts"),
        Column("position", "category", "–", "position of the plan (schemes.POSITIONS), missing if unknown"),
        Column("amount_cents", "int64", "cents", "positive improves the result of the municipality"),
    ),
)


def empty(schema: Schema) -> Frame:
    """A frame without rows."""
    columns: dict[str, Values] = {}
    for column in schema:
        if column.kind == "category":
            columns[column.name] = Category(np.empty(0, np.int8), ())
        elif column.kind == "text":
            columns[column.name] = []
        else:
            columns[column.name] = np.empty(0, "int8" if column.kind in ("side", "stage") else column.kind)
    return Frame(schema, columns)


def category(keys: Sequence[Key | None]) -> Category:
    """A category column from one key per row; the values stand in order of first appearance."""
    index: dict[Key, int] = {}
    codes = np.fromiter(
        (-1 if key is None else index.setdefault(key, len(index)) for key in keys), np.int32, count=len(keys)
    )
    return Category(codes.astype(code_type(len(index)), copy=False), tuple(index))
