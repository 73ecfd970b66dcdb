"""Public budgets of eleven municipalities come in through web and command with the sums of their READMEs.

A case is a file, the Land of the body and the budget year a person would type; nothing leads the program by a name.
Where the README and the file disagree, the page shows the difference to the cent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from gemeinwerk.bodies.models import Body
from gemeinwerk.budgets.models import BudgetImport, BudgetLine, PlanSum
from gemeinwerk.budgets.queries.imports import slice_totals

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]
PORTAL, RAW = "budgets/offenerhaushalt.de", "budgets/offenerhaushalt-daten"


@dataclass(frozen=True)
class Case:
    """`sums`: (year, stage) → income and expense in euros, as the README or the source says."""

    name: str
    land: str
    files: tuple[str, ...]
    sums: dict[tuple[int, str], tuple[float, float]]
    year: int | None = None

    def paths(self, shared_data: Path) -> list[Path]:
        return [next(shared_data.glob(pattern)) for pattern in self.files]


def package(folder: str) -> tuple[str, str]:
    return f"{PORTAL}/{folder}/*.csv", f"{PORTAL}/{folder}/datapackage.json"


CASES = (
    Case("kiel", "01", (f"{RAW}/Kiel/*.csv",), {(2017, "estimate"): (1_019_885_500, 1_037_188_900)}),
    Case("wesel", "05", (f"{RAW}/wesel/hhplan2017.csv",), {(2017, "estimate"): (190_687_753.71, 194_962_990.77)}),
    Case("merzenich", "05", package("NW/Merzenich"), {(2015, "estimate"): (19_060_655, 20_314_949.82)}),
    Case("ahaus", "05", package("NW/Ahaus"), {(2018, "estimate"): (98_244_700, 97_005_491)}),
    Case(
        "krefeld",
        "05",
        package("NW/stadt-krefeld"),
        {(2017, "actual"): (824_076_658.41, 780_006_046.38), (2019, "estimate"): (931_007_117, 925_524_238)},
    ),
    Case("duesseldorf", "05", package("NW/dusseldorf"), {(2018, "estimate"): (2_796_873_357, 2_827_938_231)}),
    Case("griesheim", "06", package("HE/Griesheim"), {(2008, "estimate"): (37_736_505, 39_242_466)}),
    Case("sitters", "07", package("RP/Sitters"), {(2018, "estimate"): (180_658, 206_177)}),
    Case("jesberg", "06", ("budgets/jesberg/haushalt.json",), {(2026, "estimate"): (6_757_776.23, 6_358_160.92)}, 2026),
    Case(
        "lensahn",
        "01",
        ("budgets/lensahn/ergebnisrechnung/ergebnisrechnung_2024.csv",),
        {(2024, "actual"): (13_486_515.15, 15_342_987.73)},
    ),
    Case("suhl", "16", ("budgets/suhl/budget_data.json",), {(2025, "estimate"): (136_417_090, 143_921_170)}),
)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def sums_of(import_):
    """(year, stage) → income, expense in cents as a plan prints them."""
    found = {}
    for total in slice_totals(import_):
        sides = {side.side: side.cents for side in total.sides}
        found[total.year, total.stage] = (sides.get("income"), sides.get("expense"))
    return found


def stored_sums(body):
    """The same from what was adopted."""
    found = {}
    rows = PlanSum.objects.filter(version__body=body, version__is_current=True)
    for year, stage, side, cents in rows.values_list("version__year", "version__stage", "side", "amount_cents"):
        found[year, stage, side] = found.get((year, stage, side), 0) + cents
    return found


def in_cents(case):
    return {slot: tuple(round(amount * 100) for amount in pair) for slot, pair in case.sums.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_public_budget_comes_in_through_web_and_command(case, cast, as_person, shared_data, tmp_path):
    Body.objects.filter(pk=cast.altendorf.pk).update(state=case.land)
    other = Body.objects.create(key="99009009", kind="town", name="Andersdorf", state=case.land, is_active=True)
    client, paths = as_person(cast.anke), case.paths(shared_data)

    uploads = [SimpleUploadedFile(path.name, path.read_bytes()) for path in paths]
    data = {"files": uploads, "budget_year": case.year or ""}
    assert client.post(reverse("import-new", args=["99001001"]), data).status_code == 302
    import_ = BudgetImport.objects.get()
    assert (import_.state, import_.rows_rejected) == ("checked", 0), import_.run.error
    assert sums_of(import_).items() >= in_cents(case).items()
    for name in ("import-mapping", "import-check", "import-preview"):
        assert client.get(reverse(name, args=["99001001", import_.pk])).status_code == 200
    slots = [f"{part['year']}-{part['stage']}" for part in import_.slices]
    client.post(reverse("import-adopt", args=["99001001", import_.pk]), {"version": import_.version, "slots": slots})
    stored = stored_sums(cast.altendorf)
    for (year, stage), (income, expense) in in_cents(case).items():
        assert (stored[year, stage, "income"], stored[year, stage, "expense"]) == (income, -expense)
    line = BudgetLine.objects.filter(amount_cents__gt=0).earliest("pk")
    page = client.get(reverse("budget-line", args=["99001001", line.pk])).content.decode()
    assert "<mark>" in page, "the row of the file is shown"

    expected = tmp_path / "expected.json"
    expected.write_text(
        json.dumps(
            [
                {"year": year, "stage": stage, "side": side, "cents": cents}
                for (year, stage), pair in in_cents(case).items()
                for side, cents in zip(("income", "expense"), pair, strict=True)
            ]
        )
    )
    out = StringIO()
    year = ["--year", str(case.year)] if case.year else []
    call_command(
        "import_budget", *map(str, paths), "--body", other.key, "--yes", "--json", "--expected", str(expected), *year,
        stdout=out,
    )  # fmt: skip
    answer = json.loads(out.getvalue())
    assert answer["state"] == "adopted"
    assert all(total["difference_cents"] in (None, 0) for total in answer["totals"])
    assert stored_sums(other) == stored


def test_a_sum_that_cannot_be_met_is_shown_with_its_difference(cast, as_person, shared_data):
    """The official expense of one plan is 5.9 million below its lines, and the page says so to the cent."""
    case = CASES[-1]
    Body.objects.filter(pk=cast.altendorf.pk).update(state=case.land)
    client = as_person(cast.anke)
    (path,) = case.paths(shared_data)
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    client.post(reverse("import-new", args=["99001001"]), {"files": [upload]})
    import_ = BudgetImport.objects.get()
    data = {"version": import_.version, "sum_2025_estimate_expense": "138.003.230"}
    address = reverse("import-check", args=["99001001", import_.pk])
    page = client.post(address, data, follow=True).content.decode()
    assert "5.917.940,00\u00a0€" in page and "mehr als erwartet" in page
