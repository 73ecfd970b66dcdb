"""The settings of the budget: stored with a record, safe for two people."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from gemeinwerk.accounts import activity
from gemeinwerk.budgets.actions.conflicts import ConflictError
from gemeinwerk.budgets.actions.settings import change_settings
from gemeinwerk.budgets.models import BudgetSettings

from . import figures

VALUES = {
    "account_scheme": "",
    "plan_layout": "nw_result",
    "population_rule": "same_year_end",
    "jump_percent": 30,
    "jump_cents": 1_000_000,
}


def change(seat, version=1, **changes):
    return change_settings(seat, version=version, at=figures.AT, **(VALUES | changes))


def test_change_leaves_old_and_new(cast):
    stored = change(cast.anke_seat)
    entry = activity.entries(cast.anke_seat, stored)[0]
    assert ("Stichtag der Einwohnerzahl", "31.12. des Vorjahres", "31.12. des Haushaltsjahres") in {
        (c.field, c.old, c.new) for c in entry.changes
    }
    assert change(cast.anke_seat, version=2).version == 2  # nothing changed, nothing recorded
    assert len(activity.entries(cast.anke_seat, stored)) == 1


def test_second_editor_is_told(cast):
    change(cast.anke_seat)
    with pytest.raises(ConflictError):
        change(cast.doris_seat, version=1, jump_percent=10)


def test_reader_may_not(cast):
    with pytest.raises(PermissionDenied):
        change(cast.bernd_seat)


def test_form(cast, as_person):
    address = reverse("budget-settings", args=[cast.altendorf.key])
    given = {**VALUES, "jump_cents": "12.000,00", "version": "1"}
    assert as_person(cast.anke).post(address, given).status_code == 302
    assert BudgetSettings.objects.get().jump_cents == 1_200_000
    stale = as_person(cast.doris).post(address, {**given, "jump_percent": "99"})
    assert "inzwischen von einer anderen Person" in stale.content.decode()
    assert 'value="99"' in stale.content.decode()
    again = as_person(cast.doris).post(address, {**given, "jump_percent": "99", "version": "2"})
    assert again.status_code == 302
    assert BudgetSettings.objects.get().jump_percent == 99
