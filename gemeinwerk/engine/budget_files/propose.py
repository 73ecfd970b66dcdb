"""The proposal for a table: header, roles, number style, unit, default year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gemeinwerk.engine.tables import Stage

from .limits import Hints
from .mapping import ColumnRole, Mapping, Role
from .numbers import Evidence
from .profile import HeaderFind, Profile, find_header, profiles, text_of
from .roles import propose
from .source import Declared, Row, Source, Table
from .words import fold, stage_of_word, year_in

SAMPLE_ROWS = 1500
_THOUSANDS = re.compile(r"t ?€|\bteur\b|\btsd\b|in tausend|tausend euro")


@dataclass(frozen=True, slots=True)
class Looked:
    """One table with its sample, header and proposed columns."""

    table: Table
    first: int
    sample: list[Row]
    header: HeaderFind
    columns: tuple[ColumnRole, ...]
    profiles: tuple[Profile, ...]

    @property
    def score(self) -> tuple[int, int, int]:
        """How much the table looks like a budget: amounts, kinds of keys, rows."""
        kinds = {column.role.value.partition("_")[0] for column in self.columns} & {
            "product",
            "account",
            "plan",
            "budget",
        }
        amounts = sum(column.role is Role.AMOUNT for column in self.columns)
        return (bool(amounts) and bool(kinds), len(kinds), self.table.size or len(self.sample))


def look(table: Table, declared: Declared, wanted: Mapping) -> Looked:
    """Reads the beginning of a table and proposes what its columns hold."""
    first, sample = table.sample(SAMPLE_ROWS)
    if table.header is not None:
        header = HeaderFind(-1, 0, table.header)
    elif wanted.header_row is not None:
        header = _given_header(sample, wanted.header_row - first, wanted.header_rows or 1)
    else:
        header = find_header(sample)
    body = sample[header.row + header.rows :] if header.row >= 0 else sample
    body = [row for row in body if tuple(map(text_of, row)) != header.names]
    width = max([len(header.names)] + [len(row) for row in body], default=0)
    found = profiles(header.names, body, width)
    return Looked(table, first, sample, header, propose(found, declared), tuple(found))


def _given_header(sample: Sequence[Row], row: int, rows: int) -> HeaderFind:
    if row < 0 or row >= len(sample):
        return HeaderFind(-1, 0, ())
    names = [text_of(cell) for cell in sample[row]]
    for below in sample[row + 1 : row + rows]:
        for i, cell in enumerate(below[: len(names)]):
            names[i] = f"{names[i]} {text_of(cell)}".strip()
    return HeaderFind(row, rows, tuple(names))


def mapping_for(looked: Looked, source: Source, tables: tuple[str, ...], name: str, hints: Hints) -> Mapping:
    """Everything that can be read off the table and the name of the file."""
    columns = looked.columns
    evidence = Evidence()
    for column in columns:
        if column.role is Role.AMOUNT:
            for row in looked.sample:
                if column.index < len(row):
                    evidence.see(row[column.index])
    year = default_year(looked, source, name, hints)
    return Mapping(
        format=source.format,
        encoding=source.encoding,
        separator=source.separator,
        tables=tables,
        header_row=looked.header.row + looked.first if looked.header.row >= 0 else 0,
        header_rows=max(looked.header.rows, 1),
        decimal=evidence.decimal,
        unit=_unit(looked),
        columns=columns,
        default_year=year,
        default_stage=_stage_of_name(looked, name),
        stage_by_year=_stages_by_year(looked, hints),
    )


def default_year(looked: Looked, source: Source, name: str, hints: Hints) -> int | None:
    """The Haushaltsjahr of rows and columns that name none."""
    _, preamble = titles(looked, name)
    return hints.year or year_in(name) or year_in(preamble) or source.declared.year


def titles(looked: Looked, name: str) -> tuple[str, str]:
    """The name of the file and the lines above the header, which tell the year of the plan."""
    return name, " ".join(text_of(cell) for row in looked.sample[: max(looked.header.row, 0)] for cell in row)


def _stage_of_name(looked: Looked, name: str) -> Stage | None:
    """ "Ergebnisse 2016" in the name of the file or of the sheet, where no column says what its amounts are."""
    stem = re.sub(r"\.\w{2,5}$", "", name)
    return None if _is_marked(looked) else stage_of_word(looked.table.name) or stage_of_word(stem)


def _is_marked(looked: Looked) -> bool:
    return any(column.role is Role.STAGE or column.stage for column in looked.columns)


def _unit(looked: Looked) -> int:
    above = [text_of(cell) for row in looked.sample[: max(looked.header.row, 0)] for cell in row]
    names = [column.name for column in looked.columns if column.role is Role.AMOUNT]
    return 1000 if any(_THOUSANDS.search(fold(text)) or "T€" in text for text in above + names) else 1


def _stages_by_year(looked: Looked, hints: Hints) -> tuple[tuple[int, Stage], ...]:
    """The order of every German plan: Ergebnis two years back, last Ansatz, Ansatz, then the medium-term plan."""
    if _is_marked(looked) or hints.year is None:
        return ()
    years = {column.year for column in looked.columns if column.year}
    place = next((column.index for column in looked.columns if column.role is Role.YEAR), None)
    span = range(hints.year - 15, hints.year + 11) if place is not None else sorted(years)
    if place is None and len(years) < 2:
        return ()
    return tuple((year, _stage_around(year, hints.year)) for year in span)


def _stage_around(year: int, budget_year: int) -> Stage:
    if year > budget_year:
        return Stage.FORECAST
    return Stage.ESTIMATE if year >= budget_year - 1 else Stage.ACTUAL
