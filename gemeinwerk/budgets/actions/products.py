"""What people say about products: the kind of task and the legal basis. Everything else comes from the file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.access import Right, Seat

from ..models import Product
from .conflicts import changed_meanwhile


class Verb(StrEnum):
    PRODUCT_DESCRIBED = "hat Aufgabenart und Rechtsgrundlage von „{product}“ geändert."


@transaction.atomic
def describe_product(
    seat: Seat, product: Product, *, task_kind: str, legal_basis: str, was: tuple[str, str], at: datetime
) -> bool:
    """Set kind of task and legal basis; `was` is what the person had before the eyes. False if nothing changed."""
    seat.demand(Right.EDIT)
    current = Product.objects.select_for_update().get(pk=product.pk, body=seat.body)
    if (task_kind, legal_basis) == (current.task_kind, current.legal_basis):
        return False
    if was != (current.task_kind, current.legal_basis):
        raise changed_meanwhile(f"„{current}“")
    _describe(seat, current, task_kind, legal_basis, at)
    return True


@transaction.atomic
def set_task_kinds(seat: Seat, answers: Mapping[int, tuple[str, str]], *, at: datetime) -> int:
    """The kinds of many products in one go: product → (what was shown, what is wanted). How many changed."""
    seat.demand(Right.EDIT)
    wanted = {pk: answer for pk, answer in answers.items() if answer[0] != answer[1]}
    changed = 0
    for product in Product.objects.select_for_update().filter(body=seat.body, pk__in=wanted):
        shown, kind = wanted[product.pk]
        if product.task_kind == kind:
            continue
        if product.task_kind != shown:
            raise changed_meanwhile(f"Die Aufgabenart von „{product}“")
        _describe(seat, product, kind, product.legal_basis, at)
        changed += 1
    return changed


def _describe(seat: Seat, product: Product, task_kind: str, legal_basis: str, at: datetime) -> None:
    changes = {
        "Aufgabenart": (product.get_task_kind_display(), dict(Product.TaskKind.choices).get(task_kind, "")),
        "Rechtsgrundlage": (product.legal_basis, legal_basis),
    }
    Product.objects.filter(pk=product.pk).update(task_kind=task_kind, legal_basis=legal_basis)
    activity.record(seat, Verb.PRODUCT_DESCRIBED, on=product, at=at, changes=changes, product=str(product))
