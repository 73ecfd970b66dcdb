"""Start pages: for a visitor, for a person, for a body."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from gemeinwerk.accounts import access
from gemeinwerk.ui.pages import page

from .. import queries


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page: the demo region, the own bodies, or what this is."""
    if request.user.is_authenticated:
        bodies = queries.own_bodies(request.user)
        if len(bodies) == 1 and not settings.DEMO:
            return redirect("body-home", key=bodies[0].key)
        context = {"title": "Start", "bodies": bodies, "demo": queries.demo_region() if settings.DEMO else None}
        return page(request, "portal/home_page.html", {**context, "help": "index"})
    if settings.DEMO:
        context = {"title": "Willkommen in der Vorführregion", "demo": queries.demo_region()}
        return page(request, "portal/demo_page.html", {**context, "help": "index"})
    return page(request, "portal/welcome_page.html", {"title": "Gemeinwerk"})


@require_safe
def body_home(request: HttpRequest, key: str) -> HttpResponse:
    """Where one body stands, on one page."""
    seat = access.seat(request, key)
    context = {
        "title": seat.body.name,
        "crumbs": [(seat.body.name, None)],
        "dashboard": queries.dashboard(seat),
        "help": "index",
    }
    return page(request, "portal/body_page.html", context)


@require_safe
def demo_file(request: HttpRequest) -> HttpResponse:
    """The budget file that visitors of the demo may bring in themselves; elsewhere this address does not exist."""
    if not settings.DEMO:
        raise Http404
    response = HttpResponse(queries.demo_budget_file(), content_type="text/csv; charset=windows-1252")
    response["Content-Disposition"] = 'attachment; filename="Hohenbrueck-Haushaltsplan-2027-Entwurf.csv"'
    return response
