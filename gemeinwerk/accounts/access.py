"""The gate. Who sits for which body with which rights is decided here and nowhere else.

Every query and action of a room demands a `Seat`, and only this module hands one out: forgetting the check is a missing
argument, not a leak. A stranger gets 404 (he shall not learn that the thing exists), a member without the right 403.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from gemeinwerk.bodies.models import Body

from .models import Membership, Role, User


class Right(StrEnum):
    READ = "read"  # see what the body works with
    EDIT = "edit"  # change figures and texts
    IMPORT = "import"  # bring in and adopt budget files
    DECIDE = "decide"  # adopt, release, set targets
    MEMBERS = "members"  # invite people and give roles


RIGHT_LABELS: dict[Right, str] = {
    Right.READ: "Lesen",
    Right.EDIT: "Bearbeiten",
    Right.IMPORT: "Haushaltsdateien einlesen und übernehmen",
    Right.DECIDE: "Beschließen, freigeben, Ziele setzen",
    Right.MEMBERS: "Mitglieder aufnehmen und Rollen vergeben",
}

READING = frozenset({Right.READ})

ROLE_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.HEAD: frozenset(Right),
    Role.TREASURY: frozenset({Right.READ, Right.EDIT, Right.IMPORT, Right.DECIDE}),
    Role.DEPARTMENT: frozenset({Right.READ, Right.EDIT}),
    Role.ORGANIZATION: frozenset({Right.READ, Right.EDIT}),
    Role.PROJECT_LEAD: frozenset({Right.READ, Right.EDIT}),
    Role.COUNCIL: READING,
    Role.SUPERVISION: READING,
    Role.ADVISER: READING,
    Role.READER: READING,
}


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits for which body with which rights. `user` is None for the system and for the public."""

    user: User | None
    body: Body
    role: Role | None
    rights: frozenset[Right]

    def may(self, right: Right) -> bool:
        return right in self.rights

    def demand(self, right: Right) -> None:
        """Refuse the act where the right is missing: the second look, inside every action."""
        if right not in self.rights:
            raise PermissionDenied

    @property
    def name(self) -> str:
        return self.user.name if self.user else "System"

    @classmethod
    def system(cls, body: Body) -> Seat:
        """For commands and jobs, which act for the operator."""
        return cls(None, body, None, frozenset(Right))

    @classmethod
    def member(cls, user: User, body: Body) -> Seat | None:
        """The seat of `user` in `body`, None if he has none (for jobs that act for a person)."""
        membership = Membership.objects.filter(user=user, body=body, user__is_active=True).first()
        return None if membership is None else _seat(user, body, membership)


def memberships_of(user: User) -> QuerySet[Membership]:
    """The bodies of a person with the role there. Needs no seat: everybody may know where they belong."""
    return Membership.objects.filter(user=user).select_related("body").order_by("body__name", "body__key")


def seat(request: HttpRequest, key: str, *, need: Right = Right.READ) -> Seat:
    """The seat of the person behind `request` in the body `key`; 404 for strangers, 403 where the right is missing.

    Costs one query. The seat and the bodies of the person are kept on the request, where the shell of the page finds
    them.
    """
    if not request.user.is_authenticated:
        raise Http404
    request.memberships = memberships = list(memberships_of(request.user))  # type: ignore[attr-defined]
    membership = next((one for one in memberships if one.body.key == key), None)
    if membership is None:
        raise Http404
    taken = _seat(request.user, membership.body, membership)
    request.seat = taken  # type: ignore[attr-defined]
    if not taken.may(need):
        raise PermissionDenied
    return taken


def _seat(user: User, body: Body, membership: Membership) -> Seat:
    role = Role(membership.role)
    return Seat(user, body, role, ROLE_RIGHTS[role])
