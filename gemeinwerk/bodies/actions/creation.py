"""Bodies that no register lists: Zweckverband, Servicestelle, the municipalities of a demo region."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from gemeinwerk.bodies.models import TERRITORIAL_KINDS, Body


class BodyError(Exception):
    """The message is a German sentence that may be shown."""


@transaction.atomic
def create_body(key: str, kind: str, *, name: str, **facts: Any) -> Body:
    """A body by hand; territorial ones need their official keys, the others have none."""
    if kind not in Body.Kind.values:
        raise BodyError(f"„{kind}“ ist keine Art von Körperschaft.")
    if Body.objects.filter(key=key).exists():
        raise BodyError(f"Der Schlüssel „{key}“ ist schon vergeben. Bitte wählen Sie einen anderen.")
    if kind in TERRITORIAL_KINDS and not facts.get("ars"):
        raise BodyError("Eine Gebietskörperschaft braucht ihren Regionalschlüssel (ARS).")
    state = facts.pop("state", "") or str(facts.get("ars", ""))[:2]
    return Body.objects.create(key=key, kind=kind, name=name, state=state, **facts)


def open_seat(body: Body) -> Body:
    """From now on the body works on this platform."""
    if body.dissolved_on is not None:
        raise BodyError(f"{body.name} ist seit {body.dissolved_on:%d.%m.%Y} aufgelöst und kann keinen Sitz führen.")
    Body.objects.filter(pk=body.pk).update(is_active=True)
    body.is_active = True
    return body
