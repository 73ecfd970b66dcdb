"""The activity log: one record per act, as a German sentence with old and new values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Model, QuerySet

from .access import Seat
from .models import Activity


def record(
    seat: Seat,
    verb: StrEnum,
    *,
    on: Model,
    at: datetime,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    **facts: object,
) -> Activity:
    """Write down that `seat` did `verb` to `on`.

    The value of the verb is the sentence with places for `facts`, e.g. "hat „{file}“ hochgeladen."; it is stored filled
    in. `changes` maps the German name of a field to (old, new); equal pairs are left out.
    """
    return Activity.objects.create(
        body=seat.body,
        actor=seat.user,
        actor_name=seat.name,
        at=at,
        verb=verb.name,
        sentence=verb.value.format(**facts),
        subject_type=on._meta.label,
        subject_id=str(on.pk),
        changes=[
            {"field": field, "old": _shown(old), "new": _shown(new)}
            for field, (old, new) in (changes or {}).items()
            if old != new
        ],
    )


def of(seat: Seat, subject: Model) -> QuerySet[Activity]:
    """What was done to one thing, newest first."""
    return Activity.objects.filter(body=seat.body, subject_type=subject._meta.label, subject_id=str(subject.pk))


def recent(seat: Seat) -> QuerySet[Activity]:
    """What was done in the body, newest first."""
    return Activity.objects.filter(body=seat.body)


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
