"""What people do with accounts and memberships. One function, one transaction, one record in the activity log.

Logging in and choosing a password belong to no body: they take no seat and leave no record there.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import F

from gemeinwerk.bodies.models import Body

from . import activity, queries
from .access import Right, Seat
from .models import LoginFailure, Membership, Role, User


class Verb(StrEnum):
    PERSON_CREATED = "hat das Konto für „{person}“ angelegt."
    MEMBER_ADDED = "hat „{person}“ mit der Rolle {role} aufgenommen."
    MEMBER_CHANGED = "hat die Mitgliedschaft von „{person}“ geändert."
    INVITATION_RENEWED = "hat einen neuen Einmal-Link für „{person}“ ausgestellt."
    MEMBER_REMOVED = "hat die Mitgliedschaft von „{person}“ beendet."


class LoginError(Exception):
    """Logging in was refused; the text says what to do and not whether the person exists."""


class MembershipError(Exception):
    """A membership cannot be given, changed or ended so; the text says what to do."""


# ---------------------------------------------------------------- logging in
WRONG = "Die E-Mail-Adresse oder das Passwort stimmt nicht. Bitte prüfen Sie beides und versuchen Sie es erneut."
LOCKED = (
    "Die Anmeldung ist nach mehreren Fehlversuchen gesperrt. Bitte warten Sie 15 Minuten und versuchen Sie es dann "
    "erneut. Wenn Sie Ihr Passwort vergessen haben, bitten Sie Ihre Leitung oder den Betrieb um einen Einmal-Link."
)


def check_login(email: str, password: str, *, address: str, at: datetime) -> User:
    """The person behind e-mail and password. Counts failures; the same answer whether or not the person exists."""
    if queries.is_locked(email, address, at=at):
        raise LoginError(LOCKED)
    user = authenticate(username=email.strip().lower(), password=password)
    if not isinstance(user, User):
        _count_failure(email, address, at)
        raise LoginError(WRONG)
    LoginFailure.objects.filter(fingerprint=queries.failure_fingerprint(email, address)).delete()
    return user


@transaction.atomic
def _count_failure(email: str, address: str, at: datetime) -> None:
    LoginFailure.objects.filter(last_at__lte=at - queries.LOCKED_FOR).delete()
    row, _ = LoginFailure.objects.get_or_create(
        fingerprint=queries.failure_fingerprint(email, address), defaults={"last_at": at}
    )
    LoginFailure.objects.filter(pk=row.pk).update(count=F("count") + 1, last_at=at)


@transaction.atomic
def set_password(user: User, password: str) -> None:
    """Give a person the password they chose (checked by the form). Ends all their other sessions."""
    user.set_password(password)
    user.save(update_fields=["password"])


# ---------------------------------------------------------------- people
@transaction.atomic
def create_person(seat: Seat, email: str, *, name: str, at: datetime, password: str | None = None) -> User:
    """A new account. Without a password it can only be opened by a one-time link (queries.invitation_path_parts)."""
    seat.demand(Right.MEMBERS)
    if queries.person(seat, email) is not None:
        raise MembershipError(
            "Für diese E-Mail-Adresse gibt es schon ein Konto. Bitte nehmen Sie die Person damit auf."
        )
    user = User.objects.create_user(email.strip(), password, name=name)
    activity.record(seat, Verb.PERSON_CREATED, on=user, at=at, person=name)
    return user


# ---------------------------------------------------------------- memberships
@transaction.atomic
def add_member(
    seat: Seat, email: str, *, name: str, role: Role, at: datetime, position: str = ""
) -> tuple[Membership, bool]:
    """Take a person into the body of the seat; creates the account where there is none. Says whether it was created."""
    seat.demand(Right.MEMBERS)
    user = queries.person(seat, email)
    is_new = user is None
    if user is None:
        if not name:
            raise MembershipError("Zu dieser E-Mail-Adresse gibt es noch kein Konto. Bitte geben Sie den Namen an.")
        user = create_person(seat, email, name=name, at=at)
    elif not user.has_usable_password() and queries.belongs_elsewhere(seat, user):
        # Whoever holds the unused one-time link of the other body could otherwise walk into this one.
        raise MembershipError(
            "Diese Person hat ihre erste Einladung noch nicht angenommen. Bitte warten Sie, bis sie sich einmal "
            "angemeldet hat, und nehmen Sie sie dann auf."
        )
    return grant(seat, user, role=role, position=position, at=at), is_new


@transaction.atomic
def grant(seat: Seat, user: User, *, role: Role, at: datetime, position: str = "") -> Membership:
    """Give a person a role in the body of the seat."""
    seat.demand(Right.MEMBERS)
    if Membership.objects.filter(user=user, body=seat.body).exists():
        raise MembershipError(f"„{user.name}“ gehört schon dazu. Bitte ändern Sie die Rolle in der Liste.")
    membership = Membership.objects.create(user=user, body=seat.body, role=role, position=position)
    activity.record(
        seat,
        Verb.MEMBER_ADDED,
        on=membership,
        at=at,
        person=user.name,
        role=role.label,
        changes={"Rolle": (None, role.label), "Funktion": (None, position or None)},
    )
    return membership


@transaction.atomic
def change_member(seat: Seat, membership: Membership, *, role: Role, position: str, at: datetime) -> Membership:
    """Give a member another role or function. The last head keeps the role."""
    seat.demand(Right.MEMBERS)
    current = _locked(seat, membership)
    if role != Role.HEAD and queries.last_head(seat, current):
        raise MembershipError(
            f"„{current.user.name}“ ist die einzige Leitung. Bitte geben Sie zuerst einer anderen Person diese Rolle."
        )
    changes = {"Rolle": (Role(current.role).label, role.label), "Funktion": (current.position, position)}
    current.role, current.position = role, position
    current.save(update_fields=["role", "position"])
    if any(old != new for old, new in changes.values()):
        activity.record(seat, Verb.MEMBER_CHANGED, on=current, at=at, person=current.user.name, changes=changes)
    return current


@transaction.atomic
def remove_member(seat: Seat, membership: Membership, *, at: datetime) -> None:
    """End a membership. The account stays: it may belong to other bodies, and its name stands in the log."""
    seat.demand(Right.MEMBERS)
    current = _locked(seat, membership)
    if queries.last_head(seat, current):
        raise MembershipError(
            f"„{current.user.name}“ ist die einzige Leitung. Bitte geben Sie zuerst einer anderen Person diese Rolle."
        )
    label = Role(current.role).label
    activity.record(
        seat, Verb.MEMBER_REMOVED, on=current, at=at, person=current.user.name, changes={"Rolle": (label, None)}
    )
    current.delete()


@transaction.atomic
def renew_invitation(seat: Seat, membership: Membership, *, at: datetime) -> tuple[str, str]:
    """The parts of a new one-time link for a member who never chose a password and belongs nowhere else."""
    seat.demand(Right.MEMBERS)
    current = _locked(seat, membership)
    if not queries.is_invited_here(seat, current.user):
        raise MembershipError("Einen neuen Einmal-Link gibt es nur für Personen, die sich noch nie angemeldet haben.")
    activity.record(seat, Verb.INVITATION_RENEWED, on=current, at=at, person=current.user.name)
    return queries.invitation_path_parts(current.user)


@transaction.atomic
def open_seat(body_key: str, *, body_name: str, kind: str, email: str, name: str, at: datetime) -> User:
    """For the operator: the first head of a body, or a new one where all are lost. Creates what is missing."""
    body = Body.objects.filter(key=body_key).first()
    if body is None and not body_name:
        raise MembershipError("Diese Körperschaft gibt es noch nicht. Bitte geben Sie auch ihren Namen an.")
    if body is None:
        body = Body.objects.create(key=body_key, name=body_name, kind=kind)
    Body.objects.filter(pk=body.pk).update(is_active=True)
    seat = Seat.system(body)
    user = queries.person(seat, email)
    if user is None and not name:
        raise MembershipError("Diese Person gibt es noch nicht. Bitte geben Sie auch ihren Namen an.")
    user = user or create_person(seat, email, name=name, at=at)
    membership = queries.members(seat).filter(user=user).first()
    if membership is None:
        grant(seat, user, role=Role.HEAD, at=at)
    else:
        change_member(seat, membership, role=Role.HEAD, position=membership.position, at=at)
    return user


def _locked(seat: Seat, membership: Membership) -> Membership:
    """The membership as it is now. All heads of the body are locked, so that two cannot remove each other at once."""
    list(Membership.objects.select_for_update().filter(body=seat.body, role=Role.HEAD).order_by("pk"))
    return Membership.objects.select_related("user").get(pk=membership.pk, body=seat.body)
