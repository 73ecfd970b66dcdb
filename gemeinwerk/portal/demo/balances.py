"""Invented balance sheets that fit the invented budgets: assets equal liabilities in every year, to the cent."""

from __future__ import annotations

from .budget import Budget

FIRST_YEAR, LAST_ACTUAL, LAST_YEAR = 2018, 2024, 2026
"""Balance sheets up to the last annual account, then the planned ones that go with the budget."""


def balances(budget: Budget) -> dict[int, dict[str, int]]:
    """Items (engine/data/balance_items.csv) per year in cents."""
    town = budget.municipality
    heads = budget.inhabitants
    reserve = float(town["reserve_per_head"]) * heads
    sheets = {}
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        sheets[year] = _sheet(budget, year, reserve)
    return sheets


def _result(budget: Budget, year: int) -> int:
    sign = {"Ertrag": 1, "Aufwand": -1}
    return sum(sign.get(line.side, 0) * budget.amount(line, year, _stage(year)) for line in budget.lines)


def _stage(year: int) -> str:
    return "Ergebnis" if year <= LAST_ACTUAL else "Ansatz"


def _cash_flow(budget: Budget, year: int) -> tuple[int, int]:
    """Balance of current administration and the payments of it."""
    received = paid = 0
    for line in budget.lines:
        if line.account or line.component == "depreciation":
            continue
        cents = budget.amount(line, year, _stage(year))
        if line.side == "Einzahlung":
            received += cents
        elif line.side == "Auszahlung":
            paid += cents
    return received - paid, paid


def _sheet(budget: Budget, year: int, reserve: float) -> dict[str, int]:
    town, heads = budget.municipality, budget.inhabitants

    def cents(per_head: float) -> int:
        return round(per_head * heads) * 100

    age = LAST_ACTUAL - year
    result = _result(budget, year)
    flow, payments = _cash_flow(budget, year)
    repayment = cents(float(town["debt_per_head"]) * 0.034)
    sheet = {
        "intangible_assets": cents(38 - age),
        "undeveloped_land": cents(820),
        "buildings": cents(1980 - 14 * age),
        "infrastructure": cents(3240 + 21 * age),
        "other_tangible_assets": cents(290 - 4 * age),
        "assets_under_construction": cents(160 + 11 * (age % 3)),
        "financial_assets": cents(640),
        "inventories": cents(12),
        "receivables": cents(148 + 5 * (age % 2)),
        "cash": cents(max(22.0, float(town["reserve_per_head"]) * 0.6 + 30 - 6 * (4 - age))),
        "prepaid_expenses": cents(21),
    }
    sheet["tangible_assets"] = sum(
        sheet[item]
        for item in (
            "undeveloped_land",
            "buildings",
            "infrastructure",
            "other_tangible_assets",
            "assets_under_construction",
        )
    )
    sheet["fixed_assets"] = sheet["intangible_assets"] + sheet["tangible_assets"] + sheet["financial_assets"]
    sheet["current_assets"] = sheet["inventories"] + sheet["receivables"] + sheet["cash"]
    sheet["assets_total"] = sheet["fixed_assets"] + sheet["current_assets"] + sheet["prepaid_expenses"]
    sheet |= {
        "special_items_grants": cents(1180 + 9 * age),
        "special_items_contributions": cents(240 + 6 * age),
        "pension_provisions": cents(640 - 16 * age),
        "other_provisions": cents(74),
        "investment_loans": cents(float(town["debt_per_head"]) - 19 * age),
        "liquidity_loans": cents(max(0.0, float(town["liquidity_loans_per_head"]) * (1 - 0.07 * age))),
        "trade_payables": cents(54),
        "other_debts": cents(66),
        "deferred_income": cents(93),
        "equalization_reserve": max(0, round(reserve * (0.7 + 0.05 * age)) * 100),
        "annual_result": result,
    }
    sheet["special_items"] = sheet["special_items_grants"] + sheet["special_items_contributions"]
    sheet["provisions"] = sheet["pension_provisions"] + sheet["other_provisions"]
    sheet["debts"] = sum(
        sheet[item] for item in ("investment_loans", "liquidity_loans", "trade_payables", "other_debts")
    )
    other = sheet["special_items"] + sheet["provisions"] + sheet["debts"] + sheet["deferred_income"]
    sheet["equity"] = sheet["assets_total"] - other
    sheet["general_reserve"] = sheet["equity"] - sheet["equalization_reserve"] - result
    sheet["liabilities_total"] = sheet["assets_total"]
    sheet |= {
        "short_receivables": cents(131),
        "short_debts": sheet["liquidity_loans"] + sheet["trade_payables"] + cents(48),
        "long_debts": round(sheet["investment_loans"] * 0.71),
        "gross_investment": cents(197 - 5 * (age % 4)),
        "asset_disposals": cents(14),
        "prior_deficits": cents(max(0.0, -float(town["result_per_head"]) - 60) * 1.4),
        "liquidity_reserve": max(0, sheet["cash"] - cents(18)),
        "average_operating_payments": round(payments * 0.955),
        "operating_cash_balance": flow,
        "loan_repayment": repayment,
        "hessenkasse_debt": 0,
        "hessenkasse_payment": 0,
        "fund_liquidity_loans": 0,
    }
    return sheet
