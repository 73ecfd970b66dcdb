"""The status-quo projection: laws it keeps, the twin, the worked example of docs/methods/projection.md."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gemeinwerk.engine import VERSION
from gemeinwerk.engine.assumptions import (
    Assumption,
    AssumptionKind,
    default_safety_percent,
    defaults_source,
    group_of,
    groups,
    sides,
    titles,
    trend_percent,
)
from gemeinwerk.engine.problems import Severity
from gemeinwerk.engine.projection import Opening, Options, Plan, project, spread_evenly
from gemeinwerk.engine.schemes import POSITIONS
from gemeinwerk.engine.tables import Stage

from .twins_projection import half_even, slow_amount, slow_trend

PLAN: Plan = {
    (2026, Stage.ESTIMATE): {
        "taxes": 12_000_000_00,
        "general_grants": 5_000_000_00,
        "staff": -6_000_000_00,
        "goods_services": -4_000_000_00,
        "levies_paid": -7_500_000_00,
        "interest_expense": -300_000_00,
        "extraordinary_income": 200_000_00,
    },
    (2027, Stage.FORECAST): {
        "taxes": 12_360_000_00,
        "general_grants": 5_100_000_00,
        "staff": -6_200_000_00,
        "goods_services": -4_500_000_00,
        "levies_paid": -7_700_000_00,
        "interest_expense": -300_000_00,
        "extraordinary_income": 0,
    },
}
"""The worked example: 500,000 euros of the goods and services of 2027 are for one repair."""
OWN = (
    Assumption("goods_services", AssumptionKind.ONE_OFF, 2027, amount_cents=-500_000_00, source="Brückensanierung"),
    Assumption("staff", AssumptionKind.STEP, 2028, amount_cents=-120_000_00, source="Zwei Stellen Kita"),
    Assumption("staff", AssumptionKind.INDEX, 2030, percent=Fraction(2), source="Tarifabschluss"),
    Assumption("taxes", AssumptionKind.ONE_OFF, 2029, amount_cents=300_000_00, source="Nachzahlung"),
)


def index(key, percent, from_year=2000, to_year=None):
    return Assumption(key, AssumptionKind.INDEX, from_year, to_year, percent=Fraction(percent), source="Test")


def step(key, cents, from_year, to_year=None):
    return Assumption(key, AssumptionKind.STEP, from_year, to_year, amount_cents=cents)


def one_off(key, cents, from_year, to_year=None):
    return Assumption(key, AssumptionKind.ONE_OFF, from_year, to_year, amount_cents=cents)


ZERO = tuple(index(group.id, 0) for group in groups().values())


def cents(projection, item):
    return {one.year: one.cents for one in projection.amounts if one.item == item}


def estimate(year=2026, **amounts):
    return {(year, Stage.ESTIMATE): amounts}


# ------------------------------------------------------------------ the defaults


def test_every_position_of_the_operating_plan_has_one_group():
    operating = {position.code for position in POSITIONS.values() if position.plan == "operating"}
    assert set(group_of()) == operating
    assert sum(len(group.positions) for group in groups().values()) == len(group_of())
    assert not set(groups()) & set(sides()), "a key means a group or a position, never both"
    for group in groups().values():
        assert group.note and group.result in ("ordinary", "financial", "extraordinary", "reduction", "none")
        assert group.follows in ("", *group_of())
        assert titles()[group.id] == group.title
    assert "Annahme" in defaults_source() and default_safety_percent() == 10


# ------------------------------------------------------------------ the worked example


def test_worked_example():
    found = project(PLAN, OWN, options=Options(opening=Opening(2025, 2_000_000_00, 9_000_000_00)))
    assert (found.base_year, found.forecast_years) == (2026, (2027,))
    assert [year.year for year in found.years] == list(range(2026, 2037))
    results = {year.year: year.annual_result for year in found.years}
    assert results[2026] == -600_000_00
    assert results[2027] == -1_240_000_00
    staff = cents(found, "staff")
    assert staff[2028] == -6_355_000_00 - 120_000_00
    assert staff[2029] == -6_513_875_00 - 123_000_00
    assert staff[2030] == -6_644_152_50 - 125_460_00
    goods = cents(found, "goods_services")
    assert goods[2027] == -4_500_000_00 and goods[2028] == -4_080_000_00
    taxes = cents(found, "taxes")
    assert taxes[2028] == 12_730_800_00, "the plan grows by 3.00 % per year"
    assert taxes[2029] == 13_112_724_00 + 300_000_00 and taxes[2030] == 13_506_105_72
    assert cents(found, "extraordinary_income")[2028] == 0
    assert results[2028] == -814_700_00
    first = found.years[0]
    assert (first.reserve, first.uncovered, first.equity) == (1_400_000_00, 0, 8_400_000_00)
    assert found.reserve_used_up == 2028
    assert found.years[2].uncovered == 654_700_00
    assert found.equity_used_up is None
    assert found.engine_version == VERSION and found.problems == ()


def test_each_amount_explains_itself():
    found = project(PLAN, OWN)
    assert found.amount("taxes", 2026).explanation == "Ansatz 2026: 12.000.000,00 €; ergibt 12.000.000,00 €."
    assert found.amount("goods_services", 2027).explanation == (
        "Mittelfristige Planung 2027: −4.500.000,00 €; ergibt −4.500.000,00 €. "
        "Darin einmalig −500.000,00 €, das nicht fortgeschrieben wird."
    )
    assert found.amount("staff", 2030).explanation == (
        "−6.513.875,00 € aus 2029 × (1 + 2 %) = −6.644.152,50 € (Tarifabschluss); "
        "dauerhafte Änderung ab 2028 −125.460,00 €; ergibt −6.769.612,50 €."
    )
    assert "einmalig 300.000,00 €" in found.amount("taxes", 2029).explanation
    assert "Eigener Trend der Planung" in found.amount("taxes", 2029).explanation
    assert "nicht fortgeschrieben" in found.amount("extraordinary_income", 2028).explanation
    assert found.amount("taxes", 2026).is_carried is False and found.amount("taxes", 2028).is_carried is True
    assert found.amount("taxes", 1999) is None


# ------------------------------------------------------------------ laws

base_amounts = st.dictionaries(st.sampled_from(sorted(group_of())), st.integers(-(10**9), 10**9), max_size=6)
percents = st.integers(-1000, 1000).map(lambda n: Fraction(n, 100))


@given(base_amounts)
def test_zero_assumptions_leave_the_plan_as_it_is(amounts):
    found = project({(2026, Stage.ESTIMATE): amounts}, ZERO)
    for item, planned in amounts.items():
        assert set(cents(found, item).values()) == {planned}
    assert len({year.annual_result for year in found.years}) == 1


@given(base_amounts, percents)
def test_results_are_the_sums_of_the_shown_amounts(amounts, percent):
    found = project({(2026, Stage.ESTIMATE): amounts}, [index(group.id, percent) for group in groups().values()])
    for year in found.years:
        of_year = [one for one in found.amounts if one.year == year.year]
        counted = [one.cents for one in of_year if group_of()[one.position].result != "none"]
        assert year.annual_result == sum(counted)
        assert year.operating_result == year.ordinary_income + year.ordinary_expense
        assert year.ordinary_result == year.operating_result + year.financial_result
        assert year.annual_result == year.ordinary_result + year.extraordinary_result + year.global_reduction
        assert year.gap == max(0, -year.annual_result)


@given(st.integers(-(10**9), 10**9), percents)
def test_nothing_drifts(amount, percent):
    """After ten years the rounded amount is the exact compound amount, not a chain of rounded ones."""
    found = project(estimate(staff=amount), [index("staff", percent)])
    exact = amount * (1 + percent / 100) ** 10
    assert cents(found, "staff")[2036] == half_even(exact)
    assert abs(cents(found, "staff")[2036] - exact) <= Fraction(1, 2)


def test_half_cents_go_to_the_even_one():
    found = project(estimate(staff=-50, pensions=-150), [index("staff", 1), index("pensions", 1)])
    assert cents(found, "staff")[2027] == -50 and cents(found, "pensions")[2027] == -152


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6), st.integers(2027, 2036), percents)
def test_one_offs_do_not_propagate(amount, once, year, percent):
    rate = index("staff", percent)
    without, with_it = (
        project(estimate(staff=amount), [rate]),
        project(estimate(staff=amount), [rate, one_off("staff", once, year)]),
    )
    changes = {y: cents(with_it, "staff")[y] - cents(without, "staff")[y] for y in range(2026, 2037)}
    assert {y for y, change in changes.items() if change} <= {year}
    assert abs(changes[year] - once) <= 1


@given(st.integers(2, 9), base_amounts)
def test_scaling_scales_the_exact_chain(factor, amounts):
    once = project({(2026, Stage.ESTIMATE): amounts})
    scaled = project({(2026, Stage.ESTIMATE): {item: value * factor for item, value in amounts.items()}})
    for one in once.amounts:
        assert scaled.amount(one.item, one.year).carried == one.carried * factor


@given(
    st.dictionaries(st.integers(2026, 2030), st.integers(-(10**6), 10**6)),
    st.lists(st.tuples(st.integers(2027, 2036), st.integers(0, 6), st.integers(-5000, 5000)), max_size=3),
    st.dictionaries(st.integers(2026, 2036), st.integers(-5000, 5000), max_size=3),
    st.lists(percents, min_size=2, max_size=2),
    st.integers(2027, 2036),
)
def test_random_cases_like_the_twin(plan, spans, once, rates, change_year):
    assume(2026 in plan or 2026 not in once)
    steps = [(begin, begin + length, value) for begin, length, value in spans]
    own = [step("staff", value, begin, end) for begin, end, value in steps]
    own += [one_off("staff", value, year) for year, value in once.items()]
    own += [index("staff", rates[0]), index("staff", rates[1], change_year)]
    data = {
        (year, Stage.ESTIMATE if year == 2026 else Stage.FORECAST): {"staff": value} for year, value in plan.items()
    }
    data.setdefault((2026, Stage.ESTIMATE), {})
    found = cents(project(data, own), "staff")
    by_year = {year: rates[1] if year >= change_year else rates[0] for year in range(2026, 2037)}
    for year in range(2026, 2037):
        expected = slow_amount(year, plan=plan, percents=by_year, steps=steps, one_offs=once, base_year=2026)
        assert found.get(year) == expected


# ------------------------------------------------------------------ base


def test_without_a_plan_there_is_no_projection():
    found = project({(2026, Stage.ACTUAL): {"taxes": 1}})
    assert found.base_year is None and found.years == () and found.reserve_used_up is None
    assert found.problems[0].severity is Severity.ERROR


def test_the_latest_plan_is_the_base_and_a_supplement_replaces_what_it_names():
    plan = {
        (2025, Stage.ESTIMATE): {"taxes": 1},
        (2026, Stage.ESTIMATE): {"taxes": 100, "staff": -50},
        (2026, Stage.SUPPLEMENT): {"taxes": 80},
        (2026, Stage.FORECAST): {"taxes": 999},
        (2027, Stage.FORECAST): {},
    }
    found = project(plan, ZERO)
    assert found.base_year == 2026 and found.forecast_years == ()
    assert found.years[0].annual_result == 30 and found.years[0].stage is Stage.SUPPLEMENT
    assert found.amount("taxes", 2026).stage is Stage.SUPPLEMENT
    assert found.amount("taxes", 2026).explanation.startswith("Nachtrag 2026")
    assert found.amount("staff", 2026).stage is Stage.ESTIMATE
    alone = project({(2026, Stage.SUPPLEMENT): {"taxes": 80}}, ZERO)
    assert alone.years[0].annual_result == 80


def test_the_first_year_of_two_can_be_the_base():
    plan = {**estimate(2025, taxes=100), **estimate(2026, taxes=200), (2027, Stage.FORECAST): {"taxes": 300}}
    found = project(plan, ZERO, options=Options(base_year=2025))
    assert (found.base_year, found.forecast_years) == (2025, (2026, 2027))
    assert [cents(found, "taxes")[year] for year in (2025, 2026, 2027, 2035)] == [100, 200, 300, 300]
    assert found.amount("taxes", 2026).explanation.startswith("Ansatz 2026")
    assert project(plan, options=Options(base_year=2024)).base_year is None


def test_item_that_the_forecast_lacks_is_carried_on_and_noted():
    plan = {
        **estimate(taxes=100, staff=-50, pensions=-7, other_income=1, goods_services=-1),
        (2027, Stage.FORECAST): {"taxes": 110},
    }
    found = project(plan, ZERO)
    assert cents(found, "staff")[2027] == -50 and found.amount("staff", 2027).is_carried
    (note,) = found.problems
    assert note.code == "projection-forecast-lacks" and note.count == 4 and "…" in note.text
    fewer = project({**estimate(taxes=100, staff=-50), (2027, Stage.FORECAST): {"taxes": 110}}, ZERO)
    assert "(Personalaufwendungen)" in fewer.problems[0].text


def test_item_that_begins_in_the_forecast_is_missing_before():
    found = project({**estimate(taxes=100), (2028, Stage.FORECAST): {"taxes": 100, "staff": -40}}, ZERO)
    assert min(cents(found, "staff")) == 2028 and found.amount("taxes", 2027).is_carried


def test_cash_is_left_aside_and_unknown_items_are_reported():
    found = project(estimate(taxes=100, cash_taxes=90, nonsense=-7))
    assert {one.item for one in found.amounts} == {"taxes"}
    (problem,) = found.problems
    assert problem.code == "projection-unknown-position" and "−0,07 €" in problem.text


def test_finer_items_with_positions():
    plan = estimate(**{"4011": 50, "4013": 60, "5011": -70})
    own = [index("4011", 10), index("taxes", 0), index("group-staff", 100, 2027, 2027)]
    found = project(plan, own, positions={"4011": "taxes", "4013": "taxes", "5011": "staff"})
    assert cents(found, "4011")[2027] == 55 and cents(found, "4013")[2027] == 60
    assert cents(found, "5011")[2027] == -140 and cents(found, "5011")[2028] == half_even(Fraction(-14350, 100))
    added = project(plan, [step("staff", -1000, 2030)], positions={"4011": "taxes", "4013": "taxes", "5011": "staff"})
    assert cents(added, "staff")[2030] == -1000 and min(cents(added, "staff")) == 2030
    assert (
        added.amount("staff", 2030).explanation
        == "Kein Planwert; dauerhafte Änderung ab 2030 −10,00 €; ergibt −10,00 €."
    )


# ------------------------------------------------------------------ assumptions


def test_the_most_specific_index_holds_and_of_equals_the_latest():
    own = [
        index("group-staff", 1),
        index("staff", 2, 2027, 2028),
        index("staff", 3, 2028, 2028),
        index("pensions", 4, 2030),
    ]
    found = project(estimate(staff=-1000, pensions=-1000), own)
    used = {year: found.amount("staff", year).index.percent for year in range(2027, 2032)}
    assert used == {2027: 2, 2028: 3, 2029: 1, 2030: 1, 2031: 1}
    assert found.amount("pensions", 2029).index.percent == 1 and found.amount("pensions", 2031).index.percent == 4
    assert found.amount("staff", 2027).index.is_default is False


def test_defaults_hold_where_nothing_is_said():
    found = project(estimate(taxes=1000, staff=-1000, trade_tax_levy=-100))
    assert found.amount("taxes", 2027).index.percent == 2 and found.amount("taxes", 2027).index.is_default
    assert found.amount("staff", 2027).index.percent == Fraction(5, 2)
    assert found.amount("trade_tax_levy", 2027).index.source.startswith("wie Steuern")
    followed = project(estimate(taxes=1000, trade_tax_levy=-100), [index("taxes", 7)])
    assert followed.amount("trade_tax_levy", 2030).index.percent == 7
    own = project(estimate(taxes=1000, trade_tax_levy=-100), [index("taxes", 7), index("trade_tax_levy", 1)])
    assert own.amount("trade_tax_levy", 2030).index.percent == 1
    unnamed = project(estimate(taxes=1000), [Assumption("taxes", AssumptionKind.INDEX, 2000, percent=Fraction(1))])
    assert unnamed.amount("taxes", 2030).index.source == "eigene Annahme"


def test_own_trend_is_kept_within_limits():
    steep = project({**estimate(taxes=1000), (2027, Stage.FORECAST): {"taxes": 1500}})
    assert steep.amount("taxes", 2028).index.percent == 4 and "(begrenzt)" in steep.amount("taxes", 2028).index.source
    falling = project({**estimate(taxes=1000), (2028, Stage.FORECAST): {"taxes": 980}})
    assert falling.amount("taxes", 2029).index.percent == Fraction("-1.01")
    none = project({**estimate(taxes=1000), (2027, Stage.FORECAST): {"taxes": 0}})
    assert none.amount("taxes", 2028).index.percent == 2


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 10))
def test_trend_like_the_twin(first, last, years):
    assume(last / first < 1000)
    difference = abs(trend_percent(first, last, years) - Fraction(slow_trend(first, last, years)))
    assert difference <= Fraction(1, 100)
    assert trend_percent(-first, -last, years) == trend_percent(first, last, years)


def test_trend_that_does_not_exist():
    assert trend_percent(100, 110, 0) is None
    assert trend_percent(0, 110, 1) is None
    assert trend_percent(-100, 110, 1) is None


def test_step_on_what_is_not_carried_on_stays():
    found = project(estimate(extraordinary_income=500), [step("extraordinary_income", 100, 2028)])
    assert cents(found, "extraordinary_income") == {2026: 500, 2027: 0, **dict.fromkeys(range(2028, 2037), 100)}


def test_step_adds_to_the_forecast_and_ends():
    plan = {**estimate(staff=-1000), (2027, Stage.FORECAST): {"staff": -1100}}
    found = project(plan, [*ZERO, step("staff", -10, 2027, 2029)])
    assert [cents(found, "staff")[year] for year in range(2026, 2031)] == [-1000, -1110, -1110, -1110, -1100]


def test_one_off_of_a_span():
    found = project(estimate(staff=-1000), [*ZERO, one_off("staff", -10, 2028, 2029)])
    assert [cents(found, "staff")[year] for year in range(2027, 2031)] == [-1000, -1010, -1010, -1000]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (step("nonsense", 1, 2030), "keine Position"),
        (step("group-staff", 1, 2030), "keine Position"),
        (step("cash_taxes", 1, 2030), "keine Position"),
        (Assumption("staff", AssumptionKind.STEP, 2030), "keinen Wert"),
        (Assumption("staff", AssumptionKind.INDEX, 2030), "keinen Wert"),
        (index("staff", 101), "mehr als 100 Prozent"),
        (step("staff", 1, 2030, 2029), "endet vor ihrem Beginn"),
        (step("staff", 1, 2037), "nach dem letzten Jahr der Fortschreibung (2036)"),
        (step("staff", 1, 2026), "nicht nach dem Basisjahr 2026"),
        (one_off("staff", 1, 2025), "vor dem Basisjahr 2026"),
        (one_off("pensions", 1, 2026), "keinen Betrag"),
    ],
)
def test_assumptions_without_effect_are_reported(one, said):
    found = project(estimate(staff=-1000), [one])
    (problem,) = found.problems
    assert said in problem.text and problem.text.startswith("Die Annahme zu „")
    assert cents(found, "staff") == cents(project(estimate(staff=-1000)), "staff")


def test_the_same_index_twice():
    found = project(
        estimate(staff=-1000), [index("staff", 1), index("staff", 9), step("staff", 1, 2030), step("staff", 2, 2030)]
    )
    assert [problem.text for problem in found.problems] == [
        "Die Annahme zu „Personalaufwendungen“ steht zweimal mit demselben Beginn; es gilt die erste. "
        "Bitte eine löschen."
    ]
    assert found.amount("staff", 2027).cents == -1010 and len(found.amount("staff", 2030).steps) == 2


# ------------------------------------------------------------------ need, reserves, digest


def test_need_with_old_deficits_and_safety():
    options = Options(horizon=2, old_deficits={2027: 500}, safety_percent=Fraction(10))
    found = project(estimate(taxes=1005, staff=-2000), ZERO, options=options)
    assert [(year.gap, year.old_deficits, year.safety, year.need) for year in found.years] == [
        (995, 0, 100, 1095),
        (995, 500, 100, 1595),
        (995, 0, 100, 1095),
    ]
    surplus = project(estimate(taxes=5), ZERO, options=options)
    assert [year.need for year in surplus.years] == [0, 500, 0]


@given(st.integers(0, 10**6), st.lists(st.integers(2020, 2040), unique=True, max_size=6))
def test_spread_adds_up(total, years):
    parts = spread_evenly(total, years)
    assert sum(parts.values()) == (total if years else 0)
    assert not years or max(parts.values()) - min(parts.values()) <= 1


def test_internal_allocations_are_no_result_and_reduction_is_of_the_result():
    found = project(
        estimate(taxes=100, internal_income=40, internal_expense=-30, global_reduction=5, interest_expense=-1)
    )
    year = found.years[0]
    assert (year.ordinary_result, year.global_reduction, year.annual_result) == (99, 5, 104)
    assert found.years[1].global_reduction == 0


def test_reserve_between_balance_and_base_year():
    plan = estimate(taxes=100, staff=-150)
    known = Options(horizon=2, opening=Opening(2024, 60, None), past_results={2025: 10})
    found = project(plan, ZERO, options=known)
    assert [(year.reserve, year.uncovered, year.equity) for year in found.years] == [
        (20, 0, None),
        (0, 30, None),
        (0, 80, None),
    ]
    assert found.reserve_used_up == 2027 and found.equity_used_up is None
    unknown = project(plan, ZERO, options=Options(horizon=2, opening=Opening(2023, 60, 500)))
    assert unknown.years[0].reserve is None and unknown.years[0].equity is None
    assert "2024, 2025" in unknown.problems[0].text


def test_balance_of_the_base_year_or_later():
    found = project(estimate(taxes=100, staff=-150), ZERO, options=Options(horizon=2, opening=Opening(2026, 50, 100)))
    assert [year.reserve for year in found.years] == [None, 0, 0]
    assert [year.equity for year in found.years] == [None, 50, 0]
    assert (found.reserve_used_up, found.equity_used_up) == (2027, 2028)


def test_an_empty_reserve_is_not_used_up_by_a_surplus():
    found = project(estimate(taxes=1), ZERO, options=Options(opening=Opening(2025, -500, 0)))
    assert found.reserve_used_up is None and found.years[0].uncovered == 499


def test_digest_follows_the_inputs():
    once = project(PLAN, OWN)
    assert once.digest == project(dict(reversed(PLAN.items())), list(OWN)).digest and len(once.digest) == 64
    others = [
        project(PLAN, OWN[1:]),
        project({**PLAN, (2027, Stage.FORECAST): {"taxes": 1}}, OWN),
        project(PLAN, OWN, options=Options(horizon=9)),
        project(PLAN, OWN, positions={"x": "taxes"}),
    ]
    assert len({one.digest for one in [once, *others]}) == 5
