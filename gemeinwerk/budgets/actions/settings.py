"""Changing how a body keeps its budget."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.access import Right, Seat

from ..models import BudgetSettings
from .conflicts import changed_meanwhile

FIELDS = ("account_scheme", "plan_layout", "population_rule", "jump_percent", "jump_cents")


class SettingsVerb(StrEnum):
    SETTINGS_CHANGED = "hat die Einstellungen des Haushalts geändert."


@transaction.atomic
def change_settings(seat: Seat, *, version: int, at: datetime, **values: Any) -> BudgetSettings:
    """Store the settings; `version` is the one the person had before the eyes."""
    seat.demand(Right.EDIT)
    stored, is_new = BudgetSettings.objects.select_for_update().get_or_create(body=seat.body)
    if not is_new and stored.version != version:
        raise changed_meanwhile("Die Einstellungen des Haushalts")
    shown = {name: _shown(stored, name) for name in FIELDS}
    for name in FIELDS:
        setattr(stored, name, values[name])
    changes = {
        BudgetSettings._meta.get_field(name).verbose_name: (shown[name], _shown(stored, name))
        for name in FIELDS
        if shown[name] != _shown(stored, name)
    }
    if changes:
        stored.version += 1
        stored.save()
        activity.record(seat, SettingsVerb.SETTINGS_CHANGED, on=stored, at=at, changes=changes)
    return stored


def _shown(settings: BudgetSettings, name: str) -> Any:
    display = getattr(settings, f"get_{name}_display", None)
    return display() if display else getattr(settings, name)
