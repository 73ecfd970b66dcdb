"""Subplans: what a product costs the municipality, with and without internal allocation and depreciation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gemeinwerk.engine.budget.plans import OperatingPlan, PlanColumn, operating_plan
from gemeinwerk.engine.budget.rollups import Amount
from gemeinwerk.engine.layouts import Layout
from gemeinwerk.engine.schemes import POSITIONS
from gemeinwerk.engine.tables import Key, Side

INTERNAL = frozenset({"internal_income", "internal_expense", "allocation_in", "allocation_out"})
NOT_ORDINARY = frozenset({"financial_income", "interest_expense", "extraordinary_income", "extraordinary_expense"})
UNCLASSIFIED = ""
"""The task kind of products that nobody has classified yet."""


@dataclass(frozen=True, slots=True)
class Need:
    """Zuschussbedarf of products in one year and stage; the parts carry our sign (positive improves the result)."""

    income: int
    expense: int
    internal_income: int
    internal_expense: int
    depreciation: int
    """Part of `expense`."""
    has_amounts: bool

    def grant_need(self, *, with_internal: bool = True, with_depreciation: bool = True) -> int | None:
        """Zuschussbedarf = Aufwendungen + ILV-Aufwendungen − Erträge − ILV-Erträge; negative is a surplus."""
        if not self.has_amounts:
            return None
        balance = self.income + self.expense
        balance += self.internal_income + self.internal_expense if with_internal else 0
        balance -= 0 if with_depreciation else self.depreciation
        return -balance

    def cost_coverage(self, *, with_internal: bool = True, with_depreciation: bool = True) -> Fraction | None:
        """Kostendeckungsgrad = Erträge / Aufwendungen; None (n. d.) where there is no expense to cover."""
        income = self.income + (self.internal_income if with_internal else 0)
        expense = self.expense + (self.internal_expense if with_internal else 0)
        expense -= 0 if with_depreciation else self.depreciation
        return Fraction(income, -expense) if self.has_amounts and expense < 0 else None


@dataclass(frozen=True, slots=True)
class Subplan:
    plan: OperatingPlan
    needs: tuple[Need, ...]
    """One per column."""


def product_id(product: Key | None) -> str:
    """By what a product is known: its code, without code its name."""
    return (product.code or product.name) if product else ""


def subplan(
    sums: Iterable[Amount], products: Collection[str], layout: Layout, columns: Sequence[PlanColumn]
) -> Subplan:
    """The plan of one product or several together; `sums` are those of the whole body, per product."""
    whole = tuple(sums)
    own = [amount for amount in whole if product_id(amount.product) in products]
    plan = operating_plan(own, layout, columns, whole=whole)
    return Subplan(plan, tuple(need(a for a in own if (a.year, a.stage) == column) for column in columns))


def need(amounts: Iterable[Amount]) -> Need:
    """What the given amounts of one year and stage leave to be paid from general means."""
    sums = dict.fromkeys(("income", "expense", "internal_income", "internal_expense", "depreciation"), 0)
    has_amounts = False
    for amount in amounts:
        part = _part(amount)
        if part is None:
            continue
        has_amounts = True
        sums[part] += amount.cents
        if amount.position == "depreciation":
            sums["depreciation"] += amount.cents
    return Need(**sums, has_amounts=has_amounts)


def _part(amount: Amount) -> str | None:
    if amount.side in (Side.CASH_IN, Side.CASH_OUT):
        return None
    comes_in = amount.side in (Side.INCOME, Side.INTERNAL_IN)
    if amount.position in INTERNAL or amount.side in (Side.INTERNAL_IN, Side.INTERNAL_OUT):
        return "internal_income" if comes_in else "internal_expense"
    return "income" if comes_in else "expense"


@dataclass(frozen=True, slots=True)
class TaskShare:
    """The products of one task kind in one year and stage."""

    kind: str
    """As the caller named it ("voluntary", …), "" for products without a kind."""
    products: int
    need: Need


@dataclass(frozen=True, slots=True)
class VoluntaryShare:
    column: PlanColumn
    kinds: tuple[TaskShare, ...]
    ordinary_expense_cents: int | None
    """Ordentliche Aufwendungen of the whole body, positive; None if there are none."""
    share: Fraction | None
    """Freiwilligenquote, None (n. d.) without ordinary expense or without a voluntary product."""
    reason: str


def voluntary_share(
    sums: Iterable[Amount],
    task_kinds: Mapping[str, str],
    column: PlanColumn,
    *,
    voluntary: str = "voluntary",
    with_internal: bool = True,
) -> VoluntaryShare:
    """Freiwilligenquote = Σ Zuschussbedarf of the voluntary products / ordentliche Aufwendungen.

    `task_kinds` maps a product (its code, without code its name) to its task kind.
    """
    own = [amount for amount in sums if (amount.year, amount.stage) == column]
    by_kind: dict[str, list[Amount]] = {}
    for amount in own:
        by_kind.setdefault(task_kinds.get(product_id(amount.product), UNCLASSIFIED), []).append(amount)
    kinds = tuple(
        TaskShare(kind, len({product_id(a.product) for a in found if a.product}), need(found))
        for kind, found in sorted(by_kind.items())
    )
    expense = ordinary_expense(own)
    asked = next((one.need for one in kinds if one.kind == voluntary), None)
    if expense is None or expense <= 0:
        return VoluntaryShare(column, kinds, expense, None, "Es gibt keine ordentlichen Aufwendungen als Bezugsgröße.")
    if asked is None:
        return VoluntaryShare(column, kinds, expense, None, "Kein Produkt ist als freiwillige Aufgabe eingestuft.")
    required = asked.grant_need(with_internal=with_internal) or 0
    return VoluntaryShare(column, kinds, expense, Fraction(required, expense), "")


def ordinary_expense(amounts: Iterable[Amount]) -> int | None:
    """Ordentliche Aufwendungen without interest, extraordinary expense and internal allocation; positive."""
    found = [
        amount.cents
        for amount in amounts
        if amount.side is Side.EXPENSE
        and amount.position not in NOT_ORDINARY | INTERNAL | {"global_reduction"}
        and (amount.position not in POSITIONS or POSITIONS[amount.position].plan == "operating")
    ]
    return -sum(found) if found else None
