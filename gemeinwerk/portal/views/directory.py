"""The directory of municipalities: public register data, open to everybody who is logged in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from gemeinwerk.bodies import queries
from gemeinwerk.bodies.models import STATES, Body
from gemeinwerk.ui import lists, maps
from gemeinwerk.ui.formats import day
from gemeinwerk.ui.lists import Column
from gemeinwerk.ui.pages import page

HELP = "verzeichnis"


def _url(body: Body) -> str:
    return reverse("directory-detail", args=[body.key])


class DirectoryList(lists.List):
    caption = "Verzeichnis der Kommunen"
    columns = (
        Column("search_name", "Name", value=lambda row: row.name, url=_url, header=True),
        Column(
            "kind",
            "Art",
            filter="choice",
            choices=Body.Kind.choices,
            value=lambda row: row.type_name,
        ),
        Column(
            "district",
            "Kreis",
            field="district__search_name",
            value=lambda row: row.district.name if row.district else "",
            url=lambda row: _url(row.district) if row.district else None,
        ),
        Column(
            "state",
            "Land",
            filter="choice",
            choices=tuple(STATES.items()),
            value=lambda row: row.state_name,
        ),
        Column("inhabitants", "Einwohner", kind="number", filter="range"),
        Column("counted_on", "Stichtag", kind="date"),
        Column("area_ha", "Fläche", kind="number", places=2, hint="km²", value=lambda row: _km2(row.area_ha)),
        Column("ars", "Schlüssel", value=lambda row: row.ags or row.ars, hint="AGS oder ARS"),
        Column("postcode", "PLZ"),
    )
    order = "search_name"
    empty = "Das Verzeichnis ist noch leer. Der Betrieb liest es mit „gemeinwerk import-directory“ ein."
    empty_filtered = (
        "Zu dieser Suche gibt es keine Kommune. Nehmen Sie einen Filter heraus oder kürzen Sie den Suchbegriff."
    )


def _km2(hectares: int | None) -> float | None:
    return None if hectares is None else hectares / 100


@login_required
@require_safe
def directory_list(request: HttpRequest) -> HttpResponse:
    """All bodies of the directory, found by name, key or postcode."""
    text = " ".join(request.GET.get("suche", "").replace("\x00", "").split())[:100]
    with_dissolved = request.GET.get("aufgeloest") == "1"
    keep = {"suche": text} if text else {}
    if with_dissolved:
        keep["aufgeloest"] = "1"
    listing = DirectoryList(queries.directory(text, with_dissolved=with_dissolved), request.GET, **keep)
    edition = queries.edition()
    if listing.wants_export:
        facts = {"Quelle": edition.source} | ({"Suche": text} if text else {})
        return listing.export("verzeichnis", facts=facts, as_of=day(edition.as_of))
    context = {
        "title": "Verzeichnis der Kommunen",
        "help": HELP,
        "crumbs": [("Verzeichnis der Kommunen", None)],
        "listing": listing,
        "search_text": text,
        "with_dissolved": with_dissolved,
        "edition": edition,
    }
    return page(request, "portal/directory_list.html", context)


@login_required
@require_safe
def directory_detail(request: HttpRequest, key: str) -> HttpResponse:
    """What the register knows of one body."""
    body = queries.body(key)
    profile = queries.profile(body)
    context: dict[str, Any] = {
        "title": body.name,
        "help": HELP,
        "crumbs": [("Verzeichnis der Kommunen", reverse("directory-list")), (body.name, None)],
        "body": body,
        "profile": profile,
        "map": _map(body, profile),
    }
    return page(request, "portal/directory_detail.html", context)


def _map(body: Body, profile: queries.Profile) -> str:
    """The outlines around the body, each a link with its name; empty where no boundary is known."""
    areas = [
        maps.Area(
            feature.name,
            feature.geometry,
            "" if feature.key == body.key else reverse("directory-detail", args=[feature.key]),
            is_own=feature.key == body.key,
        )
        for feature in profile.features
    ]
    if not areas:
        return ""
    listed = "Mitglieder" if body.kind in (Body.Kind.DISTRICT, Body.Kind.ASSOCIATION) else "Umgebung"
    return maps.area_map(f"{listed}: {body.name}", areas, description=f"Karte mit {len(areas)} Gebieten.", width=480)
