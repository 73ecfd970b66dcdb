"""Forms of the import: upload, expected sums, a name for the mapping, positions of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings

from gemeinwerk.ui.forms import FileDrop, MoneyField

from ..queries.imports import SliceTotal
from .mappings import FIRST_YEAR, LAST_YEAR


class FilesDrop(FileDrop):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files; the value is a list."""

    widget = FilesDrop

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, (list, tuple)) else [data] if data else []
        if not given:
            return [super().clean(None, initial)]
        return [file for file in given if file]


class UploadForm(forms.Form):
    files = FilesField(
        label="Haushaltsdatei",
        error_messages={"required": "Bitte wählen Sie eine Datei aus."},
    )
    budget_year = forms.IntegerField(
        label="Haushaltsjahr des Plans",
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        help_text="Hilft, wenn die Datei nicht sagt, welches Jahr Ansatz, Ergebnis oder Planung ist, z. B. 2026.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].help_text = (
            "CSV, Excel (XLSX, XLS), OpenDocument (ODS), JSON oder ein Fiscal Data Package – einzeln, mehrere zusammen "
            f"oder als ZIP-Datei, höchstens {settings.UPLOAD_MAX_MB} MB. Am Rechner lässt sie sich hierher ziehen."
        )


class VersionForm(forms.Form):
    """Only the state of the page, for buttons that act on what was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class AdoptForm(VersionForm):
    """Which years and stages shall be adopted; a slot is written 2026-estimate."""

    slots = forms.MultipleChoiceField(
        required=False,
        error_messages={"invalid_choice": "Bitte wählen Sie nur Jahre aus, die in der Datei stehen."},
    )

    def __init__(self, data: Any = None, *, slots: Sequence[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["slots"].choices = [(f"{year}-{stage}", "") for year, stage in slots]

    def chosen(self) -> list[tuple[int, str]]:
        pairs = (slot.split("-") for slot in self.cleaned_data["slots"])
        return [(int(year), stage) for year, stage in pairs]


class MappingNameForm(forms.Form):
    name = forms.CharField(
        label="Name der Zuordnung",
        max_length=150,
        help_text="Zum Beispiel „Export aus dem Finanzverfahren“. Beim nächsten Einlesen einer Datei mit derselben "
        "Kopfzeile wird diese Zuordnung von selbst verwendet.",
    )


class ExpectedForm(forms.Form):
    """A field for the expected sum of every side of every slice, typed in euros as the plan prints them."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, version: int, totals: Sequence[SliceTotal]) -> None:
        super().__init__(data, initial={"version": version})
        self.empty = [total for total in totals if total.is_empty]
        self.totals = [total for total in totals if not total.is_empty]
        for total in self.totals:
            for side in total.sides:
                self.fields[self._name(total, side.side)] = MoneyField(
                    label=f"{side.label}, {total.label}: erwartete Summe", required=False, initial=side.expected_cents
                )

    @staticmethod
    def _name(total: SliceTotal, side: str) -> str:
        return f"sum_{total.year}_{total.stage}_{side}"

    @property
    def rows(self) -> list[tuple[SliceTotal, list[tuple[Any, forms.BoundField]]]]:
        """Slices with their sides and the field for each."""
        return [(total, [(side, self[self._name(total, side.side)]) for side in total.sides]) for total in self.totals]

    def expected(self) -> list[dict[str, Any]]:
        found = []
        for total in self.totals:
            for side in total.sides:
                cents = self.cleaned_data[self._name(total, side.side)]
                if cents is not None:
                    found.append({"year": total.year, "stage": total.stage, "side": side.side, "cents": cents})
        return found


class PositionsForm(forms.Form):
    """A select of the position for every account of the page; `was_…` is what the person had before the eyes."""

    def __init__(self, data: Any = None, *, accounts: Sequence[Any], choices: Sequence[Any]) -> None:
        super().__init__(data)
        self.accounts = accounts
        for account in accounts:
            label = f"Position im Plan für „{account}“"
            self.fields[f"position_{account.pk}"] = forms.ChoiceField(
                label=label, required=False, choices=[("", "noch nicht zugeordnet"), *choices], initial=account.position
            )
            self.fields[f"was_{account.pk}"] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=account.position
            )

    def with_current(self, accounts: Sequence[Any], choices: Sequence[Any]) -> PositionsForm:
        """The same input measured against what stands there now: what was not touched takes the new position."""
        data = self.data.copy()
        answers = self.answers()
        for account in accounts:
            shown, wanted = answers.get(account.pk, ("", ""))
            data[f"was_{account.pk}"] = account.position
            data[f"position_{account.pk}"] = wanted if wanted != shown else account.position
        return PositionsForm(data, accounts=accounts, choices=choices)

    @property
    def rows(self) -> list[tuple[Any, forms.BoundField, forms.BoundField]]:
        return [(account, self[f"position_{account.pk}"], self[f"was_{account.pk}"]) for account in self.accounts]

    def answers(self) -> dict[int, tuple[str, str]]:
        """Account → (what was shown, what is wanted)."""
        given = self.cleaned_data
        return {account.pk: (given[f"was_{account.pk}"], given[f"position_{account.pk}"]) for account in self.accounts}
