"""Spreadsheets: nothing in them is a formula, figures are figures, and they say what they are."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.http import QueryDict

from gemeinwerk.ui.exports import export_xlsx
from gemeinwerk.ui.lists import Column, List

COLUMNS = (
    Column("name", "Name"),
    Column("cents", "Betrag", kind="euro0"),
    Column("share", "Anteil", kind="percent"),
    Column("day", "Tag", kind="date"),
    Column("flag", "Aktiv", kind="yes_no"),
)
EVIL = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")',
    "http://x.example",
]


def read(response):
    return openpyxl.load_workbook(BytesIO(response.content))


@pytest.mark.parametrize("text", EVIL)
def test_text_stays_text(text):
    response = export_xlsx("x", title="Liste", columns=COLUMNS, rows=[(text, 1, 0, None, True)], facts={text: text})
    for sheet in read(response):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.value
                assert cell.hyperlink is None
    cell = read(response)["Liste"]["A2"]
    assert cell.data_type == "s"
    if not text.startswith("http"):
        assert cell.quotePrefix


def test_figures_are_figures_with_heads_and_units():
    rows = [("Abfall", -123456, 0.125, date(2026, 12, 31), True), ("Leer", None, None, None, False)]
    response = export_xlsx(
        "Öffentliche Übersicht", title="Über: alles/[1]", columns=COLUMNS, rows=rows, as_of="31.10.2026"
    )
    book = read(response)
    sheet = book.worksheets[0]
    assert sheet.title == "Über alles1"
    assert [cell.value for cell in sheet[1]] == ["Name", "Betrag (€)", "Anteil (%)", "Tag", "Aktiv"]
    assert sheet["B2"].value == -1234.56
    assert sheet["C2"].value == 0.125
    assert sheet["C2"].number_format == "0.0%"
    assert sheet["D2"].value.date() == date(2026, 12, 31)
    assert (sheet["E2"].value, sheet["E3"].value, sheet["B3"].value) == ("ja", "nein", None)
    assert sheet.freeze_panes == "A2"
    facts = {row[0].value: row[1].value for row in book["Datenstand"].iter_rows()}
    assert facts["Datenstand"] == "31.10.2026"
    assert facts["Zeilen"] == "2"
    assert "filename*=UTF-8''%C3%96ffentliche%20%C3%9Cbersicht.xlsx" in response["Content-Disposition"]


def test_huge_cells_and_hostile_names_are_tamed():
    response = export_xlsx('a"\r\nX: y', title="", columns=COLUMNS, rows=[("x" * 40_000, 0, 0, None, None)])
    assert "\n" not in response["Content-Disposition"]
    sheet = read(response).worksheets[0]
    assert sheet.title == "Tabelle"
    assert len(sheet["A2"].value) == 32_767


def test_the_export_is_the_filtered_list_in_its_order_on_all_pages():
    class Sample(List):
        caption = "Produkte"
        columns = COLUMNS[:2]
        order = "-cents"
        per_page = 1

    class Filtered(Sample):
        columns = (Column("name", "Name", filter="text"), COLUMNS[1])

    rows = [{"name": "Alt", "cents": 1}, {"name": "Neu", "cents": 2}, {"name": "Alles", "cents": 3}]
    book = read(Filtered(rows, QueryDict("name=al")).export("x", facts={"Kommune": "Altendorf"}))
    assert [row[0].value for row in book["Produkte"].iter_rows(min_row=2)] == ["Alles", "Alt"]
    facts = {row[0].value: row[1].value for row in book["Datenstand"].iter_rows()}
    assert facts["Filter: Name"] == "Name enthält „al“"
    assert facts["Kommune"] == "Altendorf"
