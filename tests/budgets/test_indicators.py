"""Key figures and early warning on the pages: values, reasons, ranges."""

from __future__ import annotations

from fractions import Fraction

from django.urls import reverse

from gemeinwerk.budgets.models import BalanceFigure
from gemeinwerk.budgets.queries import indicators

from . import figures


def keep(body, year, **items):
    for item, cents in items.items():
        BalanceFigure.objects.create(
            body=body, year=year, item=item, amount_cents=cents, source="Abschluss", entered_at=figures.AT
        )


def value(cast, ident):
    found = indicators.indicator_picture(cast.anke_seat)
    return found.one(ident).values[found.lead_index]


def test_value_is_exact_and_shows_its_inputs(cast):
    figures.adopt(cast.altendorf, 2026)
    coverage = value(cast, "expense_coverage")
    assert coverage.value == Fraction(4_820_000 * 100, 5_000_000)
    assert {one.title for one in coverage.inputs} == {"Ordentliche Erträge", "Ordentliche Aufwendungen"}


def test_all_eighteen_are_there(cast):
    figures.adopt(cast.altendorf, 2026)
    found = indicators.indicator_picture(cast.anke_seat)
    assert sorted(s.definition.number for s in found.series if s.definition.number) == list(range(1, 19))
    grid = indicators.indicator_grid(found, which="nkf")
    assert [row.number for row in grid.rows] == [str(n) for n in range(1, 19)]


def test_missing_and_undefined_say_why(cast, as_person):
    figures.adopt(cast.altendorf, 2026, lines={("1601", "taxes"): 100, ("0601", "staff"): -40})
    keep(cast.altendorf, 2026, general_reserve=100, equalization_reserve=100)
    client = as_person(cast.bernd)
    key = cast.altendorf.key
    undefined = client.get(reverse("budget-indicator", args=[key, "deficit_ratio"])).content.decode()
    assert "Nicht definiert, weil kein Fehlbetrag vorliegt" in undefined
    missing = client.get(reverse("budget-indicator", args=[key, "equity_ratio_1"])).content.decode()
    assert "es fehlt: Eigenkapital" in missing
    assert client.get(reverse("budget-indicator", args=[key, "gibt-es-nicht"])).status_code == 404


def test_warning_is_a_range_while_inputs_are_missing(cast, as_person):
    figures.adopt(cast.altendorf, 2026)
    figures.inhabitants(cast.altendorf)
    found = indicators.warning_picture(cast.anke_seat)
    words = indicators.warning_lead(found)
    assert words.is_range
    assert " bis " in words.score
    page = as_person(cast.bernd).get(reverse("budget-warning", args=[cast.altendorf.key])).content.decode()
    assert "deshalb steht hier eine Spanne" in page
    assert "Nur zur Orientierung" not in page


def test_other_laender_are_told_that_it_is_orientation(cast, as_person):
    cast.altendorf.state = "05"
    cast.altendorf.save()
    figures.adopt(cast.altendorf, 2026)
    page = as_person(cast.bernd).get(reverse("budget-warning", args=[cast.altendorf.key])).content.decode()
    assert "Nur zur Orientierung" in page
