"""Real budgets come in with the sums of the READMEs beside them, without a correction by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gemeinwerk.engine import budget
from gemeinwerk.engine.budget_files import Hints, Mapping, read, rejected_csv
from gemeinwerk.engine.tables import Side, Stage

from .budget_cases import codes, sums

pytestmark = pytest.mark.real_data


def book(shared_data: Path, pattern: str, **options):
    (path,) = (shared_data / "budgets").glob(pattern)
    return read(path.name, path, **options)


CASES = [
    # file, cells of the totals: (year, stage) -> (income, expense) in euros as the README or the source says
    ("offenerhaushalt-daten/Kiel/*.csv", {(2017, "estimate"): (1_019_885_500, 1_037_188_900)}),
    ("offenerhaushalt-daten/wesel/hhplan2017.csv", {(2017, "estimate"): (190_687_753.71, 194_962_990.77)}),
    # the README adds 24,745,380 because it takes "13672.30" for 1,367,230; five cells have a decimal point
    ("offenerhaushalt.de/NW/Merzenich/*.csv", {(2015, "estimate"): (19_060_655, 20_314_949.82)}),
    (
        "offenerhaushalt.de/NW/Ahaus/*.csv",
        {(2018, "estimate"): (98_244_700, 97_005_491), (2016, "actual"): (98_926_907.55, 91_176_800.56)},
    ),
    (
        "offenerhaushalt.de/NW/stadt-krefeld/*.csv",
        {(2017, "actual"): (824_076_658.41, 780_006_046.38), (2019, "estimate"): (931_007_117, 925_524_238)},
    ),
    (
        "offenerhaushalt.de/NW/dusseldorf/*.csv",
        {(2018, "estimate"): (2_796_873_357, 2_827_938_231), (2016, "actual"): (2_570_076_242.15, 2_698_580_247.65)},
    ),
    ("offenerhaushalt.de/HE/Griesheim/*.csv", {(2008, "estimate"): (37_736_505, 39_242_466)}),
    (
        "offenerhaushalt.de/RP/Sitters/*.csv",
        {(2017, "estimate"): (206_932, 250_229), (2018, "estimate"): (180_658, 206_177)},
    ),
    ("jesberg/haushalt.json", {(2026, "estimate"): (6_757_776.23, 6_358_160.92)}),
    ("lensahn/ergebnisrechnung/ergebnisrechnung_2019.csv", {(2019, "actual"): (11_346_880.94, 10_775_538.42)}),
    ("lensahn/ergebnisrechnung/ergebnisrechnung_2024.csv", {(2024, "actual"): (13_486_515.15, 15_342_987.73)}),
    ("suhl/budget_data.json", {(2025, "estimate"): (136_417_090, 143_921_170),
                              (2023, "estimate"): (131_115_360, 129_975_650)}),
    ("offenerhaushalt.de/standard-datensatz-ohh.csv", {(2016, "actual"): (11_438_910.74, 792_948.25)}),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "wanted"), CASES, ids=[case[0].split("/")[-2] for case in CASES])
def test_sums(shared_data, pattern, wanted):
    found = sums(book(shared_data, pattern))
    for (year, stage), (income, expense) in wanted.items():
        assert found[year, stage, "income"] == round(income * 100)
        assert found[year, stage, "expense"] == -round(expense * 100)


def test_kiel_keys(shared_data):
    kiel = book(shared_data, "offenerhaushalt-daten/Kiel/*.csv")
    assert len(kiel.lines.category("product").values) == 222
    assert len(kiel.lines.category("account").values) == 658
    assert len(kiel.products) > 222
    assert (kiel.lines.category("position").codes >= 0).all()


def test_wesel_keeps_its_sum_row_apart(shared_data):
    wesel = book(shared_data, "offenerhaushalt-daten/wesel/hhplan2017.csv")
    found = sums(wesel)
    assert found[2017, "estimate", "cash_in"] == 3_226_894_373
    assert found[2017, "estimate", "cash_out"] == -3_995_240_794
    assert {row.row for row in wesel.subtotals} == {5973}
    assert all(row.cents == row.lines_cents for row in wesel.subtotals)
    assert found[2018, "commitment", "expense"] == 0


def test_jesberg_stages_follow_the_budget_year(shared_data):
    jesberg = book(shared_data, "jesberg/haushalt.json", hints=Hints(land="06", year=2026))
    stages = {year: stage for year, stage, _ in sums(jesberg)}
    assert [stages[year] for year in (2020, 2024, 2025, 2026, 2027, 2029)] == [
        "actual", "actual", "estimate", "estimate", "forecast", "forecast"
    ]  # fmt: skip
    assert jesberg.facts.scheme == "kvkr"
    assert "letters_destroyed" in codes(jesberg)
    assert jesberg.rejected == ()


def test_lensahn_every_total_row_is_met(shared_data):
    for path in sorted((shared_data / "budgets/lensahn/ergebnisrechnung").glob("ergebnisrechnung_20*.csv")):
        lensahn = read(path.name, path)
        compared = [row for row in lensahn.subtotals if "Rücklage" not in row.label and "rücklage" not in row.label]
        assert compared
        assert all(row.lines_cents == row.cents for row in compared), path.name
        assert "subtotal_differs" not in codes(lensahn)


def test_lensahn_partial_results(shared_data):
    name = "teilergebnis_2019_kostenerstattungen_u_kostenumlagen.csv"
    lensahn = book(shared_data, f"lensahn/ergebnisrechnung/{name}")
    assert sums(lensahn) == {(2019, "actual", "income"): 260_632_993}
    (total,) = lensahn.subtotals
    assert total.lines_cents == total.cents == 260_632_993


def test_suhl_shows_the_difference_to_the_official_sums(shared_data):
    suhl = book(shared_data, "suhl/budget_data.json")
    expected = [
        budget.Expected(2025, Stage.ESTIMATE, Side.INCOME, 13_639_529_000, source="Haushaltsplan 2025"),
        budget.Expected(2025, Stage.ESTIMATE, Side.EXPENSE, 13_800_323_000, source="Haushaltsplan 2025"),
    ]
    problems = budget.check(suhl.lines, scheme=suhl.facts.scheme, expected=expected)
    texts = [problem.text for problem in problems if problem.code == "total_differs"]
    assert len(texts) == 2
    assert any("5.917.940,00" in text for text in texts)
    assert {node.task_kind for node in suhl.products} >= {"FREIWILLIG", "PFLICHT_STRIKT"}


@pytest.mark.parametrize(
    "pattern", ["NW/Ahaus", "NW/Merzenich", "NW/dusseldorf", "NW/stadt-krefeld", "HE/Griesheim", "RP/Sitters"]
)
def test_the_data_package_gives_the_same_as_its_table(shared_data, pattern):
    folder = shared_data / "budgets/offenerhaushalt.de" / pattern
    (table,) = folder.glob("*.csv")
    package = folder / "datapackage.json"
    alone, packed = read(table.name, table), read("datapackage.json", package)
    assert sums(alone) == sums(packed)
    assert packed.facts.format == "datapackage"


@pytest.mark.parametrize(("pattern", "wanted"), CASES, ids=[case[0].split("/")[-2] for case in CASES])
def test_the_proposed_mapping_reads_the_same_again(shared_data, pattern, wanted):
    first = book(shared_data, pattern)
    mapping, said = Mapping.from_dict(json.loads(json.dumps(first.mapping.as_dict())))
    assert said == ()
    again = book(shared_data, pattern, mapping=mapping)
    assert again.mapping == first.mapping
    assert sums(again) == sums(first)


def test_no_real_file_has_rejected_rows_or_errors(shared_data):
    for pattern, _ in CASES:
        found = book(shared_data, pattern)
        assert found.rejected == ()
        assert rejected_csv(found).startswith("\ufeffBlatt;Zeile".encode())
        assert not [problem for problem in found.problems if problem.severity == "error"]


def test_command_without_django(shared_data):
    (path,) = (shared_data / "budgets").glob("offenerhaushalt.de/HE/Griesheim/*.csv")
    code = (
        "import sys; from gemeinwerk.engine.__main__ import main; status = main(['check', sys.argv[1], '--json']); "
        "assert 'django' not in sys.modules; sys.exit(status)"
    )
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, cwd=root, check=True)
    result = json.loads(run.stdout)
    totals = {(t["year"], t["stage"], t["side"]): t["cents"] for t in result["totals"]}
    assert totals == {(2008, "estimate", "income"): 3_773_650_500, (2008, "estimate", "expense"): -3_924_246_600}
