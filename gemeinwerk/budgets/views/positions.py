"""Accounts without a position in the plan get one by hand."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from gemeinwerk.accounts.access import Right, seat

from ..actions.conflicts import ConflictError
from ..actions.positions import place_accounts
from ..forms.imports import PositionsForm
from ..queries import positions as queries
from .imports import HELP
from .room import show

PER_PAGE = 50


def account_positions(request: HttpRequest, key: str) -> HttpResponse:
    """The accounts that stand nowhere in the plan, each with a select of positions."""
    taken = seat(request, key, need=Right.IMPORT)
    part = Paginator(queries.accounts_to_place(taken), PER_PAGE).get_page(request.GET.get("seite"))
    accounts = list(part)
    form = PositionsForm(request.POST or None, accounts=accounts, choices=queries.position_choices())
    if request.method == "POST" and form.is_valid():
        try:
            count = place_accounts(taken, form.answers(), at=timezone.now())
        except ConflictError as error:
            form = form.with_current(accounts, queries.position_choices())
            form.add_error(None, str(error))
        else:
            messages.success(request, _placed(count))
            return redirect(f"{request.path}?seite={part.number}")
    amounts = queries.amounts_of(taken, accounts)
    return show(
        request,
        taken,
        "account_positions",
        title="Konten ohne Position im Plan",
        help=HELP,
        crumbs=[("Haushalt einlesen", reverse("import-list", args=[key]))],
        form=form,
        part=part,
        rows=[(*row, *amounts.get(row[0].pk, (None, None))) for row in form.rows],
        unplaced=queries.unplaced_line_count(taken),
    )


def _placed(count: int) -> str:
    if not count:
        return "Es wurde keine Zuordnung geändert."
    accounts = "Ein Konto ist" if count == 1 else f"{count} Konten sind"
    return f"{accounts} zugeordnet. Die Summen der geltenden Fassungen sind neu gebildet."
