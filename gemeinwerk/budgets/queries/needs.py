"""What every product of a version needs, read once and kept in the process.

Adding up the sums of a version per product takes the longest of everything a page does. They change only when the sums
of the version are written anew, and then the numbers of its rows change: the largest of them is part of the key, so a
kept entry is either right or never asked for again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Max, Q, Sum

from gemeinwerk.engine.budget import Need
from gemeinwerk.engine.budget.subplans import INTERNAL
from gemeinwerk.engine.schemes import position_or_rest
from gemeinwerk.engine.tables import Side

from ..models import PlanSum, ProductSum
from .slices import Slice

FLOW_SIDES = ("income", "expense", "internal_in", "internal_out")
NO_PRODUCT = 0
"""The key of what the file has without a product."""

Needs = Mapping[int, Need]
Stamp = tuple[int, int, int, int]
"""Version, largest number of its sums, their count and total: tells one state of a version from every other."""


class Kept:
    """The last `size` entries asked for. Entries are never changed, so threads may share them."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.entries: OrderedDict[Any, Any] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: Any) -> Any:
        with self.lock:
            if key not in self.entries:
                return None
            self.entries.move_to_end(key)
            return self.entries[key]

    def put(self, key: Any, value: Any) -> None:
        with self.lock:
            self.entries[key] = value
            while len(self.entries) > self.size:
                self.entries.popitem(last=False)


_needs, _trees, _voluntary, _lines = Kept(96), Kept(96), Kept(96), Kept(256)


def forget() -> None:
    """Start with nothing kept; for measurements and tests."""
    for kept in (_needs, _trees, _voluntary, _lines):
        with kept.lock:
            kept.entries.clear()


def stamps(columns: Iterable[Slice]) -> dict[int, Stamp]:
    """The state of each version. One query."""
    ids = [column.id for column in columns]
    rows = PlanSum.objects.filter(version__in=ids).values_list("version_id").order_by()
    found = rows.annotate(last=Max("pk"), count=Count("pk"), total=Sum("amount_cents"))
    return {row[0]: row for row in found}


def product_needs(columns: Sequence[Slice], known: Mapping[int, Stamp] | None = None) -> dict[int, Needs]:
    """Version → product → need. One query for what is not kept, one for the stamps where they are not given."""
    known = stamps(columns) if known is None else known
    result: dict[int, Needs] = {column.id: {} for column in columns if column.id not in known}
    missing = []
    for version, stamp in known.items():
        kept = _needs.get(stamp)
        if kept is None:
            missing.append(version)
        else:
            result[version] = kept
    if missing:
        for version, needs in _read(missing).items():
            _needs.put(known[version], needs)
            result[version] = needs
    return result


def _read(versions: Sequence[int]) -> dict[int, dict[int, Need]]:
    sums = (
        ProductSum.objects.filter(version__in=versions, side__in=FLOW_SIDES)
        .values_list("version_id", "product_id", "side")
        .order_by()
        .annotate(
            cents=Sum("amount_cents"),
            internal=Sum("amount_cents", filter=Q(position__in=INTERNAL)),
            depreciation=Sum("amount_cents", filter=Q(position="depreciation")),
        )
    )
    found: dict[int, dict[int, Need]] = {version: {} for version in versions}
    for version, product, side, cents, internal, depreciation in sums:
        need = _need(side, cents, internal or 0, depreciation or 0)
        of_version = found[version]
        of_version[product or NO_PRODUCT] = added(of_version.get(product or NO_PRODUCT), need)
    return found


def _need(side: str, cents: int, internal: int, depreciation: int) -> Need:
    inside = cents if side.startswith("internal") else internal
    outside = cents - inside
    if side in ("income", "internal_in"):
        return Need(outside, 0, inside, 0, 0, has_amounts=True)
    return Need(0, outside, 0, inside, depreciation, has_amounts=True)


def added(first: Need | None, second: Need) -> Need:
    """Two needs together."""
    if first is None:
        return second
    return Need(
        first.income + second.income,
        first.expense + second.expense,
        first.internal_income + second.internal_income,
        first.internal_expense + second.internal_expense,
        first.depreciation + second.depreciation,
        has_amounts=True,
    )


def together(needs: Iterable[Need]) -> Need | None:
    """Many needs together; None of none."""
    found = list(needs)
    if not found:
        return None
    return Need(
        sum(one.income for one in found),
        sum(one.expense for one in found),
        sum(one.internal_income for one in found),
        sum(one.internal_expense for one in found),
        sum(one.depreciation for one in found),
        has_amounts=True,
    )


def tree_needs(columns: Sequence[Slice], parents: Mapping[int, int | None]) -> dict[int, Needs]:
    """The same with what lies below added to every group and area; what has no known product stands under 0."""
    known = stamps(columns)
    shape = hash(tuple(parents.items()))
    result = {version: _trees.get((stamp, shape)) for version, stamp in known.items()}
    missing = [column for column in columns if result.get(column.id) is None]
    if missing:
        asked = {column.id: known[column.id] for column in missing if column.id in known}
        for version, needs in product_needs(missing, asked).items():
            result[version] = _upwards(needs, parents)
            if version in known:
                _trees.put((known[version], shape), result[version])
    return result


def _upwards(needs: Needs, parents: Mapping[int, int | None]) -> dict[int, Need]:
    found: dict[int, Need] = {}
    for product, need in needs.items():
        if product not in parents:
            found[NO_PRODUCT] = added(found.get(NO_PRODUCT), need)
            continue
        pk: int | None = product
        while pk is not None:
            found[pk] = added(found.get(pk), need)
            pk = parents[pk]
    return found


def flows_of_products(columns: Sequence[Slice], products: Sequence[int]) -> dict[int, dict[str, int]]:
    """Version → position → cents of the given products together. One query, and one for the stamps."""
    known, group = stamps(columns), hash(tuple(sorted(products)))
    result = {c.id: _voluntary.get((known[c.id], group)) if c.id in known else {} for c in columns}
    missing = [version for version, flows in result.items() if flows is None]
    if missing:
        read: dict[int, dict[str, int]] = {version: {} for version in missing}
        rows = ProductSum.objects.filter(version__in=missing, product__in=products).order_by()
        for version, position, side, cents in rows.values_list("version_id", "position", "side").annotate(
            cents=Sum("amount_cents")
        ):
            code = position_or_rest(position, Side(side))
            read[version][code] = read[version].get(code, 0) + cents
        for version, flows in read.items():
            _voluntary.put((known[version], group), flows)
        result |= read
    return result


def amounts_behind(
    columns: Sequence[Slice], positions: Sequence[str], sides: Sequence[str]
) -> dict[int, Mapping[int, int]]:
    """Version → product → cents on the positions; lines without a position count where their side is asked for."""
    known, line = stamps(columns), (tuple(positions), tuple(sides))
    result = {c.id: _lines.get((known[c.id], line)) if c.id in known else {} for c in columns}
    missing = [version for version, amounts in result.items() if amounts is None]
    if missing:
        wanted = Q(position__in=positions) | Q(position="", side__in=sides)
        rows = ProductSum.objects.filter(wanted, version__in=missing).order_by()
        read: dict[int, dict[int, int]] = {version: {} for version in missing}
        for version, product, cents in rows.values_list("version_id", "product_id").annotate(cents=Sum("amount_cents")):
            read[version][product or NO_PRODUCT] = cents
        for version, amounts in read.items():
            _lines.put((known[version], line), amounts)
        result |= read
    return result
