"""Input of an assumption of the projection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from gemeinwerk.ui.forms import DateField, MoneyField

from ..models import ProjectionAssumption

Kind = ProjectionAssumption.Kind
NAMES = ("position", "kind", "percent", "amount_cents", "from_year", "to_year", "source", "as_of")


class PercentField(forms.DecimalField):
    """A percentage typed the German way: 2,5."""

    default_error_messages = {"invalid": "Bitte geben Sie eine Zahl mit Komma an, zum Beispiel 2,5."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(localize=True, max_digits=7, decimal_places=3, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").replace("%", "").replace("−", "-").strip()
        return super().to_python(text)


class AssumptionForm(forms.Form):
    """Index, step or one-off for one position. An index needs a percentage, the others an amount."""

    position = forms.ChoiceField(label="Position im Plan")
    kind = forms.ChoiceField(label="Art der Annahme", choices=Kind.choices)
    percent = PercentField(
        label="Prozent je Jahr",
        required=False,
        min_value=-100,
        max_value=100,
        help_text="Nur bei Steigerung, zum Beispiel 2,5.",
    )
    amount_cents = MoneyField(
        label="Betrag in Euro",
        required=False,
        help_text="Nur bei dauerhafter Änderung und einmaligem Betrag. Minus verschlechtert das Ergebnis.",
    )
    from_year = forms.IntegerField(label="Ab Jahr", min_value=1990, max_value=2100)
    to_year = forms.IntegerField(
        label="Bis Jahr", required=False, min_value=1990, max_value=2100, help_text="Leer: ohne Ende."
    )
    source = forms.CharField(
        label="Quelle oder Begründung",
        max_length=300,
        help_text="Zum Beispiel „Orientierungsdaten des Landes vom 02.10.2026“ oder „Tarifabschluss 2025“.",
    )
    as_of = DateField(label="Stand der Annahme")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        positions: Sequence[tuple[str, str]],
        assumption: ProjectionAssumption | None = None,
        today: date | None = None,
        position: str = "",
    ) -> None:
        initial: dict[str, Any] = {"as_of": today, "position": position}
        if assumption is not None:
            initial = {name: getattr(assumption, name) for name in (*NAMES, "version")}
        super().__init__(data, initial=initial)
        self.fields["position"].choices = [("", "Bitte wählen"), *positions]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        is_index = given.get("kind") == Kind.INDEX
        if is_index and given.get("percent") is None and "percent" not in self.errors:
            self.add_error("percent", "Bitte geben Sie an, um wie viel Prozent je Jahr sich der Betrag ändert.")
        if not is_index and given.get("amount_cents") is None and "amount_cents" not in self.errors:
            self.add_error("amount_cents", "Bitte geben Sie den Betrag in Euro an.")
        first, last = given.get("from_year"), given.get("to_year")
        if first and last and last < first:
            self.add_error("to_year", "Das letzte Jahr liegt vor dem ersten. Bitte prüfen Sie beide Jahre.")
        return given | ({"amount_cents": None} if is_index else {"percent": None})

    def measure_against(self, row: ProjectionAssumption) -> None:
        """After a conflict: the input stays, the next try is measured against what stands there now."""
        self.data = self.data.copy()
        self.data["version"] = str(row.version)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in NAMES}
