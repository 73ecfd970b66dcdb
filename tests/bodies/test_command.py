from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from gemeinwerk.bodies.models import Body, Population
from tests.engine import directory_files as files

pytestmark = pytest.mark.django_db


@pytest.fixture
def paths(tmp_path):
    written = {}
    for name, data in {
        "alt.txt": files.gv100ad(),
        "neu.xlsx": files.auszug(),
        "aenderungen.xlsx": files.changes(),
        "grenzen.geojson": files.geojson(),
        "kaputt.xlsx": b"PK\x03\x04",
    }.items():
        (tmp_path / name).write_bytes(data)
        written[name.partition(".")[0]] = str(tmp_path / name)
    return written


def test_everything_comes_in_with_printed_sums(paths, capsys):
    call_command(
        "import_directory", paths["alt"], paths["neu"], changes=[paths["aenderungen"]], boundaries=[paths["grenzen"]]
    )
    said = capsys.readouterr()
    assert "Gemeinden: Datei 6, gespeichert 6: stimmt" in said.out
    assert "Einwohnerinnen und Einwohner: Datei 314.000, gespeichert 314.000: stimmt" in said.out
    assert "Einwohner am 31.12.2022 auf Grundlage Zensus 2011 (angenommen)" in said.out
    assert "Gebietsänderungen: aenderungen.xlsx\n  gelesen 6, neu 6" in said.out
    assert "Flächen 5, ausgelassen (Gewässer) 1, gespeichert 4" in said.out
    assert "[5/5] Fertig" in said.out
    assert "GV100AD nennt keinen Stichtag" in said.err
    assert Body.objects.count() == 9


def test_stichtag_and_census_can_be_told(paths):
    call_command("import_directory", paths["alt"], stichtag="30.06.2023", basis="2022")
    assert {(str(row.reference_date), row.census_basis) for row in Population.objects.all()} == {("2023-06-30", "2022")}


def test_an_older_edition_is_not_compared_by_area(paths, capsys):
    call_command("import_directory", paths["neu"], paths["alt"])
    assert "nicht verglichen, neuerer Gebietsstand" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        ([], {}, "mindestens eine Datei"),
        (["gibtsnicht.xlsx"], {}, "gibt es nicht"),
        (["kaputt"], {}, "nichts geändert"),
        (["neu"], {"stichtag": "gestern"}, "kein Datum"),
    ],
)
def test_what_cannot_be_done_is_said(paths, arguments, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("import_directory", *(paths.get(name, name) for name in arguments), **options)
    assert Body.objects.count() == 0
