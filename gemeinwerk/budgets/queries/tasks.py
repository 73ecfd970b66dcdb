"""Mandatory and voluntary tasks: what each kind needs, the Freiwilligenquote, and the products still without a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gemeinwerk.accounts.access import Seat
from gemeinwerk.engine import indicators as engine
from gemeinwerk.engine.budget import Need

from ..frames.grids import Cell, Grid, Head, Row
from ..models import Product
from .indicators import indicator_values, value_cell, voluntary_flows
from .needs import together
from .plans import flows_of
from .products import WITHOUT, Lens, Node, Tree, tree
from .slices import plan_sums

KINDS = [*Product.TaskKind.choices, ("", "noch nicht zugeordnet")]


@dataclass(frozen=True, slots=True)
class TaskPicture:
    tree: Tree
    grid: Grid
    ratio: Grid
    definition: engine.IndicatorDefinition
    products: tuple[Node, ...]
    """The lowest products with amounts, those without a kind first."""
    open_count: int


def task_picture(seat: Seat) -> TaskPicture:
    """The tasks by kind over the columns. Constant number of queries: eight."""
    whole = tree(seat, lens=Lens())
    leaves = [node for node in whole.walk() if not node.children]
    sums, voluntary = plan_sums(whole.columns), voluntary_flows(seat, whole.columns)
    values = [
        next(
            one
            for one in indicator_values(flows_of(sums[c.id]), {}, voluntary=voluntary.get(c.id))
            if one.definition.id == "voluntary_ratio"
        )
        for c in whole.columns
    ]
    definition = next(one for one in engine.definitions() if one.id == "voluntary_ratio")
    ratio = Grid(
        definition.title,
        tuple(Head(c.label, "percent") for c in whole.columns),
        (Row(definition.title, tuple(map(value_cell, values)), kind="subtotal"),) if values else (),
        stub="Kennzahl",
    )
    ordered = sorted(leaves, key=lambda node: (bool(node.task_kind), -abs(node.need(whole.lead) or 0)))
    return TaskPicture(
        whole, _kind_grid(whole, leaves), ratio, definition, tuple(ordered), sum(not n.task_kind for n in leaves)
    )


def _kind_grid(whole: Tree, leaves: list[Node]) -> Grid:
    rows = []
    for kind, title in KINDS:
        of_kind = [node.needs for node in leaves if node.task_kind == kind]
        word = "1 Produkt" if len(of_kind) == 1 else f"{len(of_kind)} Produkte"
        rows.append(Row(title[:1].upper() + title[1:], _cells(whole, of_kind), note=word))
    if whole.without:
        rows.append(Row(WITHOUT, _cells(whole, [whole.without])))
    rows.append(Row("Zusammen", _cells(whole, [whole.without, *(node.needs for node in leaves)]), kind="subtotal"))
    heads = tuple(Head(c.label, "eur") for c in whole.columns)
    return Grid("Zuschussbedarf nach Aufgabenart", heads, tuple(rows), stub="Aufgabenart")


def _cells(whole: Tree, needs: Sequence[Mapping[int, Need]]) -> tuple[Cell, ...]:
    """The needs of many products together, per column."""
    why = "Kein Produkt dieser Art hat hier einen Betrag."
    sums = [together(of[c.id] for of in needs if c.id in of) for c in whole.columns]
    return tuple(Cell(whole.lens.need(need), "eur", why) for need in sums)
