"""The search field above every page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gemeinwerk.ui.pages import page

from .. import queries


@login_required
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[: queries.SEARCH_LENGTH]
    context = {
        "title": "Suche",
        "search_text": text,
        "groups": queries.search(request.user, text) if len(text) >= queries.SEARCH_SHORTEST else [],
        "shortest": queries.SEARCH_SHORTEST,
        "is_too_short": len(text) < queries.SEARCH_SHORTEST,
        "help": "index",
    }
    return page(request, "portal/search_page.html", context)
