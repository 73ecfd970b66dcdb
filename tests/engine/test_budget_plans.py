"""Plans in the order of a layout: missing is not zero, results need both sides, subplans and comparisons add up."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemeinwerk.engine import budget
from gemeinwerk.engine.budget import Amount
from gemeinwerk.engine.layouts import LAYOUTS, layout_for
from gemeinwerk.engine.schemes import POSITIONS
from gemeinwerk.engine.tables import Key, Side, Stage
from tests.engine import twins_budget
from tests.engine.budget_lines import ANY_LINES, frame, quick

NOW = (2026, Stage.ESTIMATE)
PRODUCT = Key("5311", "Abwasser")


def sums(flows, column=NOW, product=None):
    return [Amount(*column, position, POSITIONS[position].side, cents, product) for position, cents in flows.items()]


OPERATING = sorted(code for code, position in POSITIONS.items() if position.plan == "operating")


@quick
@given(st.dictionaries(st.sampled_from(OPERATING), st.integers(-1000, 1000), min_size=1))
def test_every_line_equals_the_walk_down_to_its_positions(flows):
    flows = flows | {"taxes": 5, "staff": -3}
    for layout in LAYOUTS.values():
        if layout.plan == "operating":
            plan = budget.operating_plan(sums(flows), layout, [NOW])
            expected = twins_budget.layout_lines(layout, flows)
            assert {row.number: row.cents[0] for row in plan.rows} == {
                line.number: expected[line.number]
                for line in layout.lines
                if not line.only_if_present or expected[line.number] is not None
            }


@quick
@given(st.dictionaries(st.sampled_from(OPERATING), st.integers(-1000, 1000), min_size=1))
def test_all_layouts_come_to_the_same_result(flows):
    flows = flows | {"taxes": 5, "staff": -3}
    for role in ("annual_result", "final_result"):
        results = {
            layout.id: budget.operating_plan(sums(flows), layout, [NOW]).role(role).cents[0]
            for layout in LAYOUTS.values()
            if layout.plan == "operating"
        }
        # the global reduction stands below the Jahresergebnis in North Rhine-Westphalia, above it elsewhere
        if role == "annual_result":
            results["nw_result"] += flows.get("global_reduction", 0)
        assert len(set(results.values())) == 1


def test_missing_is_not_zero_and_says_why():
    layout = LAYOUTS["nw_result"]
    plan = budget.operating_plan(sums({"taxes": 0, "staff": -5}), layout, [NOW, (2027, Stage.FORECAST)])
    assert plan.row("1").cents == (0, None)
    assert plan.row("3").cents == (None, None)
    assert plan.row("3").reasons == ("Die Quelle nennt dazu keinen Betrag.", plan.row("1").reasons[1])
    assert "keine Zahlen" in plan.row("26").reasons[1]
    assert plan.role("annual_result").cents == (-5, None)


def test_a_result_needs_income_and_expense():
    plan = budget.operating_plan(sums({"staff": -5, "goods_services": -7}), LAYOUTS["he_result"], [NOW])
    assert plan.row("19").cents == (-12,)
    assert plan.row("26").cents == (None,)
    assert "keine Erträge" in plan.row("26").reasons[0]


def test_a_coarse_source_leaves_its_parts_missing_but_its_totals_whole():
    plan = budget.operating_plan(
        sums({"ordinary_income_total": 100, "transfers": -60, "levies_paid": -5}), LAYOUTS["he_result"], [NOW]
    )
    assert plan.row("10").cents == (100,)
    assert "teilt „Ordentliche Erträge ohne Angabe der Art“ nicht auf" in plan.row("1").reasons[0]
    assert plan.row("16").cents == (-5,)
    assert plan.row("16").reasons[0].startswith("Ein Teil kann in „Transferaufwendungen")
    assert plan.row("26").cents == (35,)


def test_lines_without_position_keep_the_totals_whole():
    unknown = [Amount(*NOW, "", Side.INCOME, 70), Amount(*NOW, "", Side.EXPENSE, -90)]
    plan = budget.operating_plan(unknown, LAYOUTS["nw_result"], [NOW])
    assert plan.row("9b").cents == (70,)
    assert plan.role("annual_result").cents == (-20,)


def test_lines_that_the_official_form_does_not_know_are_shown_only_where_they_are_used():
    plain = budget.operating_plan(sums({"taxes": 5, "staff": -5}), LAYOUTS["nw_result"], [NOW])
    assert plain.row("9a") is None
    kameral = budget.operating_plan(sums({"transfer_from_capital": 5, "staff": -5}), LAYOUTS["nw_result"], [NOW])
    assert kameral.row("9a").cents == (5,)


def test_the_cash_plan_has_its_own_layouts():
    flows = {"cash_taxes": 100, "cash_staff": -70, "invest_construction": -50, "loans_taken": 30}
    for land in ("NW", "HE", "BB"):
        plan = budget.cash_plan(sums(flows), layout_for(land, 2026, "cash"), [NOW])
        assert plan.role("current_balance").cents == (30,)
        assert plan.role("investment_balance").cents == (-50,)
        assert plan.role("cash_change").cents == (10,)
    with pytest.raises(ValueError, match="no layout of a cash plan"):
        budget.cash_plan([], LAYOUTS["nw_result"], [NOW])


@quick
@given(ANY_LINES, st.booleans())
def test_the_need_of_a_product_equals_plain_loops(lines, with_internal):
    own = [line for line in lines if line.product == "5311"]
    amounts = budget.amounts(budget.rollup(frame(lines)).products)
    found = budget.need(a for a in amounts if budget.product_id(a.product) == "5311")
    need = found.grant_need(with_internal=with_internal)
    operating = [line for line in own if line.side not in (Side.CASH_IN, Side.CASH_OUT)]
    assert need == (twins_budget.grant_need(own, with_internal) if operating else None)


def test_a_subplan_with_and_without_internal_allocation_and_depreciation():
    flows = {"public_fees": 80, "staff": -50, "depreciation": -30, "internal_income": 4, "internal_expense": -24}
    whole = sums(flows, product=PRODUCT) + sums({"taxes": 999}, product=Key("6111", ""))
    found = budget.subplan(whole, {"5311"}, LAYOUTS["nw_result"], [NOW])
    need = found.needs[0]
    assert need.grant_need() == 20
    assert need.grant_need(with_internal=False) == 0
    assert need.grant_need(with_depreciation=False) == -10
    assert need.grant_need(with_internal=False, with_depreciation=False) == -30
    assert need.cost_coverage() == Fraction(84, 104)
    assert need.cost_coverage(with_internal=False) == 1
    assert need.cost_coverage(with_internal=False, with_depreciation=False) == Fraction(80, 50)
    assert found.plan.role("final_result").cents == (-20,)


def test_a_product_without_income_has_a_result_because_the_source_knows_income():
    whole = sums({"staff": -50}, product=PRODUCT) + sums({"taxes": 999}, product=Key("6111", ""))
    found = budget.subplan(whole, {"5311"}, LAYOUTS["nw_result"], [NOW])
    assert found.plan.role("annual_result").cents == (-50,)
    assert found.needs[0].cost_coverage() == 0


def test_cost_coverage_without_expense_is_not_defined():
    assert budget.need(sums({"public_fees": 5})).cost_coverage() is None
    assert budget.need([]).grant_need() is None


def test_the_voluntary_share_relates_the_need_to_ordinary_expense():
    amounts = sums({"staff": -30, "private_fees": 10}, product=Key("4241", "Hallenbad"))
    amounts += sums({"staff": -70, "interest_expense": -99, "internal_expense": -8}, product=PRODUCT)
    found = budget.voluntary_share(amounts, {"4241": "voluntary", "5311": "mandatory"}, NOW)
    assert found.share == Fraction(20, 100)
    assert found.ordinary_expense_cents == 100
    assert [(kind.kind, kind.products) for kind in found.kinds] == [("mandatory", 1), ("voluntary", 1)]
    nothing = budget.voluntary_share(amounts, {}, NOW)
    assert nothing.share is None
    assert "Kein Produkt" in nothing.reason
    assert [(kind.kind, kind.products) for kind in nothing.kinds] == [("", 2)]
    assert "keine ordentlichen Aufwendungen" in budget.voluntary_share([], {}, NOW).reason


def test_a_comparison_tells_new_gone_and_changed():
    before = sums({"taxes": 100, "staff": -50, "pensions": -5})
    after = sums({"taxes": 130, "staff": -50, "goods_services": -7})
    found = budget.compare(before, after)
    assert [(c.kind.value, c.position, c.difference_cents) for c in found.changes] == [
        ("changed", "taxes", 30),
        ("new", "goods_services", -7),
        ("gone", "pensions", 5),
    ]
    assert found.unchanged == 1
    assert found.differences == {Side.INCOME: 30, Side.EXPENSE: -2}
    assert budget.compare(before, before).changes == ()


def test_a_supplement_is_compared_with_the_estimate_across_stages():
    supplement = sums({"taxes": 130}, (2026, Stage.SUPPLEMENT))
    assert len(budget.compare(sums({"taxes": 100}), supplement).changes) == 2
    change = budget.compare(sums({"taxes": 100}), supplement, across_stages=True).changes[0]
    assert (change.before_cents, change.after_cents, change.stage) == (100, 130, None)


@quick
@given(ANY_LINES, ANY_LINES)
def test_the_differences_of_a_comparison_add_up_to_the_difference_of_the_totals(one, other):
    before = budget.amounts(budget.rollup(frame(one)).products)
    after = budget.amounts(budget.rollup(frame(other)).products)
    found = budget.compare(before, after)
    total = sum(a.cents for a in after) - sum(a.cents for a in before)
    assert sum(found.differences.values()) == total == sum(c.difference_cents for c in found.changes)
    back = budget.compare(after, before)
    assert sorted(c.difference_cents for c in back.changes) == sorted(-c.difference_cents for c in found.changes)


def test_plan_and_actual_of_the_years_with_their_deviation():
    amounts = sums({"taxes": 100, "staff": -50}, (2024, Stage.ESTIMATE))
    amounts += sums({"taxes": 120, "staff": -50}, (2024, Stage.SUPPLEMENT))
    amounts += sums({"taxes": 110, "staff": -45}, (2024, Stage.ACTUAL))
    amounts += sums({"taxes": 0, "staff": -50}, (2025, Stage.FORECAST))
    amounts += sums({"taxes": 90, "staff": -50}, (2025, Stage.PROVISIONAL))
    series = {one.number: one.points for one in budget.time_series(amounts, LAYOUTS["nw_result"])}
    first, second = series["1"]
    assert (first.plan_stage, first.plan_cents, first.actual_cents) == (Stage.SUPPLEMENT, 120, 110)
    assert (first.deviation_cents, first.deviation_share) == (-10, Fraction(-10, 120))
    assert (second.deviation_cents, second.deviation_share) == (90, None)
    assert series["11"][0].deviation_cents == 5
    assert series["3"][0].deviation_cents is None
    assert [
        (p.actual_stage, p.actual_cents) for p in budget.time_series(sums({"taxes": 5}), LAYOUTS["nw_result"])[0].points
    ] == [(None, None)]


def test_columns_are_in_the_order_of_time_and_without_commitments():
    amounts = sums({"taxes": 1}, (2025, Stage.ACTUAL)) + sums({"taxes": 1}, (2025, Stage.FORECAST))
    amounts += sums({"taxes": 1}, (2024, Stage.COMMITMENT)) + sums({"taxes": 1}, (2024, Stage.ESTIMATE))
    assert budget.columns_of(amounts) == (
        (2024, Stage.ESTIMATE),
        (2025, Stage.FORECAST),
        (2025, Stage.ACTUAL),
    )


def test_an_amount_per_inhabitant_needs_a_stichtag():
    day = date(2025, 12, 31)
    assert budget.per_inhabitant(1000, budget.Inhabitants(3, day)).cents == Fraction(1000, 3)
    assert budget.per_inhabitant(1000, budget.Inhabitants(3, day)).reference_date == day
    assert "Stichtag" in budget.per_inhabitant(1000, budget.Inhabitants(3, None)).reason
    assert "Einwohnerzahl" in budget.per_inhabitant(1000, None).reason
    assert "Einwohnerzahl" in budget.per_inhabitant(1000, budget.Inhabitants(0, day)).reason
    assert "Betrag" in budget.per_inhabitant(None, budget.Inhabitants(3, day)).reason


def test_amounts_of_other_columns_are_left_out():
    amounts = sums({"taxes": 5, "staff": -3}) + sums({"taxes": 700, "staff": -900}, (2025, Stage.ACTUAL))
    plan = budget.operating_plan(amounts, LAYOUTS["nw_result"], [NOW])
    assert plan.role("annual_result").cents == (2,)
