"""The commands directory, neighbors and territory of `python -m gemeinwerk.engine`."""

from __future__ import annotations

import json

import pytest

from gemeinwerk.engine.__main__ import main
from tests.engine import directory_files as files


@pytest.fixture
def path(tmp_path):
    def write(name, data):
        (tmp_path / name).write_bytes(data)
        return str(tmp_path / name)

    return write


def said(capsys):
    return json.loads(capsys.readouterr().out)


def test_directory_gives_sums_facts_and_units(path, capsys):
    assert main(["directory", path("neu.xlsx", files.auszug()), "--json", "--units"]) == 0
    content = said(capsys)
    assert content["sums"]["inhabitants"] == 314_000
    assert content["facts"]["population_date"] == "2023-12-31"
    assert len(content["units"]) == 13


def test_directory_gives_changes(path, capsys):
    assert main(["directory", path("a.xlsx", files.changes()), "--changes", "--json"]) == 0
    assert said(capsys)["changes"][0]["new_name"] == "Altendorf, Stadt"


def test_directory_speaks_plainly(path, capsys):
    assert main(["directory", path("alt.txt", files.gv100ad())]) == 0
    out = capsys.readouterr().out
    assert "inhabitants: 312961" in out
    assert "note: GV100AD nennt keinen Stichtag" in out
    table = files.rows()
    table[3][6] = "x"
    assert main(["directory", path("neu.xlsx", files.auszug(table))]) == 0
    assert "Zeile 10]" in capsys.readouterr().out


def test_what_cannot_be_read_is_told_by_the_exit_code(path, capsys):
    assert main(["directory", path("x.txt", b"nothing")]) == 1
    assert main(["neighbors", path("y.txt", b"nothing")]) == 1
    assert main(["directory", "gibtsnicht"]) == main(["neighbors", "gibtsnicht"]) == 2
    assert main(["territory", path("z.json", b"[]")]) == main(["territory", "gibtsnicht"]) == 2
    assert "Erwartet wird" in capsys.readouterr().err


def test_neighbors_are_found_per_level(path, capsys):
    name = path("g.geojson", files.geojson())
    assert main(["neighbors", name, "--json"]) == 0
    content = said(capsys)
    assert [(border["first"], border["second"]) for border in content["borders"]] == [
        ("990010001001", "990010002002"),
        ("990010001001", "990010005005"),
    ]
    assert (content["shapes"], content["left_out"]) == (5, 1)
    assert main(["neighbors", name, "--shortest", "9000"]) == 0
    assert "gemeinsame Grenzen: 1" in capsys.readouterr().out
    assert main(["neighbors", path("k.geojson", files.geojson().replace(b"99009999", b"x"))]) == 0
    assert "fehlt der amtliche Schlüssel" in capsys.readouterr().out


EXAMPLE = {
    "counts": {
        "Altbach": {"inhabitants": 61, "territory_date": "2022-12-31"},
        "Altendorf": {"inhabitants": 11900, "territory_date": "2022-12-31"},
        "Neudorf": {"inhabitants": 790, "territory_date": "2022-12-31"},
    },
    "moves": [
        {"old": "Altbach", "new": "Altendorf", "on": "2024-01-01", "inhabitants": 40},
        {"old": "Altbach", "new": "Neudorf", "on": "2024-01-01", "inhabitants": 20},
        {"old": "Unbekannt", "new": "Weiler", "on": "2024-01-01"},
    ],
}


def test_territory_gives_the_worked_example_of_the_method_page(path, capsys):
    name = path("t.json", json.dumps(EXAMPLE).encode())
    assert main(["territory", name, "--json"]) == 0
    content = said(capsys)
    assert {key: count["inhabitants"] for key, count in content["counts"].items()} == {
        "Altendorf": 11_941,
        "Neudorf": 810,
    }
    assert content["incomplete"] == ["Weiler"]
    assert main(["territory", name]) == 0
    out = capsys.readouterr().out
    assert "Altendorf: 11941 (Gebietsstand 2024-01-01, aus Altbach, Altendorf)" in out
    assert "Weiler: nicht umrechenbar" in out
