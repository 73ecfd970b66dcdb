"""The product tree of a budget file as it stands in the database: Produktbereich, Produktgruppe, Produkt.

Files bring one to five levels, with codes or names only. The lowest becomes the product, the highest the area, what
lies between are groups. Where a file has products only, its areas come from the product scheme that fits the codes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gemeinwerk.engine import products as schemes
from gemeinwerk.engine.budget_files import ProductNode
from gemeinwerk.engine.tables import Key

from .lines import row_key

AREA, GROUP, PRODUCT = "area", "group", "product"

TASK_KINDS = (
    ("weisung", "directed"),
    ("uebertragen", "delegated"),
    ("übertragen", "delegated"),
    ("auftrag", "delegated"),
    ("freiwillig", "voluntary"),
    ("pflicht", "mandatory"),
)
"""The first word found in what the file says decides."""


@dataclass(frozen=True, slots=True)
class Node:
    """One row of Product. `parent` is (level, key) of the row above."""

    level: str
    key: str
    code: str
    name: str
    parent: tuple[str, str] | None
    area: str
    task_kind: str = ""

    @property
    def ident(self) -> tuple[str, str]:
        return self.level, self.key


@dataclass(frozen=True, slots=True)
class Tree:
    """Rows from top to bottom, and for each value of LINES.product the row it means."""

    nodes: tuple[Node, ...]
    of_line: dict[Key, tuple[str, str]]

    def roots(self) -> dict[Key, Node]:
        """The highest row above each value of LINES.product."""
        by_ident = {node.ident: node for node in self.nodes}
        found = {}
        for key, ident in self.of_line.items():
            node = by_ident[ident]
            while node.parent is not None:
                node = by_ident[node.parent]
            found[key] = node
        return found


def tree(products: Sequence[ProductNode], land: str = "") -> Tree:
    """The rows for the products of a file; `land` decides between schemes that fit the codes equally well."""
    scheme, width = _scheme(products, land)
    levels = _levels(products, scheme)
    keys = _keys(products, levels)
    nodes: dict[tuple[str, str], Node] = {}
    of_line: dict[Key, tuple[str, str]] = {}
    for index, product in enumerate(products):
        area = _area(products, index, scheme, width)
        parent = None if product.parent is None else (levels[product.parent], keys[product.parent])
        if parent is None and levels[index] != AREA and area:
            parent = (AREA, area)
            nodes.setdefault(parent, Node(AREA, area, area, schemes.area_title(area, scheme) or area, None, area))
        name = (product.name or product.code)[:250]
        node = Node(levels[index], keys[index], product.code[:60], name, parent, area, _task_kind(product.task_kind))
        known = nodes.get(node.ident)
        if known is None or (known.name == known.code and node.name != node.code):
            nodes[node.ident] = node if known is None else replace(node, parent=known.parent)
        if product.key is not None:
            of_line[product.key] = node.ident
    order = (AREA, GROUP, PRODUCT)
    return Tree(tuple(sorted(nodes.values(), key=lambda node: order.index(node.level))), of_line)


def _scheme(products: Sequence[ProductNode], land: str) -> tuple[str, int]:
    """The product scheme that fits the codes best, the one of the Land where several do."""
    codes = [product.code for product in products if product.key is not None and product.code]
    matches = [match for match in schemes.detect_products(codes) if match.score >= 0.5]
    if not matches:
        return "", 0
    best = [match for match in matches if match.score >= matches[0].score - 0.001]
    of_land = [match for match in best if land and land in schemes.PRODUCT_SCHEMES[match.scheme].lands]
    chosen = (of_land or best)[0]
    return chosen.scheme, chosen.width


def _levels(products: Sequence[ProductNode], scheme: str) -> list[str]:
    """Which of the three levels each node is; a top that is longer than an area's code is a group."""
    tops = [product for product in products if product.parent is None and product.key is None]
    digits = schemes.PRODUCT_SCHEMES[scheme].digits if scheme else 0
    long = [top for top in tops if digits and len(schemes.product_digits(top.code)) > digits]
    top_level = GROUP if tops and len(long) * 2 > len(tops) else AREA
    return [
        PRODUCT if product.key is not None else top_level if product.parent is None else GROUP for product in products
    ]


def _keys(products: Sequence[ProductNode], levels: Sequence[str]) -> list[str]:
    """The code where it tells the node apart on its level, otherwise the way down to it."""
    parents: dict[tuple[str, str], set[int | None]] = defaultdict(set)
    for product, level in zip(products, levels, strict=True):
        if product.code:
            parents[level, product.code].add(product.parent)
    keys = []
    for index, (product, level) in enumerate(zip(products, levels, strict=True)):
        is_unique = bool(product.code) and len(parents[level, product.code]) == 1
        keys.append(row_key(Key(product.code if is_unique else _path(products, index), "")))
    return keys


def _path(products: Sequence[ProductNode], index: int | None) -> str:
    parts: list[str] = []
    while index is not None:
        parts.append(products[index].code or products[index].name)
        index = products[index].parent
    return " / ".join(reversed(parts))


def _area(products: Sequence[ProductNode], index: int, scheme: str, width: int) -> str:
    """The code of the product area: by the code of the node, otherwise by the name or code of what stands highest."""
    if scheme and products[index].code:
        found = schemes.product_area(products[index].code, scheme, width=width)
        if found:
            return found
    top = index
    while products[top].parent is not None:
        top = products[top].parent or 0
    by_name = schemes.area_by_name(products[top].name) if products[top].name else None
    return by_name or ""


def _task_kind(text: str) -> str:
    lower = text.lower()
    return next((kind for word, kind in TASK_KINDS if word in lower), "")
