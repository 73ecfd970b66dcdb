"""Examples of every component, with invented figures: for the eye, and for the browser tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from gemeinwerk.ui import charts, formats, lists, maps
from gemeinwerk.ui.forms import DateField, FileDrop, MoneyField

OWN_ICONS = (
    *("upload", "lock", "swap-vert", "task-alt", "chart", "trend", "table", "layers", "coins", "people", "history"),
    *("gauge", "scale", "compare", "settings", "map", "target", "folder", "building", "play", "alarm", "filter"),
)
YEARS = [str(year) for year in range(2021, 2033)]
STATES = (("idee", "Idee"), ("geprueft", "geprüft"), ("beschlossen", "beschlossen"))
KINDS = {"Idee": "info", "geprüft": "warning", "beschlossen": "success"}
OFFICES = ("10 Hauptamt", "20 Kämmerei", "40 Schulamt", "51 Jugendamt", "60 Bauamt")


class GalleryForm(forms.Form):
    """One field of every kind."""

    title = forms.CharField(label="Titel der Maßnahme", help_text="Kurz und für Ratsmitglieder verständlich.")
    amount = MoneyField(label="Jährliche Entlastung in Euro", help_text="Zum Beispiel 12.500,00 oder 12,5 T€.")
    office = forms.ChoiceField(label="Federführendes Amt", choices=[("", "Bitte wählen"), *((o, o) for o in OFFICES)])
    start = DateField(label="Umsetzung ab", required=False)
    reason = forms.CharField(label="Begründung", widget=forms.Textarea(attrs={"rows": 4}), required=False)
    effect = forms.ChoiceField(
        label="Wirkung", choices=[("dauerhaft", "dauerhaft"), ("einmalig", "einmalig")], widget=forms.RadioSelect
    )
    parts = forms.MultipleChoiceField(
        label="Betroffene Bereiche",
        choices=[(o, o) for o in OFFICES[:3]],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    file = forms.FileField(
        label="Unterlage", widget=FileDrop, required=False, help_text="PDF oder Word, höchstens 10 MB."
    )
    council = forms.BooleanField(label="Der Personalrat ist beteiligt", required=False)


class GalleryList(lists.List):
    caption = "Maßnahmen"
    per_page = 8
    order = "-effect"
    columns = (
        lists.Column("title", "Maßnahme", filter="text", url=lambda row: f"?nr={row['number']}"),
        lists.Column("office", "Amt", filter="choice", choices=tuple((o, o) for o in OFFICES)),
        lists.Column("effect", "Entlastung je Jahr", kind="euro0", filter="range", total=True),
        lists.Column("share", "Anteil", kind="percent"),
        lists.Column("decided", "Beschluss", kind="date"),
        lists.Column("state", "Stand", kind="badge", badge=lambda row: KINDS[row["state"]]),
    )


class EmptyList(GalleryList):
    name = "leer-"


def _rows() -> list[dict[str, Any]]:
    names = ("Beleuchtung auf LED umstellen", "Bauhof gemeinsam betreiben", "Hallenbad im Sommer schließen")
    return [
        {
            "number": number,
            "title": f"{names[number % 3]} ({number + 1})",
            "office": OFFICES[number % 5],
            "effect": None if number == 7 else (number * 7919 % 97 - 15) * 123_456,
            "share": (number * 37 % 100) / 1000,
            "decided": date(2026, 1 + number % 12, 28) if number % 3 else None,
            "state": tuple(KINDS)[number % 3],
        }
        for number in range(30)
    ]


def _charts() -> list[charts.Chart]:
    result = [-184, -92, 35, 120, -240, -385, -412, -388, -290, -180, None, -96]
    income = [7100, 7350, 7480, 7700, 7800, 7950, 8100, 8260, 8400, 8590, 8720, 8900]
    expense = [7284, 7442, 7445, 7580, 8040, 8335, 8512, 8648, 8690, 8770, 8850, 8996]
    unit = 1_000_000
    return [
        charts.bars(
            "Jahresergebnis",
            YEARS,
            [charts.Series("Ergebnis", [None if v is None else v * unit for v in result])],
            note="2021 bis 2025 Ergebnis, danach Plan. Für 2031 liegt keine Angabe vor.",
        ),
        charts.line(
            "Erträge und Aufwendungen",
            YEARS,
            [
                charts.Series("Erträge", [v * unit for v in income]),
                charts.Series("Aufwendungen", [v * unit for v in expense]),
            ],
            planned_from=5,
            note="Gestrichelt: Plan.",
        ),
        charts.bars(
            "Aufwand nach Art",
            YEARS[:6],
            [
                charts.Series("Personal", [210 * unit + n * 9 * unit for n in range(6)]),
                charts.Series("Sachaufwand", [160 * unit + n * 4 * unit for n in range(6)]),
                charts.Series("Transfer", [340 * unit + n * 12 * unit for n in range(6)]),
            ],
            stacked=True,
        ),
        charts.waterfall(
            "Vom Fehlbetrag zum Ausgleich",
            [
                charts.Step("Stand heute", -385 * unit, is_total=True),
                charts.Step("Personal", 92 * unit),
                charts.Step("Steuern", 140 * unit),
                charts.Step("Energie", -31 * unit),
                charts.Step("Gebäude", 64 * unit),
                charts.Step("Danach", -120 * unit, is_total=True),
            ],
        ),
        charts.strips(
            "Zuschussbedarf je Produktbereich",
            ["Innere Verwaltung", "Schulträgeraufgaben", "Kinder-, Jugend- und Familienhilfe", "Sportförderung"],
            [
                charts.Series("2025", [-x * unit for x in (82, 47, 164, 12)]),
                charts.Series("2026", [-x * unit for x in (85, 52, 171, 14)]),
            ],
        ),
        charts.dots(
            "Lage im Vergleich, je Einwohner",
            [
                charts.DotRow("Personalaufwand", 61_200, [48_000, 52_100, 55_500, 58_700, 63_000, 70_400]),
                charts.DotRow("Zinsaufwand", 4_100, [900, 1_500, 2_200, 3_900, 6_100]),
                charts.DotRow("Schulden", 143_000, [22_000, 61_000, 88_000, 120_000]),
            ],
            unit="euro",
        ),
    ]


def _areas() -> list[maps.Area]:
    names = ("Altendorf", "Neudorf", "Oberstadt", "Unterstadt", "Seehausen", "Waldheim")
    areas = []
    for number, name in enumerate(names):
        x, y = 9 + number % 3 * 0.2, 50 + number // 3 * 0.12
        ring = [[x, y], [x + 0.2, y + 0.01 * number], [x + 0.2, y + 0.12], [x, y + 0.12], [x, y]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        areas.append(maps.Area(name, geometry, url=f"?ort={number}", step=number, is_own=number == 1))
    return areas


class SampleRun:
    """What a running job looks like to the page."""

    pk, progress, message, is_over = 1, 42, "Zeile 420.000 von 1.000.000 gelesen", False

    def get_kind_display(self) -> str:
        return "Haushaltsdatei lesen und prüfen"

    def get_state_display(self) -> str:
        return "läuft"


def shell() -> dict[str, Any]:
    menu = [
        {"title": "", "entries": [{"title": "Übersicht", "url": "#", "icon": "home", "is_current": False}]},
        {
            "title": "Steuern",
            "entries": [
                {"title": "Haushalt", "url": "#", "icon": "checklist", "is_current": True},
                {"title": "Strategie", "url": "#", "icon": "visibility", "is_current": False},
                {"title": "Maßnahmen", "url": "#", "icon": "edit", "is_current": False},
            ],
        },
        {
            "title": "Nachschlagen",
            "entries": [{"title": "Dokumente", "url": "#", "icon": "draft", "is_current": False}],
        },
    ]
    bodies = [
        {"name": "Stadt Altendorf", "url": "#", "is_current": True},
        {"name": "Verbandsgemeinde Oberes Seetal", "url": "#", "is_current": False},
    ]
    return {
        "menu": menu,
        "bodies": bodies,
        "body": bodies[0],
        "person": {"name": "Erika Muster", "role": "Kämmerei"},
        "search_url": "#",
        "is_demo": True,
        "data_as_of": "31.10.2026",
    }


def progress() -> dict[str, Any]:
    return {"run": SampleRun(), "progress_url": "?teil=lauf", "page_url": "?", "cancel_url": "#"}


def context(params: QueryDict) -> dict[str, Any]:
    typed = {"title": "Bauhof gemeinsam betreiben", "amount": "viel", "start": "2026-13-40"}
    return {
        "title": "Bausteine der Oberfläche",
        "crumbs": [("Start", "/"), ("Bausteine", None)],
        "help": "index",
        "shell": shell(),
        "listing": GalleryList(_rows(), params),
        "empty_list": EmptyList([], params),
        "charts": _charts(),
        "spark": charts.sparkline("Trend: von 12 auf 31 gestiegen", [12, 14, 13, None, 22, 31]),
        "map": maps.area_map("Landkreis mit sechs Gemeinden", _areas()),
        "map_legend": maps.legend([None, 100, 250, 700, 1100, 1900], lambda value: formats.euro0(int(value * 100))),
        "form": GalleryForm(),
        "refused": GalleryForm(typed, auto_id="refused_%s"),
        "icons": OWN_ICONS,
        **progress(),
        "day": date(2026, 12, 31),
    }
