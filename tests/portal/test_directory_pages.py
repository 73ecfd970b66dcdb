from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from gemeinwerk.bodies import actions
from tests.engine import directory_files as files


@pytest.fixture
def region(cast):
    actions.import_directory(files.gv100ad())
    actions.import_directory(files.auszug())
    actions.import_changes(files.changes())
    actions.apply_mergers()
    actions.import_boundaries(files.geojson(), source="Probekarte")
    return cast


def text(response):
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("path", ["/verzeichnis/", "/verzeichnis/99001001/"])
def test_the_directory_is_for_people_who_are_logged_in(client, region, path):
    response = client.get(path)
    assert response.status_code == 302
    assert "/anmelden" in response["Location"] or "next=" in response["Location"]


def test_the_list_is_searched_sorted_and_filtered(as_person, region):
    client = as_person(region.clara)
    everything = text(client.get("/verzeichnis/"))
    assert "8 Einträge" in everything
    assert "Gebietsstand 31.12.2024, 6 Gemeinden" in everything
    assert "Altbach" not in everything
    assert "Altbach" in text(client.get("/verzeichnis/?aufgeloest=1"))
    found = text(client.get("/verzeichnis/?suche=ueber"))
    assert "Übersee" in found and "Altendorf</a></th>" not in found
    ordered = text(client.get("/verzeichnis/?sort=-inhabitants")).partition("<main")[2]
    assert ordered.index("Großstadt") < ordered.index("Altendorf") < ordered.index("Neudorf")
    assert "1 Eintrag" in text(client.get("/verzeichnis/?kind=association"))
    assert "gibt es keine Kommune" in text(client.get("/verzeichnis/?kind=service_office"))


@pytest.mark.parametrize(
    "query", ["suche=%00", "suche=%25", "sort=password", "seite=x", "inhabitants-von=viel", "kind='"]
)
def test_nonsense_in_the_address_does_no_harm(as_person, region, query):
    text(as_person(region.clara).get(f"/verzeichnis/?{query}"))


def test_the_list_goes_out_as_a_spreadsheet_with_its_source(as_person, region):
    response = as_person(region.anke).get("/verzeichnis/?format=xlsx&suche=bach")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert any("Bachheim" in row and 500 in row for row in rows)
    assert not any("Neudorf" in row for row in rows)


def test_a_page_shows_what_the_register_knows(as_person, region):
    page = text(as_person(region.anke).get("/verzeichnis/99001001/"))
    for piece in (
        "12.000",
        "am 31.12.2023, Zensus 2011",
        "56,73",
        "Größenklasse 6",
        "Landkreis Wiesental",
        "99001001",
        "11.941",
        "(umgerechnet)",
        "Angrenzende Gemeinden",
        "Neudorf",
        "11,1",
        "<svg",
        "Probekarte",
        "Auflösung",
        "Destatis",
        "31.12.2024",
    ):
        assert piece in page, piece
    assert page.count("<h1") == 1
    assert "style=" not in page


def test_pages_of_kreis_association_and_dissolved_body(as_person, region):
    client = as_person(region.anke)
    assert "Bachheim" in text(client.get("/verzeichnis/99001/"))
    assert "Samtgemeinde" in text(client.get("/verzeichnis/990015401/"))
    gone = text(client.get("/verzeichnis/99001005/"))
    assert "zum 01.01.2024 aufgelöst" in gone
    assert 'href="/verzeichnis/99001002/"' in gone
    assert client.get("/verzeichnis/12345678/").status_code == 404


def test_a_body_without_any_register_data_has_a_page(as_person, cast):
    page = text(as_person(cast.anke).get(f"/verzeichnis/{cast.neudorf.key}/"))
    assert "keine Einwohnerzahl" in page
    assert "von Hand angelegt" in page


def test_pages_cost_a_constant_number_of_queries(as_person, region, django_assert_max_num_queries):
    client = as_person(region.anke)
    for path in ("/verzeichnis/", "/verzeichnis/99001/", "/verzeichnis/99001001/", "/verzeichnis/99002000/"):
        with django_assert_max_num_queries(16):
            text(client.get(path))
