"""A small budget for tests, written as adoption would leave it: products, accounts, versions, lines and their sums."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime

from gemeinwerk.bodies.models import Body, Population
from gemeinwerk.budgets.models import (
    Account,
    BudgetImport,
    BudgetLine,
    BudgetVersion,
    PlanSum,
    Product,
    ProductSum,
    Stage,
)
from gemeinwerk.engine.schemes import POSITIONS

AT = datetime(2026, 3, 12, 13, 5, tzinfo=UTC)

LINES = {
    # product, position: euros of the Ansatz; positive improves the result
    ("0601", "staff"): -2_000_000,
    ("0601", "goods_services"): -500_000,
    ("0601", "public_fees"): 700_000,
    ("0601", "depreciation"): -100_000,
    ("0601", "internal_expense"): -50_000,
    ("0801", "staff"): -300_000,
    ("0801", "private_fees"): 120_000,
    ("0801", "invest_construction"): -900_000,
    ("1601", "taxes"): 4_000_000,
    ("1601", "levies_paid"): -2_100_000,
    ("1601", "interest_expense"): -80_000,
    ("1601", "internal_income"): 50_000,
    ("1601", "cash_taxes"): 4_000_000,
    ("1601", "cash_staff"): -2_300_000,
    ("1601", "loans_repaid"): -150_000,
}
"""Jahresergebnis: 4,870,000 income with allocation − …: −260,000 without (see test_plans)."""

NAMES = {
    "06": "Kinder-, Jugend- und Familienhilfe",
    "0601": "Tageseinrichtungen für Kinder",
    "08": "Sportförderung",
    "0801": "Freibad",
    "16": "Allgemeine Finanzwirtschaft",
    "1601": "Steuern und Umlagen",
}


def products(body: Body) -> dict[str, Product]:
    found: dict[str, Product] = {}
    for code, name in NAMES.items():
        level = Product.Level.AREA if len(code) == 2 else Product.Level.PRODUCT
        parent = found.get(code[:2]) if len(code) == 4 else None
        found[code], _ = Product.objects.get_or_create(
            body=body, level=level, key=code, defaults={"code": code, "name": name, "parent": parent, "area": code[:2]}
        )
    return found


def receive(body: Body, name: str = "haushalt.csv") -> BudgetImport:
    return BudgetImport.objects.create(
        body=body,
        state=BudgetImport.State.ADOPTED,
        file=f"haushalt/{name}",
        file_name=name,
        sha256="0" * 64,
        size=1,
        received_at=AT,
        adopted_at=AT,
    )


def adopt(
    body: Body,
    year: int,
    stage: Stage = Stage.ESTIMATE,
    *,
    lines: dict[tuple[str, str], int] | None = None,
    factor: int = 100,
    source: BudgetImport | None = None,
) -> BudgetVersion:
    """One slice with its lines and sums; `factor` in percent of LINES. A later one of the same slice supersedes."""
    earlier = BudgetVersion.objects.filter(body=body, year=year, stage=stage)
    number = earlier.count() + 1
    earlier.update(is_current=False)
    amounts = {key: euros * factor for key, euros in (LINES if lines is None else lines).items()}
    version = BudgetVersion.objects.create(
        body=body,
        budget_import=source or receive(body),
        year=year,
        stage=stage,
        number=number,
        line_count=len(amounts),
        digest=f"{year}{stage}{number}".ljust(64, "0"),
        adopted_at=AT,
    )
    tree = products(body)
    plan: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, ((code, position), cents) in enumerate(amounts.items(), start=2):
        side = POSITIONS[position].side.value if position in POSITIONS else "expense"
        stored = position if position in POSITIONS else ""
        account, _ = Account.objects.get_or_create(
            body=body, key=position, defaults={"code": position, "name": position, "position": stored}
        )
        BudgetLine.objects.create(
            version=version,
            product=tree.get(code),
            account=account,
            position=stored,
            side=side,
            amount_cents=cents,
            sheet=0,
            row=row,
            column=3,
        )
        ProductSum.objects.create(
            version=version, product=tree.get(code), position=stored, side=side, amount_cents=cents, line_count=1
        )
        plan[stored, side].append(cents)
    PlanSum.objects.bulk_create(
        PlanSum(version=version, position=position, side=side, amount_cents=sum(found), line_count=len(found))
        for (position, side), found in plan.items()
    )
    return version


def inhabitants(body: Body, count: int = 10_000, on: date = date(2025, 12, 31)) -> Population:
    return Population.objects.create(
        body=body,
        inhabitants=count,
        reference_date=on,
        census_basis=Population.CensusBasis.CENSUS_2022,
        source="Statistisches Landesamt",
        territory_date=on,
    )


def years(body: Body) -> None:
    """Ergebnis 2024, Ansatz and Ergebnis 2025, Ansatz 2026, Planung 2027: what the pages of a plan year need."""
    source = receive(body)
    adopt(body, 2024, Stage.ACTUAL, factor=95, source=source)
    adopt(body, 2025, Stage.ESTIMATE, factor=98, source=source)
    adopt(body, 2025, Stage.ACTUAL, factor=97, source=source)
    adopt(body, 2026, Stage.ESTIMATE, source=source)
    adopt(body, 2027, Stage.FORECAST, factor=102, source=source)
    inhabitants(body)
