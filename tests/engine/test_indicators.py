"""The key figures: formulas, exactness, "missing" and "not defined"; the worked example of the method page."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemeinwerk.engine import indicators as engine
from gemeinwerk.engine import inputs
from gemeinwerk.engine.balance import items
from gemeinwerk.engine.indicators import State, indicators
from gemeinwerk.engine.reference import csv_rows

from .twins_balance import slow_nkf

FLOWS = {
    "taxes": 12_000_000_00,
    "general_grants": 4_000_000_00,
    "current_grants": 1_500_000_00,
    "special_items_grants": 700_000_00,
    "special_items_fees": 200_000_00,
    "public_fees": 2_600_000_00,
    "staff": -6_500_000_00,
    "goods_services": -4_200_000_00,
    "depreciation": -2_000_000_00,
    "grants_paid": -1_000_000_00,
    "social_transfers": -300_000_00,
    "trade_tax_levy": -400_000_00,
    "levies_paid": -7_600_000_00,
    "financial_income": 100_000_00,
    "interest_expense": -350_000_00,
    "current_receipts_total": 20_000_000_00,
    "current_payments_total": -19_500_000_00,
    "loans_repaid": -600_000_00,
}
BALANCE = {
    "assets_total": 80_000_000_00,
    "fixed_assets": 74_000_000_00,
    "infrastructure": 30_000_000_00,
    "cash": 1_000_000_00,
    "short_receivables": 1_500_000_00,
    "equity": 28_000_000_00,
    "general_reserve": 24_000_000_00,
    "equalization_reserve": 4_000_000_00,
    "special_items_grants": 15_000_000_00,
    "special_items_contributions": 5_000_000_00,
    "provisions": 10_000_000_00,
    "pension_provisions": 8_000_000_00,
    "debts": 21_000_000_00,
    "long_debts": 14_000_000_00,
    "short_debts": 3_000_000_00,
    "investment_loans": 15_000_000_00,
    "liquidity_loans": 2_000_000_00,
    "gross_investment": 2_700_000_00,
    "asset_disposals": 250_000_00,
}
"""The worked example of docs/methods/indicators.md: a town of 10,000 inhabitants."""


def by_id(flows=None, balance=None, **more):
    found = indicators(FLOWS if flows is None else flows, BALANCE if balance is None else balance, **more)
    return {one.definition.id: one for one in found}


def without(mapping, *codes):
    return {code: cents for code, cents in mapping.items() if code not in codes}


def test_the_set_has_its_18_numbers_and_each_definition_is_whole():
    nkf = [one for one in engine.definitions() if one.number]
    assert sorted({one.number for one in nkf}) == list(range(1, 19)) and len(nkf) == 19, "14 has two forms"
    assert len({one.id for one in engine.definitions()}) == len(engine.definitions())
    for one in engine.definitions():
        assert one.title and one.formula and one.source and one.confidence in ("high", "medium", "low")
        assert one.unit in ("percent", "years", "eur", "eur_per_head")
        assert one.more_is in ("better", "worse", "neutral")
        assert bool(one.denominator) == bool(one.undefined), one.id
        assert one.unit != "percent" or one.factor == 100


def test_every_input_names_positions_and_items_that_exist():
    positions = {row["code"] for row in csv_rows("positions.csv")}
    known = {"flows": positions, "voluntary": positions, "balance": set(items()), "facts": {"inhabitants"}}
    for definition in inputs.definitions().values():
        for source in definition.sources:
            named = {*source.codes, *(code.removeprefix("-") for code in source.optional)}
            named |= {code for group in source.groups for code in group}
            assert named and named <= known[source.table], definition.key


def test_a_term_must_name_an_input():
    with pytest.raises(ValueError, match="no signed input"):
        inputs.terms(["+nonsense"])
    with pytest.raises(ValueError, match="no signed input"):
        inputs.terms(["equity"])


# ------------------------------------------------------------------ values


def test_worked_example():
    found = by_id(inhabitants=10_000, whole_plan=True)
    assert found["expense_coverage"].value == Fraction(21_000, 22_000) * 100
    assert found["equity_ratio_1"].value == 35
    assert found["equity_ratio_2"].value == 60
    assert found["deficit_ratio"].value == Fraction(1_250, 28_000) * 100
    assert found["dynamic_debt"].value == Fraction(28_500_000, 500_000) == 57
    assert found["net_tax_ratio"].value == Fraction(11_600, 20_600) * 100
    assert found["debt_per_head"].value == 1_700
    assert found["staff_per_head"].value == 650
    assert found["annual_result_per_head"].value == -125
    assert found["subsidy_need"].value == 1_250_000
    assert found["subsidy_need_without_depreciation"].value == -750_000
    assert found["free_margin_per_head"].value == -10
    assert found["voluntary_ratio"].state is State.MISSING


def test_the_18_figures_are_those_of_the_twin():
    found = {one.definition.number: one.value for one in by_id(whole_plan=True).values() if one.definition.number}
    assert found == slow_nkf(FLOWS, BALANCE)


amounts = st.integers(-(10**6), 10**6)
some_flows = st.fixed_dictionaries({code: amounts for code in FLOWS})
some_balance = st.fixed_dictionaries({code: amounts for code in BALANCE})


@given(some_flows, some_balance)
def test_random_budgets_like_the_twin(flows, balance):
    found = {one.definition.number: one.value for one in by_id(flows, balance, whole_plan=True).values()}
    twin = slow_nkf(flows, balance)
    assert {number: found[number] for number in twin} == twin


@given(some_flows, some_balance, st.integers(2, 50), st.integers(1, 1000))
def test_scaling_all_amounts_leaves_ratios(flows, balance, factor, heads):
    once = by_id(flows, balance, inhabitants=heads)
    scaled = by_id(
        {code: cents * factor for code, cents in flows.items()},
        {code: cents * factor for code, cents in balance.items()},
        inhabitants=heads,
    )
    for id, one in once.items():
        assert scaled[id].state is one.state
        if one.value is not None:
            grows = one.definition.unit in ("eur", "eur_per_head")
            assert scaled[id].value == one.value * (factor if grows else 1)


codes = st.sampled_from(sorted({*FLOWS, *BALANCE}))


@given(st.dictionaries(codes, st.integers(-5, 5)), st.dictionaries(codes, st.integers(-5, 5)), st.booleans())
def test_whatever_is_missing_there_is_a_value_or_a_reason(flows, balance, whole):
    for one in indicators(flows, balance, inhabitants=0, whole_plan=whole):
        assert (one.value is None) == bool(one.reason)
        assert (one.state is State.MISSING) == bool(one.missing)
        assert (one.state is State.VALUE) == (one.value is not None)


# ------------------------------------------------------------------ not defined, missing


def test_dynamic_debt_is_not_defined_without_a_surplus():
    for payments in (-20_000_000_00, -20_000_000_01):
        one = by_id({**FLOWS, "current_payments_total": payments})["dynamic_debt"]
        assert one.state is State.UNDEFINED and one.value is None and "n. d." in one.reason
    assert by_id({**FLOWS, "current_payments_total": -19_999_999_99})["dynamic_debt"].value > 0


def test_deficit_ratio_only_for_a_deficit():
    surplus = {**FLOWS, "taxes": 20_000_000_00}
    assert by_id(surplus)["deficit_ratio"].reason.startswith("Nicht definiert, weil kein Fehlbetrag")
    balanced = {**FLOWS, "taxes": 13_250_000_00}
    assert by_id(balanced)["deficit_ratio"].state is State.UNDEFINED
    used_up = {**BALANCE, "general_reserve": -4_000_000_00}
    assert "aufgebraucht" in by_id(FLOWS, used_up)["deficit_ratio"].reason


def test_missing_input_is_named_and_never_zero():
    one = by_id(balance=without(BALANCE, "asset_disposals", "gross_investment"))["investment_ratio"]
    assert one.state is State.MISSING
    assert one.missing == ("Bruttoinvestitionen", "Abgänge des Anlagevermögens")
    assert "Bruttoinvestitionen; Abgänge" in one.reason
    assert by_id()["staff_per_head"].missing == ("Einwohner",)
    assert by_id(inhabitants=0)["staff_per_head"].state is State.UNDEFINED


def test_line_without_amount_is_missing_unless_the_whole_plan_was_given():
    flows = without(FLOWS, "staff")
    assert by_id(flows)["staff_intensity"].state is State.MISSING
    assert by_id(flows, whole_plan=True)["staff_intensity"].value == 0
    assert by_id({}, whole_plan=True)["staff_intensity"].state is State.MISSING, "nothing is no whole plan"
    only_sums = {"ordinary_income_total": 100, "ordinary_expense_total": -90}
    assert by_id(only_sums, whole_plan=True)["interest_burden"].state is State.MISSING, "interest may be in the sum"
    no_cash = without(FLOWS, "current_receipts_total")
    assert by_id(no_cash, whole_plan=True)["dynamic_debt"].state is State.MISSING


def test_undivided_sum_hides_its_parts():
    flows = {**without(FLOWS, "trade_tax_levy", "levies_paid"), "transfers": -8_000_000_00}
    found = by_id(flows, whole_plan=True)
    assert found["net_tax_ratio"].missing == (
        "Gewerbesteuerumlage und Finanzierungsbeteiligung Fonds Deutsche Einheit",
    )
    assert found["transfer_ratio"].value == Fraction(9_300, 22_000) * 100
    assert by_id({**FLOWS, "transfers": 0})["net_tax_ratio"].state is State.VALUE, "an empty sum hides nothing"
    released = {**without(FLOWS, "special_items_grants", "special_items_fees"), "special_items_release": 900_000_00}
    assert by_id(released)["third_party_funding"].value == 45


def test_only_the_district_has_the_levy_ratio():
    assert "levy_ratio" not in by_id() and "net_tax_ratio" in by_id()
    district = by_id({**FLOWS, "levies_received": 9_000_000_00}, kind="district")
    assert "net_tax_ratio" not in district
    assert district["levy_ratio"].value == Fraction(9, 30) * 100


def test_uncovered_deficit_makes_equity_negative():
    one = by_id(balance={**BALANCE, "equity": 0, "uncovered_deficit": 8_000_000_00})["equity_ratio_1"]
    assert one.value == -10
    assert one.inputs[0].parts == (("equity", 0), ("uncovered_deficit", 8_000_000_00))


def test_assets_register_goes_before_the_plan_and_other_side_of_the_balance_helps_out():
    found = by_id(
        balance={**without(BALANCE, "assets_total"), "liabilities_total": 100_000_000_00, "asset_depreciation": 5}
    )
    assert found["equity_ratio_1"].value == 28
    depreciation = found["depreciation_intensity"].inputs[0]
    assert depreciation.value == 5 and depreciation.place == "Bilanz und Anhang"


def test_product_with_internal_allocations():
    flows = {"public_fees": 40_00, "staff": -80_00, "internal_income": 10_00, "internal_expense": -20_00}
    found = by_id({**flows, "allocation_in": 5_00, "allocation_out": -5_00}, {})
    assert found["subsidy_need"].value == 40
    assert found["subsidy_need_full"].value == 50
    assert found["cost_coverage"].value == 50
    assert found["cost_coverage_full"].value == Fraction(55, 105) * 100
    own = {**without(flows, "internal_income", "internal_expense"), "allocation_in": 5_00, "allocation_out": -25_00}
    assert by_id(own, {})["subsidy_need_full"].value == 60


def test_voluntary_share():
    found = by_id(voluntary={"public_fees": 300_000_00, "staff": -1_000_000_00, "grants_paid": -400_000_00})
    assert found["voluntary_ratio"].value == Fraction(1_100, 22_000) * 100 == 5


def test_each_input_says_where_it_comes_from():
    one = by_id(inhabitants=10_000)["tax_per_head"]
    taxes, heads = one.inputs
    assert (taxes.title, taxes.value, taxes.place) == (
        "Steuern und ähnliche Abgaben",
        12_000_000_00,
        "Ergebnis- und Finanzplan",
    )
    assert (heads.value, heads.unit, heads.place) == (10_000, "heads", "Angaben zur Kommune")


def test_repayment_to_the_hessenkasse_counts_where_it_is_known():
    with_it = by_id(balance={**BALANCE, "hessenkasse_payment": 250_000_00}, inhabitants=10_000)
    assert with_it["free_margin_per_head"].value == -35
    assert by_id(balance={**BALANCE, "hessenkasse_debt": 9}, inhabitants=10_000)["free_margin_per_head"].value == -10


def test_definitions_are_dated():
    assert by_id(on=date(2005, 1, 1)).keys() == {one.id for one in engine.definitions(date(2005, 1, 1))}
    assert "expense_coverage" not in by_id(on=date(2005, 1, 1)) and "expense_coverage" in by_id(on=date(2026, 1, 1))
