"""Sums and totals against their twins: exact to the cent, whatever the size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemeinwerk.engine import budget
from gemeinwerk.engine.budget import groups
from gemeinwerk.engine.tables import Key, Side, Stage
from tests.engine import twins_budget
from tests.engine.budget_lines import ANY_LINES, Line, frame, quick


@quick
@given(ANY_LINES)
def test_plan_sums_equal_those_of_plain_loops(lines):
    found = budget.amounts(budget.rollup(frame(lines)).plan)
    as_dict = {(a.year, a.stage, a.position, a.side): (a.cents, a.line_count) for a in found}
    assert len(as_dict) == len(found)
    assert as_dict == twins_budget.plan_sums(lines)


@quick
@given(ANY_LINES)
def test_product_sums_equal_those_of_plain_loops(lines):
    found = budget.amounts(budget.rollup(frame(lines)).products)
    as_dict = {(a.year, a.stage, a.product and a.product.code, a.position, a.side): a.cents for a in found}
    assert as_dict == twins_budget.product_sums(lines)


@quick
@given(ANY_LINES)
def test_totals_equal_those_of_plain_loops(lines):
    found = budget.totals(frame(lines), product_scheme="imk")
    whole = {(t.year, t.stage, t.side): (t.cents, t.line_count) for t in found if t.area is None}
    assert whole == twins_budget.totals(lines)
    for (year, stage, side), (cents, _count) in whole.items():
        parts = [t.cents for t in found if t.area is not None and (t.year, t.stage, t.side) == (year, stage, side)]
        assert sum(parts) == cents


@quick
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-(2**62), 2**62)), max_size=12))
def test_group_sums_are_exact_up_to_the_limits_of_64_bits(pairs):
    index = np.array([group for group, _cents in pairs], np.int64)
    cents = np.array([cents for _group, cents in pairs], np.int64)
    found = groups.sums(index, cents, 4)
    assert [int(value) for value in found] == [sum(c for g, c in pairs if g == group) for group in range(4)]


def test_many_values_are_grouped_by_sorting_instead_of_counting():
    parts = [(np.array([3, 0, 3, -1]), 3000), (np.array([1, 2, 1, -1]), 3000)]
    found = groups.groups(parts)
    assert len(found) == 3
    assert found.keys[found.index].tolist() == [[3, 1], [0, 2], [3, 1], [-1, -1]]


def test_sums_beyond_64_bits_are_held_at_the_limit():
    lines = frame([Line(2**62), Line(2**62), Line(2**62)])
    assert budget.amounts(budget.rollup(lines).plan)[0].cents == 2**63 - 1


def test_areas_come_from_the_code_or_from_the_name():
    lines = frame([Line(5, product="111101"), Line(7, product="531000"), Line(9, product=None)])
    found = {t.area: t.cents for t in budget.totals(lines) if t.area is not None}
    assert found == {"11": 5, "53": 7, "": 9}


def test_expected_totals_are_written_without_sign():
    lines = frame([Line(-250_00, side=Side.EXPENSE, position="staff"), Line(100_00)])
    wishes = [
        budget.Expected(2026, Stage.ESTIMATE, Side.EXPENSE, 250_00),
        budget.Expected(2026, Stage.ESTIMATE, Side.INCOME, 130_00),
        budget.Expected(2027, Stage.ESTIMATE, Side.INCOME, 1),
    ]
    compared = budget.beside(budget.totals(lines), wishes)
    assert [c.found_cents for c in compared] == [250_00, 100_00, None]
    assert [c.difference_cents for c in compared] == [0, -30_00, -1]


def test_the_rollup_of_no_lines_is_empty():
    found = budget.rollup(frame([]))
    assert found.plan.length == found.products.length == 0
    assert budget.totals(frame([])) == ()
    assert budget.amounts(budget.rollup(frame([Line(3)])).products)[0].product == Key("11", "Name 11")


def test_columns_with_too_many_values_for_one_key_are_refused_or_renumbered():
    codes = np.array([0, 1])
    with pytest.raises(OverflowError):
        groups.line_keys([(codes, 2**31), (codes, 2**31), (codes, 2**31)])


def test_years_at_the_ends_of_the_calendar_are_kept_apart():
    found = budget.amounts(budget.rollup(frame([Line(1, year=-30000), Line(2, year=30000), Line(4, year=30000)])).plan)
    assert {(a.year, a.cents) for a in found} == {(-30000, 1), (30000, 6)}
