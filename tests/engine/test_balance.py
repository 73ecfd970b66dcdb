"""The balance sheet: totals from parts, checks, reading of a small table, debt and reserves over the years."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemeinwerk.engine.balance import (
    check_balance,
    completed,
    debt_series,
    items,
    series,
)
from gemeinwerk.engine.balance_rows import UnreadableError, amount_cents, by_year, parse_balance_rows
from gemeinwerk.engine.problems import Severity

from .twins_balance import slow_completed, slow_debt

SMALL = {
    "fixed_assets": 900,
    "current_assets": 90,
    "prepaid_expenses": 10,
    "equity": 400,
    "special_items": 200,
    "provisions": 150,
    "debts": 240,
    "deferred_income": 10,
}
"""A balance that closes: 1000 on both sides."""


def codes(problems):
    return [problem.code for problem in problems]


def test_every_item_hangs_on_a_known_one_and_names_are_unique():
    for item in items().values():
        assert item.title and item.source and item.valid_from
        assert item.side in ("assets", "liabilities", "supplement")
        assert not item.part_of or item.part_of in items()
        assert item.is_part <= bool(item.part_of)
        assert len(item.code) <= 40, "the column of the database is that wide"
    folded = [
        name.casefold() for item in items().values() for name in (item.title, item.number, item.code, *item.aliases)
    ]
    twice = {name for name in folded if folded.count(name) > 1}
    assert twice <= {"infrastrukturvermögen"}, "a name must mean one item"


def test_series_name_known_items():
    for one in series():
        for code in (*one.items, *one.optional):
            assert code.removeprefix("-") in items()


def test_totals_follow_from_parts_but_not_from_some_of_them():
    full = completed(SMALL)
    assert full["assets_total"] == full["liabilities_total"] == 1000
    assert "assets_total" not in completed({"fixed_assets": 900, "current_assets": 90})
    assert completed({**SMALL, "assets_total": 7})["assets_total"] == 7, "what was given stays"
    assert completed({}) == {}


def test_rare_items_count_where_they_are_given():
    assert completed({**SMALL, "uncovered_deficit": 50})["assets_total"] == 1050


def test_balance_that_closes_has_no_problem():
    assert check_balance(SMALL) == ()


def test_sides_that_differ():
    (problem,) = check_balance({**SMALL, "equity": 300})
    assert problem.code == "balance-sides" and problem.severity is Severity.ERROR
    assert "Unterschied 1,00 €" in problem.text


@pytest.mark.parametrize("missing", ["fixed_assets", "equity"])
def test_without_a_side_the_balance_is_not_judged(missing):
    figures = {code: cents for code, cents in SMALL.items() if code != missing}
    (problem,) = check_balance(figures)
    assert problem.code == "balance-unchecked"
    assert ("Aktiva" if missing == "fixed_assets" else "Passiva") in problem.text


def test_total_against_its_parts():
    assert codes(check_balance({**SMALL, "assets_total": 1000})) == []
    assert codes(check_balance({**SMALL, "assets_total": 1100, "liabilities_total": 1100})) == ["balance-parts"] * 2


def test_some_parts_may_not_exceed_their_total_unless_others_can_be_negative():
    debts = {**SMALL, "investment_loans": 250}
    assert codes(check_balance(debts)) == ["balance-parts"]
    assert codes(check_balance({**SMALL, "investment_loans": 200})) == []
    assert codes(check_balance({**SMALL, "general_reserve": 500})) == [], "a deficit of the year may be behind it"


def test_of_which_above_its_item():
    assert codes(check_balance({**SMALL, "short_debts": 241})) == ["balance-of-which"]
    assert codes(check_balance({**SMALL, "short_debts": 240, "gross_investment": 5000})) == []
    assert codes(check_balance({"short_receivables": 5}))[-1] == "balance-unchecked"


def test_signs_and_unknown_items():
    assert codes(check_balance({"cash": -1, "annual_result": -5}))[0] == "balance-sign"
    problems = check_balance({"nonsense": 5})
    assert problems[0].code == "balance-unknown-item" and "nonsense" in problems[0].text


figures_strategy = st.dictionaries(st.sampled_from(sorted(items())), st.integers(-500, 500))


@given(figures_strategy)
def test_completed_like_the_twin(figures):
    assert completed(figures) == slow_completed(figures)
    check_balance(figures)


@given(figures_strategy)
def test_completing_twice_changes_nothing(figures):
    assert completed(completed(figures)) == completed(figures)


def test_debt_over_the_years():
    balances = {
        2023: {"investment_loans": 1000_00, "liquidity_loans": 200_00, "cash": 50_00},
        2024: {
            "investment_loans": 1100_00,
            "liquidity_loans": 0,
            "bonds": 10_00,
            "equity": -5_00,
            "uncovered_deficit": 0,
        },
        2026: {"investment_loans": 1200_00},
    }
    points = {(one.series, one.year): one for one in debt_series(balances, {2023: 10, 2024: 0})}
    debt = points["debt", 2023]
    assert (debt.cents, debt.change_cents, debt.per_head_cents) == (1200_00, None, Fraction(120_00))
    debt = points["debt", 2024]
    assert (debt.cents, debt.change_cents, debt.per_head_cents) == (1110_00, -90_00, None)
    debt = points["debt", 2026]
    assert debt.cents is None and debt.missing == ("Verbindlichkeiten aus Krediten zur Liquiditätssicherung",)
    assert points["equity", 2024].cents == -5_00
    assert points["investment_debt", 2026].change_cents is None, "2025 is unknown"


def test_uncovered_deficit_is_negative_equity():
    points = {one.series: one for one in debt_series({2024: {"equity": 0, "uncovered_deficit": 300}}, {})}
    assert points["equity"].cents == -300


@given(figures_strategy, st.integers(0, 50))
def test_debt_like_the_twin(figures, heads):
    point = next(one for one in debt_series({2024: figures}, {2024: heads}) if one.series == "debt")
    assert (point.cents, point.per_head_cents) == slow_debt(slow_completed(figures), heads)


# ------------------------------------------------------------------ reading


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("1.234.567,89", 123456789),
        ("1.234.567,89-", -123456789),
        ("-1.234,5 €", -123450),
        ("−7", -700),
        ("+7", 700),
        ("(12,50)", -1250),
        ("1 234,50", 123450),
        ("1'234,50 EUR", 123450),
        ("1.234", 123400),
        ("12.5", 1250),
        ("12.3456", 1235),
        ("0,125", 12),
        ("0,135", 14),
        ("5 T€", 500000),
        ("1,5 TEUR", 150000),
        ("3 Tsd.€", 300000),
        ("1,2 Mio. €", 120000000),
        (12, 1200),
        (12.345, 1234),
        (Decimal("0.01"), 1),
        ("", None),
        (None, None),
        ("-", 0),
        ("– €", 0),
        ("nan", None),
        (float("nan"), None),
    ],
)
def test_amounts(cell, cents):
    assert amount_cents(cell) == cents


def test_heading_in_thousands_and_a_unit_in_the_cell():
    assert amount_cents("1.234", 1000) == 123400000
    assert amount_cents(7, 1000) == 700000
    assert amount_cents("7 €", 1000) == 700, "the unit in the cell is nearer than the heading"


@pytest.mark.parametrize("cell", ["zwölf", "1,234.5", "1e5", "--5", "12,3,4", float("inf"), True, "1" * 400, "=1+1"])
def test_unreadable_amounts_say_so(cell):
    with pytest.raises(UnreadableError, match="Bitte"):
        amount_cents(cell)


def test_a_table_with_heading():
    rows = [
        ["", None],
        ["Jahr", "Bilanzposten", "Betrag in T€", "Quelle"],
        ["31.12.2025", "Liquide  Mittel", "1.234", "Jahresabschluss"],
        [2025.0, "Basiskapital", 12.5, None],
        ["2025-12-31 00:00:00", "P.4.3", "5"],
        ["2025", "eigenkapital", "k.A."],
    ]
    figures, problems = parse_balance_rows(rows, sheet="Bilanz")
    assert by_year(figures) == {2025: {"cash": 123400000, "general_reserve": 1250000, "liquidity_loans": 500000}}
    assert figures[0].source == "Jahresabschluss" and figures[2].source == ""
    (problem,) = problems
    assert problem.code == "balance-no-amount" and str(problem.place) == "Blatt „Bilanz“, Zeile 6"


def test_a_table_without_heading_in_the_usual_order():
    figures, problems = parse_balance_rows([["cash", "2024", "1,00", "x"], ["cash", "2025", "2,00"]])
    assert by_year(figures) == {2024: {"cash": 100}, 2025: {"cash": 200}} and problems == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["Goldvorrat", "2025", "1"], "„Goldvorrat“ gibt es"),
        (["cash", "1812", "1"], "kein Bilanzjahr"),
        (["cash", "bald", "1"], "kein Bilanzjahr"),
        (["cash", "2025", "viel"], "kein Betrag"),
        (["cash"], "kein Bilanzjahr"),
    ],
)
def test_rows_that_cannot_be_read(row, said):
    figures, (problem,) = parse_balance_rows([row])
    assert figures == () and said in problem.text and problem.place.row == 1


def test_the_same_item_twice():
    same, problems = parse_balance_rows([["cash", "2025", "1"], ["Liquide Mittel", "2025", "1,00"]])
    assert len(same) == 1 and problems == ()
    kept, problems = parse_balance_rows([["cash", "2025", "1"], ["cash", "2025", "2"]])
    assert kept[0].cents == 100 and codes(problems) == ["balance-twice"]


cells = st.one_of(
    st.none(), st.text(max_size=12), st.integers(), st.floats(), st.booleans(), st.sampled_from(["cash", "2025"])
)


@given(st.lists(st.lists(cells, max_size=5), max_size=5))
def test_nothing_in_a_table_raises(rows):
    figures, _ = parse_balance_rows(rows)
    assert all(isinstance(figure.cents, int) for figure in figures)


@given(st.integers(-(10**12), 10**12))
def test_german_amounts_round_trip(cents):
    whole, rest = divmod(abs(cents), 100)
    text = f"{whole:,}".replace(",", ".") + f",{rest:02d}" + ("-" if cents < 0 else "")
    assert amount_cents(text) == cents
