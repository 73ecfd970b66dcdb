"""Looking ahead: the projection and its assumptions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from gemeinwerk.accounts.access import Right, seat

from ..actions import projection as actions
from ..actions.conflicts import ConflictError
from ..forms.projection import AssumptionForm
from ..queries import projection as queries
from . import charts
from .room import show, spreadsheet, wants_spreadsheet

HELP = "fortschreibung"
TITLE = "Fortschreibung"


@require_safe
def projection_page(request: HttpRequest, key: str) -> HttpResponse:
    """What becomes of the plan if nothing is decided: per position, per year, with the gap."""
    taken = seat(request, key)
    picture = queries.projection_picture(taken)
    if wants_spreadsheet(request):
        grid = picture.grid if request.GET.get("tabelle") == "positionen" else picture.results
        return spreadsheet(grid, taken, picture.columns, f"fortschreibung-{key}")
    return show(
        request,
        taken,
        "projection_page",
        title=TITLE,
        help=HELP,
        columns=picture.columns,
        picture=picture,
        chart=charts.gap_chart(picture),
    )


@require_safe
def assumption_list(request: HttpRequest, key: str) -> HttpResponse:
    """Own assumptions beside the shipped ones."""
    taken = seat(request, key)
    return show(
        request,
        taken,
        "projection_assumptions",
        title="Annahmen der Fortschreibung",
        section="annahmen",
        help=HELP,
        crumbs=[(TITLE, reverse("budget-projection", args=[key]))],
        found=queries.assumption_picture(taken),
        history=queries.assumption_history(taken),
    )


def assumption_add(request: HttpRequest, key: str) -> HttpResponse:
    taken = seat(request, key, need=Right.EDIT)
    form = AssumptionForm(
        request.POST or None, positions=queries.position_choices(), today=timezone.localdate(), **_preset(request)
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_assumption(taken, at=timezone.now(), **form.values())
        except actions.AssumptionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Die Annahme ist eingetragen; die Fortschreibung rechnet ab jetzt damit.")
            return redirect("budget-assumptions", key=key)
    return _form_page(request, taken, form, "Annahme eintragen")


def _preset(request: HttpRequest) -> dict[str, str]:
    known = dict(queries.position_choices())
    wanted = request.GET.get("position", "")
    return {"position": wanted} if wanted in known else {}


def assumption_edit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    taken = seat(request, key, need=Right.EDIT)
    row = queries.assumption(taken, pk)
    form = AssumptionForm(request.POST or None, positions=queries.position_choices(), assumption=row)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            actions.change_assumption(taken, row, version=version, at=timezone.now(), **form.values())
        except ConflictError as error:
            form.add_error(None, str(error))
            form.measure_against(queries.assumption(taken, pk))
        except actions.AssumptionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Die Annahme ist geändert; die Fortschreibung rechnet ab jetzt damit.")
            return redirect("budget-assumptions", key=key)
    return _form_page(request, taken, form, "Annahme ändern", row=row)


def assumption_remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Ask first, then remove."""
    taken = seat(request, key, need=Right.EDIT)
    row = queries.assumption(taken, pk)
    refusal = ""
    if request.method == "POST":
        text = request.POST.get("version", "")
        try:
            actions.remove_assumption(
                taken, row, version=int(text) if text.isdecimal() and len(text) < 9 else 0, at=timezone.now()
            )
        except (actions.AssumptionError, ConflictError) as error:
            refusal = str(error)
        else:
            messages.success(request, "Die Annahme ist gelöscht.")
            return redirect("budget-assumptions", key=key)
    return show(
        request,
        taken,
        "projection_remove",
        title="Annahme löschen?",
        help=HELP,
        crumbs=_crumbs(key),
        one=queries.OwnAssumption(row, queries.position_title(row.position)),
        refusal=refusal,
    )


def _crumbs(key: str) -> list[tuple[str, str | None]]:
    return [
        (TITLE, reverse("budget-projection", args=[key])),
        ("Annahmen", reverse("budget-assumptions", args=[key])),
    ]


def _form_page(request: HttpRequest, taken, form: AssumptionForm, title: str, **context) -> HttpResponse:
    return show(
        request, taken, "projection_form", title=title, help=HELP, crumbs=_crumbs(taken.body.key), form=form, **context
    )
