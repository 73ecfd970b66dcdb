"""The settings of the budget."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.access import Right, seat

from ..actions.conflicts import ConflictError
from ..actions.settings import FIELDS, change_settings
from ..forms.settings import SettingsForm
from ..queries.plans import layout_choices, scheme_choices
from ..queries.slices import settings_of
from .room import show


def settings_edit(request: HttpRequest, key: str) -> HttpResponse:
    """Layout, scheme of accounts, Stichtag, thresholds."""
    taken = seat(request, key, need=Right.EDIT)
    stored = settings_of(taken)
    form = SettingsForm(request.POST or None, settings=stored, layouts=layout_choices(), schemes=scheme_choices())
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in FIELDS}
        try:
            change_settings(taken, version=form.cleaned_data["version"], at=timezone.now(), **values)
        except ConflictError as error:
            form.add_error(None, str(error))
            form.data = form.data.copy()
            form.data["version"] = settings_of(taken).version
        else:
            messages.success(request, "Die Einstellungen sind gespeichert.")
            return redirect("budget-settings", key=key)
    history = activity.entries(taken, stored) if stored.pk else []
    return show(
        request,
        taken,
        "settings_edit",
        title="Einstellungen des Haushalts",
        section="einstellungen-des-haushalts",
        form=form,
        stored=stored,
        history=history,
    )
