"""Input of the settings of the budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from gemeinwerk.ui.forms import MoneyField

from ..models import BudgetSettings

Choices = Sequence[tuple[str, str]]


class SettingsForm(forms.Form):
    plan_layout = forms.ChoiceField(
        label="Gliederung des Ergebnis- und Finanzplans",
        required=False,
        help_text="Reihenfolge und Bezeichnung der Zeilen. Ohne Angabe gilt die Gliederung des Landes.",
    )
    account_scheme = forms.ChoiceField(
        label="Kontenrahmen",
        required=False,
        help_text="Wird beim Einlesen vorgeschlagen. Ohne Angabe gilt der Kontenrahmen des Landes.",
    )
    population_rule = forms.ChoiceField(
        label="Stichtag der Einwohnerzahl",
        choices=BudgetSettings.PopulationRule.choices,
        help_text="Zu welchem Tag die Einwohnerzahl gehört, durch die „je Einwohner“ teilt.",
    )
    jump_percent = forms.IntegerField(
        label="Auffällig ab einer Änderung von … Prozent",
        min_value=1,
        max_value=1000,
        help_text="Prüfung beim Einlesen: Änderung gegenüber dem Vorjahr.",
    )
    jump_cents = MoneyField(
        label="… und von mindestens … Euro",
        min_cents=0,
        help_text="Beide Schwellen müssen überschritten sein, damit eine Änderung als auffällig gilt.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, settings: BudgetSettings, layouts: Choices, schemes: Choices) -> None:
        names = ("plan_layout", "account_scheme", "population_rule", "jump_percent", "jump_cents", "version")
        super().__init__(data, initial={name: getattr(settings, name) for name in names})
        self.fields["plan_layout"].choices = [("", "wie im Land üblich"), *layouts]
        self.fields["account_scheme"].choices = [("", "wie im Land üblich"), *schemes]
