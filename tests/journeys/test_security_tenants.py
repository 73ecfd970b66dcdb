"""What belongs to one body stays there: addresses, parameters, posted numbers, exports, search, error pages."""

from __future__ import annotations

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from gemeinwerk.accounts import actions as member_actions
from gemeinwerk.accounts.models import Activity
from gemeinwerk.budgets.actions import adoption, imports, positions, products, projection, reading
from gemeinwerk.budgets.models import Account, BudgetVersion, ImportMapping, Product
from gemeinwerk.runs import actions as run_actions
from tests.architecture import world

from .hostile import SECRET, body_of, two_worlds

pytestmark = pytest.mark.django_db

NO_OBJECT = {"budget-position", "budget-indicator", "budget-balance-edit"}
"""Their arguments are words and years, which every body has."""


@pytest.fixture
def worlds(cast, monkeypatch):
    return two_worlds(cast, monkeypatch)


def object_pages(of) -> dict[str, str]:
    """Every page of a thing, with its address."""
    return {
        name: world.address(of, name)
        for name, route in world.names().items()
        if "<slug:key>/" in route and route.count("<") > 1 and name not in NO_OBJECT
    }


def test_no_address_under_the_own_key_opens_a_thing_of_another_body(worlds, client):
    client.force_login(worlds.nora)  # she may do everything in Neudorf
    opened = []
    pages = object_pages(worlds.other)
    assert len(pages) >= 18
    for name, address in pages.items():
        moved = address.replace(f"/k/{worlds.other_key}/", f"/k/{worlds.key}/")
        assert moved != address
        for answer in (client.get(moved), client.post(moved, {"version": "1", "name": "x"}), client.head(moved)):
            if answer.status_code not in {404, 405} or SECRET.encode() in body_of(answer):
                opened.append(f"{name}: {answer.status_code}")
    assert not opened, opened


def test_no_mixture_of_own_and_other_things_opens(worlds, client):
    client.force_login(worlds.nora)
    own, other = worlds.own, worlds.other
    for name, *numbers in (
        ("import-companion", own.waiting.pk, other.companion.pk),
        ("import-companion", own.adopted.pk, own.companion.pk),
        ("import-companion", own.waiting.pk, 2**70),
        ("budget-account", own.product.pk, other.account.pk),
        ("budget-account", other.product.pk, own.account.pk),
        ("budget-account", own.product.pk, 2**70),
        ("budget-product", 2**70),
        ("run-detail", 2**70),
        ("member-change", 2**70),
        ("budget-assumption-edit", 2**70),
    ):
        address = reverse(name, args=[worlds.key, *numbers])
        assert client.get(address).status_code == 404, address


def test_no_parameter_brings_anything_of_another_body(worlds, client):
    client.force_login(worlds.nora)
    other = worlds.other
    versions = list(BudgetVersion.objects.filter(body=other.body).values_list("pk", flat=True))
    numbers = {"alt": versions[0], "neu": versions[-1], "version": versions[0], "fassung": versions[0]}
    numbers |= {"pk": other.product.pk, "produkt": other.product.pk, "konto": other.account.pk, "id": other.line.pk}
    numbers |= {"key": other.body.key, "body": other.body.pk, "import": other.adopted.pk, "jahr": 2026}
    told = []
    for name, route in world.names().items():
        if "<slug:key>/" not in route or name in {"import-file", "import-companion", "import-rejected"}:
            continue
        address = world.address(worlds.own, name)
        for more in ({}, {"format": "xlsx"}, {"format": "xlsx", "tabelle": "produkte", "nach": "produkt"}):
            answer = client.get(address, numbers | more)
            if SECRET.encode() in body_of(answer) or answer.status_code >= 500:
                told.append(f"{name} {more} {answer.status_code}")
    assert not told, told


def test_a_comparison_names_no_version_of_another_body(worlds, client):
    client.force_login(worlds.nora)
    mine = BudgetVersion.objects.filter(body=worlds.own.body).first().pk
    theirs = BudgetVersion.objects.filter(body=worlds.other.body).first().pk
    for old, new in ((mine, theirs), (theirs, mine), (theirs, theirs)):
        answer = client.get(reverse("budget-comparison", args=[worlds.key]), {"alt": old, "neu": new})
        found = answer.context["found"]
        assert found.refusal and found.plan.rows == () and found.products.rows == ()
        assert theirs not in {choice.id for choice in found.choices}


def test_search_and_filters_find_nothing_of_another_body(worlds, client):
    client.force_login(worlds.nora)
    found = client.get(reverse("search"), {"q": SECRET})
    assert found.context["groups"] == []
    for name in ("activity-list", "run-list", "import-list", "budget-products", "member-list"):
        for key in ("sentence", "actor_name", "file_name", "title", "name", "requested_by"):
            answer = client.get(reverse(name, args=[worlds.key]), {key: SECRET})
            rows = "".join("".join(row) for row in answer.context["listing"].rows)
            assert SECRET not in rows, (name, key)


def test_posted_numbers_of_another_body_change_nothing(worlds, client):
    client.force_login(worlds.nora)
    other = worlds.other
    before = (
        list(Product.objects.filter(body=other.body).values()),
        list(Account.objects.filter(body=other.body).values()),
    )
    kinds = {f"kind_{other.product.pk}": "voluntary", f"was_{other.product.pk}": ""}
    client.post(reverse("budget-tasks", args=[worlds.key]), kinds)
    places = {f"position_{other.account.pk}": "staff", f"was_{other.account.pk}": other.account.position}
    client.post(reverse("account-positions", args=[worlds.key]), places)
    after = (
        list(Product.objects.filter(body=other.body).values()),
        list(Account.objects.filter(body=other.body).values()),
    )
    assert before == after
    adopt = reverse("import-adopt", args=[worlds.key, worlds.own.waiting.pk])
    answer = client.post(adopt, {"version": worlds.own.waiting.version, "slots": ["2031-estimate"]}, follow=True)
    assert "mindestens ein Jahr" in answer.content.decode()
    assert not BudgetVersion.objects.filter(year=2031).exists()


def test_actions_refuse_the_things_of_another_body(worlds):
    """The second lock: an action given a thing of another body does nothing, whatever view called it."""
    from gemeinwerk.accounts.access import Seat

    seat, other, at = Seat.member(worlds.nora, worlds.own.body), worlds.other, timezone.now()
    waiting, count = other.waiting, Activity.objects.count()
    acts = {
        "read": lambda: reading.read_import(seat, waiting, at=at),
        "start reading": lambda: reading.start_reading(seat, waiting, at=at),
        "adopt": lambda: adoption.adopt_import(seat, waiting, at=at),
        "start adopting": lambda: adoption.start_adopting(seat, waiting, at=at),
        "discard": lambda: imports.discard_import(seat, waiting, at=at),
        "mapping": lambda: imports.change_mapping(seat, waiting, {}, version=waiting.version, at=at),
        "save mapping": lambda: imports.save_mapping(seat, waiting, name="x", at=at),
        "expect": lambda: imports.expect_totals(seat, waiting, [], version=waiting.version, at=at),
        "describe": lambda: products.describe_product(
            seat, other.product, task_kind="voluntary", legal_basis="", was=("", ""), at=at
        ),
        "assumption": lambda: projection.remove_assumption(seat, other.assumption, version=1, at=at),
        "member": lambda: member_actions.remove_member(seat, other.membership, at=at),
        "cancel": lambda: run_actions.cancel(seat, other.run, at=at),
    }
    refusals = (ObjectDoesNotExist, PermissionDenied, Http404, projection.AssumptionError)
    for name, act in acts.items():
        try:
            act()
        except refusals:
            continue
        pytest.fail(f"{name} was done")
    assert products.set_task_kinds(seat, {other.product.pk: ("", "voluntary")}, at=at) == 0
    assert positions.place_accounts(seat, {other.account.pk: (other.account.position, "staff")}, at=at) == 0
    stored = type(waiting).objects.get(pk=waiting.pk)
    assert (stored.state, stored.version, stored.mapping_name) == ("checked", waiting.version, SECRET)
    assert not ImportMapping.objects.exists()
    assert Activity.objects.count() == count


def test_refusals_and_error_pages_name_nothing(worlds, client):
    client.force_login(worlds.nora)
    for name, address in object_pages(worlds.other).items():
        text = client.get(address).content.decode()
        assert SECRET not in text and worlds.other.body.name not in text, name
    answer = client.get(f"/k/{worlds.other_key}/")
    assert answer.status_code == 404 and worlds.other.body.name not in answer.content.decode()


def test_the_log_of_one_body_says_nothing_of_another(worlds, client):
    client.force_login(worlds.nora)
    assert SECRET.encode() not in body_of(client.get(reverse("activity-list", args=[worlds.key]), {"format": "xlsx"}))
    assert not Activity.objects.filter(body=worlds.own.body, sentence__contains=SECRET).exists()
