"""The projection and its assumptions: who may change them, what they do, what the page says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from gemeinwerk.budgets.actions.conflicts import ConflictError
from gemeinwerk.budgets.actions.projection import (
    AssumptionError,
    add_assumption,
    change_assumption,
    remove_assumption,
)
from gemeinwerk.budgets.models import BalanceFigure, ProjectionAssumption, Stage
from gemeinwerk.budgets.queries import projection
from gemeinwerk.budgets.queries.overview import overview

from . import figures

INDEX = {
    "position": "staff",
    "kind": "index",
    "from_year": 2027,
    "to_year": None,
    "percent": Decimal("10"),
    "amount_cents": None,
    "source": "Tarif",
    "as_of": date(2026, 1, 1),
}


def add(seat, **changes):
    return add_assumption(seat, at=figures.AT, **(INDEX | changes))


def amount(cast, position, year):
    return projection.projection_picture(cast.anke_seat).projection.amount(position, year)


def test_projection_reaches_ten_years_beyond_the_base(cast):
    figures.years(cast.altendorf)
    found = projection.projection_picture(cast.anke_seat)
    assert [year.year for year in found.years] == list(range(2026, 2037))
    assert found.years[0].annual_result == -260_000_00
    assert [found.mark(year) for year in found.years[:3]] == ["Ansatz", "Planung", "fortgeschrieben"]
    assert found.years[0].gap == 260_000_00


def test_own_index_replaces_the_default_and_explains_itself(cast):
    figures.adopt(cast.altendorf, 2026)
    add(cast.anke_seat)
    carried = amount(cast, "staff", 2027)
    assert carried.cents == -2_530_000_00
    assert "Tarif" in carried.explanation
    assert "10" in carried.explanation


def test_step_and_one_off(cast):
    figures.adopt(cast.altendorf, 2026)
    add(cast.anke_seat, percent=Decimal(0))
    add(cast.anke_seat, kind="step", from_year=2028, percent=None, amount_cents=100_000_00)
    add(cast.anke_seat, kind="one_off", from_year=2029, to_year=2029, percent=None, amount_cents=-50_00)
    assert amount(cast, "staff", 2027).cents == -2_300_000_00
    assert amount(cast, "staff", 2028).cents == -2_200_000_00
    assert amount(cast, "staff", 2029).cents == -2_200_050_00
    assert amount(cast, "staff", 2030).cents == -2_200_000_00


def test_reserve_follows_the_balance_and_the_years_between(cast):
    figures.adopt(cast.altendorf, 2026)
    figures.adopt(cast.altendorf, 2025, Stage.ACTUAL)
    for item in ("equalization_reserve", "equity"):
        BalanceFigure.objects.create(
            body=cast.altendorf, year=2024, item=item, amount_cents=1_000_000_00, source="x", entered_at=figures.AT
        )
    found = projection.projection_picture(cast.anke_seat)
    assert found.years[0].reserve == 1_000_000_00 - 2 * 260_000_00
    assert found.projection.problems == ()


def test_same_assumption_twice_is_refused(cast):
    add(cast.anke_seat)
    with pytest.raises(AssumptionError, match="schon eine Annahme"):
        add(cast.anke_seat)
    other = add(cast.anke_seat, from_year=2028)
    with pytest.raises(AssumptionError, match="schon eine Annahme"):
        change_assumption(cast.anke_seat, other, version=1, at=figures.AT, from_year=2027)


def test_changing_and_removing_leave_their_record(cast):
    row = add(cast.anke_seat)
    change_assumption(cast.anke_seat, row, version=1, at=figures.AT, percent=Decimal("2.5"))
    with pytest.raises(ConflictError):
        change_assumption(cast.doris_seat, row, version=1, at=figures.AT, percent=Decimal("3"))
    remove_assumption(cast.anke_seat, row, version=2, at=figures.AT)
    with pytest.raises(AssumptionError, match="gelöscht"):
        remove_assumption(cast.anke_seat, row, version=2, at=figures.AT)
    told = [entry.sentence for entry in projection.assumption_history(cast.anke_seat)]
    assert told == [
        "hat die Annahme zu „Personalaufwendungen“ ab 2027 gelöscht.",
        "hat die Annahme zu „Personalaufwendungen“ ab 2027 geändert.",
        "hat eine Annahme zu „Personalaufwendungen“ ab 2027 eingetragen.",
    ]


def test_reader_and_neighbor_may_not_change(cast):
    row = add(cast.anke_seat)
    for act in (
        lambda: add(cast.bernd_seat, from_year=2030),
        lambda: change_assumption(cast.bernd_seat, row, version=1, at=figures.AT),
        lambda: remove_assumption(cast.bernd_seat, row, version=1, at=figures.AT),
    ):
        with pytest.raises(PermissionDenied):
            act()
    with pytest.raises(AssumptionError):
        remove_assumption(cast.clara_seat, row, version=1, at=figures.AT)
    assert ProjectionAssumption.objects.count() == 1


def given(**changes):
    return {
        "position": "staff",
        "kind": "index",
        "percent": "2,5",
        "amount_cents": "",
        "from_year": "2028",
        "to_year": "",
        "source": "Tarifabschluss",
        "as_of": "2026-10-02",
    } | changes


def test_form_speaks_german(cast, as_person):
    address = reverse("budget-assumption-add", args=[cast.altendorf.key])
    assert as_person(cast.anke).post(address, given()).status_code == 302
    row = ProjectionAssumption.objects.get()
    assert row.percent == Decimal("2.5")
    edit = reverse("budget-assumption-edit", args=[cast.altendorf.key, row.pk])
    assert 'value="2,5' in as_person(cast.anke).get(edit).content.decode()
    changed = given(kind="step", percent="", amount_cents="-1.000,50", version="1")
    assert as_person(cast.anke).post(edit, changed).status_code == 302
    row.refresh_from_db()
    assert (row.percent, row.amount_cents) == (None, -100050)


def test_second_try_after_a_conflict_succeeds(cast, as_person):
    row = add(cast.anke_seat)
    change_assumption(cast.doris_seat, row, version=1, at=figures.AT, percent=Decimal("4"))
    address = reverse("budget-assumption-edit", args=[cast.altendorf.key, row.pk])
    first = as_person(cast.anke).post(address, given(version="1"))
    assert "inzwischen von einer anderen Person" in first.content.decode()
    assert first.context["form"]["version"].value() == "2"
    assert as_person(cast.anke).post(address, given(version="2")).status_code == 302
    row.refresh_from_db()
    assert row.percent == Decimal("2.5")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"percent": ""}, "um wie viel Prozent"),
        ({"percent": "zwei"}, "Zahl mit Komma"),
        ({"kind": "step"}, "Betrag in Euro an"),
        ({"to_year": "2020"}, "vor dem ersten"),
        ({"position": "erfunden"}, "Auswahl"),
        ({"source": ""}, "erforderlich"),
    ],
)
def test_form_says_what_is_wrong_and_keeps_what_was_typed(cast, as_person, changes, said):
    address = reverse("budget-assumption-add", args=[cast.altendorf.key])
    text = as_person(cast.anke).post(address, given(**changes)).content.decode()
    assert said in text
    assert "2028" in text
    assert not ProjectionAssumption.objects.exists()


def test_removal_asks_first(cast, as_person):
    row = add(cast.anke_seat)
    address = reverse("budget-assumption-remove", args=[cast.altendorf.key, row.pk])
    assert "Personalaufwendungen" in as_person(cast.anke).get(address).content.decode()
    stale = as_person(cast.anke).post(address, {"version": "7"})
    assert "inzwischen" in stale.content.decode()
    assert as_person(cast.anke).post(address, {"version": "1"}).status_code == 302
    assert not ProjectionAssumption.objects.exists()


def test_the_reduction_of_nrw_is_named_on_both_pages(cast):
    """Line 26 of the Ergebnisplan stands before the globaler Minderaufwand, the gap after it: both say so."""
    cast.altendorf.state = "05"
    cast.altendorf.save()
    figures.adopt(cast.altendorf, 2026, lines=figures.LINES | {("1601", "global_reduction"): 20_000})
    rows = {row.title: row.cells[0].value for row in projection.projection_picture(cast.anke_seat).results.rows}
    assert rows["Jahresergebnis vor globalem Minderaufwand"] == -260_000_00
    assert rows["Globaler Minderaufwand"] == 20_000_00
    assert rows["Jahresergebnis nach globalem Minderaufwand"] == -240_000_00
    assert rows["Lücke (Fehlbetrag des Jahres)"] == 240_000_00
    tile = overview(cast.anke_seat).tiles[0]
    assert tile.value == -260_000_00
    assert "vor globalem Minderaufwand" in tile.note
