"""The one way to answer with a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    fragment: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page, or only its partial `fragment` when htmx asks for it; the whole page serves without script."""
    wants_fragment = fragment and request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    name = f"{template}#{fragment}" if wants_fragment else template
    response = render(request, name, context or {}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
