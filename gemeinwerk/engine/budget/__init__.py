"""Haushalt: checks before storing, sums, operating and cash plan, subplans, comparisons. See docs/methods."""

from gemeinwerk.engine.budget.checks import Thresholds, check
from gemeinwerk.engine.budget.jumps import Jump, jumps
from gemeinwerk.engine.budget.rollups import PLAN_SUMS, PRODUCT_SUMS, Amount, Rollup, amounts, rollup
from gemeinwerk.engine.budget.totals import Comparison, Expected, Total, areas_of, beside, totals

__all__ = [
    "PLAN_SUMS",
    "PRODUCT_SUMS",
    "Amount",
    "Comparison",
    "Expected",
    "Jump",
    "Rollup",
    "Thresholds",
    "Total",
    "amounts",
    "areas_of",
    "beside",
    "check",
    "jumps",
    "rollup",
    "totals",
]
