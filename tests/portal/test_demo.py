"""The demo region: the same every time, plausible, and stepped into only in the demo."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from gemeinwerk.accounts.models import User
from gemeinwerk.bodies.models import Body, Neighborhood, Population
from gemeinwerk.budgets.models import BudgetImport, BudgetVersion, PlanSum
from gemeinwerk.engine import budget_files
from gemeinwerk.engine.balance import check_balance
from gemeinwerk.portal.demo import region
from gemeinwerk.portal.demo.balances import balances
from gemeinwerk.portal.demo.budget import BASE_YEAR, Budget, german, table, wide_file
from gemeinwerk.portal.demo.landscape import landscape

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TOWN, VILLAGE = (row for row in table("municipalities") if row["number"] in {"001", "013"})


@pytest.fixture
def small_region(db, monkeypatch):
    """Two municipalities instead of fourteen: the same code in a fraction of the time."""
    rows = {"municipalities": [TOWN, VILLAGE]}
    people = [row | {"bodies": ",".join({"001", "013"} & set(row["bodies"].split(",")))} for row in table("people")]
    rows["people"] = [row for row in people if row["bodies"]]
    monkeypatch.setattr(region, "table", lambda name: rows.get(name) or table(name))
    monkeypatch.setattr(region, "HISTORY", [(2024, "Ergebnis")])
    monkeypatch.setattr(region, "PLAN", [(2024, "Ergebnis"), (BASE_YEAR, "Ansatz")])
    said = []
    assert region.make(AT, say=said.append)
    return said


def test_the_same_seed_gives_the_same_file():
    columns = [(2025, "Ergebnis"), (2026, "Ansatz")]
    assert wide_file(Budget(VILLAGE, 7), columns) == wide_file(Budget(VILLAGE, 7), columns)
    assert wide_file(Budget(VILLAGE, 7), columns) != wide_file(Budget(VILLAGE, 8), columns)


def test_the_plan_of_the_base_year_ends_at_the_wanted_result():
    for row in table("municipalities"):
        budget = Budget(row, region.SEED)
        sign = {"Ertrag": 1, "Aufwand": -1}
        result = sum(sign.get(line.side, 0) * budget.amount(line, BASE_YEAR, "Ansatz") for line in budget.lines)
        assert result / 100 / budget.inhabitants == pytest.approx(float(row["result_per_head"]), abs=3)


def test_internal_allocation_cancels_out():
    budget = Budget(TOWN, region.SEED)
    inside = {"Erlöse ILV": 1, "Kosten ILV": -1}
    total = sum(inside.get(line.side, 0) * budget.amount(line, BASE_YEAR, "Ansatz") for line in budget.lines)
    assert abs(total) < 5_000  # the rounding of plans to ten euros


def test_the_balance_sheets_balance():
    for row in (TOWN, VILLAGE):
        for year, sheet in balances(Budget(row, region.SEED)).items():
            assert sheet["assets_total"] == sheet["liabilities_total"]
            assert [one for one in check_balance(sheet) if one.severity == "error"] == [], year


def test_the_municipalities_fill_the_district_without_overlap():
    land = landscape({row["number"]: (float(row["x"]), float(row["y"])) for row in table("municipalities")}, 1)
    shapes = list(land.shapes.values())
    assert all(shape.is_valid for shape in shapes)
    overlaps = [a.intersection(b).area for i, a in enumerate(shapes) for b in shapes[i + 1 :]]
    assert max(overlaps) < 1e-6
    assert all(any(number in pair[:2] for pair in land.neighbors()) for number in land.shapes)


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0,00"), (123456789, "1.234.567,89"), (-5, "-0,05"), (100_000, "1.000,00")]
)
def test_amounts_are_written_the_german_way(cents, text):
    assert german(cents) == text


def test_the_draft_has_the_flaws_it_promises():
    book = budget_files.read("entwurf.csv", region.draft_file())
    assert {2025, 2026, 2027, 2030} <= set(book.facts.years)
    assert len(book.rejected) > 0
    assert book.facts.rows_subtotal == 1
    assert any(key.code == "4711000" for key in book.lines.category("account").values)


def test_the_region_comes_in_the_way_of_every_file_and_only_once(small_region, client, settings):
    assert "Hohenbrück: Haushalt ist eingelesen." in small_region
    assert Body.objects.filter(kind__in=["town", "municipality"]).count() == 2
    assert Neighborhood.objects.count() == 1
    assert BudgetImport.objects.filter(state="adopted").count() == 3
    assert BudgetImport.objects.filter(state="checked").count() == 1
    assert BudgetVersion.objects.filter(year=BASE_YEAR, stage="estimate", is_current=True).count() == 2
    assert not PlanSum.objects.filter(position="", side__in=["income", "expense"]).exists()
    assert Population.objects.filter(census_basis="2022").exists()

    assert User.objects.count() > 5
    assert not any(user.has_usable_password() for user in User.objects.all())

    before = (Body.objects.count(), BudgetVersion.objects.count())
    assert not region.make(AT)
    assert (Body.objects.count(), BudgetVersion.objects.count()) == before

    settings.DEMO = True
    assert "Als Anke Brandt eintreten" in client.get(reverse("home")).content.decode()
    anke = User.objects.get(name="Anke Brandt")
    response = client.post(reverse("demo-login", args=[anke.pk]), follow=True)
    assert response.context["seat"].user == anke
    assert "Hohenbrück-Nachtrag-2026.csv" in response.content.decode()


def test_the_demo_gives_its_file_away(client, settings, db):
    settings.DEMO = True
    response = client.get(reverse("demo-file"))
    assert response["Content-Type"].startswith("text/csv")
    assert response.content.decode("cp1252").splitlines()[0].startswith("Produktbereich;")
