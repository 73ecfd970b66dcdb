"""Sums of lines as rows of PlanSum and ProductSum, and stored sums as amounts for the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gemeinwerk.engine.budget import Amount, Rollup, amounts
from gemeinwerk.engine.tables import Key, Side, Stage

Slot = tuple[int, str]
"""Year and stage."""

PLAN_COLUMNS = ("version_id", "position", "side", "amount_cents", "line_count")
PRODUCT_COLUMNS = ("version_id", "product_id", "position", "side", "amount_cents", "line_count")


def plan_rows(rollup: Rollup, versions: Mapping[Slot, int]) -> Iterator[tuple[Any, ...]]:
    """Rows of PlanSum for the slices that have a version."""
    for amount in amounts(rollup.plan):
        version = versions.get((amount.year, amount.stage.value))
        if version is not None:
            yield version, amount.position, amount.side.value, amount.cents, amount.line_count


def product_rows(
    rollup: Rollup, versions: Mapping[Slot, int], products: Mapping[Key, int]
) -> Iterator[tuple[Any, ...]]:
    """Rows of ProductSum; products that the file names in several ways are one row."""
    sums: dict[tuple[int, int | None, str, str], list[int]] = {}
    for amount in amounts(rollup.products):
        version = versions.get((amount.year, amount.stage.value))
        if version is not None:
            product = products[amount.product] if amount.product is not None else None
            entry = sums.setdefault((version, product, amount.position, amount.side.value), [0, 0])
            entry[0] += amount.cents
            entry[1] += amount.line_count
    return ((*key, *entry) for key, entry in sums.items())


def stored_amounts(rows: Iterable[Mapping[str, Any]]) -> list[Amount]:
    """Rows of ProductSum (`ProductSum.objects.values(…)` with their product) as the engine compares them."""
    return [
        Amount(
            year=row["version__year"],
            stage=Stage(row["version__stage"]),
            position=row["position"],
            side=Side(row["side"]),
            cents=row["amount_cents"],
            product=Key(row["product__code"] or "", row["product__name"] or "") if row["product"] else None,
            line_count=row["line_count"],
        )
        for row in rows
    ]
