"""Slow, obvious twins of engine.balance, engine.indicators and engine.early_warning."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import gemeinwerk.engine

DATA = Path(gemeinwerk.engine.__file__).parent / "data"


def rows(name):
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))


def slow_completed(figures):
    """Derive totals again and again until nothing new follows."""
    table = rows("balance_items.csv")
    result = dict(figures)
    while True:
        before = dict(result)
        for total in table:
            parts = [row for row in table if row["part_of"] == total["code"] and row["split"] == "part"]
            known = [row for row in parts if row["code"] in result]
            needed = [row for row in parts if row["rare"] != "yes"]
            if parts and total["code"] not in result and all(row in known for row in needed):
                result[total["code"]] = sum(result[row["code"]] for row in known)
        if result == before:
            return result


def slow_debt(figures, heads):
    """Debt of one year and the amount per inhabitant, None if one of the two main kinds of loans is unknown."""
    if "investment_loans" not in figures or "liquidity_loans" not in figures:
        return None, None
    debt = 0
    for code in ("investment_loans", "liquidity_loans", "bonds", "credit_like_debts", "hessenkasse_debt"):
        if code in figures:
            debt += figures[code]
    return debt, Fraction(debt, heads) if heads else None


INCOME = [
    "taxes",
    "general_grants",
    "current_grants",
    "levies_received",
    "special_items_grants",
    "special_items_fees",
    "special_items_other",
    "transfers_received",
    "public_fees",
    "private_fees",
    "reimbursements",
    "other_income",
    "own_work",
    "stock_changes",
    "imputed_income",
    "transfer_from_capital",
    "grants_and_levies",
    "special_items_release",
    "public_fees_all",
    "ordinary_income_total",
]
EXPENSE = [
    "staff",
    "pensions",
    "goods_services",
    "depreciation",
    "grants_paid",
    "social_transfers",
    "trade_tax_levy",
    "levies_paid",
    "other_transfers",
    "tax_expense",
    "other_expense",
    "imputed_interest",
    "transfer_to_capital",
    "transfers",
    "levies_and_taxes",
    "ordinary_expense_total",
]


def slow_nkf(flows, balance):
    """The 18 key figures written out, for a municipality with the whole plan and all inputs; None is "n. d."."""
    income = sum(flows.get(code, 0) for code in INCOME)
    expense = -sum(flows.get(code, 0) for code in EXPENSE)
    annual = income - expense + flows["financial_income"] + flows["interest_expense"]
    receipts_and_payments = flows["current_receipts_total"] + flows["current_payments_total"]
    equity = balance["equity"]
    near = balance["special_items_grants"] + balance["special_items_contributions"]
    effective = balance["provisions"] + balance["debts"] - balance["cash"] - balance["short_receivables"]
    reserves = balance["equalization_reserve"] + balance["general_reserve"]
    depreciation = -flows["depreciation"]
    long_capital = balance["pension_provisions"] + balance["long_debts"]
    levy = -flows["trade_tax_levy"]
    transfers = -sum(flows[code] for code in ("grants_paid", "social_transfers", "trade_tax_levy", "levies_paid"))

    def share(above, below, factor=100):
        return Fraction(above, below) * factor if below > 0 else None

    return {
        1: share(income, expense),
        2: share(equity, balance["assets_total"]),
        3: share(equity + near, balance["assets_total"]),
        4: share(-annual, reserves) if annual < 0 else None,
        5: share(balance["infrastructure"], balance["assets_total"]),
        6: share(depreciation, expense),
        7: share(flows["special_items_grants"] + flows["special_items_fees"], depreciation),
        8: share(balance["gross_investment"], balance["asset_disposals"] + depreciation),
        9: share(equity + near + long_capital, balance["fixed_assets"]),
        10: share(effective, receipts_and_payments, 1),
        11: share(balance["cash"] + balance["short_receivables"], balance["short_debts"]),
        12: share(balance["short_debts"], balance["assets_total"]),
        13: share(-flows["interest_expense"], expense),
        14: share(flows["taxes"] - levy, income - levy),
        15: share(flows["general_grants"] + flows["current_grants"] + flows["special_items_grants"], income),
        16: share(-flows["staff"], expense),
        17: share(-flows["goods_services"], expense),
        18: share(transfers, expense),
    }


def slow_kash(result_per_head, reserve, deficits, liquidity_percent, equity, loans, hessenkasse, margin):
    """The score from the eight plain facts."""
    score = Fraction(0)
    if result_per_head >= 0:
        score += 40
    elif result_per_head > -75:
        score += 40 * (result_per_head + 75) / 75
    for reached in (reserve > 0, deficits == 0, liquidity_percent >= 2, equity > 0, loans == 0, hessenkasse == 0):
        score += 5 if reached else 0
    return score + (30 if margin >= 0 else 0)
