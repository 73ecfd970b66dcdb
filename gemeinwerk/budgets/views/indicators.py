"""Key figures and early warning."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from gemeinwerk.accounts.access import seat

from ..queries import indicators as queries
from . import charts
from .room import show, spreadsheet, wanted_columns, wants_spreadsheet

TITLE = "Kennzahlen"


@require_safe
def indicator_list(request: HttpRequest, key: str) -> HttpResponse:
    """All key figures over the years; each name leads to its formula and inputs."""
    taken = seat(request, key)
    picture = queries.indicator_picture(taken, wanted_columns(request))
    grids = [
        queries.indicator_grid(picture, lambda ident: reverse("budget-indicator", args=[key, ident]), which=which)
        for which in ("nkf", "core")
    ]
    if wants_spreadsheet(request):
        return spreadsheet(queries.indicator_grid(picture), taken, picture.columns, f"kennzahlen-{key}")
    return show(
        request,
        taken,
        "indicator_list",
        title=TITLE,
        help="kennzahlen",
        columns=picture.columns,
        picture=picture,
        grids=grids,
    )


@require_safe
def indicator_page(request: HttpRequest, key: str, ident: str) -> HttpResponse:
    """One key figure: formula, inputs and the values used, course over the years, why not defined."""
    taken = seat(request, key)
    picture = queries.indicator_picture(taken, wanted_columns(request))
    series = picture.one(ident)
    if series is None:
        raise Http404
    grid = queries.inputs_grid(series, picture.columns)
    if wants_spreadsheet(request):
        return spreadsheet(grid, taken, picture.columns, f"kennzahl-{ident}-{key}")
    return show(
        request,
        taken,
        "indicator_page",
        title=series.definition.title,
        help="kennzahlen",
        crumbs=[(TITLE, reverse("budget-indicators", args=[key]))],
        columns=picture.columns,
        series=series,
        grid=grid,
        chart=charts.indicator_chart(series, picture.columns),
        reasons=queries.reasons(series, picture.columns),
        people=picture.people.values(),
        needs_people=any(value.key == "inhabitants" for one in series.values for value in one.inputs),
    )


@require_safe
def warning_page(request: HttpRequest, key: str) -> HttpResponse:
    """The early warning score with its eight indicators."""
    taken = seat(request, key)
    picture = queries.warning_picture(taken, wanted_columns(request))
    grid, lead = queries.warning_grid(picture), queries.warning_lead(picture)
    if wants_spreadsheet(request):
        return spreadsheet(grid, taken, picture.columns, f"fruehwarnung-{key}")
    return show(
        request,
        taken,
        "warning_page",
        title="Frühwarnung",
        section="fruehwarnung",
        help="kennzahlen",
        columns=picture.columns,
        picture=picture,
        lead=lead,
        lead_title=f"{picture.lead.label}: {lead.score} von 100 Punkten" if lead and picture.lead else "",
        grid=grid,
        chart=charts.warning_chart(picture),
    )
