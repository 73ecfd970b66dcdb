"""What every page shows around its content: menu, bodies of the person, seat. No query where the gate has asked."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from gemeinwerk.accounts import queries as people
from gemeinwerk.accounts.access import Right, Seat

MENU: tuple[tuple[str, tuple[tuple[str, str, Right], ...]], ...] = (
    (
        "",
        (("Start", "body-home", Right.READ),),
    ),
    (
        "Haushalt",
        (
            ("Wo stehen wir?", "budget-overview", Right.READ),
            ("Ergebnisplan", "budget-plan", Right.READ),
            ("Teilpläne", "budget-products", Right.READ),
            ("Finanzplan", "budget-cash", Right.READ),
            ("Plan und Ergebnis", "budget-series", Right.READ),
            ("Aufgaben", "budget-tasks", Right.READ),
            ("Kennzahlen", "budget-indicators", Right.READ),
            ("Frühwarnung", "budget-warning", Right.READ),
            ("Rücklagen und Schulden", "budget-balance", Right.READ),
            ("Fortschreibung", "budget-projection", Right.READ),
            ("Fassungen vergleichen", "budget-comparison", Right.READ),
            ("Haushalt einlesen", "import-list", Right.READ),
            ("Einstellungen", "budget-settings", Right.EDIT),
        ),
    ),
    (
        "Kommune",
        (
            ("Mitglieder", "member-list", Right.MEMBERS),
            ("Rollen und Rechte", "role-list", Right.READ),
            ("Verlauf", "activity-list", Right.READ),
            ("Läufe", "run-list", Right.READ),
        ),
    ),
)
"""Groups of (title, url name, right that it needs)."""

OPEN_TO_ALL = frozenset(name for _, entries in MENU for _, name, right in entries if right is Right.READ)
"""Pages that every member may see: who changes the body there stays on the page."""

GENERAL: tuple[tuple[str, str], ...] = (
    ("Verzeichnis der Kommunen", "directory-list"),
    ("Handbuch", "help"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Lazy: an answer that shows no shell asks nothing."""
    return {"shell": SimpleLazyObject(lambda: _shell(request)), "seat": getattr(request, "seat", None)}


def _shell(request: HttpRequest) -> dict[str, Any]:
    seat: Seat | None = getattr(request, "seat", None)
    user = getattr(request, "user", None)
    memberships = getattr(request, "memberships", None)
    if memberships is None:
        memberships = list(people.memberships_of(user)) if user is not None and user.is_authenticated else []
    place = _place(request) if seat else "body-home"
    return {
        "product": "Gemeinwerk",
        "version": version(),
        "is_demo": settings.DEMO,
        "search_url": reverse("search") if memberships else "",
        "body": {"name": seat.body.name, "url": reverse("body-home", args=[seat.body.key])} if seat else None,
        "bodies": [
            {
                "name": membership.body.name,
                "url": reverse(place, args=[membership.body.key]),
                "is_current": bool(seat) and membership.body_id == seat.body.pk,
            }
            for membership in memberships
        ],
        "person": _person(user, seat) if user is not None and user.is_authenticated else None,
        "menu": _menu(request.path, seat) if memberships else [],
    }


def _place(request: HttpRequest) -> str:
    """The page to open in another body: the same one, if each body has it."""
    match = getattr(request, "resolver_match", None)
    return match.url_name if match is not None and match.url_name in OPEN_TO_ALL else "body-home"


def _person(user: Any, seat: Seat | None) -> dict[str, Any]:
    links = [{"title": "Mein Konto", "url": reverse("account")}]
    if settings.DEMO:
        links.insert(0, {"title": "In eine andere Person treten", "url": f"{reverse('home')}#personen"})
    role = seat.role.label if seat and seat.role else ""
    return {"name": user.name, "role": role, "links": links}


def _menu(path: str, seat: Seat | None) -> list[dict[str, Any]]:
    groups = []
    if seat:
        for title, entries in MENU:
            shown = [_entry(text, _url(name, seat.body.key)) for text, name, right in entries if seat.may(right)]
            groups.append({"title": title, "entries": [entry for entry in shown if entry["url"]]})
    general = [_entry(text, _url(name)) for text, name in GENERAL]
    groups.append({"title": "Allgemein", "entries": [entry for entry in general if entry["url"]]})
    _mark_current(path, groups)
    return groups


def _entry(title: str, url: str) -> dict[str, Any]:
    """Says everything the template asks for: searching in vain for a value takes longer than finding it."""
    return {"title": title, "url": url, "icon": "", "entries": (), "is_current": False}


def _mark_current(path: str, groups: list[dict[str, Any]]) -> None:
    """The entry whose address is the longest beginning of the path is the one the person is in."""
    entries = [entry for group in groups for entry in group["entries"] if path.startswith(entry["url"])]
    if entries:
        max(entries, key=lambda entry: len(entry["url"]))["is_current"] = True


def _url(name: str, key: str | None = None) -> str:
    try:
        return reverse(name, args=[key] if key else None)
    except NoReverseMatch:
        return ""


@cache
def version() -> str:
    """The version is the first heading of the changelog."""
    try:
        text = (settings.BASE_DIR / "CHANGELOG.md").read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(r"^## (\S+)", text, re.M)
    return found.group(1) if found else ""
