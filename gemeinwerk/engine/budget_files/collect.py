"""Runs once over a table and keeps, instead of rows, one small number per row and key, and the cents per column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gemeinwerk.engine.tables import code_type

from .bulk import Hashes, Piece
from .limits import Limits
from .mapping import ColumnRole, Mapping, Role
from .numbers import AmountReader
from .profile import text_of
from .result import RejectedRow
from .source import Row, Table, Unusable

GROUPS: dict[str, tuple[Role, ...]] = {
    "product": (Role.PRODUCT_CODE, Role.PRODUCT_NAME, Role.PRODUCT, Role.TASK_KIND),
    "unit": (Role.UNIT_CODE, Role.UNIT_NAME, Role.UNIT),
    "account": (Role.ACCOUNT_CODE, Role.ACCOUNT_NAME, Role.ACCOUNT, Role.BUDGET_ITEM),
    "line": (Role.PLAN_LINE_CODE, Role.PLAN_LINE_NAME, Role.PLAN_LINE),
    "context": (Role.YEAR, Role.STAGE, Role.SIDE, Role.PLAN, Role.LABEL),
}
"""Columns of a group are looked up together: one number stands for the whole combination."""


class Index(dict[Any, int]):
    """Numbers keys in the order of their first appearance."""

    def __missing__(self, key: Any) -> int:
        number = self[key] = len(self)
        return number


class Growing:
    """An array that grows without ever being held twice."""

    __slots__ = ("data", "length")

    def __init__(self, dtype: Any) -> None:
        self.data: NDArray[Any] = np.empty(8192, dtype)
        self.length = 0

    def extend(self, values: NDArray[Any]) -> None:
        end = self.length + len(values)
        if end > len(self.data):
            self.data.resize(max(end, len(self.data) * 17 // 16), refcheck=False)
        self.data[self.length : end] = values
        self.length = end

    def widen(self, size: int) -> None:
        """Makes room for numbers up to `size`; most keys have so few values that one or two bytes do."""
        wanted = code_type(size)
        if wanted.itemsize > self.data.itemsize:
            self.data = self.data.astype(wanted)

    def done(self) -> NDArray[Any]:
        self.data.resize(self.length, refcheck=False)
        data, self.data = self.data, np.empty(0, self.data.dtype)
        return data


@dataclass(slots=True)
class KeyColumn:
    """The columns of one group, their distinct combinations, and the number of the combination per row."""

    roles: tuple[ColumnRole, ...]
    index: Index = field(default_factory=Index)
    codes: Growing = field(default_factory=lambda: Growing(np.int8))
    getter: Callable[[Row], Any] = lambda row: None
    hashes: Hashes = field(default_factory=Hashes)

    def extend(self, rows: Sequence[Row]) -> None:
        if self.roles:
            found = map(self.index.__getitem__, map(self.getter, rows))
            codes = np.fromiter(found, np.int32, len(rows))
            self.codes.widen(len(self.index))
            self.codes.extend(codes)

    def extend_piece(self, piece: Piece, skip: int) -> None:
        """The same from a piece of bytes: each distinct combination becomes text only once."""
        if self.roles:
            columns = [role.index for role in self.roles]
            codes = self.hashes.codes(piece, columns, skip, self._number)
            self.codes.widen(len(self.index))
            self.codes.extend(codes)

    def _number(self, cells: tuple[str, ...]) -> int:
        return self.index[cells if len(cells) > 1 else cells[0]]

    def texts(self) -> list[tuple[str, ...]]:
        """The distinct combinations as texts."""
        if len(self.roles) == 1:
            return [(text_of(key),) for key in self.index]
        return [tuple(text_of(cell) for cell in key) for key in self.index]


@dataclass(slots=True)
class AmountColumn:
    role: ColumnRole
    reader: AmountReader
    cents: Growing = field(default_factory=lambda: Growing(np.int64))
    missing: list[tuple[int, NDArray[np.int64]]] = field(default_factory=list)
    """Start of the block and the places in it where no amount stands; blocks without a gap are not listed."""

    def mask(self, rows: int) -> NDArray[np.bool_] | None:
        """True where an amount stands; None if it stands everywhere."""
        if not self.missing:
            return None
        present = np.ones(rows, np.bool_)
        for start, places in self.missing:
            present[start + places] = False
        return present


@dataclass(frozen=True, slots=True)
class Segment:
    """Which rows of the collection came from which table."""

    sheet: int
    start: int
    first_row: int
    year: int | None


@dataclass(slots=True)
class Collected:
    keys: dict[str, KeyColumn]
    amounts: list[AmountColumn]
    segments: list[Segment] = field(default_factory=list)
    rows: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    rejected_count: int = 0
    """Cells that are no amount; several may stand in one row."""
    rejected_rows: int = 0
    rejected_here: set[int] = field(default_factory=set)
    """Rows with such a cell in the block at hand, so that a row counts once however many years it spans."""
    headers_repeated: int = 0
    stopped: Unusable | None = None


def prepare(mapping: Mapping) -> Collected:
    """An empty collection for the columns of `mapping`."""
    keys = {}
    for group, wanted in GROUPS.items():
        roles = tuple(column for column in mapping.columns if column.role in wanted)
        column = KeyColumn(roles)
        if roles:
            column.getter = itemgetter(*(role.index for role in roles))
        keys[group] = column
    amounts = [
        AmountColumn(column, AmountReader(mapping.decimal or ","))
        for column in mapping.columns
        if column.role is Role.AMOUNT
    ]
    return Collected(keys, amounts)


def collect(
    into: Collected,
    table: Table,
    sheet: int,
    skip: int,
    *,
    header: Sequence[str],
    year: int | None,
    limits: Limits,
    progress: Callable[[], None],
) -> None:
    """All rows of `table` after the first `skip`."""
    needed = 1 + max(
        [role.index for column in into.keys.values() for role in column.roles]
        + [column.role.index for column in into.amounts],
        default=0,
    )
    started = False
    for item in (table.bulk or table.blocks)():
        if isinstance(item, Piece) and needed <= item.width:
            above = max(skip + 1 - item.first, 0)
            if above < item.rows:
                started = started or _begin(into, sheet, item.first + above, year)
                _take_piece(into, item, above, table.name, header, limits)
                progress()
            continue
        first, block = (item.first, item.cells()) if isinstance(item, Piece) else item
        rows = block[max(skip + 1 - first, 0) :] if first <= skip else block
        if not rows:
            continue
        started = started or _begin(into, sheet, first + len(block) - len(rows), year)
        if min(map(len, rows)) < needed:
            rows = [row if len(row) >= needed else [*row, *[None] * (needed - len(row))] for row in rows]
        _take(into, rows, table.name, first + len(block) - len(rows), header, limits)
        progress()


def _begin(into: Collected, sheet: int, first: int, year: int | None) -> bool:
    into.segments.append(Segment(sheet, into.rows, first, year))
    return True


def _take(into: Collected, rows: Sequence[Row], sheet: str, first: int, header: Sequence[str], limits: Limits) -> None:
    for key in into.keys.values():
        key.extend(rows)
    for amount in into.amounts:
        getter = itemgetter(amount.role.index)
        values, missing, bad = amount.reader.read(list(map(getter, rows)))
        amount.cents.extend(values)
        if missing is not None and missing.any():
            amount.missing.append((into.rows, np.flatnonzero(missing)))
        for i, reason in bad:
            _reject(into, amount, rows[i], sheet, first + i, header, reason, limits)
    _close_block(into, len(rows))


def _close_block(into: Collected, rows: int) -> None:
    into.rows += rows
    into.rejected_rows += len(into.rejected_here)
    into.rejected_here.clear()


def _take_piece(into: Collected, piece: Piece, above: int, sheet: str, header: Sequence[str], limits: Limits) -> None:
    rows = piece.rows - above
    for key in into.keys.values():
        key.extend_piece(piece, above)
    for amount in into.amounts:
        values, open_ = piece.cents(amount.role.index, above)
        seen = amount.reader.evidence
        seen.comma += piece.commas
        seen.point += piece.points
        if len(open_):
            _take_open(into, amount, piece, above, values, open_, sheet, header, limits)
        amount.cents.extend(values)
    _close_block(into, rows)


def _take_open(
    into: Collected,
    amount: AmountColumn,
    piece: Piece,
    above: int,
    values: NDArray[np.int64],
    open_: NDArray[np.int64],
    sheet: str,
    header: Sequence[str],
    limits: Limits,
) -> None:
    """Cells that are no plain number are read one by one."""
    cells = [piece.cell(above + int(row), amount.role.index) for row in open_]
    found, missing, bad = amount.reader.read(cells)
    values[open_] = found
    if missing is not None and missing.any():
        amount.missing.append((into.rows, open_[missing]))
    for i, reason in bad:
        row = above + int(open_[i])
        _reject(into, amount, piece.row(row), sheet, piece.first + row, header, reason, limits)


def _reject(
    into: Collected,
    amount: AmountColumn,
    row: Row,
    sheet: str,
    number: int,
    header: Sequence[str],
    reason: str,
    limits: Limits,
) -> None:
    cell = text_of(row[amount.role.index])
    if header and amount.role.index < len(header) and cell == header[amount.role.index]:
        into.headers_repeated += 1
        return
    into.rejected_count += 1
    into.rejected_here.add(number)
    if len(into.rejected) < limits.max_rejected_kept:
        shown = cell if len(cell) <= 40 else cell[:40] + "…"
        sentence = f"„{shown}“ ist kein lesbarer Betrag" + (f" ({reason})." if reason != "kein Betrag" else ".")
        cells = tuple(text_of(value)[:1000] for value in row[: limits.max_columns])
        into.rejected.append(RejectedRow(sheet, number, amount.role.index + 1, sentence, cells))
