"""Adding up a million lines once: sums per position of the plan, and per product and position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gemeinwerk.engine.budget.groups import Ints, add_up, groups, slices, sums
from gemeinwerk.engine.tables import SIDES, STAGES, Category, Column, Frame, Key, Schema, Side, Stage, Values, category

_SUM_COLUMNS = (
    Column("year", "int16", "year", "Haushaltsjahr"),
    Column("stage", "stage", "–", "Ansatz, Nachtrag, … as index into STAGES"),
    Column("position", "category", "–", "position of the plan, missing if unknown"),
    Column("side", "side", "–", "Ertrag, Aufwand, … as index into SIDES"),
    Column("amount_cents", "int64", "cents", "positive improves the result of the municipality"),
    Column("line_count", "int32", "–", "number of lines in the sum"),
)

PLAN_SUMS = Schema("plan_sums", _SUM_COLUMNS)
"""What the room stores as PlanSum."""

PRODUCT_SUMS = Schema(
    "product_sums", (Column("product", "category", "–", "lowest product level, missing if none"), *_SUM_COLUMNS)
)
"""What the room stores as ProductSum."""


@dataclass(frozen=True, slots=True)
class Rollup:
    plan: Frame
    products: Frame


@dataclass(frozen=True, slots=True)
class Amount:
    """One sum as a row: what queries and commands pass to the plans below."""

    year: int
    stage: Stage
    position: str
    """Code of the position, "" if unknown."""
    side: Side
    cents: int
    product: Key | None = None
    line_count: int = 0


def rollup(lines: Frame) -> Rollup:
    """The sums of all lines, exact to the cent, in the order year, stage, (product), position, side."""
    of_slice = slices(lines)
    parts = [(of_slice.index, len(of_slice.values)), _part(lines, "product"), _part(lines, "position")]
    products = add_up([*parts, (lines.array("side"), len(SIDES))], lines.array("amount_cents"))
    plan_keys, plan_index = _without_product(products.keys)
    plan_cents = sums(plan_index, products.cents, len(plan_keys))
    plan_number = sums(plan_index, products.number, len(plan_keys))
    return Rollup(
        _frame(PLAN_SUMS, lines, of_slice.values, plan_keys, plan_cents, plan_number),
        _frame(PRODUCT_SUMS, lines, of_slice.values, products.keys, products.cents, products.number),
    )


def sums_frame(rows: Iterable[Amount]) -> Frame:
    """Rows of sums, e.g. stored ones, as a frame with product."""
    kept = tuple(rows)
    positions = category([Key(row.position, "") if row.position else None for row in kept])
    columns: dict[str, Values] = {
        "product": category([row.product for row in kept]),
        "year": np.array([row.year for row in kept], np.int16),
        "stage": np.array([STAGES.index(row.stage) for row in kept], np.int8),
        "position": positions,
        "side": np.array([SIDES.index(row.side) for row in kept], np.int8),
        "amount_cents": np.array([row.cents for row in kept], np.int64),
        "line_count": np.array([row.line_count for row in kept], np.int32),
    }
    return Frame(PRODUCT_SUMS, columns)


def _part(lines: Frame, name: str) -> tuple[Ints, int]:
    column = lines.category(name)
    return column.codes, len(column.values)


def _without_product(keys: Ints) -> tuple[Ints, Ints]:
    """The groups of (slice, position, side), and for each group with product the one it belongs to."""
    parts = [(keys[:, i], int(keys[:, i].max(initial=0)) + 1) for i in (0, 2, 3)]
    wider = groups(parts)
    return wider.keys, wider.index


def _frame(
    schema: Schema, lines: Frame, slice_values: Sequence[tuple[int, int]], keys: Ints, cents: Ints, number: Ints
) -> Frame:
    years = np.array([year for year, _stage in slice_values], np.int16)
    stages = np.array([stage for _year, stage in slice_values], np.int8)
    positions = lines.category("position")
    columns: dict[str, Values] = {
        "year": years[keys[:, 0]],
        "stage": stages[keys[:, 0]],
        "position": Category(keys[:, -2].astype(np.int32), positions.values),
        "side": keys[:, -1].astype(np.int8),
        "amount_cents": _bounded(cents),
        "line_count": number.astype(np.int32),
    }
    if schema is PRODUCT_SUMS:
        columns["product"] = Category(keys[:, 1].astype(np.int32), lines.category("product").values)
    return Frame(schema, columns)


def _bounded(cents: Ints) -> Ints:
    """As int64; sums beyond it exist only in broken files, which `check` refuses, and are held at the limit here."""
    limit = np.iinfo(np.int64)
    if cents.dtype != object:
        return cents.astype(np.int64)
    return np.array([min(max(int(value), int(limit.min)), int(limit.max)) for value in cents], np.int64)


def amounts(sums_frame: Frame) -> tuple[Amount, ...]:
    """A frame of sums as rows."""
    position = sums_frame.category("position")
    product = sums_frame.category("product") if sums_frame.schema is PRODUCT_SUMS else None
    columns = zip(
        sums_frame.array("year").tolist(),
        sums_frame.array("stage").tolist(),
        sums_frame.array("side").tolist(),
        sums_frame.array("amount_cents").tolist(),
        sums_frame.array("line_count").tolist(),
        strict=True,
    )
    return tuple(
        Amount(
            year,
            STAGES[stage],
            _code(position.key(i)),
            SIDES[side],
            cents,
            product.key(i) if product else None,
            number,
        )
        for i, (year, stage, side, cents, number) in enumerate(columns)
    )


def _code(key: Key | None) -> str:
    return key.code if key else ""
