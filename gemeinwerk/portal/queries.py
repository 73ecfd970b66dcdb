"""What the pages above all rooms show: own bodies, the dashboard of a body, what the search finds, the demo region."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse

from gemeinwerk.accounts import activity
from gemeinwerk.accounts import queries as people
from gemeinwerk.accounts.access import Right, Seat
from gemeinwerk.accounts.models import Role, User
from gemeinwerk.bodies import queries as register
from gemeinwerk.bodies.models import Body
from gemeinwerk.budgets.models import BudgetImport, Product
from gemeinwerk.budgets.queries.imports import budget_imports
from gemeinwerk.budgets.queries.overview import Overview, overview

from .demo import budget as demo_budget
from .demo import region as demo

SEARCH_SHORTEST, SEARCH_LENGTH, SEARCH_HITS = 2, 100, 20


def own_bodies(user: User) -> list[Body]:
    return [membership.body for membership in people.memberships_of(user)]


# ---------------------------------------------------------------- search
@dataclass(frozen=True, slots=True)
class Hit:
    title: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class HitGroup:
    title: str
    hits: list[Hit]
    is_cut: bool


def search(user: User, text: str) -> list[HitGroup]:
    """Products of the own bodies and bodies of the directory; nothing of a body the person does not belong to."""
    own = own_bodies(user)
    groups = [_products(own, text), _bodies(text)]
    return [group for group in groups if group.hits]


def _products(bodies: list[Body], text: str) -> HitGroup:
    # SQLite folds no umlauts: „ö“ at the beginning of a word is asked for in both cases.
    spelled = Q()
    for word in {text, text.capitalize(), text.lower()}:
        spelled |= Q(name__icontains=word)
    found: QuerySet[Product] = (
        Product.objects.filter(body__in=bodies)
        .filter(spelled | Q(code__startswith=text))
        .select_related("body")
        .order_by("body__name", "key")
    )
    hits = [
        Hit(str(product), f"{product.get_level_display()} · {product.body.name}", _product_url(product))
        for product in found[: SEARCH_HITS + 1]
    ]
    return HitGroup("Produkte", hits[:SEARCH_HITS], len(hits) > SEARCH_HITS)


def _product_url(product: Product) -> str:
    return reverse("budget-product", args=[product.body.key, product.pk])


def _bodies(text: str) -> HitGroup:
    found = register.directory(text)
    hits = [
        Hit(body.name, body.get_kind_display(), reverse("directory-detail", args=[body.key]))
        for body in found[: SEARCH_HITS + 1]
    ]
    return HitGroup("Kommunen", hits[:SEARCH_HITS], len(hits) > SEARCH_HITS)


# ---------------------------------------------------------------- one body
WAITING = (BudgetImport.State.RECEIVED, BudgetImport.State.CHECKED)


@dataclass(frozen=True, slots=True)
class Dashboard:
    overview: Overview
    waiting: list[BudgetImport]
    """Budget files that somebody brought in and nobody has adopted or put aside yet."""
    entries: list[activity.Entry]
    may_import: bool


def dashboard(seat: Seat) -> Dashboard:
    return Dashboard(
        overview=overview(seat),
        waiting=list(budget_imports(seat).filter(state__in=WAITING)[:5]),
        entries=[activity.entry(act) for act in activity.recent(seat)[:6]],
        may_import=seat.may(Right.IMPORT),
    )


# ---------------------------------------------------------------- the demo
@dataclass(frozen=True, slots=True)
class DemoPerson:
    user: User
    position: str
    bodies: str
    role: str
    what_to_try: str


@dataclass(frozen=True, slots=True)
class DemoRegion:
    people: list[DemoPerson]
    municipalities: int


def demo_region() -> DemoRegion:
    """Whom the visitor may step into, in the order of the file, and what each may try."""
    users = {user.email: user for user in people.demo_people().prefetch_related("memberships__body")}
    shown = []
    for row in demo_budget.table("people"):
        user = users.get(demo.email_of(row))
        if user is not None:
            names = sorted(membership.body.name for membership in user.memberships.all())
            where = names[0] if len(names) == 1 else f"{len(names)} Kommunen"
            shown.append(DemoPerson(user, row["position"], where, Role(row["role"]).label, row["what_to_try"]))
    return DemoRegion(shown, len(demo_budget.table("municipalities")))


def demo_budget_file() -> bytes:
    """Next year's plan of the town, with the flaws that files have."""
    return demo.draft_file()
