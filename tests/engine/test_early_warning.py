"""kash 2.0: points, score, exact thresholds, the range that is left when inputs are missing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemeinwerk.engine.early_warning import Light, early_warning, overridden, possible_lights, scheme, share_of_points

from .twins_balance import slow_kash

FLOWS = {
    "ordinary_income_total": 29_700_000_00,
    "ordinary_expense_total": -30_000_000_00,
    "current_receipts_total": 29_000_000_00,
    "current_payments_total": -28_200_000_00,
    "loans_repaid": -700_000_00,
}
BALANCE = {
    "equalization_reserve": 1_200_000_00,
    "prior_deficits": 0,
    "liquidity_reserve": 540_000_00,
    "equity": 20_000_000_00,
    "liquidity_loans": 0,
    "hessenkasse_debt": 1_000_000_00,
    "hessenkasse_payment": 90_000_00,
}
"""The worked example of docs/methods/early-warning.md: 12,000 inhabitants, a deficit of 25 euros each."""
PRIOR = (26_000_000_00, 27_000_000_00, 28_000_000_00)


def warn(flows=None, balance=None, **more):
    more.setdefault("inhabitants", 12_000)
    more.setdefault("prior_operating_payments", PRIOR)
    return early_warning(FLOWS if flows is None else flows, BALANCE if balance is None else balance, **more)


def without(mapping, *codes):
    return {code: cents for code, cents in mapping.items() if code not in codes}


def test_scheme_has_eight_indicators_and_weights_of_100():
    assert len(scheme().rules) == 8 and sum(rule.weight for rule in scheme().rules) == 100
    assert scheme().rules[0].weight == 40 and scheme().land == "HE" and scheme().source
    assert all(rule.points_confidence in ("high", "medium", "low") and rule.note for rule in scheme().rules)
    assert [band.lowest for band in scheme().bands] == [70, 40, 0]


def test_worked_example():
    found = warn()
    points = {one.rule.id: one.points for one in found.indicators}
    assert points == {
        "ordinary_result": Fraction(2, 3),
        "ordinary_reserve": 1,
        "prior_deficits": 1,
        "liquidity_reserve": 1,
        "equity": 1,
        "liquidity_loans": 1,
        "hessenkasse_debt": 0,
        "free_margin": 1,
    }
    assert found.score == found.lowest == found.highest == Fraction(40 * 2, 3) + 55
    assert found.light is Light.GREEN and found.problems == ()
    assert found.indicators[0].reason == (
        "Ordentliches Ergebnis / Einwohner = −25 € je Einwohner. Punkte ab −75 € je Einwohner: 0; "
        "ab 0 € je Einwohner: 1, dazwischen linear. Ergibt 0,66 von 1, gewichtet 26,66 von 40."
    )


@pytest.mark.parametrize(
    ("score", "light"),
    [
        (Fraction(70), Light.GREEN),
        (Fraction(70) - Fraction(1, 10**9), Light.YELLOW),
        (Fraction(40), Light.YELLOW),
        (Fraction(40) - Fraction(1, 10**9), Light.RED),
        (Fraction(0), Light.RED),
        (Fraction(100), Light.GREEN),
    ],
)
def test_thresholds_are_compared_unrounded(score, light):
    assert possible_lights(scheme(), score, score) == (light,)


def test_one_cent_below_70_is_yellow():
    """Points of the result that reach exactly 70 together with the others, then one cent less."""
    balance = {**BALANCE, "hessenkasse_debt": 1, "liquidity_loans": 1, "prior_deficits": 1}  # 15 of 30 are left
    at = 30_000_000_00 - 12_000 * 75_00 * 3 // 8
    assert warn({**FLOWS, "ordinary_income_total": at}, balance).score == 70
    assert warn({**FLOWS, "ordinary_income_total": at}, balance).light is Light.GREEN
    below = warn({**FLOWS, "ordinary_income_total": at - 1}, balance)
    assert 69 < below.score < 70 and below.light is Light.YELLOW


def test_liquidity_reserve_is_compared_with_the_exact_mean():
    def points(reserve, prior):
        found = warn(balance={**BALANCE, "liquidity_reserve": reserve}, prior_operating_payments=prior)
        return next(one.points for one in found.indicators if one.rule.id == "liquidity_reserve")

    assert points(2, (100, 100, 100)) == 1
    assert points(2, (100, 100, 101)) == 0, "2 % of 100.33 cents is more than 2 cents"
    assert points(2, (100, 100, 99)) == 1
    given = warn(balance={**BALANCE, "average_operating_payments": 1_000_000_000_00})
    assert given.indicators[3].points == 0, "the entered mean goes before the computed one"


def test_ordinary_result_between_its_anchors():
    rule = scheme().rules[0]
    assert share_of_points(rule, Fraction(-80)) == 0
    assert share_of_points(rule, Fraction(-75)) == 0
    assert share_of_points(rule, Fraction(-15)) == Fraction(4, 5)
    assert share_of_points(rule, Fraction(0)) == share_of_points(rule, Fraction(500)) == 1


def test_missing_inputs_leave_a_range():
    found = warn(balance=without(BALANCE, "equity", "prior_deficits"))
    assert found.score is None and found.highest - found.lowest == 10
    assert found.lights == (Light.GREEN,) and found.light is Light.GREEN, "green in any case"
    equity = next(one for one in found.indicators if one.rule.id == "equity")
    assert (equity.points, equity.lowest, equity.highest) == (None, 0, 1)
    assert equity.reason == "Nicht bewertet, es fehlt: Eigenkapital."


def test_nothing_known_is_no_score():
    found = early_warning({}, {})
    assert (found.score, found.lowest, found.highest, found.light) == (None, 0, 100, None)
    assert found.lights == (Light.GREEN, Light.YELLOW, Light.RED)


def test_divisor_that_is_not_positive_counts_as_missing():
    assert warn(inhabitants=0).indicators[0].missing == ("Einwohner größer als null",)
    assert warn(prior_operating_payments=(0,)).indicators[3].points is None


def test_hessenkasse_without_debt_needs_no_payment():
    no_debt = {**without(BALANCE, "hessenkasse_payment"), "hessenkasse_debt": 0}
    assert warn(balance=no_debt).score is not None
    debt = without(BALANCE, "hessenkasse_payment")
    assert warn(balance=debt).indicators[7].missing == ("Zahlung an das Sondervermögen Hessenkasse",)


amount = st.integers(-9000, 9000)


@given(amount, amount, amount, amount, amount, amount, amount, amount)
def test_random_cases_like_the_twin(result, reserve, deficits, liquidity, equity, loans, debt, margin):
    flows = {
        "ordinary_income_total": result,
        "ordinary_expense_total": 0,
        "current_receipts_total": margin,
        "current_payments_total": 0,
        "loans_repaid": 0,
    }
    balance = {
        "equalization_reserve": reserve,
        "prior_deficits": abs(deficits),
        "liquidity_reserve": liquidity,
        "average_operating_payments": 10_000,
        "equity": equity,
        "liquidity_loans": abs(loans),
        "hessenkasse_debt": abs(debt),
        "hessenkasse_payment": 0,
    }
    per_head, percent = Fraction(result, 100), Fraction(liquidity, 100)
    found = early_warning(flows, balance, inhabitants=1)
    assert found.score == slow_kash(per_head, reserve, abs(deficits), percent, equity, abs(loans), abs(debt), margin)
    assert 0 <= found.score <= 100


@given(st.sets(st.sampled_from(sorted(BALANCE))), st.sets(st.sampled_from(sorted(FLOWS))))
def test_the_full_score_lies_in_every_range(no_items, no_positions):
    whole, part = warn(), warn(without(FLOWS, *no_positions), without(BALANCE, *no_items))
    assert part.lowest <= whole.score <= part.highest


def test_own_weights_and_points():
    used, problems = overridden(
        scheme(),
        {
            "ordinary_result": {"weight": 30, "points": [[-40, 0.5], [0, 1]], "between": "step"},
            "free_margin": {"weight": "40"},
        },
    )
    assert problems == () and used.rules[0].weight == 30 and used.rules[7].weight == 40
    assert share_of_points(used.rules[0], Fraction(-40)) == Fraction(1, 2)
    assert share_of_points(used.rules[0], Fraction(-41)) == 0
    assert warn(overrides={"free_margin": {"weight": 40}, "ordinary_result": {"weight": 30}}).score == 20 + 65


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ordinary_result": {"weight": 50}}, "110 statt 100"),
        ({"nonsense": {"weight": 5}}, "„nonsense“ gibt es nicht"),
        ({"equity": {"weight": "viel"}}, "„Eigenkapital“ sind nicht lesbar"),
        ({"equity": {"weight": -5}}, "nicht lesbar"),
        ({"equity": {"points": []}}, "nicht lesbar"),
        ({"equity": {"points": [[1, 2]]}}, "nicht lesbar"),
        ({"equity": {"points": [[1, 0], [1, 1]]}}, "nicht lesbar"),
        ({"equity": {"points": [1]}}, "nicht lesbar"),
        ({"equity": {"points": [["1/0", 1]]}}, "nicht lesbar"),
        ({"equity": 7}, "nicht lesbar"),
    ],
)
def test_overrides_that_cannot_be_used_are_reported_and_left_out(change, said):
    used, problems = overridden(scheme(), change)
    assert used == scheme() and said in problems[0].text
    assert warn(overrides=change).problems == problems


def test_large_and_negative_values_are_written_in_german():
    found = warn(balance={**BALANCE, "equity": -1_234_567_89})
    assert "= −1.234.567,89 €." in found.indicators[4].reason
