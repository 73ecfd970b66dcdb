"""Totals per side, year, stage and product area, beside the totals that somebody expects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gemeinwerk.engine.budget import findings
from gemeinwerk.engine.budget.findings import outward
from gemeinwerk.engine.budget.groups import Added, Ints, add_up, groups, slices, sums
from gemeinwerk.engine.problems import Problem, Severity
from gemeinwerk.engine.products import area_by_name, detect_products, product_area
from gemeinwerk.engine.tables import SIDES, STAGES, Accounting, Category, Frame, Side, Stage


@dataclass(frozen=True, slots=True)
class Total:
    year: int
    stage: Stage
    side: Side
    area: str | None
    """Code of the product area, "" for lines without one, None for the total of all areas."""
    cents: int
    line_count: int


@dataclass(frozen=True, slots=True)
class Expected:
    """A total that the lines should reach: entered by the user, or printed in the plan or the statute."""

    year: int
    stage: Stage
    side: Side
    cents: int
    """As people write it: without sign. An amount below zero is allowed only for a total that is negative itself."""
    area: str | None = None
    source: str = "Ihre Angabe"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A total beside the expected one; both as people write them, expenses and payments positive."""

    expected: Expected
    found_cents: int | None
    """None if there is no such line at all."""

    @property
    def difference_cents(self) -> int:
        return (self.found_cents or 0) - self.expected.cents


SAMPLE = 5000
"""So many products are enough to recognise the product scheme."""


def areas_of(products: Category, scheme: str | None = None) -> tuple[Ints, tuple[str, ...]]:
    """For each value of the product column the index of its area (-1 unknown), and the areas.

    Without `scheme` the product scheme of the file is detected from its codes.
    """
    keys = products.values
    width = 0
    matches = detect_products([key.code for key in keys[:SAMPLE] if key.code])
    chosen = next((match for match in matches if scheme in (None, match.scheme)), None)
    scheme = scheme or (chosen.scheme if chosen and chosen.score > 0 else "nrw")
    width = chosen.width if chosen else 0
    found = [product_area(key.code, scheme, width=width) or area_by_name(key.name, scheme) for key in keys]
    names = tuple(sorted({area for area in found if area}))
    index = {area: i for i, area in enumerate(names)}
    return np.array([index[area] if area else -1 for area in found], np.int32), names


def totals(lines: Frame, *, product_scheme: str | None = None, by_area: bool = True) -> tuple[Total, ...]:
    """Totals of all lines per year, stage and side, then the same per product area; positive improves the result."""
    of_slice = slices(lines)
    parts = [(of_slice.index, len(of_slice.values)), (lines.array("side"), len(SIDES))]
    amounts = lines.array("amount_cents")
    whole = _totals(of_slice.values, add_up(parts, amounts), None)
    if not by_area:
        return whole
    products = lines.category("product")
    area_of, names = areas_of(products, product_scheme)
    per_product = add_up([*parts, (products.codes, len(products.values))], amounts)
    return whole + _totals(of_slice.values, _of_areas(per_product, area_of, names), names)


def _of_areas(products: Added, area_of: Ints, names: tuple[str, ...]) -> Added:
    """The sums of (slice, side, product) as sums of (slice, side, area)."""
    keys = products.keys
    parts = [(keys[:, i], int(keys[:, i].max(initial=0)) + 1) for i in (0, 1)]
    found = groups([*parts, (np.append(area_of, -1)[keys[:, 2]], len(names))])
    cents = sums(found.index, products.cents, len(found))
    return Added(found.keys, cents, sums(found.index, products.number, len(found)))


def _totals(slice_values: Sequence[tuple[int, int]], found: Added, areas: tuple[str, ...] | None) -> tuple[Total, ...]:
    result = []
    for i, key in enumerate(found.keys.tolist()):
        year, stage = slice_values[key[0]]
        area = None if areas is None else (areas[key[2]] if key[2] >= 0 else "")
        result.append(Total(year, STAGES[stage], SIDES[key[1]], area, int(found.cents[i]), int(found.number[i])))
    return tuple(result)


def beside(found: Iterable[Total], expected: Iterable[Expected]) -> tuple[Comparison, ...]:
    """Each expected total with the one that was found."""
    by_key = {(total.year, total.stage, total.side, total.area): total.cents for total in found}
    result = []
    for wish in expected:
        cents = by_key.get((wish.year, wish.stage, wish.side, wish.area))
        result.append(Comparison(wish, None if cents is None else cents * outward(wish.side)))
    return tuple(result)


def expected_problems(
    found: Sequence[Total], expected: Sequence[Expected], *, tolerance_cents: int, accounting: Accounting
) -> list[Problem]:
    """One problem for every expected total that is not met."""
    names = findings.KAMERAL_SIDE_NAMES if accounting is Accounting.KAMERAL else findings.SIDE_NAMES
    return [
        Problem(code, text, Severity.WARNING)
        for code, text in (
            _difference(comparison, names)
            for comparison in beside(found, expected)
            if comparison.found_cents is None or abs(comparison.difference_cents) > tolerance_cents
        )
    ]


def _difference(comparison: Comparison, names: dict[Side, str]) -> tuple[str, str]:
    wish = comparison.expected
    area = f", Produktbereich {wish.area}" if wish.area else ""
    what = f"{names[wish.side]} {wish.year} ({findings.STAGE_NAMES[wish.stage]}{area})"
    if comparison.found_cents is None:
        return "total_missing", (
            f"Für {what} gibt es keine Zeile, erwartet werden {findings.euros(wish.cents)} ({wish.source}). "
            "Prüfen Sie die Zuordnung der Spalten und des Jahres."
        )
    return "total_differs", (
        f"{what}: gelesen {findings.euros(comparison.found_cents)}, erwartet {findings.euros(wish.cents)} "
        f"({wish.source}), Unterschied {findings.euros(comparison.difference_cents)}. "
        "Prüfen Sie, ob Zeilen fehlen oder doppelt sind."
    )
