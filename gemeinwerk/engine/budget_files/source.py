"""What every format gives to the rest of the reader: tables of plain cells, block by block."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from gemeinwerk.engine.problems import Place, Problem, Severity

Cell = Any
"""str, int, float, bool, date, datetime, time or None; a delimited file gives only str."""
Row = Sequence[Cell]
Block = tuple[int, Sequence[Row]]
"""Number of the first row as a spreadsheet counts, and the rows, which follow each other without a gap."""

BLOCK_ROWS = 2048
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no name holds: control marks (databases refuse NUL), halves of characters, marks that turn the reading."""


def plain_text(text: str) -> str:
    """The text without the marks that cannot be stored or that hide what it says."""
    return text if text.isprintable() else _UNFIT.sub("", text)


class Unusable(Exception):  # noqa: N818 - it carries a finding, it is no programming error
    """Ends reading inside the package; `read` turns it into a problem, it never leaves the package."""

    def __init__(self, code: str, text: str, place: Place = Place()) -> None:  # noqa: B008 - Place is frozen
        super().__init__(text)
        self.problem = Problem(code, text, Severity.ERROR, place)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a spreadsheet, one list of records of a JSON file, or the whole of a delimited file."""

    name: str
    blocks: Callable[[], Iterator[Block]]
    header: tuple[str, ...] | None = None
    """Given where the format itself names its columns (JSON); the blocks then hold no header row."""
    fraction: Callable[[], float] = lambda: 0.0
    """How much of the source the running `blocks()` has taken, 0 to 1."""
    size: int | None = None
    bulk: Callable[[], Iterator[Any]] | None = None
    """Like `blocks`, but gives whole pieces of bytes with the places of their cells where that is possible."""

    def sample(self, rows: int) -> tuple[int, list[Row]]:
        """The first `rows` rows and the number of the first one."""
        taken: list[Row] = []
        start = 1
        for first, block in self.blocks():
            if not taken:
                start = first
            taken.extend(block[: rows - len(taken)])
            if len(taken) >= rows:
                break
        return start, taken


@dataclass(frozen=True, slots=True)
class Declared:
    """What a file says about its own columns (Fiscal Data Package); names of columns."""

    years: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    measures: tuple[tuple[str, str, str], ...] = ()
    """Column, direction ("expenditure", "revenue" or ""), phase ("approved", "executed", …)."""
    label_for: tuple[tuple[str, str], ...] = ()
    parent_of: tuple[tuple[str, str], ...] = ()
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    format: str
    tables: tuple[Table, ...]
    encoding: str | None = None
    separator: str | None = None
    declared: Declared = field(default_factory=Declared)
    problems: tuple[Problem, ...] = ()
