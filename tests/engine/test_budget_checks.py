"""What is found in the lines before they are stored, and where it stands."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemeinwerk.engine import budget
from gemeinwerk.engine.budget import findings
from gemeinwerk.engine.budget.jumps import is_jump
from gemeinwerk.engine.problems import Place, Severity
from gemeinwerk.engine.tables import LINES, Accounting, Category, Frame, Key, Side, Stage
from tests.engine import twins_budget
from tests.engine.budget_lines import ANY_LINES, Line, frame, quick


def codes(lines, **options):
    return {problem.code: problem for problem in budget.check(frame(lines), **options)}


BALANCED = [Line(100_00), Line(-100_00, side=Side.EXPENSE, account="5011", position="staff")]


def test_a_balanced_budget_has_only_the_note_that_the_cash_plan_is_missing():
    assert set(codes(BALANCED)) == {"cash_plan_missing"}


def test_no_lines_are_an_error_and_nothing_else():
    problems = budget.check(frame([]))
    assert [(p.code, p.severity) for p in problems] == [("no_lines", Severity.ERROR)]


@quick
@given(ANY_LINES)
def test_any_lines_are_checked_without_raising_and_errors_come_first(lines):
    problems = budget.check(frame(lines), scheme="imk4", known_products={"11"}, known_accounts={"4011"})
    severities = [list(Severity).index(problem.severity) for problem in problems]
    assert severities == sorted(severities)
    assert all(problem.text and problem.count >= 1 for problem in problems)


@quick
@given(ANY_LINES)
def test_repeated_keys_are_counted_like_plain_loops_do(lines):
    found = codes(lines)
    counted = tuple(found[code].count if code in found else 0 for code in ("duplicate_line", "repeated_key"))
    assert counted == twins_budget.duplicates(lines)


@quick
@given(ANY_LINES)
def test_unusual_signs_are_counted_like_plain_loops_do(lines):
    problems = budget.check(frame(lines))
    assert sum(p.count for p in problems if p.code == "unusual_sign") == twins_budget.unusual_signs(lines)


@quick
@given(ANY_LINES)
def test_a_negative_result_is_told_for_every_year_and_stage_that_has_one(lines):
    told = sum(p.code == "result_negative" for p in budget.check(frame(lines)))
    slices = {(x.year, x.stage) for x in lines if x.side in (Side.INCOME, Side.EXPENSE)}
    negative = [key for key in slices if key[1] != Stage.COMMITMENT and twins_budget.result(lines, *key) < -100]
    assert told == len(negative)


def test_places_name_sheet_row_and_column():
    lines = [*BALANCED, Line(-5_00, account="4012")]
    problem = next(p for p in budget.check(frame(lines), sheets=["Plan"]) if p.code == "unusual_sign")
    assert (problem.place.sheet, problem.place.row, problem.place.column) == ("Plan", 4, "G")
    named = next(p for p in budget.check(frame(lines), headers=["a"] * 6 + ["Ansatz 2026"]) if p.code == "unusual_sign")
    assert str(named.place) == "Zeile 4, Spalte „Ansatz 2026“"


def test_an_amount_larger_than_all_budgets_is_an_error():
    problem = codes([*BALANCED, Line(10**14 + 1)])["amount_too_large"]
    assert problem.severity is Severity.ERROR
    assert problem.place.row == 4


def test_identical_lines_are_a_warning_and_other_repetitions_a_note():
    found = codes([Line(5_00), Line(5_00), Line(7_00)])
    assert (found["duplicate_line"].severity, found["duplicate_line"].count) == (Severity.WARNING, 2)
    assert (found["repeated_key"].severity, found["repeated_key"].count) == (Severity.NOTE, 1)
    assert found["duplicate_line"].place.row == 2
    assert "duplicate_line" not in codes([Line(5_00), Line(5_00, unit="A")])


def test_unknown_products_and_accounts_are_named_with_their_first_place():
    lines = [*BALANCED, Line(0, product="12"), Line(0, product="12")]
    problem = codes(lines, known_products={"11"}, known_accounts={"4011", "5011"})["unknown_product"]
    assert (problem.place.row, problem.count) == (4, 2)
    assert "„12 Name 12“" in problem.text
    assert "unknown_account" in codes(lines, known_accounts={"4011"})
    assert "unknown_product" not in codes(lines)


def test_an_account_that_the_frame_does_not_know_is_a_warning():
    lines = [*BALANCED, Line(0, account="8011")]
    assert codes(lines, scheme="imk4")["account_outside_scheme"].place.row == 4
    assert "account_outside_scheme" not in codes(BALANCED, scheme="imk4")


def test_an_expense_account_on_the_income_side_is_a_warning():
    assert codes([*BALANCED, Line(1, account="5011", position="staff")])["side_contradicts_account"].place.row == 4
    turned = Line(1, side=Side.INTERNAL_IN, account="91", position="allocation_out")
    assert "side_contradicts_account" not in codes([*BALANCED, turned])


def test_lines_without_position_or_product_are_counted():
    found = codes([*BALANCED, Line(3_00, position=None), Line(4_00, product=None)])
    assert found["position_missing"].count == 1
    assert "4,00" in found["product_missing"].text
    assert "product_missing" not in codes([Line(1, product=None)])


def test_expected_totals_that_are_not_met_become_warnings_with_the_difference():
    wish = budget.Expected(2026, Stage.ESTIMATE, Side.INCOME, 130_00, source="Haushaltssatzung")
    text = codes(BALANCED, expected=[wish])["total_differs"].text
    assert "gelesen 100,00 €, erwartet 130,00 €" in text
    assert "Unterschied −30,00 €" in text
    met = budget.Expected(2026, Stage.ESTIMATE, Side.INCOME, 100_50)
    assert "total_differs" not in codes(BALANCED, expected=[met])
    other = budget.Expected(2026, Stage.ESTIMATE, Side.CASH_IN, 5)
    assert "total_missing" in codes(BALANCED, expected=[other])
    area = budget.Expected(2026, Stage.ESTIMATE, Side.INCOME, 100_00, area="11")
    assert not {"total_missing", "total_differs"} & set(codes(BALANCED, expected=[area], product_scheme="imk"))


def test_both_parts_of_a_kameral_budget_must_balance():
    lines = [
        Line(100_00, position="taxes"),
        Line(-90_00, side=Side.EXPENSE, position="transfer_to_capital"),
        Line(80_00, side=Side.CASH_IN, position="admin_transfer_in"),
        Line(-80_00, side=Side.CASH_OUT, position="invest_construction"),
    ]
    found = codes(lines, accounting=Accounting.KAMERAL)
    assert "um 10,00 € höher" in found["administration_unbalanced"].text
    assert "capital_unbalanced" not in found
    assert "90,00 € Ausgabe, 80,00 € Einnahme" in found["transfer_differs"].text
    assert "result_negative" not in found
    assert "cash_plan_missing" not in found


def test_internal_allocation_must_cancel_out():
    lines = [*BALANCED, Line(9_00, position="internal_income")]
    assert "um 9,00 € höher" in codes(lines)["internal_unbalanced"].text
    lines.append(Line(-9_00, side=Side.INTERNAL_OUT, position="allocation_out"))
    assert "internal_unbalanced" not in codes(lines)


def test_a_cash_plan_alone_is_told():
    assert "operating_plan_missing" in codes([Line(5, side=Side.CASH_IN, position="cash_taxes")])


def test_a_jump_needs_the_percentage_and_the_amount_unrounded():
    limits = budget.Thresholds(jump_percent=Fraction(25), jump_minimum_cents=100)
    just = [Line(10_000_00, year=2025), Line(12_500_00, year=2026)]
    over = [Line(10_000_00, year=2025), Line(12_500_01, year=2026)]
    small = [Line(1_00, year=2025), Line(1_99, year=2026)]
    assert "jump" not in codes(just, thresholds=limits)
    assert "jump" not in codes(small, thresholds=limits)
    problem = codes(over, thresholds=limits)["jump"]
    assert problem.place.row == 3
    assert "10.000,00 € im Jahr 2025" in problem.text


def test_stored_sums_of_the_year_before_serve_as_base():
    stored = budget.rollup(frame([Line(100, year=2025, stage=Stage.ACTUAL)]))
    limits = budget.Thresholds(jump_minimum_cents=1)
    assert "jump" in codes([Line(300)], previous=stored, thresholds=limits)
    assert "jump" not in codes([Line(300)], thresholds=limits)
    gone = [Line(100), Line(0, position="staff", side=Side.EXPENSE)]
    assert "jump" not in codes(gone, previous=budget.amounts(stored.products), thresholds=limits)


@quick
@given(st.integers(-300, 300), st.integers(-300, 300), st.fractions(0, 60), st.integers(0, 100))
def test_the_jump_rule_equals_its_twin(now, then, percent, minimum):
    assert is_jump(now, then, percent=percent, minimum_cents=minimum) == twins_budget.is_jump(
        now, then, percent, minimum
    )


def test_many_problems_of_one_kind_are_capped_and_counted():
    lines = [*BALANCED, *(Line(0, product=str(100 + i)) for i in range(40))]
    problems = [p for p in budget.check(frame(lines), known_products={"11"}) if p.code == "unknown_product"]
    assert len(problems) == 26
    assert sum(p.count for p in problems) == 40
    assert "15 weitere" in problems[-1].text
    years = [Line((p + 1) * 10 ** (2 * i), year=2020 + i, product=f"P{p}") for i in range(2) for p in range(30)]
    jumps = [
        p for p in budget.check(frame(years), thresholds=budget.Thresholds(jump_minimum_cents=1)) if p.code == "jump"
    ]
    assert len(jumps) == 26
    assert sum(p.count for p in jumps) == 30


@pytest.mark.parametrize(("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (0, "")])
def test_columns_are_named_as_a_spreadsheet_names_them(number, letters):
    assert findings.column_letter(number) == letters


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0,00 €"), (-5, "−0,05 €"), (123456789, "1.234.567,89 €"), (-100_000, "−1.000,00 €")]
)
def test_amounts_are_written_the_german_way(cents, text):
    assert findings.euros(cents) == text


def test_repetitions_are_found_with_more_values_than_fit_into_one_key():
    lines = frame([Line(5), Line(5), Line(6, product="12")])
    wide = {}
    for name in ("product", "account", "unit", "position"):
        column = lines.category(name)
        wide[name] = Category(column.codes, (*column.values, *(Key(str(i), "") for i in range(40_000))))
    many = Frame(LINES, {**{name: lines[name] for name in lines}, **wide})
    found = {problem.code: problem.count for problem in budget.check(many)}
    assert found["duplicate_line"] == 2


def test_a_problem_without_a_line_has_no_place():
    places = findings.Places(frame(BALANCED))
    assert places.at(-1) == Place()


def test_a_year_of_zeros_is_told_and_not_compared():
    limits = budget.Thresholds(jump_minimum_cents=1)
    lines = [Line(500, year=2025), Line(0, year=2026), Line(700, year=2027)]
    found = codes(lines, thresholds=limits)
    assert found["only_zeros"].text.startswith("Für 2026 (Ansatz) nennt die Quelle nur Beträge von 0,00 €.")
    assert "jump" not in found


def test_a_jump_to_nothing_stands_where_the_amount_was_the_year_before():
    lines = [
        Line(500, year=2025),
        Line(900, year=2026, position="public_fees"),
        Line(900, year=2025, position="public_fees"),
    ]
    problem = codes(lines, thresholds=budget.Thresholds(jump_minimum_cents=1))["jump"]
    assert problem.place.row == 2
    assert "0,00 €" in problem.text


def test_negative_income_is_written_negative_and_so_is_negative_expense():
    expense = codes([*BALANCED, Line(7_00, side=Side.EXPENSE, account="5012", position="staff")])["unusual_sign"]
    assert expense.text.startswith("Aufwendungen auf „5012 Name 5012“ sind negativ (−7,00 €).")


@quick
@given(ANY_LINES, ANY_LINES, st.fractions(0, 60), st.integers(0, 300), st.booleans())
def test_jumps_equal_plain_loops_over_slices_and_series(lines, stored, percent, minimum, as_rows):
    current, before = (budget.rollup(frame(rows)).products for rows in (lines, stored))
    if as_rows:
        current, before = budget.amounts(current), budget.amounts(before)
    found = budget.jumps(current, percent=percent, minimum_cents=minimum, before=before)
    rows = {(j.year, j.stage, j.product.code, j.position, j.side, j.cents, j.before_cents) for j in found.largest}
    assert rows == twins_budget.jumps(lines, stored, percent, minimum)
    assert found.count == len(found.largest) == len(rows)
    sizes = [abs(jump.difference_cents) for jump in found.largest]
    assert sizes == sorted(sizes, reverse=True)
    few = budget.jumps(current, percent=percent, minimum_cents=minimum, before=before, limit=2)
    assert (few.count, few.largest) == (found.count, found.largest[:2])


def test_a_jump_to_nothing_against_stored_sums_has_no_place():
    stored = budget.rollup(frame([Line(500, year=2025), Line(5, year=2025, position="public_fees")]))
    lines = [Line(5, position="public_fees")]
    problem = codes(lines, previous=stored, thresholds=budget.Thresholds(jump_minimum_cents=100))["jump"]
    assert problem.place == Place()
    assert "0,00 € im Jahr 2026" in problem.text
