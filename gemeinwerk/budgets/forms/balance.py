"""Input of balance figures: a year by hand, or a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from gemeinwerk.ui import formats
from gemeinwerk.ui.forms import FileDrop, MoneyField

FIRST_YEAR, LAST_YEAR = 1990, 2100
LARGEST_FILE = 5 * 1024 * 1024


class BalanceYearForm(forms.Form):
    """Which year to enter."""

    year = forms.IntegerField(
        label="Bilanzjahr",
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        error_messages={
            "invalid": "Bitte geben Sie ein Jahr wie 2025 an.",
            "min_value": f"Bitte geben Sie ein Jahr ab {FIRST_YEAR} an.",
            "max_value": f"Bitte geben Sie ein Jahr bis {LAST_YEAR} an.",
        },
    )


class BalanceForm(forms.Form):
    """All items of one year. Empty means: not known. What stood there before comes along, so that nobody overwrites."""

    source = forms.CharField(
        label="Quelle",
        max_length=200,
        required=False,
        help_text="Zum Beispiel „Jahresabschluss 2024, Bilanz, Seite 12“. Die Quelle gilt für alle geänderten Werte.",
    )
    is_plan = forms.BooleanField(label="Die Werte sind geplant (noch kein Jahresabschluss)", required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        items: Mapping[str, str],
        stored: Mapping[str, int],
        source: str = "",
        is_plan: bool = False,
    ) -> None:
        super().__init__(data, initial={"source": source, "is_plan": is_plan})
        self.items = items
        for code, title in items.items():
            self.fields[f"amount_{code}"] = MoneyField(label=title, required=False, initial=stored.get(code))
            self.fields[f"was_{code}"] = forms.IntegerField(
                required=False, widget=forms.HiddenInput, initial=stored.get(code)
            )

    def with_current(self, stored: Mapping[str, int]) -> BalanceForm:
        """The same input measured against what stands there now: what was not touched takes the new figure."""
        data = self.data.copy()
        figures, was = self.figures(), self.was()
        for code in self.items:
            now = stored.get(code)
            data[f"was_{code}"] = "" if now is None else str(now)
            if figures[code] == was[code]:
                data[f"amount_{code}"] = "" if now is None else formats.cents_input(now)
        return BalanceForm(data, items=self.items, stored=stored)

    def figures(self) -> dict[str, int | None]:
        return {code: self.cleaned_data.get(f"amount_{code}") for code in self.items}

    def was(self) -> dict[str, int | None]:
        return {code: self.cleaned_data.get(f"was_{code}") for code in self.items}


class BalanceFileForm(forms.Form):
    """A table with Posten, Jahr, Betrag and, if there, Quelle."""

    file = forms.FileField(
        label="Datei mit Bilanzwerten",
        widget=FileDrop(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls,.ods"}),
        help_text="CSV, XLSX, XLS oder ODS mit den Spalten Posten, Jahr, Betrag und, wenn vorhanden, Quelle.",
        error_messages={
            "required": "Bitte wählen Sie eine Datei aus.",
            "empty": "Die Datei ist leer. Bitte wählen Sie eine Datei mit Bilanzwerten aus.",
        },
    )
    is_plan = forms.BooleanField(label="Die Werte sind geplant (noch kein Jahresabschluss)", required=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(
                "Die Datei ist größer als 5 MB. Bitte laden Sie nur die Tabelle der Bilanzwerte hoch."
            )
        return file
