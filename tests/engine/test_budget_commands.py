"""The commands of the budget: JSON in, JSON out, and the same for people."""

import io
import json

import pytest

from gemeinwerk.engine.commands import compare, plan, schemes

SUMS = [
    {"year": 2026, "stage": "estimate", "position": "taxes", "side": "income", "cents": 100_00},
    {"year": 2026, "stage": "estimate", "position": "staff", "side": "expense", "cents": -70_00, "product": "1111"},
    {
        "year": 2026,
        "stage": "estimate",
        "position": "depreciation",
        "side": "expense",
        "cents": -10_00,
        "product": {"code": "1111", "name": "Rat"},
    },
]


@pytest.fixture
def sums_file(tmp_path):
    def write(sums, name="sums.json"):
        path = tmp_path / name
        path.write_text(json.dumps(sums), "utf-8")
        return str(path)

    return write


def run(main, arguments, capsys):
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_a_plan_from_sums_as_json_and_as_a_table(sums_file, capsys):
    path = sums_file({"sums": SUMS})
    code, out, _err = run(plan.main, [path, "--land", "06", "--json", "--sums"], capsys)
    content = json.loads(out)
    assert code == 0
    assert content["layout"]["id"] == "he_result"
    assert content["columns"] == [{"year": 2026, "stage": "estimate"}]
    lines = {line["number"]: line for line in content["lines"]}
    assert lines["30"]["cents"] == [20_00]
    assert lines["1"]["cents"] == [None]
    assert lines["1"]["reasons"] == ["Die Quelle nennt dazu keinen Betrag."]
    again = sums_file(content)
    assert json.loads(run(plan.main, [again, "--land", "HE", "--json", "--sums"], capsys)[1]) == content
    code, out, _err = run(plan.main, [path], capsys)
    assert "27 Jahresergebnis" in out
    assert "20,00 €" in out


def test_a_subplan_with_its_need(sums_file, capsys):
    arguments = [sums_file(SUMS), "--product", "1111", "--layout", "nw_result"]
    content = json.loads(run(plan.main, [*arguments, "--json"], capsys)[1])
    variants = content["needs"][0]["variants"]
    assert [v["grant_need_cents"] for v in variants] == [80_00, 70_00, 80_00, 70_00]
    assert variants[0]["cost_coverage"] == {"numerator": 0, "denominator": 1, "value": 0.0}
    table = run(plan.main, arguments, capsys)[1]
    assert "2026 Ansatz: Zuschussbedarf 80,00 €, Kostendeckungsgrad 0,0 % (mit ILV)" in table
    nothing = run(plan.main, [sums_file(SUMS), "--product", "9999"], capsys)[1]
    assert "Zuschussbedarf –, Kostendeckungsgrad n. d." in nothing


def test_the_cash_plan_of_the_general_layout(sums_file, capsys):
    sums = [{"year": 2026, "stage": "estimate", "position": "cash_taxes", "side": "cash_in", "cents": 5}]
    content = json.loads(run(plan.main, [sums_file(sums), "--plan", "cash", "--json"], capsys)[1])
    assert content["layout"]["id"] == "general_cash"


def test_a_plan_from_standard_input_and_from_a_budget_file(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(SUMS)))
    assert run(plan.main, ["-"], capsys)[0] == 0
    path = tmp_path / "haushalt.csv"
    path.write_text(
        "Produkt;Konto;Bezeichnung;Ertrag/Aufwand;Ansatz 2026\n"
        "111101;4011000;Grundsteuer A;Ertrag;1.000,00\n111101;5011000;Dienstbezüge;Aufwand;400,00\n",
        "utf-8",
    )
    content = json.loads(run(plan.main, [str(path), "--land", "05", "--json"], capsys)[1])
    assert {line["number"]: line["cents"] for line in content["lines"]}["26"] == [600_00]


@pytest.mark.parametrize(
    "content", ["", "nichts", "5", "[1]", '[{"year": 2026}]', '{"sums": 5}', json.dumps([SUMS[0] | {"cents": 1.5}])]
)
def test_broken_sums_are_refused_with_a_sentence(content, tmp_path, capsys):
    path = tmp_path / "sums.json"
    path.write_text(content, "utf-8")
    code, _out, err = run(plan.main, [str(path)], capsys)
    assert code == 2
    assert err.strip().endswith(".")


def test_nothing_to_show(sums_file, capsys, tmp_path):
    assert run(plan.main, [sums_file([])], capsys)[0] == 1
    assert "gibt es nicht" in run(plan.main, [str(tmp_path / "fehlt.json")], capsys)[2]
    (tmp_path / "a.csv").write_text("a;b\n1;2\n", "utf-8")
    wrong = run(plan.main, [str(tmp_path / "a.csv"), "--mapping", str(tmp_path / "fehlt.json")], capsys)
    assert "nicht lesbar oder kein JSON" in wrong[2]


def test_two_versions_beside_each_other(sums_file, capsys):
    changed = [SUMS[0] | {"cents": 130_00}, SUMS[1]]
    old, new = sums_file(SUMS, "old.json"), sums_file(changed, "new.json")
    content = json.loads(run(compare.main, [old, new, "--json"], capsys)[1])
    assert content["differences"] == {"income": 30_00, "expense": 10_00}
    assert [change["kind"] for change in content["changes"]] == ["changed", "gone"]
    table = run(compare.main, [old, new], capsys)[1]
    assert "2 Änderungen, 1 Summen unverändert" in table
    many = [SUMS[1] | {"product": str(i)} for i in range(60)]
    assert "… und 23 weitere" in run(compare.main, [old, sums_file(many, "many.json")], capsys)[1]
    assert run(compare.main, [old, "fehlt.json"], capsys)[0] == 2


def test_what_accounts_names_and_products_mean_in_a_land(capsys):
    arguments = [
        "--land",
        "HE",
        "--account",
        "7380100",
        "--account",
        "8",
        "--name",
        "Abschreibungen",
        "--product",
        "0101",
    ]
    content = json.loads(run(schemes.main, [*arguments, "--json"], capsys)[1])
    assert content["land"]["confidence"] == "high"
    assert [account["position"] for account in content["accounts"]] == ["trade_tax_levy", None]
    assert content["names"][0]["position"] == "depreciation"
    assert content["products"][0]["areas"]["he"]["imk"] == ["11"]
    table = run(schemes.main, arguments, capsys)[1]
    assert "8 → nicht bekannt" in table
    assert "0101 → he 01 Innere Verwaltung" in table


def test_the_whole_frame_of_a_land_and_all_laender(capsys):
    content = json.loads(run(schemes.main, ["--land", "BY", "--accounting", "kameral", "--json"], capsys)[1])
    assert {"prefix": "86"}.items() <= next(rule for rule in content["rules"] if rule["prefix"] == "86").items()
    assert "Zuführung zum Vermögenshaushalt" in run(schemes.main, ["--land", "BY"], capsys)[1]
    assert len(json.loads(run(schemes.main, ["--json"], capsys)[1])["lands"]) > 16
    assert "bis 2019" in run(schemes.main, [], capsys)[1]
    assert run(schemes.main, ["--land", "XX"], capsys)[0] == 2


def test_series_voluntary_share_and_amounts_per_inhabitant(sums_file, capsys):
    actual = [entry | {"stage": "actual", "cents": entry["cents"] + 1_00} for entry in SUMS]
    path, tasks = sums_file([*SUMS, *actual]), sums_file({"1111": "voluntary"}, "tasks.json")
    asked = ["--series", "--tasks", tasks, "--inhabitants", "300", "--as-of", "2025-12-31", "--json"]
    content = json.loads(run(plan.main, [path, *asked], capsys)[1])
    year = next(one for one in content["series"] if one["title"] == "Personalaufwendungen")["years"][0]
    assert (year["plan_cents"], year["actual_cents"], year["deviation_cents"]) == (-70_00, -69_00, 1_00)
    assert content["voluntary"][0]["share"]["value"] == 1
    assert content["voluntary"][0]["kinds"][1] == {"kind": "voluntary", "products": 1, "grant_need_cents": 80_00}
    taxes = content["per_inhabitant"][0]["values"][0]
    assert taxes["cents"] == {"numerator": 100, "denominator": 3, "value": pytest.approx(100_00 / 300)}
    assert taxes["reference_date"] == "2025-12-31"
    without_day = json.loads(run(plan.main, [path, "--inhabitants", "300", "--json"], capsys)[1])
    assert "Stichtag" in without_day["per_inhabitant"][0]["values"][0]["reason"]
    assert run(plan.main, [path, "--tasks", "fehlt.json"], capsys)[0] == 2
