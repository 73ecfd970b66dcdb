"""The pages of runs: what is under way, and how far."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gemeinwerk.accounts import access, activity
from gemeinwerk.ui import lists
from gemeinwerk.ui.lists import Column
from gemeinwerk.ui.pages import page

from . import actions, queries
from .models import Run

BADGES = {Run.State.DONE: "success", Run.State.FAILED: "danger", Run.State.CANCELED: "warning"}


class RunList(lists.List):
    caption = "Läufe"
    columns = (
        Column("pk", "Nummer", kind="number", field="id"),
        Column(
            "kind",
            "Art",
            filter="choice",
            choices=Run.Kind.choices,
            value=lambda run: run.get_kind_display(),
            url=lambda run: reverse("run-detail", args=[run.body.key, run.pk]),
            header=True,
        ),
        Column(
            "state",
            "Stand",
            kind="badge",
            filter="choice",
            choices=Run.State.choices,
            value=lambda run: run.get_state_display(),
            badge=lambda run: BADGES.get(run.state, "info"),
        ),
        Column(
            "requested_by",
            "Veranlasst von",
            field="requested_by__name",
            filter="text",
            value=lambda run: run.requested_by.name if run.requested_by else "System",
        ),
        Column("created_at", "Veranlasst am", kind="datetime", filter="range"),
        Column("finished_at", "Beendet am", kind="datetime"),
    )
    order = "-created_at"
    empty = "Noch kein Lauf. Importe und Berechnungen, die länger dauern, erscheinen hier."


@require_safe
def run_list(request: HttpRequest, key: str) -> HttpResponse:
    seat = access.seat(request, key)
    listing = RunList(queries.runs(seat), request.GET)
    if listing.wants_export:
        return listing.export("laeufe", facts={"Körperschaft": seat.body.name})
    return page(request, "runs/run_list.html", {**_frame(seat, "Läufe"), "listing": listing})


@never_cache
@require_safe
def run_detail(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """The page that asks for its own middle every second while the run is under way, and then leads to the result."""
    seat = access.seat(request, key)
    run = queries.run(seat, pk)
    run.progress, run.message = queries.progress(run)
    context = {
        **_frame(seat, run.get_kind_display(), ("Läufe", reverse("run-list", args=[key]))),
        "run": run,
        "page_url": request.path,
        "progress_url": request.path,
        "cancel_url": reverse("run-cancel", args=[key, pk]) if queries.may_cancel(seat, run) else "",
        "entries": activity.entries(seat, run),
    }
    response = page(request, "runs/run_detail.html", context, fragment="progress")
    if run.state == Run.State.DONE and run.return_to and request.headers.get("HX-Request"):
        response["HX-Redirect"] = run.return_to
    return response


@require_POST
def run_cancel(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    seat = access.seat(request, key)
    run = queries.run(seat, pk)
    if run.is_over:
        messages.info(request, "Der Lauf war schon beendet.")
    elif not run.is_canceling:
        actions.cancel(seat, run, at=timezone.now())
    return redirect("run-detail", key=key, pk=pk)


def _frame(seat: access.Seat, title: str, *between: tuple[str, str]) -> dict[str, Any]:
    home = (seat.body.name, reverse("body-home", args=[seat.body.key]))
    return {"title": title, "crumbs": [home, *between, (title, None)], "help": "laeufe"}
