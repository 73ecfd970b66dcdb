"""Balance figures: entered by hand, imported from a table, shown as series."""

from __future__ import annotations

from io import BytesIO

import pytest
import xlsxwriter
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gemeinwerk.budgets.actions.balance import enter_balance, import_balance
from gemeinwerk.budgets.actions.conflicts import ConflictError
from gemeinwerk.budgets.models import BalanceFigure
from gemeinwerk.budgets.queries import balance

from . import figures

LOANS, CASH = "investment_loans", "cash"


def enter(seat, values, was=None, **facts):
    given = {"source": "Jahresabschluss", "is_plan": False, "at": figures.AT} | facts
    return enter_balance(seat, 2025, figures=values, was=was or {}, **given)


def stored():
    return {f.item: f.amount_cents for f in BalanceFigure.objects.all()}


def test_entering_changing_and_taking_away(cast):
    assert enter(cast.anke_seat, {LOANS: 500, CASH: 100}) == 2
    assert enter(cast.anke_seat, {LOANS: 600, CASH: None}, {LOANS: 500, CASH: 100}) == 2
    assert stored() == {LOANS: 600}
    assert BalanceFigure.objects.get().version == 2
    entry = balance.balance_history(cast.anke_seat)[0]
    assert "31.12.2025" in entry.sentence
    assert ("Liquide Mittel", "1,00\u00a0€", None) in {(c.field, c.old, c.new) for c in entry.changes}


def test_zero_is_a_value(cast):
    enter(cast.anke_seat, {CASH: 0})
    assert stored() == {CASH: 0}


def test_two_editors_of_different_items_do_not_meet(cast):
    enter(cast.anke_seat, {LOANS: 500, CASH: 100})
    seen = {LOANS: 500, CASH: 100}
    enter(cast.anke_seat, seen | {LOANS: 600}, seen)
    enter(cast.doris_seat, seen | {CASH: 200}, seen)
    assert stored() == {LOANS: 600, CASH: 200}


def test_two_editors_of_one_item_meet(cast):
    enter(cast.anke_seat, {LOANS: 500})
    enter(cast.anke_seat, {LOANS: 600}, {LOANS: 500})
    with pytest.raises(ConflictError, match="Krediten für Investitionen"):
        enter(cast.doris_seat, {LOANS: 700, CASH: 1}, {LOANS: 500})
    assert stored() == {LOANS: 600}


def test_reader_may_not_enter(cast):
    with pytest.raises(PermissionDenied):
        enter(cast.bernd_seat, {LOANS: 1})
    with pytest.raises(PermissionDenied):
        import_balance(cast.bernd_seat, [], file_name="x", is_plan=False, at=figures.AT)


def test_form_of_a_year(cast, as_person):
    address = reverse("budget-balance-edit", args=[cast.altendorf.key, 2025])
    client = as_person(cast.anke)
    given = {f"amount_{LOANS}": "1.234,56", f"was_{LOANS}": "", "source": "Abschluss"}
    assert client.post(address, given).status_code == 302
    assert stored() == {LOANS: 123456}
    page = client.get(address).content.decode()
    assert 'value="1.234,56"' in page
    assert 'value="123456"' in page
    wrong = client.post(address, {f"amount_{LOANS}": "viel", f"was_{LOANS}": "123456"})
    assert "viel" in wrong.content.decode()
    assert stored() == {LOANS: 123456}


def test_conflict_keeps_what_was_typed_and_takes_what_was_not(cast, as_person):
    enter(cast.anke_seat, {LOANS: 500, CASH: 100})
    enter(cast.doris_seat, {LOANS: 600, CASH: 200}, {LOANS: 500, CASH: 100})
    address = reverse("budget-balance-edit", args=[cast.altendorf.key, 2025])
    given = {f"amount_{LOANS}": "7,00", f"was_{LOANS}": "500", f"amount_{CASH}": "1,00", f"was_{CASH}": "100"}
    response = as_person(cast.anke).post(address, given)
    text = response.content.decode()
    assert "inzwischen von einer anderen Person" in text
    form = response.context["form"]
    assert (form[f"amount_{LOANS}"].value(), form[f"was_{LOANS}"].value()) == ("7,00", "600")
    assert (form[f"amount_{CASH}"].value(), form[f"was_{CASH}"].value()) == ("2,00", "200")
    assert as_person(cast.anke).post(address, form.data.dict()).status_code == 302
    assert stored() == {LOANS: 700, CASH: 200}


def test_year_beyond_reason_is_sent_back(cast, as_person):
    client = as_person(cast.anke)
    key = cast.altendorf.key
    assert client.get(reverse("budget-balance-edit", args=[key, 3000])).status_code == 302
    chosen = client.get(reverse("budget-balance-choose", args=[key]), {"year": "2024"})
    assert chosen.url == reverse("budget-balance-edit", args=[key, 2024])
    assert (
        "Bitte geben Sie ein Jahr"
        in client.get(reverse("budget-balance-choose", args=[key]), {"year": "x"}).content.decode()
    )


def upload(client, cast, name, content):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("budget-balance-import", args=[cast.altendorf.key]), {"file": file}, follow=True)


def test_import_from_csv(cast, as_person):
    content = "Posten;Jahr;Betrag;Quelle\nLiquide Mittel;2024;1.234,50;Seite 3\nInvestitionskredite;2024;9.000,00;\n"
    response = upload(as_person(cast.anke), cast, "bilanz.csv", content.encode("cp1252"))
    assert "2 Bilanzwerte" in response.content.decode()
    assert stored() == {CASH: 123450, LOANS: 900000}
    assert BalanceFigure.objects.get(item=CASH).source == "Seite 3"
    again = upload(as_person(cast.anke), cast, "bilanz.csv", content.encode("cp1252"))
    assert "nichts geändert" in again.content.decode()


def test_import_from_xlsx(cast, as_person):
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("Bilanz")
        for row, cells in enumerate([("Posten", "Jahr", "Betrag"), ("Liquide Mittel", 2024, 12.5)]):
            sheet.write_row(row, 0, cells)
    upload(as_person(cast.anke), cast, "bilanz.xlsx", buffer.getvalue())
    assert stored() == {CASH: 1250}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Posten;Jahr;Betrag\nGibt es nicht;2024;5\n", "gibt es in der Liste der Bilanzposten nicht"),
        (b"%PDF-1.7 nothing", "ein PDF"),
        (b"PK\x03\x04broken", "Datei"),
        (b"\x00\xff\x00\xff" * 50, "Datei"),
        (b"Hallo", "kein Bilanzwert"),
    ],
)
def test_bad_file_ends_in_a_sentence(cast, as_person, content, said):
    response = upload(as_person(cast.anke), cast, "bilanz.csv", content)
    assert response.status_code == 200
    assert said in response.content.decode()
    assert stored() == {}


def test_series_with_people_and_checks(cast):
    figures.inhabitants(cast.altendorf)
    enter(cast.anke_seat, {LOANS: 500_000_00, "liquidity_loans": 100_000_00, CASH: 20_00, "cash_": 1})
    found = balance.balance_picture(cast.anke_seat)
    assert found.line("debt").cents == (600_000_00,)
    assert found.per_head.rows[0].cells[0].value == 60_00
    assert "31.12.2025 (Zensus 2022)" in found.per_head.notes[0]
    assert any("nicht bekannt" in problem.text for problem in found.problems[2025])
