"""Haushalt: checks before storing, sums, operating and cash plan, subplans, comparisons. See docs/methods."""

from gemeinwerk.engine.budget.checks import Thresholds, check
from gemeinwerk.engine.budget.comparisons import (
    Change,
    ChangeKind,
    Inhabitants,
    LineSeries,
    PerInhabitant,
    VersionComparison,
    YearPoint,
    compare,
    per_inhabitant,
    time_series,
)
from gemeinwerk.engine.budget.jumps import Jump, jumps
from gemeinwerk.engine.budget.plans import OperatingPlan, PlanRow, cash_plan, columns_of, flows, operating_plan
from gemeinwerk.engine.budget.rollups import PLAN_SUMS, PRODUCT_SUMS, Amount, Rollup, amounts, rollup
from gemeinwerk.engine.budget.subplans import (
    Need,
    Subplan,
    TaskShare,
    VoluntaryShare,
    need,
    ordinary_expense,
    product_id,
    subplan,
    voluntary_share,
)
from gemeinwerk.engine.budget.totals import Comparison, Expected, Total, areas_of, beside, totals

__all__ = [
    "PLAN_SUMS",
    "PRODUCT_SUMS",
    "Amount",
    "Change",
    "ChangeKind",
    "Comparison",
    "Expected",
    "Inhabitants",
    "Jump",
    "LineSeries",
    "Need",
    "OperatingPlan",
    "PerInhabitant",
    "PlanRow",
    "Rollup",
    "Subplan",
    "TaskShare",
    "Thresholds",
    "Total",
    "VersionComparison",
    "VoluntaryShare",
    "YearPoint",
    "amounts",
    "areas_of",
    "beside",
    "cash_plan",
    "check",
    "columns_of",
    "compare",
    "flows",
    "jumps",
    "need",
    "operating_plan",
    "ordinary_expense",
    "per_inhabitant",
    "product_id",
    "rollup",
    "subplan",
    "time_series",
    "totals",
    "voluntary_share",
]
