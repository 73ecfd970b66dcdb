"""The form of a mapping: what stands in which column of a budget file, and how the file is built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from ..models import BudgetImport
from ..queries import mappings as words

FIRST_YEAR, LAST_YEAR = 1950, 2069


@dataclass(frozen=True, slots=True)
class ColumnFields:
    """The fields of one column of the file, for the head of the table, with its first cells."""

    index: int
    name: str
    role: forms.BoundField
    more: tuple[forms.BoundField, ...]
    told: str
    """What is set in `more`, in words."""
    is_open: bool


class MappingForm(forms.Form):
    """Everything about the reading of a file that a person can correct; built for the columns of one file."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    encoding = forms.ChoiceField(label="Zeichenkodierung", required=False, choices=words.ENCODINGS)
    separator = forms.ChoiceField(label="Trennzeichen", required=False, choices=words.SEPARATORS)
    header_row = forms.IntegerField(
        label="Zeile mit den Überschriften",
        required=False,
        min_value=0,
        max_value=10_000,
        help_text="0, wenn es keine gibt.",
    )
    header_rows = forms.IntegerField(
        label="Zahl der Überschriftszeilen",
        required=False,
        min_value=1,
        max_value=3,
        help_text="2, wenn zum Beispiel „Ansatz“ über „2026“ steht.",
    )
    tables = forms.MultipleChoiceField(label="Blätter, die gelesen werden", required=False)
    decimal = forms.ChoiceField(label="Dezimalzeichen", required=False, choices=words.DECIMALS)
    unit = forms.ChoiceField(label="Beträge in", choices=words.UNITS)
    sign = forms.ChoiceField(label="Vorzeichen der Beträge", required=False, choices=words.SIGNS)
    accounting = forms.ChoiceField(label="Rechnungsstil", required=False, choices=words.ACCOUNTINGS)
    scheme = forms.ChoiceField(label="Kontenrahmen", required=False)
    default_year = forms.IntegerField(
        label="Haushaltsjahr",
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        help_text="Für Zeilen und Spalten, die kein Jahr nennen.",
    )
    default_stage = forms.ChoiceField(
        label="Stand der Planung", required=False, help_text="Für Zeilen und Spalten, die keinen Stand nennen."
    )
    side_words = forms.CharField(
        label="Wörter für die Seite",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Je Zeile ein Wort aus der Datei, zum Beispiel: E = Ertrag",
    )
    stage_words = forms.CharField(
        label="Wörter für den Stand",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Je Zeile ein Wort aus der Datei, zum Beispiel: RE = Ergebnis",
    )

    GENERAL = ("default_year", "default_stage", "unit", "decimal", "sign", "accounting", "scheme")
    LAYOUT = ("encoding", "separator", "header_row", "header_rows", "tables")
    WORDS = ("side_words", "stage_words")

    def __init__(self, data: Any = None, *, import_: BudgetImport) -> None:
        self.import_ = import_
        self.names = words.column_names(import_)
        self.years = list(import_.facts.get("years", []))
        super().__init__(data, initial=_initial(import_))
        self.fields["scheme"].choices = words.scheme_choices()
        self.fields["default_stage"].choices = words.stage_choices()
        self._set_tables()
        for year in self.years:
            field = forms.ChoiceField(label=f"Stand {year}", required=False, choices=words.stage_choices())
            self.fields[f"stage_of_{year}"] = field
        for index, name in enumerate(self.names):
            self.fields |= _column_fields(index, name)

    def _set_tables(self) -> None:
        names = [table["name"] for table in self.import_.facts.get("tables", [])]
        if len(names) < 2:
            del self.fields["tables"]
        else:
            self.fields["tables"].choices = [(name, name) for name in names]
        if self.import_.facts.get("format") not in ("delimited", "datapackage"):
            del self.fields["encoding"], self.fields["separator"]

    # ------------------------------------------------------------ for the page
    def _bound(self, names: Sequence[str]) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def general(self) -> list[forms.BoundField]:
        return self._bound(self.GENERAL)

    @property
    def layout(self) -> list[forms.BoundField]:
        return self._bound(self.LAYOUT)

    @property
    def vocabulary(self) -> list[forms.BoundField]:
        return self._bound(self.WORDS)

    @property
    def stages_of_years(self) -> list[forms.BoundField]:
        return self._bound([f"stage_of_{year}" for year in self.years])

    @property
    def columns(self) -> Iterator[ColumnFields]:
        for index, name in enumerate(self.names):
            more = tuple(self[f"{kind}_{index}"] for kind in ("level", "year", "stage", "side"))
            told = ", ".join(filter(None, (_told(field) for field in more)))
            yield ColumnFields(index, name, self[f"role_{index}"], more, told, any(field.errors for field in more))

    # ------------------------------------------------------------ what was typed
    def clean_side_words(self) -> dict[str, str]:
        return _words(self.cleaned_data["side_words"], words.SIDES)

    def clean_stage_words(self) -> dict[str, str]:
        return _words(self.cleaned_data["stage_words"], words.STAGES)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        roles = [cleaned.get(f"role_{index}") for index in range(len(self.names))]
        if self.names and not self.errors and words.AMOUNT not in roles:
            raise forms.ValidationError(
                "Keine Spalte ist als Betrag gekennzeichnet. Bitte wählen Sie in der Tabelle bei mindestens einer "
                "Spalte „Betrag“ aus."
            )
        return cleaned

    def mapping(self) -> dict[str, Any]:
        """The mapping as it is kept; what the page does not show stays as it was."""
        given = self.cleaned_data
        mapping = dict(self.import_.mapping)
        for name in ("encoding", "separator", "decimal", "sign", "accounting", "scheme", "default_stage"):
            if name in given:
                mapping[name] = given[name] or None
        for name in ("header_row", "header_rows", "default_year"):
            mapping[name] = given[name]
        if "tables" in given:
            mapping["tables"] = given["tables"]
        mapping["unit"] = int(given["unit"])
        mapping["side_words"], mapping["stage_words"] = given["side_words"], given["stage_words"]
        mapping["stage_by_year"] = {
            str(year): given[f"stage_of_{year}"] for year in self.years if given.get(f"stage_of_{year}")
        }
        mapping["columns"] = [self._column(index, name) for index, name in enumerate(self.names)]
        return mapping

    def _column(self, index: int, name: str) -> dict[str, Any]:
        kept = {column["index"]: column for column in self.import_.mapping.get("columns", [])}.get(index, {})
        role = self.cleaned_data[f"role_{index}"]
        column = {
            "index": index,
            "name": kept.get("name", name if not name.startswith("Spalte ") else ""),
            "role": role,
        }
        if kept.get("year_offset"):
            column["year_offset"] = kept["year_offset"]
        for kind in ("level",) if role in words.LEVELED else ("year", "stage", "side") if role == words.AMOUNT else ():
            if value := self.cleaned_data[f"{kind}_{index}"]:
                column[kind] = value
        return column

    @property
    def changes_layout(self) -> bool:
        """Whether what makes columns of the file has changed, so that they have to be detected anew."""
        return any(name in self.changed_data for name in self.LAYOUT)


def _column_fields(index: int, name: str) -> dict[str, forms.Field]:
    of = f" der Spalte „{name}“"
    return {
        f"role_{index}": forms.ChoiceField(label=f"Inhalt{of}", choices=words.role_choices()),
        f"level_{index}": forms.IntegerField(label="Ebene", required=False, min_value=0, max_value=9),
        f"year_{index}": forms.IntegerField(label="Jahr", required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR),
        f"stage_{index}": forms.ChoiceField(label="Stand", required=False, choices=words.stage_choices()),
        f"side_{index}": forms.ChoiceField(label="Seite", required=False, choices=words.side_choices()),
    }


def _told(field: forms.BoundField) -> str:
    """„Ebene 2“, „2026“, „Ansatz“; empty where nothing is set."""
    value = field.value()
    if value in (None, "", 0, "0"):
        return ""
    if isinstance(field.field, forms.ChoiceField):
        return dict(field.field.choices).get(value, "")
    return f"{field.label} {value}" if field.label == "Ebene" else str(value)


def _initial(import_: BudgetImport) -> dict[str, Any]:
    mapping = import_.mapping
    initial = {name: mapping.get(name) or "" for name in ("encoding", "separator", "decimal", "sign", "accounting")}
    initial |= {name: mapping.get(name) or "" for name in ("scheme", "default_stage")}
    initial |= {name: mapping.get(name) for name in ("header_row", "header_rows", "default_year")}
    initial |= {"version": import_.version, "unit": str(mapping.get("unit") or 1), "tables": mapping.get("tables", [])}
    initial["side_words"] = _lines(mapping.get("side_words") or {}, words.SIDES)
    initial["stage_words"] = _lines(mapping.get("stage_words") or {}, words.STAGES)
    for year, stage in (mapping.get("stage_by_year") or {}).items():
        initial[f"stage_of_{year}"] = stage
    for index in range(len(words.column_names(import_))):
        initial[f"role_{index}"] = words.IGNORE
    for column in mapping.get("columns", []):
        for kind in ("role", "level", "year", "stage", "side"):
            initial[f"{kind}_{column['index']}"] = column.get(kind, "")
    return initial


def _lines(pairs: Mapping[str, str], choices: words.Choices) -> str:
    labels = dict(choices)
    return "\n".join(f"{word} = {labels.get(value, value)}" for word, value in pairs.items())


def _words(text: str, choices: words.Choices) -> dict[str, str]:
    """The lines „E = Ertrag“ as word → value."""
    values = {label.casefold(): value for value, label in choices}
    pairs = {}
    for line in text.splitlines()[:200]:
        word, equals, label = line.rpartition("=")
        if not line.strip():
            continue
        if not equals or label.strip().casefold() not in values:
            known = ", ".join(label for _, label in choices)
            raise forms.ValidationError(
                f"„{line.strip()[:60]}“ wurde nicht verstanden. Bitte so schreiben: Wort = Bedeutung. "
                f"Mögliche Bedeutungen: {known}."
            )
        pairs[word.strip()] = values[label.strip().casefold()]
    return pairs
