"""The budget of a body as plain rows, to take out of the platform what was brought in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from gemeinwerk.accounts.access import Seat
from gemeinwerk.engine.schemes import POSITIONS

from ..models import BudgetLine, BudgetVersion, PlanSum, Product, Side, Stage

AMOUNT = "Betrag"
"""Integer cents; positive improves the result of the body."""

LINE_HEAD = (
    *("Haushaltsjahr", "Stand", "Fassung", "Seite", "Produkt", "Produktbezeichnung", "Konto", "Kontobezeichnung"),
    *("Organisation", "Organisationsbezeichnung", "Position", AMOUNT, "Datei", "Blatt", "Zeile", "Spalte"),
)
SUM_HEAD = ("Haushaltsjahr", "Stand", "Fassung", "Gilt", "Position", "Bezeichnung", "Seite", AMOUNT, "Zeilen")
PRODUCT_HEAD = ("Ebene", "Nummer", "Bezeichnung", "Übergeordnet", "Produktbereich", "Aufgabenart", "Rechtsgrundlage")
Cell = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Table:
    """A named table with its head; `rows` can be read once."""

    name: str
    title: str
    head: tuple[str, ...]
    rows: Iterator[tuple[Cell, ...]]


def export_tables(seat: Seat, *, year: int | None = None, superseded: bool = False) -> list[Table]:
    """Lines, sums and products of the current versions, or of all."""
    versions = BudgetVersion.objects.filter(body=seat.body)
    if not superseded:
        versions = versions.filter(is_current=True)
    if year is not None:
        versions = versions.filter(year=year)
    return [
        Table("zeilen", "Zeilen des Haushalts", LINE_HEAD, _lines(versions)),
        Table("summen", "Summen im Plan", SUM_HEAD, _sums(versions)),
        Table("produkte", "Produkte", PRODUCT_HEAD, _products(seat)),
    ]


def _lines(versions: QuerySet[BudgetVersion]) -> Iterator[tuple[Cell, ...]]:
    rows = (
        BudgetLine.objects.filter(version__in=versions)
        .order_by("version__year", "version__stage", "version__number", "pk")
        .values_list(
            *("version__year", "version__stage", "version__number", "side", "product__code", "product__name"),
            *("account__code", "account__name", "unit__code", "unit__name", "position", "amount_cents"),
            *("version__budget_import__file_name", "sheet", "row", "column"),
            "account__is_position_own",
            "account__position",
        )
    )
    for year, stage, number, side, *middle, position, cents, file, sheet, row, column, is_own, own in rows.iterator():
        name = own if is_own else position
        yield (
            *(year, Stage(stage).label, number, Side(side).label, *middle, _title(name), cents, file),
            *(sheet + 1, row, column),
        )


def _sums(versions: QuerySet[BudgetVersion]) -> Iterator[tuple[Cell, ...]]:
    rows = (
        PlanSum.objects.filter(version__in=versions)
        .select_related("version")
        .order_by("version__year", "version__stage", "version__number", "side", "position")
    )
    for plan in rows.iterator():
        version = plan.version
        yield (
            *(version.year, version.get_stage_display(), version.number, version.is_current),
            *(plan.position, _title(plan.position), plan.get_side_display(), plan.amount_cents, plan.line_count),
        )


def _products(seat: Seat) -> Iterator[tuple[Cell, ...]]:
    for product in Product.objects.filter(body=seat.body).select_related("parent").iterator():
        yield (
            *(product.get_level_display(), product.code, product.name, product.parent.key if product.parent else ""),
            *(product.area, product.get_task_kind_display(), product.legal_basis),
        )


def _title(position: str) -> str:
    return POSITIONS[position].title if position in POSITIONS else ""
