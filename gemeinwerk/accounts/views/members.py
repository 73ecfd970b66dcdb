"""Members of a body, what their roles may do, and what they did."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gemeinwerk.ui import lists
from gemeinwerk.ui.lists import Column
from gemeinwerk.ui.pages import page

from .. import access, actions, activity, queries
from ..access import Right
from ..forms import MemberForm, NewMemberForm
from ..models import Role, User


class MemberList(lists.List):
    caption = "Mitglieder"
    columns = (
        Column(
            "name",
            "Name",
            field="user__name",
            filter="text",
            value=lambda row: row.user.name,
            url=lambda row: reverse("member-change", args=[row.body.key, row.pk]),
        ),
        Column("email", "E-Mail-Adresse", field="user__email", filter="text", value=lambda row: row.user.email),
        Column("role", "Rolle", filter="choice", choices=Role.choices, value=lambda row: row.get_role_display()),
        Column("position", "Funktion", filter="text"),
        Column("since", "Seit", kind="date"),
        Column(
            "last_login",
            "Letzte Anmeldung",
            kind="datetime",
            field="user__last_login",
            value=lambda row: row.user.last_login,
        ),
    )
    order = "name"


class ActivityList(lists.List):
    caption = "Verlauf"
    columns = (
        Column("at", "Zeitpunkt", kind="datetime", filter="range", header=True),
        Column("actor_name", "Person", filter="text"),
        Column("sentence", "Was geschah", filter="text", sortable=False),
        Column("subject_word", "Gegenstand", filter="text"),
        Column(
            "changes",
            "Alte und neue Werte",
            sortable=False,
            value=lambda row: activity.entry(row).changes_text,
        ),
    )
    order = "-at"
    empty = "Noch ist nichts geschehen. Jede Änderung erscheint hier mit alten und neuen Werten."


@require_safe
def member_list(request: HttpRequest, key: str) -> HttpResponse:
    seat = access.seat(request, key, need=Right.MEMBERS)
    listing = MemberList(queries.members(seat), request.GET)
    if listing.wants_export:
        return listing.export("mitglieder", facts={"Körperschaft": seat.body.name})
    return page(request, "accounts/member_list.html", _context(seat, "Mitglieder", listing=listing))


@never_cache
def member_add(request: HttpRequest, key: str) -> HttpResponse:
    seat = access.seat(request, key, need=Right.MEMBERS)
    form = NewMemberForm(request.POST or None)
    if form.is_valid():
        try:
            membership, is_new = actions.add_member(seat, **form.cleaned_data, at=timezone.now())
            if is_new:
                return _invited(request, seat, membership.user, queries.invitation_path_parts(membership.user))
            messages.success(request, f"„{membership.user.name}“ ist aufgenommen.")
            return redirect("member-list", key=key)
        except actions.MembershipError as error:
            form.add_error("email", str(error))
    return page(request, "accounts/member_add.html", _context(seat, "Mitglied aufnehmen", form=form))


def member_change(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    seat = access.seat(request, key, need=Right.MEMBERS)
    membership = queries.member(seat, pk)
    form = MemberForm(request.POST or None, initial={"role": membership.role, "position": membership.position})
    if form.is_valid():
        try:
            actions.change_member(seat, membership, **form.cleaned_data, at=timezone.now())
            messages.success(request, f"Die Mitgliedschaft von „{membership.user.name}“ ist geändert.")
            return _after(seat, membership.user)
        except actions.MembershipError as error:
            form.add_error("role", str(error))
    context = _context(
        seat,
        membership.user.name,
        membership=membership,
        form=form,
        is_invited=queries.is_invited_here(seat, membership.user),
        entries=activity.entries(seat, membership),
    )
    return page(request, "accounts/member_change.html", context)


@require_POST
def member_remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    seat = access.seat(request, key, need=Right.MEMBERS)
    membership = queries.member(seat, pk)
    try:
        actions.remove_member(seat, membership, at=timezone.now())
        messages.success(request, f"Die Mitgliedschaft von „{membership.user.name}“ ist beendet.")
    except actions.MembershipError as error:
        messages.error(request, str(error))
    return _after(seat, membership.user)


@never_cache
@require_POST
def member_invite(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    seat = access.seat(request, key, need=Right.MEMBERS)
    membership = queries.member(seat, pk)
    try:
        return _invited(request, seat, membership.user, actions.renew_invitation(seat, membership, at=timezone.now()))
    except actions.MembershipError as error:
        messages.error(request, str(error))
        return redirect("member-change", key=key, pk=pk)


@require_safe
def role_list(request: HttpRequest, key: str) -> HttpResponse:
    seat = access.seat(request, key)
    context = _context(seat, "Rollen und Rechte", rights=queries.right_labels(), rows=queries.role_table())
    return page(request, "accounts/role_list.html", context)


@require_safe
def activity_list(request: HttpRequest, key: str) -> HttpResponse:
    seat = access.seat(request, key)
    listing = ActivityList(activity.recent(seat), request.GET)
    if listing.wants_export:
        return listing.export("verlauf", facts={"Körperschaft": seat.body.name})
    return page(request, "accounts/activity_list.html", _context(seat, "Verlauf", listing=listing))


def _context(seat: access.Seat, title: str, **facts: Any) -> dict[str, Any]:
    crumbs: list[tuple[str, str | None]] = [(seat.body.name, reverse("body-home", args=[seat.body.key]))]
    if "membership" in facts or "form" in facts or "link" in facts:
        crumbs.append(("Mitglieder", reverse("member-list", args=[seat.body.key])))
    return {"title": title, "crumbs": [*crumbs, (title, None)], "help": "mitglieder", **facts}


def _invited(request: HttpRequest, seat: access.Seat, user: User, parts: tuple[str, str]) -> HttpResponse:
    """Show the one-time link once; it is kept nowhere."""
    link = request.build_absolute_uri(reverse("invitation", args=parts))
    context = _context(seat, f"Einmal-Link für {user.name}", person=user, link=link)
    return page(request, "accounts/member_invited.html", context)


def _after(seat: access.Seat, changed: User) -> HttpResponse:
    """Back to the list; whoever changed themselves may have lost the right to see it."""
    if seat.user is not None and seat.user.pk == changed.pk:
        return redirect("seat-choose")
    return redirect("member-list", key=seat.body.key)
