"""Every page of the understanding half: with and without data, 404 for strangers, 403 for what readers may not."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gemeinwerk.budgets.models import Account, Product, ProductSum, ProjectionAssumption
from gemeinwerk.budgets.queries import needs
from gemeinwerk.ui import handbook

from . import figures

READING = (
    ("budget-overview", ()),
    ("budget-plan", ()),
    ("budget-cash", ()),
    ("budget-products", ()),
    ("budget-series", ()),
    ("budget-tasks", ()),
    ("budget-indicators", ()),
    ("budget-indicator", ("expense_coverage",)),
    ("budget-warning", ()),
    ("budget-balance", ()),
    ("budget-comparison", ()),
    ("budget-projection", ()),
    ("budget-assumptions", ()),
)
EDITING = (
    ("budget-balance-choose", ()),
    ("budget-balance-edit", (2025,)),
    ("budget-balance-import", ()),
    ("budget-assumption-add", ()),
    ("budget-settings", ()),
)


def address(cast, name, args):
    return reverse(name, args=[cast.altendorf.key, *args])


@pytest.mark.parametrize(("name", "args"), READING)
def test_reader_sees_page_with_data(cast, as_person, name, args):
    figures.years(cast.altendorf)
    response = as_person(cast.bernd).get(address(cast, name, args))
    assert response.status_code == 200
    assert response.content.decode().count("<h1>") == 1


@pytest.mark.parametrize(("name", "args"), READING)
def test_page_without_data_says_what_to_do(cast, as_person, name, args):
    if name == "budget-indicator":
        assert as_person(cast.bernd).get(address(cast, name, args)).status_code == 404
        return
    text = as_person(cast.anke).get(address(cast, name, args)).content.decode()
    if name == "budget-assumptions":
        assert "Noch keine eigenen Annahmen" in text
    else:
        assert 'class="empty"' in text


@pytest.mark.parametrize(("name", "args"), READING + EDITING)
def test_stranger_gets_404(cast, as_person, name, args):
    figures.years(cast.altendorf)
    assert as_person(cast.clara).get(address(cast, name, args)).status_code == 404


@pytest.mark.parametrize(("name", "args"), EDITING)
def test_reader_may_not_change(cast, as_person, name, args):
    figures.years(cast.altendorf)
    assert as_person(cast.bernd).get(address(cast, name, args)).status_code == 403
    assert as_person(cast.bernd).post(address(cast, name, args)).status_code in (403, 405)


def things(cast):
    figures.years(cast.altendorf)
    product = Product.objects.get(code="0601")
    account = Account.objects.get(key="staff")
    assumption = ProjectionAssumption.objects.create(
        body=cast.altendorf,
        position="staff",
        kind="index",
        from_year=2028,
        percent="3.0",
        source="Tarif",
        as_of=figures.AT.date(),
        entered_at=figures.AT,
    )
    return product, account, assumption


def test_pages_of_things(cast, as_person):
    product, account, assumption = things(cast)
    pages = {
        "budget-product": (product.pk,),
        "budget-account": (product.pk, account.pk),
        "budget-position": ("operating", "11"),
    }
    changing = {
        "budget-product-edit": (product.pk,),
        "budget-assumption-edit": (assumption.pk,),
        "budget-assumption-remove": (assumption.pk,),
    }
    for name, args in (pages | changing).items():
        for person, status in ((cast.clara, 404), (cast.bernd, 200 if name in pages else 403), (cast.anke, 200)):
            assert as_person(person).get(address(cast, name, args)).status_code == status, (name, person)


def test_things_of_another_body_are_404(cast, as_person):
    product, account, assumption = things(cast)
    for name, args in (
        ("budget-product", (product.pk,)),
        ("budget-account", (product.pk, account.pk)),
        ("budget-assumption-edit", (assumption.pk,)),
    ):
        assert as_person(cast.clara).get(reverse(name, args=[cast.neudorf.key, *args])).status_code == 404


@pytest.mark.parametrize(
    ("name", "args", "query"),
    [
        ("budget-plan", (), "stand=alle"),
        ("budget-plan", (), "stand=ist"),
        ("budget-products", (), "ilv=ohne"),
        ("budget-series", (), "nach=produkt"),
        ("budget-indicators", (), ""),
        ("budget-warning", (), ""),
        ("budget-comparison", (), "tabelle=produkte"),
        ("budget-projection", (), "tabelle=positionen"),
        ("budget-tasks", (), ""),
        ("budget-balance", (), ""),
    ],
)
def test_tables_go_out_as_spreadsheets(cast, as_person, name, args, query):
    figures.years(cast.altendorf)
    response = as_person(cast.bernd).get(f"{address(cast, name, args)}?{query}&format=xlsx")
    assert response.status_code == 200
    assert response.content.startswith(b"PK")


@pytest.mark.parametrize(
    "query",
    ["jahr=abc", "jahr=99999", "stand=%00", "alt=x&neu=y", "alt=1&neu=1", "alt=999999&neu=1", "sort=zz&seite=-4"],
)
def test_no_address_raises(cast, as_person, query):
    figures.years(cast.altendorf)
    for name in ("budget-plan", "budget-series", "budget-comparison", "budget-products"):
        assert as_person(cast.bernd).get(f"{address(cast, name, ())}?{query}").status_code == 200


def queries_of(client, url):
    """With nothing kept from an earlier page: the most a page may ask."""
    needs.forget()
    with CaptureQueriesContext(connection) as context:
        assert client.get(url).status_code == 200
    return len(context)


def test_number_of_queries_does_not_grow(cast, as_person):
    figures.adopt(cast.altendorf, 2025)
    figures.adopt(cast.altendorf, 2026)
    client = as_person(cast.bernd)
    before = {name: queries_of(client, address(cast, name, args)) for name, args in READING}
    figures.years(cast.altendorf)
    codes = [f"09{number:02d}" for number in range(40)]
    many = [Product(body=cast.altendorf, level="product", key=c, code=c, name=f"Produkt {c}") for c in codes]
    Product.objects.bulk_create(many)
    version = figures.adopt(cast.altendorf, 2023)
    ProductSum.objects.bulk_create(
        ProductSum(version=version, product=p, position="staff", side="expense", amount_cents=-100, line_count=1)
        for p in many
    )
    after = {name: queries_of(client, address(cast, name, args)) for name, args in READING}
    assert after == before
    assert max(after.values()) <= 20


HELP_LINK = re.compile(r'href="(/hilfe/([a-z-]+)/#([a-z0-9-]+))"')


def test_help_leads_to_a_section_that_is_there(cast, as_person):
    figures.years(cast.altendorf)
    named = (
        "budget-series",
        "budget-comparison",
        "budget-tasks",
        "budget-warning",
        "budget-balance",
        "budget-settings",
    )
    client = as_person(cast.anke)
    for name in (*named, "budget-assumptions"):
        found = HELP_LINK.search(client.get(address(cast, name, ())).content.decode())
        assert found, name
        assert f'id="{found[3]}"' in handbook.page(found[2]).html, name


def test_where_we_stand_is_said_in_plain_words(cast, as_person):
    figures.years(cast.altendorf)
    html = as_person(cast.bernd).get(address(cast, "budget-overview", ())).content.decode()
    assert "Ansatz 2026: Die Erträge sind um 0,3" in html
    assert "niedriger als die Aufwendungen (Fehlbetrag)" in html
