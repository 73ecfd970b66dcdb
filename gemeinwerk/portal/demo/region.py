"""Makes the demo region: bodies, inhabitants, map, people, budgets, balance sheets; the same every time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from gemeinwerk.accounts.access import Seat
from gemeinwerk.accounts.models import Membership, Role, User
from gemeinwerk.bodies.models import Body, Boundary, Neighborhood, Population
from gemeinwerk.budgets.actions.adoption import adopt_import
from gemeinwerk.budgets.actions.imports import receive_file
from gemeinwerk.budgets.actions.reading import read_import
from gemeinwerk.budgets.models import BalanceFigure, BudgetImport, Product

from .balances import LAST_ACTUAL, balances
from .budget import BASE_YEAR, Budget, long_file, table, wide_file
from .landscape import landscape

log = logging.getLogger(__name__)

SEED = 2026
STATE = "06"
"""The region lies in no Land (its keys begin with 99); it follows the rules of Hesse."""
DISTRICT = "99001"
SOURCE = "Vorführregion, frei erfunden"
AS_OF = date(2025, 12, 31)
TOWN = "001"

PLAN = [(2022, "Ergebnis"), (2023, "Ergebnis"), (2024, "Ergebnis"), (2025, "Ansatz"), (2026, "Ansatz")]
PLAN += [(year, "Planung") for year in (2027, 2028, 2029)]
HISTORY = [(year, stage) for year in range(2018, 2025) for stage in ("Ansatz", "Ergebnis")]
HISTORY += [(2025, "Ansatz"), (2025, "Vorläufiges Ist")]
DRAFT = [(2025, "Ergebnis"), (2026, "Ansatz"), (2027, "Ansatz")]
DRAFT += [(year, "Planung") for year in (2028, 2029, 2030)]

NEWS = {("district_levy", 2027): 0.045, ("staff", 2027): 0.018, ("trade_tax", 2027): -0.03, ("social", 2027): 0.025}
"""What the draft of 2027 knows and the Planung of the year before did not: a higher Kreisumlage, a wage settlement,
less Gewerbesteuer, more Hilfen zur Erziehung; so the comparison of two versions has something to show."""


SUPPLEMENT = {("trade_tax", BASE_YEAR): -0.06, ("social", BASE_YEAR): 0.03, ("goods", BASE_YEAR): 0.008}
"""Why there is a Nachtrag: less Gewerbesteuer, more social benefits, dearer energy."""


def email_of(row: dict[str, str]) -> str:
    return f"{row['email']}@{settings.DEMO_DOMAIN}"


def key_of(number: str) -> str:
    return f"{DISTRICT}{number}"


def draft_file() -> bytes:
    """The plan of the next year of the town, for visitors to bring in."""
    town = next(row for row in table("municipalities") if row["number"] == TOWN)
    return wide_file(Budget(town, SEED, NEWS), DRAFT, flaws=True)


def make(at: datetime, say: Callable[[str], object] = log.info) -> bool:
    """Make the region unless it is there already. Returns whether something was made."""
    if Body.objects.filter(key=DISTRICT).exists():
        return False
    with transaction.atomic():
        bodies = _bodies()
        _people(bodies)
    say("Region, Karte und Personen sind angelegt.")
    for row in table("municipalities"):
        seat = Seat.system(bodies[row["number"]])
        _budget(seat, row, at)
        say(f"{row['name']}: Haushalt ist eingelesen.")
    _waiting_draft(Seat.system(bodies[TOWN]), at)
    return True


# ---------------------------------------------------------------- bodies
def _bodies() -> dict[str, Body]:
    rows = table("municipalities")
    common = {"state": STATE, "as_of": AS_OF, "source": SOURCE, "is_active": True}
    district = Body.objects.create(
        key=DISTRICT,
        kind=Body.Kind.DISTRICT,
        name="Landkreis Auental",
        official_name="Landkreis Auental",
        ags=DISTRICT,
        ars=DISTRICT,
        area_ha=sum(round(float(row["area_km2"]) * 100) for row in rows),
        **common,
    )
    office = Body.objects.create(
        key="servicestelle",
        kind=Body.Kind.SERVICE_OFFICE,
        name="IKZ-Servicestelle Auental",
        district=district,
        **common,
    )
    land = landscape({row["number"]: (float(row["x"]), float(row["y"])) for row in rows}, SEED)
    bodies = {}
    for row in rows:
        number = row["number"]
        center = land.shapes[number].representative_point()
        bodies[number] = Body.objects.create(
            key=key_of(number), kind=Body.Kind(row["kind"]), name=row["name"], official_name=row["name"],
            ags=key_of(number), ars=f"{DISTRICT}0{number}{number}", district=district, postcode=f"99{number}",
            area_ha=round(float(row["area_km2"]) * 100), longitude=round(center.x, 4), latitude=round(center.y, 4),
            **common,
        )  # fmt: skip
        Boundary.objects.create(body=bodies[number], geometry=land.geometry(number), as_of=AS_OF, source=SOURCE)
        _inhabitants(bodies[number], int(row["inhabitants"]))
    _inhabitants(district, sum(int(row["inhabitants"]) for row in rows))
    pairs = [[*sorted((bodies[a].pk, bodies[b].pk)), meters] for a, b, meters in land.neighbors()]
    Neighborhood.objects.bulk_create(Neighborhood(first_id=a, second_id=b, border_m=m) for a, b, m in pairs)
    return bodies | {"district": district, "office": office}


def _inhabitants(body: Body, count_2024: int) -> None:
    """Carried forward from the census of 2022; the years before stand on the census of 2011, as in life."""
    old, new = Population.CensusBasis.CENSUS_2011, Population.CensusBasis.CENSUS_2022
    rows = []
    for year in range(2016, 2026):
        basis = new if year >= 2022 else old
        trend = 1 + 0.004 * (year - 2024) + (0.012 if basis == old else 0)
        rows += [
            Population(
                body=body, inhabitants=round(count_2024 * (trend + step)), census_basis=basis, source=SOURCE,
                reference_date=day, territory_date=day,
            )
            for day, step in ((date(year, 6, 30), -0.002), (date(year, 12, 31), 0.0))
        ]  # fmt: skip
    Population.objects.bulk_create(rows)


# ---------------------------------------------------------------- people
def _people(bodies: dict[str, Body]) -> None:
    for row in table("people"):
        user = User(email=email_of(row), name=row["name"])
        user.set_unusable_password()
        user.save()
        for number in row["bodies"].split(","):
            Membership.objects.create(user=user, body=bodies[number], role=Role(row["role"]), position=row["position"])


# ---------------------------------------------------------------- budgets
def _budget(seat: Seat, row: dict[str, str], at: datetime) -> None:
    budget = Budget(row, SEED)
    if row["number"] == TOWN:
        _bring_in(seat, f"{row['name']}-Rechnung-2018-2025.csv", long_file(budget, HISTORY), at)
    _bring_in(seat, f"{row['name']}-Haushaltsplan-{BASE_YEAR}.csv", wide_file(budget, PLAN), at)
    _describe_products(seat)
    BalanceFigure.objects.bulk_create(
        BalanceFigure(
            body=seat.body,
            year=year,
            item=item,
            amount_cents=cents,
            source=SOURCE,
            entered_at=at,
            is_plan=year > LAST_ACTUAL,
        )
        for year, sheet in balances(budget).items()
        for item, cents in sheet.items()
    )


def _bring_in(seat: Seat, name: str, content: bytes, at: datetime, *, adopt: bool = True) -> BudgetImport:
    """The same way as every file: receive, read and check, adopt."""
    import_ = receive_file(seat, [ContentFile(content, name)], at=at)
    read_import(seat, import_, at=at)
    if adopt:
        import_.refresh_from_db()
        adopt_import(seat, import_, at=at)
    return import_


def _describe_products(seat: Seat) -> None:
    described = {row["code"]: row for row in table("products")}
    products = list(Product.objects.filter(body=seat.body, code__in=described))
    for product in products:
        product.task_kind = described[product.code]["task_kind"]
        product.legal_basis = described[product.code]["legal_basis"]
    Product.objects.bulk_update(products, ["task_kind", "legal_basis"])


def _waiting_draft(seat: Seat, at: datetime) -> None:
    """One file that waits for a decision, so that the page of the imports has something to do."""
    town = next(row for row in table("municipalities") if row["number"] == TOWN)
    content = wide_file(Budget(town, SEED, SUPPLEMENT), [(BASE_YEAR, "Nachtrag")])
    _bring_in(seat, f"{town['name']}-Nachtrag-{BASE_YEAR}.csv", content, at, adopt=False)
