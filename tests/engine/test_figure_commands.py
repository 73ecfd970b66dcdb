"""The commands `indicators`, `warning`, `balance` and `project`: the worked examples through JSON, and refusals."""

from __future__ import annotations

import io
import json

import pytest

from gemeinwerk.engine.__main__ import main

from . import test_early_warning as warning_example
from . import test_indicators as indicator_example
from . import test_projection as projection_example

PLAN = [
    {"year": year, "stage": stage.value, "amounts": amounts}
    for (year, stage), amounts in projection_example.PLAN.items()
]
OWN = [
    {
        "key": one.key,
        "kind": one.kind.value,
        "from_year": one.from_year,
        "percent": None if one.percent is None else str(one.percent),
        "amount_cents": one.amount_cents,
        "source": one.source,
    }
    for one in projection_example.OWN
]


@pytest.fixture
def call(tmp_path, capsys):
    """`call("indicators", {...})` is the exit code, what was printed, and the complaint."""

    def run(command, document, *flags):
        path = tmp_path / "in.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        code = main([command, str(path), *flags])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_indicators(call):
    document = {
        "flows": indicator_example.FLOWS,
        "balance": indicator_example.BALANCE,
        "inhabitants": 10_000,
        "whole_plan": True,
        "voluntary": {"grants_paid": -1_100_000_00},
    }
    code, out, _ = call("indicators", document, "--json")
    found = {one["id"]: one for one in json.loads(out)["indicators"]}
    assert code == 0 and found["expense_coverage"]["value"]["exact"] == "1050/11"
    assert found["voluntary_ratio"]["value"]["value"] == 5.0
    assert found["equity_ratio_1"]["inputs"][1]["title"] == "Bilanzsumme"
    code, out, _ = call("indicators", document)
    assert "10 Dynamischer Verschuldungsgrad" in out and "57,00 Jahre" in out
    _, out, _ = call("indicators", {})
    assert "Nicht berechnet, es fehlt: Ordentliche Erträge; Ordentliche Aufwendungen." in out


def test_warning(call):
    document = {
        "flows": warning_example.FLOWS,
        "balance": warning_example.BALANCE,
        "inhabitants": 12_000,
        "prior_operating_payments": dict(zip(("2023", "2024", "2025"), warning_example.PRIOR, strict=True)),
    }
    code, out, _ = call("warning", document)
    assert code == 0 and "81,66 von 100 Punkten, grün" in out
    _, out, _ = call("warning", document, "--json")
    found = json.loads(out)
    assert found["score"]["exact"] == "245/3" and found["light"] == "green" and len(found["indicators"]) == 8
    _, out, _ = call("warning", {**document, "inhabitants": None, "overrides": {"x": {}}})
    assert "kein Punktwert, möglich sind 55,00 bis 95,00 Punkte (grün oder gelb)" in out
    assert "- Den Indikator „x“ gibt es nicht." in out


def test_balance(call):
    figures = {
        "2024": {"investment_loans": 900, "liquidity_loans": 100},
        "2025": {"investment_loans": 700, "liquidity_loans": 0},
    }
    code, out, _ = call("balance", {"figures": figures, "inhabitants": {"2025": 7}})
    assert code == 0 and "−3,00 €" in out and "1,00 €" in out and "Prüfung der Bilanz 2024: 1 Auffälligkeiten" in out
    rows = [
        ["Posten", "Jahr", "Betrag"],
        ["Anlagevermögen", 2025, 9.5],
        ["Umlaufvermögen", 2025, "-"],
        ["ARAP", 2025, 0],
    ]
    rows += [["P", 2025, "9,50"], ["Gold", 2025, 1]]
    code, out, _ = call("balance", {"rows": rows})
    assert "Prüfung der Bilanz 2025: geht auf" in out and "„Gold“ gibt es" in out and "[Zeile 6]" in out
    _, out, _ = call("balance", {"rows": rows}, "--json")
    found = json.loads(out)
    assert found["balances"]["2025"]["assets_total"] == 950 and found["checks"] == {"2025": []}
    assert found["problems"][0]["row"] == 6


def test_project(call):
    options = {
        "opening": {"year": 2025, "reserve_cents": 2_000_000_00, "equity_cents": 3_000_000_00},
        "safety_percent": 10,
        "old_deficits": {"2027": 100},
    }
    document = {"plan": PLAN, "assumptions": OWN, "options": options}
    code, out, _ = call("project", document, "--json")
    found = json.loads(out)
    assert code == 0 and found["years"][2]["annual_result"] == -814_700_00
    assert found["reserve_used_up"] == 2028 and found["years"][0]["stage"] == "estimate"
    assert found["years"][0]["safety"] == 60_000_00 and found["years"][1]["old_deficits"] == 100
    direct = projection_example.project(projection_example.PLAN, projection_example.OWN)
    assert [one["cents"] for one in found["amounts"]] == [one.cents for one in direct.amounts]
    code, out, _ = call("project", document)
    assert "2028  fortgeschrieben" in out and "2027  mittelfristig" in out and "2026  Ansatz" in out
    assert "Die Rücklage ist im Jahr 2028 aufgebraucht." in out and "Das Eigenkapital ist im Jahr" in out
    assert "Annahmen, keine Prognose" in out
    code, out, _ = call(
        "project",
        {
            "plan": [{"year": 2026, "stage": "estimate", "amounts": {"4011": 5}}],
            "positions": {"4011": "taxes"},
            "options": {"horizon": 0},
        },
    )
    assert code == 0 and "0,05 €" in out and "aufgebraucht" not in out
    code, out, _ = call("project", {})
    assert code == 1 and "Es gibt keinen Haushaltsansatz" in out


def test_standard_input(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO('{"flows": {"taxes": 100}, "inhabitants": 2}'))
    assert main(["indicators", "-", "--json"]) == 0
    found = {one["id"]: one for one in json.loads(capsys.readouterr().out)["indicators"]}
    assert found["tax_per_head"]["value"]["value"] == 0.5


ONE_PLAN = {"year": 2026, "stage": "estimate", "amounts": {}}


@pytest.mark.parametrize(
    ("command", "document", "said"),
    [
        ("indicators", "{", "kein gültiges JSON"),
        ("indicators", "[" * 100_000, "kein gültiges JSON"),
        ("indicators", "[]", "JSON-Objekt"),
        ("indicators", {"flows": []}, "„flows“ muss ein Objekt"),
        ("indicators", {"flows": {"taxes": 1.5}}, "„taxes“ muss eine ganze Zahl"),
        ("indicators", {"flows": {"taxes": True}}, "„taxes“ muss eine ganze Zahl"),
        ("indicators", {"flows": {"taxes": 10**30}}, "„taxes“ muss eine ganze Zahl"),
        ("indicators", {"flows": {"taxes": None}}, "„taxes“ fehlt"),
        ("indicators", {"kind": 5}, "„kind“ muss ein Text"),
        ("warning", {"prior_operating_payments": [1]}, "„prior_operating_payments“ muss ein Objekt"),
        ("balance", {"figures": {"bald": {}}}, "keine Jahreszahl"),
        ("balance", {"rows": [1]}, "„rows“ muss eine Liste von Zeilen"),
        ("project", {"plan": [1]}, "Liste von Objekten"),
        ("project", {"plan": 1}, "Liste von Objekten"),
        ("project", {"plan": [{"year": 2026, "stage": "hoffnung", "amounts": {}}]}, "„stage“ muss eines von"),
        ("project", {"plan": [ONE_PLAN, ONE_PLAN]}, "steht zweimal"),
        ("project", {"plan": [ONE_PLAN], "assumptions": [{"key": "x", "kind": "y"}]}, "„kind“ muss index"),
        ("project", {"options": {"horizon": 99}}, "zwischen 0 und 50"),
        ("project", {"options": {"safety_percent": "1/0"}}, "„safety_percent“ muss eine Zahl"),
        ("project", {"options": {"safety_percent": 1e300}}, "„safety_percent“ ist zu groß"),
        ("project", {"options": {"opening": {"reserve_cents": 5}}}, "„year“ fehlt"),
    ],
)
def test_refusals_name_the_field(call, command, document, said):
    code, out, complaint = call(command, document)
    assert code == 2 and out == "" and said in complaint


def test_file_that_is_not_there(capsys, tmp_path):
    assert main(["balance", str(tmp_path / "no.json")]) == 2
    assert "nicht lesbar" in capsys.readouterr().err
