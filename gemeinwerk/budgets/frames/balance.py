"""Figures of the balance: rows of the database and cells of a small table ↔ what the engine takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gemeinwerk.engine import balance, balance_rows
from gemeinwerk.engine.budget_files.formats import open_source
from gemeinwerk.engine.budget_files.limits import Limits
from gemeinwerk.engine.budget_files.mapping import Mapping
from gemeinwerk.engine.budget_files.source import Unusable
from gemeinwerk.engine.problems import Problem, Severity, worst

from ..models import BalanceFigure


@dataclass(frozen=True, slots=True)
class ReadFigure:
    """One amount of a table of balance figures."""

    year: int
    item: str
    cents: int
    source: str


def item_title(code: str) -> str:
    item = balance.items().get(code)
    return item.title if item else code


def figures_by_year(rows: Iterable[BalanceFigure]) -> dict[int, dict[str, int]]:
    """`{year: {item: cents}}`, as the engine takes it."""
    result: dict[int, dict[str, int]] = {}
    for row in rows:
        result.setdefault(row.year, {})[row.item] = row.amount_cents
    return result


@dataclass(frozen=True, slots=True)
class ReadBalance:
    """What a table of balance figures holds, and what was not understood."""

    figures: tuple[ReadFigure, ...]
    problems: tuple[Problem, ...]

    @property
    def has_errors(self) -> bool:
        return worst(self.problems) is Severity.ERROR

    @property
    def sentence(self) -> str:
        if not self.figures:
            return "In der Datei steht kein Bilanzwert. Bitte prüfen Sie die Spalten Posten, Jahr und Betrag."
        return "Es ist noch nichts übernommen. Bitte berichtigen Sie die Zeilen unten und laden Sie die Datei neu hoch."


LIMITS = Limits(max_bytes=6_000_000, max_unpacked_bytes=60_000_000, max_rows=20_000, max_columns=60)


def read_file(name: str, content: bytes) -> ReadBalance:
    """The figures of a small table in any format the reader of budget files knows; never raises on content."""
    try:
        source = open_source(name, content, Mapping(), {}, LIMITS)
        tables = [(table.name or None, table.sample(LIMITS.max_rows)) for table in source.tables]
    except Unusable as error:
        return ReadBalance((), (error.problem,))
    figures: list[ReadFigure] = []
    problems: list[Problem] = []
    for sheet, (first, rows) in tables:
        padded = [()] * (first - 1) + list(rows)
        read, found = balance_rows.parse_balance_rows(padded, sheet=sheet)
        figures += [ReadFigure(f.year, f.item, f.cents, f.source) for f in read]
        problems += found
    return ReadBalance(tuple(figures), tuple(problems))
