"""What is known about people: their bodies, the members of a body, what a role may do."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from .access import RIGHT_LABELS, ROLE_RIGHTS, Right, Seat
from .access import memberships_of as memberships_of
from .models import LoginFailure, Membership, Role, User

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)


# ---------------------------------------------------------------- people and their bodies
def members(seat: Seat) -> QuerySet[Membership]:
    """Who belongs to the body of the seat."""
    return Membership.objects.filter(body=seat.body).select_related("user", "body").order_by("user__name", "pk")


def member(seat: Seat, pk: int) -> Membership:
    return get_object_or_404(members(seat), pk=pk)


def person(seat: Seat, email: str) -> User | None:
    """The person with this address, for those who take people in."""
    seat.demand(Right.MEMBERS)
    return User.objects.filter(email__iexact=email.strip()).first()


def belongs_elsewhere(seat: Seat, user: User) -> bool:
    return Membership.objects.filter(user=user).exclude(body=seat.body).exists()


def is_invited_here(seat: Seat, user: User) -> bool:
    """Has this person never chosen a password and been taken in by this body alone?

    Only then may the body hand out a one-time link: it opens the whole account, not the one membership.
    """
    return user.is_active and not user.has_usable_password() and not belongs_elsewhere(seat, user)


def last_head(seat: Seat, membership: Membership) -> bool:
    """Is this the only member who can log in and take people in? Then it must stay."""
    if membership.role != Role.HEAD:
        return False
    return not members(seat).filter(role=Role.HEAD, user__is_active=True).exclude(pk=membership.pk).exists()


# ---------------------------------------------------------------- roles and rights
@dataclass(frozen=True, slots=True)
class RoleRow:
    """One line of the page „Rollen und Rechte“."""

    role: Role
    may: tuple[bool, ...]


def right_labels() -> tuple[str, ...]:
    return tuple(RIGHT_LABELS[right] for right in Right)


def role_table() -> list[RoleRow]:
    """ROLE_RIGHTS as it is, so that the page can never say anything else than the gate does."""
    return [RoleRow(role, tuple(right in ROLE_RIGHTS[role] for right in Right)) for role in Role]


# ---------------------------------------------------------------- logging in
def failure_fingerprint(email: str, address: str) -> str:
    """A digest that only this installation can make, so that the table of failures names nobody."""
    pair = f"{email.strip().lower()}\n{address}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), pair, hashlib.sha256).hexdigest()


def is_locked(email: str, address: str, *, at: datetime) -> bool:
    return LoginFailure.objects.filter(
        fingerprint=failure_fingerprint(email, address), count__gte=FAILURES_ALLOWED, last_at__gt=at - LOCKED_FOR
    ).exists()


def demo_people() -> QuerySet[User]:
    """Whom the visitor of the demo may step into: nobody, unless this installation is a demo."""
    if not settings.DEMO:
        return User.objects.none()
    return User.objects.filter(is_active=True, email__iendswith=f"@{settings.DEMO_DOMAIN}")


# ---------------------------------------------------------------- one-time links
def invitation_path_parts(user: User) -> tuple[str, str]:
    """What names a person in a one-time link: the coded number and a token that dies with the first use."""
    return urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)


def invitation_link(user: User, base: str) -> str:
    """The whole one-time link, for commands, which know no request."""
    return base.rstrip("/") + reverse("invitation", args=invitation_path_parts(user))


def invited(coded: str, token: str) -> User | None:
    """Whom a one-time link belongs to; None where it is used, outdated or made up."""
    try:
        pk = int(force_str(urlsafe_base64_decode(coded)))
    except (ValueError, UnicodeDecodeError):
        return None
    user = User.objects.filter(pk=pk, is_active=True).first() if abs(pk) < 2**63 else None
    return user if user is not None and default_token_generator.check_token(user, token) else None
