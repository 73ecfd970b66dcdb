"""What adopting an import would change: per year and stage, product area and position of the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from gemeinwerk.accounts.access import Seat

from ..frames.imports import area_title
from ..models import BudgetImport, BudgetVersion, PlanSum, Product, ProductSum, Side
from .imports import SIDE_ORDER, FileSlice, as_written, position_title, side_names

Sums = dict[tuple[str, str], int]
"""(area or position, side) → cents as a plan prints them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One sum before and after; None where it is not there."""

    name: str
    side: str
    side_label: str
    before_cents: int | None
    after_cents: int | None

    @property
    def difference_cents(self) -> int:
        return (self.after_cents or 0) - (self.before_cents or 0)

    @property
    def kind(self) -> str:
        if self.before_cents is None:
            return "neu"
        return "entfällt" if self.after_cents is None else "geändert"


@dataclass(frozen=True, slots=True)
class SlicePreview(FileSlice):
    """What becomes of one year in one stage."""

    line_count: int
    current: BudgetVersion | None
    next_number: int | None
    """None where nothing changes: the current version stays."""
    sides: tuple[Change, ...]
    areas: tuple[Change, ...]
    positions: tuple[Change, ...]
    unchanged_areas: int
    unchanged_positions: int

    @property
    def is_empty(self) -> bool:
        """Only zeros: a column that the finance system prints although nothing is planned yet."""
        return not any(change.after_cents for change in self.sides)

    @property
    def is_unchanged(self) -> bool:
        return self.next_number is None

    @property
    def is_first(self) -> bool:
        return self.current is None


@dataclass(frozen=True, slots=True)
class Preview:
    """All slices of an import, newest first."""

    slices: tuple[SlicePreview, ...]
    sides: tuple[tuple[str, str], ...]
    """The sides that occur with their names: the columns of the table."""

    @property
    def rows(self) -> list[tuple[SlicePreview, list[int | None]]]:
        """Each slice with the sums it would have, in the order of `sides`."""
        after = [{change.side: change.after_cents for change in part.sides} for part in self.slices]
        return [
            (part, [sums.get(side) for side, _ in self.sides]) for part, sums in zip(self.slices, after, strict=True)
        ]

    @property
    def is_nothing_new(self) -> bool:
        return all(part.is_unchanged for part in self.slices)

    @property
    def replaced(self) -> list[SlicePreview]:
        return [part for part in self.slices if part.current and not part.is_unchanged]


def preview(seat: Seat, import_: BudgetImport) -> Preview:
    """Each slice of the import beside the current version. A constant number of queries."""
    versions = BudgetVersion.objects.filter(body=seat.body).select_related("budget_import")
    current = {(version.year, version.stage): version for version in versions if version.is_current}
    last: dict[tuple[int, str], int] = defaultdict(int)
    for version in versions:
        last[version.year, version.stage] = max(last[version.year, version.stage], version.number)
    wanted = [current[slot] for part in import_.slices if (slot := (part["year"], part["stage"])) in current]
    stored = _stored(seat, wanted)
    parts = sorted(import_.slices, key=lambda part: (-part["year"], part["stage"]))
    slices = tuple(
        _slice_preview(part, import_, current.get((part["year"], part["stage"])), last, stored) for part in parts
    )
    present = {change.side for part in slices for change in part.sides if change.after_cents}
    return Preview(slices, tuple((side, name) for side, name in side_names(import_).items() if side in present))


Stored = dict[int, tuple[Sums, Sums, dict[str, str]]]
"""Version → sums by area, sums by position, names of areas."""


def _slice_preview(
    part: Mapping[str, Any],
    import_: BudgetImport,
    current: BudgetVersion | None,
    last: Mapping[tuple[int, str], int],
    stored: Stored,
) -> SlicePreview:
    slot = (part["year"], part["stage"])
    same = current is not None and current.digest == part["digest"]
    mine = [entry for entry in import_.totals if (entry["year"], entry["stage"]) == slot]
    areas, positions, names = _read(mine)
    old_areas, old_positions, old_names = stored[current.pk] if current else ({}, {}, {})
    titles = old_names | names
    labels = side_names(import_)
    area_changes = _changes(old_areas, areas, lambda area: titles.get(area, area), labels)
    position_changes = _changes(old_positions, positions, position_title, labels)
    return SlicePreview(
        year=part["year"],
        stage=part["stage"],
        line_count=part["count"],
        current=current,
        next_number=None if same else last[slot] + 1,
        sides=tuple(_changes(_by_side(old_areas), _by_side(areas), lambda _: "", labels, keep_equal=True)),
        areas=tuple(area_changes),
        positions=tuple(position_changes),
        unchanged_areas=len(set(areas) | set(old_areas)) - len(area_changes),
        unchanged_positions=len(set(positions) | set(old_positions)) - len(position_changes),
    )


def _read(entries: Sequence[Mapping[str, Any]]) -> tuple[Sums, Sums, dict[str, str]]:
    areas: Sums = defaultdict(int)
    positions: Sums = defaultdict(int)
    names = {}
    for entry in entries:
        cents = as_written(entry["side"], entry["cents"])
        areas[entry["area"], entry["side"]] += cents
        positions[entry["position"], entry["side"]] += cents
        names[entry["area"]] = entry["area_name"]
    return dict(areas), dict(positions), names


def _stored(seat: Seat, versions: Sequence[BudgetVersion]) -> Stored:
    """The sums of the given versions, in three queries."""
    if not versions:
        return {}
    products = {
        product.pk: product
        for product in Product.objects.filter(body=seat.body).only("id", "parent", "key", "code", "name")
    }
    roots = {pk: _root(product, products) for pk, product in products.items()}
    names = {root.key: area_title(root.code, root.name) for root in roots.values()} | {"": "ohne Produkt"}
    stored: Stored = {version.pk: (defaultdict(int), defaultdict(int), names) for version in versions}
    by_product = ProductSum.objects.filter(version__in=versions).values_list("version_id", "product_id", "side")
    for version, product, side, cents in by_product.annotate(Sum("amount_cents")):
        area = roots[product].key if product is not None else ""
        stored[version][0][area, side] += as_written(side, cents)
    by_position = PlanSum.objects.filter(version__in=versions).values_list("version_id", "position", "side")
    for version, position, side, cents in by_position.annotate(Sum("amount_cents")):
        stored[version][1][position, side] += as_written(side, cents)
    return stored


def _root(product: Product, products: Mapping[int, Product]) -> Product:
    while product.parent_id is not None:
        product = products[product.parent_id]
    return product


def _by_side(areas: Sums) -> Sums:
    sums: Sums = defaultdict(int)
    for (_, side), cents in areas.items():
        sums["", side] += cents
    return sums


def _changes(before: Sums, after: Sums, title, labels: Mapping[str, str], *, keep_equal: bool = False) -> list[Change]:
    """The sums that differ, in the order of the names."""
    keys = sorted(set(before) | set(after), key=lambda key: (key[0] == "", key[0], SIDE_ORDER.index(Side(key[1]))))
    return [
        Change(title(name), side, labels[side], before.get((name, side)), after.get((name, side)))
        for name, side in keys
        if keep_equal or before.get((name, side)) != after.get((name, side))
    ]
