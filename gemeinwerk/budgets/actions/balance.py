"""Entering and importing figures of the balance sheet: one year at a time, safe for two people at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.access import Right, Seat
from gemeinwerk.ui import formats

from ..frames.balance import ReadFigure, item_title
from ..models import BalanceFigure
from .conflicts import changed_meanwhile

HAND = "Von Hand erfasst"


class BalanceVerb(StrEnum):
    BALANCE_ENTERED = "hat Bilanzwerte zum 31.12.{year} erfasst ({source})."
    BALANCE_IMPORTED = "hat {count} Bilanzwerte aus „{file}“ eingelesen."


@transaction.atomic
def enter_balance(
    seat: Seat,
    year: int,
    *,
    figures: Mapping[str, int | None],
    was: Mapping[str, int | None],
    source: str,
    is_plan: bool,
    at: datetime,
) -> int:
    """Store the items that differ from what the person had before the eyes (`was`); None takes a figure away.

    Items that somebody else changed meanwhile are refused as a whole, so that no figure is half of one and half of
    another person. Returns how many items changed.
    """
    seat.demand(Right.EDIT)
    stored = _stored(seat, year)
    wanted = {item: cents for item, cents in figures.items() if cents != was.get(item)}
    for item in wanted:
        current = stored[item].amount_cents if item in stored else None
        if current not in (was.get(item), wanted[item]):
            raise changed_meanwhile(f"„{item_title(item)}“")
    changes = {}
    for item, cents in wanted.items():
        old = stored[item].amount_cents if item in stored else None
        changes[item_title(item)] = (_euro(old), _euro(cents))
        _store(seat, stored.get(item), year=year, item=item, cents=cents, source=source, is_plan=is_plan, at=at)
    if changes:
        activity.record(
            seat, BalanceVerb.BALANCE_ENTERED, on=seat.body, at=at, changes=changes, year=year, source=source or HAND
        )
    return len(changes)


@transaction.atomic
def import_balance(seat: Seat, figures: Iterable[ReadFigure], *, file_name: str, is_plan: bool, at: datetime) -> int:
    """Store what was read from a table; an item and year that is already there is replaced, its old value recorded."""
    seat.demand(Right.EDIT)
    stored = {(f.year, f.item): f for f in BalanceFigure.objects.select_for_update().filter(body=seat.body)}
    changes = {}
    for figure in figures:
        old = stored.get((figure.year, figure.item))
        if old is not None and old.amount_cents == figure.cents and old.is_plan == is_plan:
            continue
        label = f"{item_title(figure.item)} {figure.year}"
        changes[label] = (_euro(old.amount_cents if old else None), _euro(figure.cents))
        source = figure.source[:200] or f"Datei {file_name}"[:200]
        _store(seat, old, year=figure.year, item=figure.item, cents=figure.cents, source=source, is_plan=is_plan, at=at)
    if changes:
        activity.record(
            seat, BalanceVerb.BALANCE_IMPORTED, on=seat.body, at=at, changes=changes, count=len(changes), file=file_name
        )
    return len(changes)


def _stored(seat: Seat, year: int) -> dict[str, BalanceFigure]:
    rows = BalanceFigure.objects.select_for_update().filter(body=seat.body, year=year)
    return {figure.item: figure for figure in rows}


def _store(
    seat: Seat,
    old: BalanceFigure | None,
    *,
    year: int,
    item: str,
    cents: int | None,
    source: str,
    is_plan: bool,
    at: datetime,
) -> None:
    if cents is None:
        if old is not None:
            old.delete()
        return
    BalanceFigure.objects.update_or_create(
        body=seat.body,
        year=year,
        item=item,
        defaults={
            "amount_cents": cents,
            "is_plan": is_plan,
            "source": source or HAND,
            "entered_by": seat.user,
            "entered_at": at,
            "version": (old.version if old else 0) + 1,
        },
    )


def _euro(cents: int | None) -> str | None:
    return None if cents is None else formats.euro(cents)
