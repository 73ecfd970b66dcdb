"""The lists of the understanding half, declared for the one list of the house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from gemeinwerk.ui.lists import Column, List

from ..models import BudgetLine, Product, Stage
from ..queries.products import Node, Tree
from ..queries.slices import AROUND, CHOICES
from .room import numbered

SHORT_KINDS = {
    Product.TaskKind.VOLUNTARY: "freiwillig",
    Product.TaskKind.MANDATORY: "pflichtig",
    Product.TaskKind.DIRECTED: "nach Weisung",
    Product.TaskKind.DELEGATED: "Auftrag",
}
"""Beside six years of figures there is room for a word."""


class ProductList(List):
    caption = "Teilpläne"
    empty = "In den übernommenen Dateien stehen keine Produkte."
    per_page = 100


def product_list(tree: Tree, params: Mapping[str, Any], key: str) -> List:
    """The tree as a list; by default in the order of the tree, filtered by level, name, kind of task."""
    inset = "" if params.get("sort") else "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}"
    address = numbered("budget-product", key)
    lead_people = tree.people[tree.lead.year] if tree.lead else None

    def per_head(node: Node) -> Any:
        return lead_people.per_head(node.need(tree.lead)) if lead_people else None

    columns = [
        Column("place", "Nr.", value=lambda n: f"{inset * n.depth}{n.code}", sortable=False),
        Column(
            "title",
            "Produkt",
            value=lambda n: n.name or n.code,
            filter="text",
            header=True,
            url=lambda n: address(n.pk),
        ),
        *(_need_column(column) for column in tree.columns),
        Column("head", "je Einwohner", kind="euro", value=per_head, hint=tree.lead.label if tree.lead else ""),
        Column(
            "kind",
            "Aufgabenart",
            value=lambda n: SHORT_KINDS.get(n.task_kind, "offen"),
            filter="choice",
            choices=_kinds(),
        ),
        Column("level", "Ebene", value=lambda n: n.level_text, filter="choice", choices=_levels()),
    ]
    listing = type("ProductListOfYears", (ProductList,), {"columns": tuple(columns)})
    return listing(list(tree.walk()), params, **_kept(params))


def _need_column(column: Any) -> Column:
    return Column(f"v{column.id}", column.label, kind="euro0", value=lambda n: n.need(column), filter="")


def _kept(params: Mapping[str, Any]) -> dict[str, str]:
    kept = {name: "ohne" for name in ("ilv", "afa") if params.get(name) == "ohne"}
    wanted = params.get("stand", AROUND)
    return kept | ({"stand": wanted} if wanted in CHOICES and wanted != AROUND else {})


def _levels() -> list[tuple[str, str]]:
    return [(str(label), str(label)) for label in Product.Level.labels]


def _kinds() -> list[tuple[str, str]]:
    labels = dict(Product.TaskKind.choices)
    return [(short, str(labels[kind])) for kind, short in SHORT_KINDS.items()] + [("offen", "noch nicht zugeordnet")]


class LineList(List):
    caption = "Zeilen der Haushaltsdateien"
    empty = "Zu diesem Konto steht in den geltenden Fassungen keine Zeile."
    order = "-year"


def line_list(rows: QuerySet[BudgetLine], params: Mapping[str, Any], key: str) -> List:
    """The rows behind an account, each a link to its place in the file."""
    address = numbered("budget-line", key)
    columns = (
        Column("row", "Zeile der Datei", kind="number", url=lambda o: address(o.pk), header=True),
        Column("year", "Jahr", field="version__year", value=lambda o: str(o.version.year), filter=""),
        Column(
            "stage",
            "Stand",
            field="version__stage",
            value=lambda o: o.version.get_stage_display(),
            filter="choice",
            choices=Stage.choices,
        ),
        Column("unit", "Organisationseinheit", field="unit__name", value=lambda o: str(o.unit) if o.unit else ""),
        Column("side", "Seite", value=lambda o: o.get_side_display()),
        Column("amount", "Betrag", kind="euro", field="amount_cents", value=lambda o: o.amount_cents),
        Column(
            "file",
            "Datei",
            field="version__budget_import__file_name",
            value=lambda o: o.version.budget_import.file_name,
        ),
    )
    listing = type("LineListOfAccount", (LineList,), {"columns": columns})
    return listing(rows, params)
