"""Assumptions of the status-quo projection: added, changed and removed by hand, each with its source and date."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from django.db import IntegrityError, transaction

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.access import Right, Seat
from gemeinwerk.ui import formats

from ..frames.projection import position_title
from ..models import ProjectionAssumption
from .conflicts import changed_meanwhile


class ProjectionVerb(StrEnum):
    ASSUMPTION_ADDED = "hat eine Annahme zu „{position}“ ab {year} eingetragen."
    ASSUMPTION_CHANGED = "hat die Annahme zu „{position}“ ab {year} geändert."
    ASSUMPTION_REMOVED = "hat die Annahme zu „{position}“ ab {year} gelöscht."


class AssumptionError(Exception):
    """The assumption cannot stand so; the text says what to do."""


TWICE = (
    "Für diese Position gibt es im selben Jahr schon eine Annahme dieser Art. "
    "Bitte ändern Sie die vorhandene Annahme oder wählen Sie ein anderes Jahr."
)


def add_assumption(seat: Seat, *, at: datetime, **values: object) -> ProjectionAssumption:
    """Add an assumption: position, kind, from_year, to_year, percent or amount_cents, source, as_of."""
    seat.demand(Right.EDIT)
    try:
        with transaction.atomic():
            assumption = ProjectionAssumption.objects.create(
                body=seat.body, entered_by=seat.user, entered_at=at, **values
            )
            _record(seat, ProjectionVerb.ASSUMPTION_ADDED, assumption, at, {}, _shown(assumption))
    except IntegrityError as error:
        raise AssumptionError(TWICE) from error
    return assumption


def change_assumption(
    seat: Seat, assumption: ProjectionAssumption, *, version: int, at: datetime, **values: object
) -> ProjectionAssumption:
    """Change an assumption; `version` is the one the person had before the eyes."""
    seat.demand(Right.EDIT)
    try:
        with transaction.atomic():
            stored = _locked(seat, assumption, version)
            before = _shown(stored)
            for name, value in values.items():
                setattr(stored, name, value)
            stored.version += 1
            stored.entered_by, stored.entered_at = seat.user, at
            stored.save()
            _record(seat, ProjectionVerb.ASSUMPTION_CHANGED, stored, at, before, _shown(stored))
    except IntegrityError as error:
        raise AssumptionError(TWICE) from error
    return stored


@transaction.atomic
def remove_assumption(seat: Seat, assumption: ProjectionAssumption, *, version: int, at: datetime) -> None:
    """Remove an assumption. The record of it stays."""
    seat.demand(Right.EDIT)
    stored = _locked(seat, assumption, version)
    _record(seat, ProjectionVerb.ASSUMPTION_REMOVED, stored, at, _shown(stored), {})
    stored.delete()


def _locked(seat: Seat, assumption: ProjectionAssumption, version: int) -> ProjectionAssumption:
    stored = ProjectionAssumption.objects.select_for_update().filter(pk=assumption.pk, body=seat.body).first()
    if stored is None:
        raise AssumptionError("Die Annahme wurde inzwischen gelöscht. Bitte tragen Sie sie neu ein.")
    if stored.version != version:
        raise changed_meanwhile("Die Annahme")
    return stored


def _record(
    seat: Seat,
    verb: ProjectionVerb,
    assumption: ProjectionAssumption,
    at: datetime,
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    changes = {field: (before.get(field), after.get(field)) for field in (before | after)}
    activity.record(
        seat,
        verb,
        on=seat.body,
        at=at,
        changes=changes,
        position=position_title(assumption.position),
        year=assumption.from_year,
    )


def _shown(one: ProjectionAssumption) -> dict[str, object]:
    percent = None if one.percent is None else f"{formats.number(Decimal(one.percent))} %"
    as_of = one.as_of if isinstance(one.as_of, date) else None
    return {
        "Position": position_title(one.position),
        "Art": one.get_kind_display(),
        "Ab Jahr": one.from_year,
        "Bis Jahr": one.to_year,
        "Prozent je Jahr": percent,
        "Betrag": None if one.amount_cents is None else formats.euro(one.amount_cents),
        "Quelle oder Begründung": one.source,
        "Stand der Annahme": formats.day(as_of),
    }
