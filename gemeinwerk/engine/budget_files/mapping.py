"""Everything about the reading of a budget file that a person can correct, and that next year's file finds again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from gemeinwerk.engine.tables import Accounting, Side, Stage

from .words import without_years, year_in


class Role(StrEnum):
    """What a column holds. A combined column ("6131000 - Name") holds code and name in one cell."""

    PRODUCT_CODE = "product_code"
    PRODUCT_NAME = "product_name"
    PRODUCT = "product"
    UNIT_CODE = "unit_code"
    UNIT_NAME = "unit_name"
    UNIT = "unit"
    ACCOUNT_CODE = "account_code"
    ACCOUNT_NAME = "account_name"
    ACCOUNT = "account"
    PLAN_LINE_CODE = "plan_line_code"
    PLAN_LINE_NAME = "plan_line_name"
    PLAN_LINE = "plan_line"
    BUDGET_ITEM = "budget_item"  # kamerale Haushaltsstelle "0.1300.6500": Haushalt, Gliederung, Gruppierung in one cell
    PLAN = "plan"  # Verwaltungs-/Vermögenshaushalt, Ergebnis-/Finanzplan
    SIDE = "side"
    STAGE = "stage"
    YEAR = "year"
    AMOUNT = "amount"
    TASK_KIND = "task_kind"
    LABEL = "label"  # no part of a line, but tells subtotal rows ("Gesamtsumme" / "Teilergebnis")
    IGNORE = "ignore"


class Sign(StrEnum):
    """Which sign the source gives to income and expense."""

    NATURAL = "natural"  # both positive, the side says which it is
    INCOME_POSITIVE = "income_positive"  # Erträge positiv, Aufwendungen negativ
    INCOME_NEGATIVE = "income_negative"  # Erträge negativ, Aufwendungen positiv (SAP)


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """One column of the file. `year`, `stage` and `side` are fixed for an amount column of a wide file."""

    index: int
    """Counted from 0."""
    name: str
    role: Role
    level: int = 0
    """For product and unit columns: 1 is the highest level."""
    year: int | None = None
    year_offset: int = 0
    """"Ergebnis des Vorjahres" is −1; counts from the year of the row or file where `year` is not given."""
    stage: Stage | None = None
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """None, or an empty tuple, means: propose it."""

    format: str | None = None
    encoding: str | None = None
    separator: str | None = None
    tables: tuple[str, ...] = ()
    """Sheets of a spreadsheet, or paths of record lists in a JSON file."""
    header_row: int | None = None
    """The row that holds the names, counted from 1; 0 if there is none."""
    header_rows: int | None = None
    """2 where a name stands in two rows above each other ("Ansatz" above "2024")."""
    decimal: str | None = None
    unit: int | None = None
    """1 for euros, 1000 for T€."""
    columns: tuple[ColumnRole, ...] = ()
    default_year: int | None = None
    default_stage: Stage | None = None
    stage_by_year: tuple[tuple[int, Stage], ...] = ()
    side_words: tuple[tuple[str, Side], ...] = ()
    stage_words: tuple[tuple[str, Stage], ...] = ()
    sign: Sign | None = None
    scheme: str | None = None
    accounting: Accounting | None = None

    def over(self, proposal: Mapping) -> Mapping:
        """This mapping, with whatever it leaves open taken from `proposal`."""
        return Mapping(**{f.name: _given(getattr(self, f.name), getattr(proposal, f.name)) for f in fields(Mapping)})

    @property
    def is_whole(self) -> bool:
        """Whether it came back from a reading of the same file, so that what it leaves open is meant to be open."""
        return bool(self.columns and self.tables)

    def reusable(self) -> Mapping:
        """What holds for next year's file too: without the years, and without what each file tells better itself."""
        return replace(self, default_year=None, stage_by_year=(), encoding=None, tables=())

    def fitted(self, header: Sequence[str]) -> Mapping:
        """The same columns found again in `header`; the years of a wide file move on with the names."""
        if not self.columns or not any(header):
            return self
        if all(_is_alike(column, header) for column in self.columns):  # next year's file: "Plan 2025" is now elsewhere
            return replace(self, columns=tuple(_moved(column, column.index, header) for column in self.columns))
        return replace(self, columns=tuple(_fit(column, header) for column in self.columns))

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON; `from_dict` takes it back."""
        return {
            "format": self.format,
            "encoding": self.encoding,
            "separator": self.separator,
            "tables": list(self.tables),
            "header_row": self.header_row,
            "header_rows": self.header_rows,
            "decimal": self.decimal,
            "unit": self.unit,
            "columns": [_column_dict(column) for column in self.columns],
            "default_year": self.default_year,
            "default_stage": self.default_stage,
            "stage_by_year": {str(year): stage for year, stage in self.stage_by_year},
            "side_words": dict(self.side_words),
            "stage_words": dict(self.stage_words),
            "sign": self.sign,
            "scheme": self.scheme,
            "accounting": self.accounting,
        }

    @classmethod
    def from_dict(cls, data: object) -> tuple[Mapping, tuple[str, ...]]:
        """The mapping that hostile JSON holds, and German sentences about what was not taken over."""
        from .mapping_json import parse

        return parse(data)


def _given(mine: Any, proposed: Any) -> Any:
    return proposed if mine is None or mine == () else mine


def _column_dict(column: ColumnRole) -> dict[str, Any]:
    result: dict[str, Any] = {"index": column.index, "name": column.name, "role": column.role.value}
    for key in ("level", "year", "year_offset", "stage", "side"):
        value = getattr(column, key)
        if value:
            result[key] = value
    return result


def _is_alike(column: ColumnRole, header: Sequence[str]) -> bool:
    return column.index < len(header) and without_years(header[column.index]) == without_years(column.name)


def _fit(column: ColumnRole, header: Sequence[str]) -> ColumnRole:
    if column.index < len(header) and header[column.index] == column.name:
        return column
    exact = [i for i, name in enumerate(header) if name == column.name and name]
    wanted = without_years(column.name)
    alike = [i for i, name in enumerate(header) if name and without_years(name) == wanted]
    if exact:
        index = exact[0]
    elif column.index in alike or not alike:
        index = column.index
    else:
        index = alike[0]
    return _moved(column, index, header)


def _moved(column: ColumnRole, index: int, header: Sequence[str]) -> ColumnRole:
    name = header[index] if index < len(header) else column.name
    old, new = year_in(column.name), year_in(name)
    year = column.year + new - old if column.year and old and new else column.year
    return replace(column, index=index, name=name, year=year)


def header_digest(header: Sequence[str]) -> str:
    """Equal for files of the same build from year to year: names folded, years replaced."""
    digest = 0x6C62272E07BB014262B821756295C58D
    for byte in "\x1f".join(without_years(name) for name in header).encode():
        digest = ((digest ^ byte) * 0x0000000001000000000000000000013B) % (1 << 128)  # FNV-1a: a key, no seal
    return f"{digest:032x}"
