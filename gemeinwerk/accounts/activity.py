"""The activity log: one record per act, as a German sentence with old and new values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
        subject_word=str(on._meta.verbose_name),
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


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an entry as it is shown."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One act as the page of a thing shows it, drawn by `ui/_activity.html`."""

    at: datetime
    actor: str
    sentence: str
    changes: tuple[Change, ...]

    @property
    def changes_text(self) -> str:
        """Old and new values in one cell of a table."""
        return "; ".join(f"{change.field}: {_told(change.old)} → {_told(change.new)}" for change in self.changes)


def entries(seat: Seat, subject: Model, *, limit: int = 50) -> list[Entry]:
    """The log of one thing for its page: `{% include "ui/_activity.html" with entries=entries only %}`. One query."""
    return [entry(act) for act in of(seat, subject)[:limit]]


def entry(act: Activity) -> Entry:
    return Entry(act.at, act.actor_name, act.sentence, tuple(Change(**change) for change in act.changes))


def recent(seat: Seat) -> QuerySet[Activity]:
    """What was done in the body, newest first."""
    return Activity.objects.filter(body=seat.body)


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _told(value: Any) -> str:
    return "(leer)" if value is None or value == "" else str(value)
