"""From a line to the row of the file, and the files themselves, which only the gate hands out."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from gemeinwerk.accounts.access import seat

from ..queries import imports as queries
from ..queries import traces
from .imports import HELP, detail_url
from .room import show


@require_safe
def import_file(request: HttpRequest, key: str, pk: int) -> FileResponse:
    """The uploaded file as it came."""
    taken = seat(request, key)
    import_ = queries.budget_import(taken, pk)
    return _handed_out(import_.file, import_.file_name)


@require_safe
def import_companion(request: HttpRequest, key: str, pk: int, companion: int) -> FileResponse:
    taken = seat(request, key)
    found = traces.companion(taken, pk, companion)
    return _handed_out(found.file, found.file_name)


@require_safe
def import_rejected(request: HttpRequest, key: str, pk: int) -> FileResponse:
    """The rejected rows as a file that can be corrected and loaded again."""
    taken = seat(request, key)
    import_ = queries.budget_import(taken, pk)
    handle = traces.rejected_rows(import_)
    if handle is None:
        raise Http404
    return _answer(handle, f"abgelehnte Zeilen {import_.file_name}.csv")


def _handed_out(field: Any, name: str) -> FileResponse:
    try:
        return _answer(field.open("rb"), name)
    except (FileNotFoundError, ValueError) as error:  # discarded, its file is gone
        raise Http404 from error


def _answer(handle: Any, name: str) -> FileResponse:
    """Never shown by the browser: always a download, never guessed at."""
    response = FileResponse(handle, as_attachment=True, filename=name, content_type="application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def line_trace(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """A line of the budget: its amount, and the row of the file it comes from."""
    taken = seat(request, key)
    trace = traces.trace(taken, pk)
    return show(
        request,
        taken,
        "line_trace",
        title="Herkunft eines Betrags",
        help=HELP,
        crumbs=[
            ("Haushalt einlesen", reverse("import-list", args=[key])),
            (trace.import_.file_name, detail_url(trace.import_)),
        ],
        trace=trace,
    )
