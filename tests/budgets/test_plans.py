"""Plans in the order of the Land, what stands behind a line, plan against actual, two versions compared."""

from __future__ import annotations

import pytest

from gemeinwerk.budgets.models import BudgetSettings, ProductSum, Stage
from gemeinwerk.budgets.queries import overview, plans, products, series
from gemeinwerk.budgets.queries.slices import around, before, decisive, leading, slices

from . import figures


def cents(euros):
    return euros * 100


def test_operating_plan_of_hesse(cast):
    figures.adopt(cast.altendorf, 2026)
    found = plans.plan(cast.anke_seat, plans.OPERATING)
    assert found.layout.id == "he_result"
    assert found.cells("11") == (cents(-2_300_000),)
    assert found.cells(found.role("ordinary_income")) == (cents(4_820_000),)
    assert found.cells(found.role("annual_result")) == (cents(-260_000),)
    assert found.cells("33") == (0,)


def test_chosen_layout_goes_before_that_of_the_land(cast):
    figures.adopt(cast.altendorf, 2026)
    BudgetSettings.objects.create(body=cast.altendorf, plan_layout="nw_result")
    found = plans.plan(cast.anke_seat, plans.OPERATING)
    assert found.layout.id == "nw_result"
    assert found.cells("26") == (cents(-260_000),)
    assert plans.plan(cast.anke_seat, plans.CASH).layout.id == "nw_cash"


def test_cash_plan_has_investments_and_loans(cast):
    figures.adopt(cast.altendorf, 2026)
    found = plans.plan(cast.anke_seat, plans.CASH)
    assert found.cells(found.role("current_balance")) == (cents(1_700_000),)
    assert found.cells(found.role("cash_change")) == (cents(1_700_000 - 900_000 - 150_000),)


def test_missing_is_not_zero(cast):
    figures.adopt(cast.altendorf, 2026)
    grid = plans.plan_grid(plans.plan(cast.anke_seat, plans.OPERATING))
    row = next(row for row in grid.rows if row.number == "12")
    assert row.cells[0].value is None
    assert row.cells[0].reason


def test_lines_without_position_count_in_totals_and_stand_apart(cast):
    lines = {("0601", "staff"): -100, ("1601", "taxes"): 300, ("1601", "unbekannt"): -50}
    figures.adopt(cast.altendorf, 2026, lines=lines, factor=100)
    found = plans.plan(cast.anke_seat, plans.OPERATING)
    assert found.cells(found.role("annual_result")) == (cents(150),)
    number = found.layout.line_of("ordinary_expense_total").number
    assert found.cells(number) == (cents(-50),)
    behind = products.contributions(
        cast.anke_seat,
        sorted(found.layout.reach(number)),
        found.columns,
        plans.unassigned_sides(found.layout, number),
    )
    assert [row.cells[0].value for row in behind.rows] == [cents(-50)]


def test_products_behind_a_line_add_up_to_it(cast):
    figures.years(cast.altendorf)
    found = plans.plan(cast.anke_seat, plans.OPERATING)
    for line in found.layout.lines:
        behind = products.contributions(
            cast.anke_seat,
            sorted(found.layout.reach(line.number)),
            found.columns,
            plans.unassigned_sides(found.layout, line.number),
        )
        for place, expected in enumerate(found.cells(line.number)):
            assert sum(row.cells[place].value or 0 for row in behind.rows) == (expected or 0), line.number


def test_columns_around_the_haushaltsjahr(cast):
    figures.years(cast.altendorf)
    for year in (2019, 2020, 2021):
        figures.adopt(cast.altendorf, year, Stage.ACTUAL)
    of = slices(cast.anke_seat)
    assert leading(of).label == "Ansatz 2026"
    assert [s.label for s in around(of)] == ["Ergebnis 2024", "Ergebnis 2025", "Ansatz 2026", "Planung 2027"]
    assert before(of, leading(of)).label == "Ansatz 2025"
    assert len(decisive(of)) == 7


def test_supplement_speaks_for_its_year(cast):
    figures.adopt(cast.altendorf, 2026)
    figures.adopt(cast.altendorf, 2026, Stage.SUPPLEMENT, factor=110)
    assert leading(slices(cast.anke_seat)).label == "Nachtrag 2026"


def test_superseded_version_is_in_no_plan(cast):
    figures.adopt(cast.altendorf, 2026, factor=50)
    figures.adopt(cast.altendorf, 2026)
    found = plans.plan(cast.anke_seat, plans.OPERATING, "alle")
    assert [c.number for c in found.columns] == [2]


def test_nobody_sees_the_plan_of_another_body(cast):
    figures.adopt(cast.altendorf, 2026)
    assert plans.plan(cast.clara_seat, plans.OPERATING).columns == ()
    assert overview.overview(cast.clara_seat).lead is None


# ---------------------------------------------------------------- plan against actual
def test_deviation_and_its_share(cast):
    figures.adopt(cast.altendorf, 2025, factor=100)
    figures.adopt(cast.altendorf, 2025, Stage.ACTUAL, factor=90)
    found = series.series_picture(cast.anke_seat, year=2025, by_product=False)
    staff = next(row for row in found.grid.rows if row.number == "11")
    assert [cell.value for cell in staff.cells[:3]] == [cents(-2_300_000), cents(-2_070_000), cents(230_000)]
    assert staff.cells[3].value == 10  # 10 % better than planned, for an expense


def test_share_of_a_plan_of_zero_is_not_defined(cast):
    figures.adopt(cast.altendorf, 2025, lines={("0601", "staff"): 0, ("1601", "taxes"): 10})
    figures.adopt(cast.altendorf, 2025, Stage.ACTUAL, lines={("0601", "staff"): -5, ("1601", "taxes"): 10})
    found = series.series_picture(cast.anke_seat, year=2025, by_product=False)
    staff = next(row for row in found.grid.rows if row.number == "11")
    assert staff.cells[2].value == cents(-5)
    assert staff.cells[3].value is None
    assert "Planwert null" in staff.cells[3].reason


def test_year_with_a_plan_only_has_no_deviation(cast):
    figures.adopt(cast.altendorf, 2026)
    found = series.series_picture(cast.anke_seat, year=2026, by_product=True)
    assert found.chosen.actual is None
    assert all(row.cells[2].value is None and "kein Ergebnis" in row.cells[2].reason for row in found.grid.rows)


# ---------------------------------------------------------------- two versions
def compared(cast, old, new, **facts):
    return series.comparison(cast.anke_seat, old=old.pk, new=new.pk, **({"only_changed": True} | facts))


def test_comparison_shows_old_new_and_difference(cast):
    old = figures.adopt(cast.altendorf, 2026)
    new = figures.adopt(cast.altendorf, 2026, lines=figures.LINES | {("0601", "staff"): -2_100_000})
    found = compared(cast, old, new)
    staff = next(row for row in found.plan.rows if row.number == "11")
    assert [cell.value for cell in staff.cells[:3]] == [cents(-2_300_000), cents(-2_400_000), cents(-100_000)]
    assert [row.number for row in found.products.rows] == ["0601"]
    everything = compared(cast, old, new, only_changed=False)
    assert len(everything.products.rows) == 3


def test_proposal_is_the_slice_with_two_versions(cast):
    figures.years(cast.altendorf)
    figures.adopt(cast.altendorf, 2025, Stage.ESTIMATE, factor=99)
    found = series.comparison(cast.anke_seat, old=None, new=None, only_changed=False)
    assert [(c.label, c.number) for c in found.columns] == [("Ansatz 2025", 1), ("Ansatz 2025", 2)]


def test_comparison_refuses_with_a_reason(cast):
    old = figures.adopt(cast.altendorf, 2026)
    assert "zwei Fassungen" in compared(cast, old, old).refusal
    new = figures.adopt(cast.altendorf, 2027)
    assert "zweimal dieselbe" in compared(cast, old, old).refusal
    cash = figures.adopt(cast.altendorf, 2028, lines={("1601", "cash_taxes"): 5})
    only_result = figures.adopt(cast.altendorf, 2029, lines={("1601", "taxes"): 5})
    assert "nicht vergleichen" in compared(cast, only_result, cash).refusal
    foreign = figures.adopt(cast.neudorf, 2026)
    assert "aus der Liste" in compared(cast, old, foreign).refusal
    assert "verschiedene Haushaltsjahre" in compared(cast, old, new).hint


# ---------------------------------------------------------------- overview
def test_overview_tells_result_change_and_people(cast):
    figures.years(cast.altendorf)
    found = overview.overview(cast.anke_seat)
    tiles = {tile.label: tile for tile in found.tiles}
    assert tiles["Jahresergebnis"].value == cents(-260_000)
    assert "gegenüber Ansatz 2025" in tiles["Jahresergebnis"].note
    assert tiles["Jahresergebnis je Einwohner"].value == cents(-26)
    assert tiles["Jahresergebnis je Einwohner"].note == "10.000 Einwohner am 31.12.2025 (Zensus 2022)"
    assert tiles["Schulden"].value is None
    assert [node.code for node in found.largest] == ["06", "08"]
    assert found.changes[0].node.code == "0601"


def test_per_head_without_inhabitants_says_why(cast):
    figures.adopt(cast.altendorf, 2026)
    tiles = {tile.label: tile for tile in overview.overview(cast.anke_seat).tiles}
    assert tiles["Jahresergebnis je Einwohner"].value is None
    assert "31.12.2025" in tiles["Jahresergebnis je Einwohner"].note


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        ("year_before_end", "31.12.2025"),
        ("year_before_middle", "30.06.2025"),
        ("same_year_middle", "30.06.2026"),
        ("same_year_end", "31.12.2026"),
    ],
)
def test_stichtag_follows_the_setting(cast, rule, day):
    figures.adopt(cast.altendorf, 2026)
    BudgetSettings.objects.create(body=cast.altendorf, population_rule=rule)
    assert day in overview.overview(cast.anke_seat).people.label


def test_sums_of_the_factory_fit_each_other(cast):
    version = figures.adopt(cast.altendorf, 2026)
    by_product = sum(ProductSum.objects.filter(version=version).values_list("amount_cents", flat=True))
    assert by_product == sum(version.plan_sums.values_list("amount_cents", flat=True))
