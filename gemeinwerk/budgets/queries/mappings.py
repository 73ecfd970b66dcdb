"""What a mapping can say, in German: the choices of the mapping page, and what was detected in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gemeinwerk.engine.budget_files import Role, Sign
from gemeinwerk.engine.schemes import SCHEMES
from gemeinwerk.engine.tables import Accounting

from ..models import BudgetImport, Side, Stage

Choices = list[tuple[str, str]]
DETECT = ("", "automatisch erkennen")

ROLE_LABELS: dict[Role, tuple[str, str]] = {
    Role.IGNORE: ("", "nicht auswerten"),
    Role.AMOUNT: ("Beträge und Zeit", "Betrag"),
    Role.YEAR: ("Beträge und Zeit", "Haushaltsjahr"),
    Role.STAGE: ("Beträge und Zeit", "Stand (Ansatz, Ergebnis …)"),
    Role.SIDE: ("Beträge und Zeit", "Seite (Ertrag, Aufwand …)"),
    Role.PLAN: ("Beträge und Zeit", "Teil (Ergebnis-/Finanzplan, VwHH/VmHH)"),
    Role.PRODUCT_CODE: ("Produkt", "Produkt: Nummer"),
    Role.PRODUCT_NAME: ("Produkt", "Produkt: Bezeichnung"),
    Role.PRODUCT: ("Produkt", "Produkt: Nummer und Bezeichnung"),
    Role.TASK_KIND: ("Produkt", "Aufgabenart (freiwillig, pflichtig)"),
    Role.ACCOUNT_CODE: ("Konto", "Konto: Nummer"),
    Role.ACCOUNT_NAME: ("Konto", "Konto: Bezeichnung"),
    Role.ACCOUNT: ("Konto", "Konto: Nummer und Bezeichnung"),
    Role.PLAN_LINE_CODE: ("Konto", "Zeile des Plans: Nummer"),
    Role.PLAN_LINE_NAME: ("Konto", "Zeile des Plans: Bezeichnung"),
    Role.PLAN_LINE: ("Konto", "Zeile des Plans: Nummer und Bezeichnung"),
    Role.BUDGET_ITEM: ("Konto", "Haushaltsstelle (kameral)"),
    Role.UNIT_CODE: ("Organisation", "Organisation: Nummer"),
    Role.UNIT_NAME: ("Organisation", "Organisation: Bezeichnung"),
    Role.UNIT: ("Organisation", "Organisation: Nummer und Bezeichnung"),
    Role.LABEL: ("Sonstiges", "Text, der Summenzeilen kennzeichnet"),
}
LEVELED = frozenset(role.value for role in (Role.PRODUCT_CODE, Role.PRODUCT_NAME, Role.PRODUCT)) | frozenset(
    role.value for role in (Role.UNIT_CODE, Role.UNIT_NAME, Role.UNIT)
)
AMOUNT = Role.AMOUNT.value
IGNORE = Role.IGNORE.value

FORMATS = {
    "delimited": "Textdatei mit Trennzeichen (CSV)",
    "xlsx": "Excel-Arbeitsmappe (XLSX)",
    "xls": "Excel-Arbeitsmappe (XLS)",
    "ods": "OpenDocument-Tabelle (ODS)",
    "json": "JSON-Tabelle",
    "datapackage": "Fiscal Data Package",
}
LAYOUTS = {"long": "lang: ein Betrag je Zeile", "wide": "breit: mehrere Betragsspalten"}
ENCODINGS: Choices = [
    DETECT,
    ("utf-8", "UTF-8"),
    ("utf-8-sig", "UTF-8 mit BOM"),
    ("cp1252", "Windows-1252 (westeuropäisch)"),
    ("latin-1", "ISO-8859-1"),
    ("cp850", "DOS (Codepage 850)"),
    ("utf-16", "UTF-16"),
]
SEPARATORS: Choices = [
    DETECT,
    (";", "Semikolon ( ; )"),
    (",", "Komma ( , )"),
    ("\t", "Tabulator"),
    ("|", "Strich ( | )"),
]
DECIMALS: Choices = [DETECT, (",", "Komma: 1.234,56"), (".", "Punkt, wie im Englischen")]
UNITS: Choices = [("1", "Euro"), ("1000", "Tausend Euro (T€)")]
SIGNS: Choices = [
    DETECT,
    (Sign.NATURAL.value, "beide Seiten ohne Vorzeichen"),
    (Sign.INCOME_POSITIVE.value, "Erträge positiv, Aufwendungen negativ"),
    (Sign.INCOME_NEGATIVE.value, "Erträge negativ, Aufwendungen positiv (SAP)"),
]
ACCOUNTINGS: Choices = [DETECT, (Accounting.DOPPIK.value, "Doppik"), (Accounting.KAMERAL.value, "Kameralistik")]
STAGES: Choices = list(Stage.choices)
SIDES: Choices = list(Side.choices)


def role_choices() -> list[tuple[str, Any]]:
    """The roles grouped for a select."""
    groups: dict[str, Choices] = {}
    for role, (group, label) in ROLE_LABELS.items():
        groups.setdefault(group, []).append((role.value, label))
    return [*groups.pop(""), *groups.items()]


def role_label(role: str) -> str:
    return ROLE_LABELS[Role(role)][1] if role in set(Role) else role


def scheme_choices() -> Choices:
    return [DETECT, *((scheme.id, scheme.title) for scheme in SCHEMES.values())]


def stage_choices() -> Choices:
    return [("", "automatisch"), *STAGES]


def side_choices() -> Choices:
    return [("", "automatisch"), *SIDES]


def _label(choices: Choices, value: object) -> str:
    return dict(choices).get(str(value), str(value)) if value not in (None, "") else ""


def detected(import_: BudgetImport) -> list[tuple[str, str]]:
    """What was found out about the file, as pairs of name and value for the reader."""
    facts, mapping = import_.facts, import_.mapping
    pairs = [
        ("Format", FORMATS.get(facts.get("format", ""), "")),
        ("Zeichenkodierung", _label(ENCODINGS, facts.get("encoding"))),
        ("Trennzeichen", _label(SEPARATORS, facts.get("separator"))),
        ("Blätter", ", ".join(table["name"] for table in facts.get("tables", []) if table["is_read"])),
        ("Kopfzeile", f"Zeile {facts['header_row']}" if facts.get("header_row") else "keine"),
        ("Aufbau", LAYOUTS.get(facts.get("layout", ""), "")),
        ("Dezimalzeichen", _decimal(facts, mapping)),
        ("Einheit", _label(UNITS, mapping.get("unit"))),
        ("Vorzeichen", _label(SIGNS, mapping.get("sign"))),
        ("Rechnungsstil", _label(ACCOUNTINGS, facts.get("accounting"))),
        ("Kontenrahmen", _label(scheme_choices(), facts.get("scheme"))),
        ("Haushaltsjahre", years_text(facts.get("years", []))),
        ("Stände", ", ".join(Stage(stage).label for stage in facts.get("stages", []))),
    ]
    is_text = facts.get("format") in ("delimited", "datapackage", "json")
    hidden = {"Blätter"} if is_text else set()
    return [(name, value) for name, value in pairs if value and name not in hidden]


def _decimal(facts: Mapping[str, Any], mapping: Mapping[str, Any]) -> str:
    text = _label(DECIMALS, mapping.get("decimal"))
    return f"{text} (gemischt)" if facts.get("decimal_mixed") else text


def years_text(years: Sequence[int]) -> str:
    """2020, 2021, 2022 → 2020 bis 2022."""
    if len(years) > 2 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]} bis {years[-1]}"
    return ", ".join(map(str, years))


FIELD_NAMES = {
    "encoding": "Zeichenkodierung",
    "separator": "Trennzeichen",
    "tables": "Blätter",
    "header_row": "Zeile mit den Überschriften",
    "header_rows": "Zahl der Überschriftszeilen",
    "decimal": "Dezimalzeichen",
    "unit": "Beträge in",
    "default_year": "Haushaltsjahr",
    "default_stage": "Stand der Planung",
    "stage_by_year": "Stand je Jahr",
    "side_words": "Wörter für die Seite",
    "stage_words": "Wörter für den Stand",
    "sign": "Vorzeichen der Beträge",
    "scheme": "Kontenrahmen",
    "accounting": "Rechnungsstil",
}
"""The parts of a mapping that hold for the whole file, as people call them."""


def shown(key: str, value: Any) -> str:
    """A part of a mapping in German words."""
    labels = {
        "encoding": ENCODINGS,
        "separator": SEPARATORS,
        "decimal": DECIMALS,
        "unit": UNITS,
        "sign": SIGNS,
        "accounting": ACCOUNTINGS,
        "default_stage": STAGES,
    }
    if isinstance(value, Mapping):
        return ", ".join(f"{word}: {_label(STAGES + SIDES, meaning)}" for word, meaning in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return _label(scheme_choices() if key == "scheme" else labels.get(key, []), value)


def column_words(column: Mapping[str, Any]) -> str:
    """What a column holds: „Betrag, Ansatz, 2026“."""
    parts = [
        role_label(column["role"]) if column.get("role") else "",
        f"Ebene {column['level']}" if column.get("level") else "",
        _label(STAGES, column.get("stage")),
        str(column.get("year") or ""),
        _label(SIDES, column.get("side")),
    ]
    return ", ".join(part for part in parts if part)


def column_names(import_: BudgetImport) -> list[str]:
    """A name for every column of the file, „Spalte 3“ where it has none."""
    header = import_.facts.get("header", [])
    kept = [column["index"] + 1 for column in import_.mapping.get("columns", [])]
    width = max([len(header), *kept, *(len(row) for row in import_.facts.get("sample", []))], default=0)
    return [header[i] if i < len(header) and header[i] else f"Spalte {i + 1}" for i in range(width)]
