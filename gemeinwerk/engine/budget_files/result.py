"""What the reading of a budget file gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gemeinwerk.engine.problems import Problem
from gemeinwerk.engine.tables import Accounting, Frame, Key, Side, Stage

from .mapping import Mapping


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A cell that gives no line although it should: place, reason (a German sentence), and its row as it stands."""

    sheet: str
    row: int
    column: int
    """Counted from 1; 0 where the whole row is meant."""
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subtotal:
    """One amount of a row that is a sum of other rows. `lines_cents` is the sum of the lines it should equal."""

    sheet: str
    row: int
    column: int
    label: str
    reason: str
    year: int | None
    stage: Stage | None
    cents: int
    """With the sign of the source."""
    lines_cents: int | None
    """None where no group of lines is known that the row sums up."""


@dataclass(frozen=True, slots=True)
class ProductNode:
    """A product or a level above it. `key` is the value of LINES.product for the lowest level."""

    code: str
    name: str
    level: int
    """1 is the highest."""
    parent: int | None
    """Index into BudgetFile.products."""
    key: Key | None = None
    task_kind: str = ""


@dataclass(frozen=True, slots=True)
class TableFact:
    name: str
    rows: int | None
    is_read: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What was detected and counted, to be shown beside the mapping."""

    format: str = ""
    encoding: str | None = None
    separator: str | None = None
    header: tuple[str, ...] = ()
    header_row: int = 0
    digest: str = ""
    layout: str = ""
    """"long" or "wide"."""
    accounting: Accounting | None = None
    scheme: str | None = None
    schemes: tuple[tuple[str, float], ...] = ()
    """Candidates for the account scheme with their score, best first."""
    decimal_mixed: bool = False
    rows_read: int = 0
    rows_blank: int = 0
    rows_header: int = 0
    """Preamble, header and repeated headers."""
    rows_subtotal: int = 0
    rows_without_amount: int = 0
    rows_rejected: int = 0
    line_count: int = 0
    years: tuple[int, ...] = ()
    stages: tuple[Stage, ...] = ()
    sides: tuple[Side, ...] = ()
    tables: tuple[TableFact, ...] = ()
    ignored: tuple[str, ...] = ()
    sample: tuple[tuple[str, ...], ...] = ()
    """The first rows as they stand."""

    def as_dict(self) -> dict[str, Any]:
        from dataclasses import asdict

        return asdict(self)


@dataclass(frozen=True, slots=True)
class BudgetFile:
    name: str
    lines: Frame
    problems: tuple[Problem, ...]
    facts: Facts
    mapping: Mapping
    rejected: tuple[RejectedRow, ...] = ()
    subtotals: tuple[Subtotal, ...] = ()
    products: tuple[ProductNode, ...] = ()
    sheets: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        return self.lines.length > 0
