"""Pages that belong to no room: color scheme, handbook, gallery of the components, errors."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from gemeinwerk.ui import gallery, handbook
from gemeinwerk.ui.pages import page

THEMES = ("light", "dark")
A_YEAR = 365 * 24 * 3600


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen color scheme in a cookie and go back to where the visitor was."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)  # an address, never the name of a view
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


def help_index(request: HttpRequest) -> HttpResponse:
    """The handbook's first page with the list of all others."""
    context = {
        "title": "Handbuch",
        "crumbs": [("Handbuch", None)],
        "page": handbook.page("index"),
        "pages": handbook.pages(),
    }
    return page(request, "ui/help_index.html", context)


def help_page(request: HttpRequest, slug: str) -> HttpResponse:
    found = handbook.page(slug)
    if found is None:
        raise Http404
    if slug == handbook.INDEX:
        return redirect("help")
    crumbs = [("Handbuch", reverse("help")), (found.title, None)]
    return page(request, "ui/help_page.html", {"title": found.title, "crumbs": crumbs, "page": found})


def components(request: HttpRequest) -> HttpResponse:
    """Every component on one page; only where the software is being developed."""
    if not settings.DEBUG:
        raise Http404
    if request.GET.get("teil") == "lauf":
        return page(request, "ui/_progress.html", gallery.progress())
    return page(request, "ui/gallery.html", gallery.context(request.GET))
