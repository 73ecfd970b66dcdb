"""Reserves, debt and liquidity: the series, the form of a year, the import of a table."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from gemeinwerk.accounts.access import Right, Seat, seat

from ..actions import balance as actions
from ..actions.conflicts import ConflictError
from ..forms.balance import FIRST_YEAR, LAST_YEAR, BalanceFileForm, BalanceForm, BalanceYearForm
from ..queries import balance as queries
from . import charts
from .room import show, spreadsheet, wants_spreadsheet

HELP = "haushalt-verstehen"
TITLE = "Rücklagen und Schulden"


@require_safe
def balance_page(request: HttpRequest, key: str) -> HttpResponse:
    """Series and chart, the balance itself, what does not add up, who entered what."""
    taken = seat(request, key)
    picture = queries.balance_picture(taken)
    if wants_spreadsheet(request):
        grid = picture.sheet if request.GET.get("tabelle") == "bilanz" else picture.states
        return spreadsheet(grid, taken, (), f"bilanz-{key}")
    return _show_balance(request, taken, picture, year_form=BalanceYearForm())


@require_safe
def balance_choose(request: HttpRequest, key: str) -> HttpResponse:
    """From the year that was typed to its form."""
    taken = seat(request, key, need=Right.EDIT)
    form = BalanceYearForm(request.GET)
    if form.is_valid():
        return redirect("budget-balance-edit", key=key, year=form.cleaned_data["year"])
    return _show_balance(request, taken, queries.balance_picture(taken), year_form=form, form=form)


def _show_balance(request: HttpRequest, taken: Seat, picture: queries.BalancePicture, **forms: Any) -> HttpResponse:
    return show(
        request,
        taken,
        "balance_page",
        title=TITLE,
        help=HELP,
        section="ruecklagen-und-schulden",
        picture=picture,
        charts=charts.balance_charts(picture),
        history=queries.balance_history(taken),
        **forms,
    )


def balance_edit(request: HttpRequest, key: str, year: int) -> HttpResponse:
    """The grid of one year."""
    taken = seat(request, key, need=Right.EDIT)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        messages.error(request, f"Bitte geben Sie ein Jahr von {FIRST_YEAR} bis {LAST_YEAR} an.")
        return redirect("budget-balance", key=key)
    items, stored = queries.balance_items(), queries.balance_year(taken, year)
    titles = {item.code: item.title for item in items}
    form = BalanceForm(
        request.POST or None, items=titles, stored=stored.stored, source=stored.source, is_plan=stored.is_plan
    )
    if request.method == "POST" and form.is_valid():
        try:
            count = actions.enter_balance(
                taken,
                year,
                figures=form.figures(),
                was=form.was(),
                source=form.cleaned_data["source"],
                is_plan=form.cleaned_data["is_plan"],
                at=timezone.now(),
            )
        except ConflictError as error:
            form = form.with_current(queries.balance_year(taken, year).stored)
            form.add_error(None, str(error))
        else:
            messages.success(request, _saved(count, year))
            return redirect("budget-balance", key=key)
    lines = [(item, form[f"amount_{item.code}"], form[f"was_{item.code}"]) for item in items]
    return show(
        request,
        taken,
        "balance_edit",
        title=f"Bilanzwerte zum 31.12.{year}",
        help=HELP,
        section="ruecklagen-und-schulden",
        crumbs=[(TITLE, reverse("budget-balance", args=[key]))],
        form=form,
        lines=lines,
        year=year,
    )


def _saved(count: int, year: int) -> str:
    if not count:
        return f"Es wurde kein Wert zum 31.12.{year} geändert."
    return f"{count} {'Wert' if count == 1 else 'Werte'} zum 31.12.{year} gespeichert."


def balance_import(request: HttpRequest, key: str) -> HttpResponse:
    """A table with Posten, Jahr, Betrag."""
    taken = seat(request, key, need=Right.EDIT)
    form = BalanceFileForm(request.POST or None, request.FILES or None)
    problems: list = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        read = queries.read_balance_file(file.name, file.read())
        problems = read.problems
        if read.figures and not read.has_errors:
            count = actions.import_balance(
                taken, read.figures, file_name=file.name, is_plan=form.cleaned_data["is_plan"], at=timezone.now()
            )
            messages.success(
                request,
                f"{count} Bilanzwerte aus „{file.name}“ übernommen."
                if count
                else f"Alle Werte aus „{file.name}“ waren schon so erfasst. Es wurde nichts geändert.",
            )
            return redirect("budget-balance", key=key)
        form.add_error("file", read.sentence)
    return show(
        request,
        taken,
        "balance_import",
        title="Bilanzwerte einlesen",
        help=HELP,
        section="ruecklagen-und-schulden",
        crumbs=[(TITLE, reverse("budget-balance", args=[key]))],
        form=form,
        problems=problems,
        items=queries.balance_items(),
    )
