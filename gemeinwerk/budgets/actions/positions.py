"""A person says where an account stands in the plan; the sums of the current versions follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import Case, Count, F, Sum, When

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.access import Right, Seat
from gemeinwerk.engine.schemes import POSITIONS

from ..frames.sums import PLAN_COLUMNS, PRODUCT_COLUMNS
from ..models import Account, BudgetLine, BudgetVersion, PlanSum, ProductSum
from .conflicts import changed_meanwhile
from .rows import portion, write_rows


class PositionVerb(StrEnum):
    PLACED = "hat dem Konto „{account}“ eine Position im Plan zugeordnet."


@transaction.atomic
def place_accounts(seat: Seat, answers: Mapping[int, tuple[str, str]], *, at: datetime) -> int:
    """Account → (position that was shown, position that is wanted); how many changed. "" follows the file again."""
    seat.demand(Right.IMPORT)
    wanted = {pk: answer for pk, answer in answers.items() if answer[0] != answer[1]}
    changed = []
    for account in Account.objects.select_for_update().filter(body=seat.body, pk__in=wanted):
        shown, position = wanted[account.pk]
        if account.position == position:
            continue
        if account.position != shown:
            raise changed_meanwhile(f"Die Position des Kontos „{account}“")
        _place(seat, account, position, at)
        changed.append(account)
    if changed:
        add_up_again(seat, changed)
    return len(changed)


def _place(seat: Seat, account: Account, position: str, at: datetime) -> None:
    if position and position not in POSITIONS:
        raise ValueError(position)
    changes = {"Position im Plan": (_title(account.position), _title(position))}
    account.position, account.is_position_own = position or _position_of_lines(account), bool(position)
    account.save(update_fields=["position", "is_position_own"])
    activity.record(seat, PositionVerb.PLACED, on=account, at=at, changes=changes, account=str(account))


def _position_of_lines(account: Account) -> str:
    """What the files say: the position that most lines of the account have."""
    lines = BudgetLine.objects.filter(account=account).exclude(position="")
    most = lines.values_list("position").annotate(Count("pk")).order_by("-pk__count").first()
    return most[0] if most else ""


def _title(position: str) -> str:
    return POSITIONS[position].title if position in POSITIONS else ""


def add_up_again(seat: Seat, accounts: list[Account]) -> None:
    """Write PlanSum and ProductSum anew for the current versions in which the accounts occur."""
    current = BudgetVersion.objects.filter(body=seat.body, is_current=True)
    affected = list(current.filter(pk__in=BudgetLine.objects.filter(account__in=accounts).values("version")))
    PlanSum.objects.filter(version__in=affected).delete()
    ProductSum.objects.filter(version__in=affected).delete()
    lines = BudgetLine.objects.filter(version__in=affected).annotate(
        effective=Case(When(account__is_position_own=True, then=F("account__position")), default=F("position"))
    )
    sums = (Sum("amount_cents"), Count("pk"))
    plan = lines.values_list("version_id", "effective", "side").annotate(*sums).order_by()
    write_rows(PlanSum, PLAN_COLUMNS, [portion(plan)])
    products = lines.values_list("version_id", "product_id", "effective", "side").annotate(*sums).order_by()
    write_rows(ProductSum, PRODUCT_COLUMNS, [portion(products)])
