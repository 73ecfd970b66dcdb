"""Accounts without a known position in the plan, and the positions to choose from."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404

from gemeinwerk.accounts.access import Seat
from gemeinwerk.engine.schemes import POSITIONS

from ..models import Account, BudgetLine, BudgetVersion, PlanSum

PLANS = {"operating": "Ergebnisplan", "cash": "Finanzplan"}


def accounts_to_place(seat: Seat) -> QuerySet[Account]:
    """Accounts of the current versions whose lines have no position, and those that a person has placed."""
    return Account.objects.filter(body=seat.body).filter(Q(position="") | Q(is_position_own=True))


def account(seat: Seat, pk: int) -> Account:
    return get_object_or_404(Account, body=seat.body, pk=pk)


def amounts_of(seat: Seat, accounts: Iterable[Account]) -> dict[int, tuple[int, int]]:
    """Account → sum and number of its lines in the newest current version. Reads lines only of these accounts."""
    newest = BudgetVersion.objects.filter(body=seat.body, is_current=True).order_by("-year", "stage").first()
    if newest is None:
        return {}
    rows = (
        BudgetLine.objects.filter(version=newest, account__in=list(accounts))
        .values_list("account_id")
        .annotate(Sum("amount_cents"), Count("pk"))
    )
    return {account: (cents, count) for account, cents, count in rows}


def unplaced_line_count(seat: Seat) -> int:
    """How many lines of the current versions stand nowhere in the plan."""
    sums = PlanSum.objects.filter(version__body=seat.body, version__is_current=True, position="")
    return sums.aggregate(count=Sum("line_count"))["count"] or 0


def position_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """All positions by plan, for a select."""
    return [
        (title, [(code, position.title) for code, position in POSITIONS.items() if position.plan == plan])
        for plan, title in PLANS.items()
    ]
