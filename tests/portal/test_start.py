"""Start pages, the shell around every page, and the search."""

import pytest
from django.urls import reverse

from gemeinwerk.accounts.models import Membership, Role
from gemeinwerk.budgets.models import Product


def product(body, name, code="05.01.01"):
    return Product.objects.create(
        body=body, key=f"{body.key}-{code}", code=code, name=name, level=Product.Level.PRODUCT
    )


def test_a_visitor_is_told_what_this_is_and_where_to_log_in(client, db):
    text = client.get(reverse("home")).content.decode()
    assert reverse("login") in text
    assert "Als " not in text


def test_who_belongs_to_one_body_goes_straight_there(as_person, cast):
    response = as_person(cast.anke).get(reverse("home"))
    assert response["Location"] == reverse("body-home", args=[cast.altendorf.key])


def test_who_belongs_to_several_bodies_chooses_and_can_switch(as_person, cast):
    Membership.objects.create(user=cast.anke, body=cast.neudorf, role=Role.ADVISER)
    text = as_person(cast.anke).get(reverse("home")).content.decode()
    assert "Altendorf" in text
    assert reverse("body-home", args=[cast.neudorf.key]) in text


def test_the_menu_offers_only_what_the_role_may_do(as_person, cast):
    home = reverse("body-home", args=[cast.altendorf.key])
    members = reverse("member-list", args=[cast.altendorf.key])
    assert members in as_person(cast.doris).get(home).content.decode()
    assert members not in as_person(cast.bernd).get(home).content.decode()


def test_the_current_entry_of_the_menu_is_marked(as_person, cast):
    address = reverse("budget-plan", args=[cast.altendorf.key])
    text = as_person(cast.anke).get(address).content.decode()
    assert f'href="{address}" aria-current="page"' in text


def test_a_body_without_a_budget_is_told_what_to_do(as_person, cast):
    text = as_person(cast.anke).get(reverse("body-home", args=[cast.altendorf.key])).content.decode()
    assert "noch kein Haushalt übernommen" in text
    assert reverse("import-new", args=[cast.altendorf.key]) in text


def test_the_search_finds_products_of_the_own_body_and_never_those_of_another(as_person, cast):
    product(cast.altendorf, "Seniorenarbeit")
    product(cast.neudorf, "Seniorentreff", "05.01.02")
    text = as_person(cast.anke).get(reverse("search"), {"q": "senioren"}).content.decode()
    assert "Seniorenarbeit" in text
    assert "Seniorentreff" not in text


def test_the_search_finds_umlauts_in_either_case(as_person, cast):
    product(cast.altendorf, "Öffentlicher Personennahverkehr", "12.03.01")
    for wanted in ("öffentlich", "Öffentlich", "personennah"):
        assert "Personennahverkehr" in as_person(cast.anke).get(reverse("search"), {"q": wanted}).content.decode()


def test_the_search_finds_bodies_of_the_directory(as_person, cast):
    text = as_person(cast.anke).get(reverse("search"), {"q": "neudo"}).content.decode()
    assert reverse("directory-detail", args=[cast.neudorf.key]) in text


@pytest.mark.parametrize("wanted", ["", "x", "\x00", "%", "_" * 500, "<script>alert(1)</script>", "'; drop table x"])
def test_odd_words_get_a_page(as_person, cast, wanted):
    response = as_person(cast.anke).get(reverse("search"), {"q": wanted})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_the_shell_costs_one_query_however_many_bodies(as_person, cast, django_assert_num_queries):
    client = as_person(cast.anke)
    with django_assert_num_queries(3):  # session, person, memberships
        client.get(reverse("help"))
    Membership.objects.create(user=cast.anke, body=cast.neudorf, role=Role.ADVISER)
    with django_assert_num_queries(3):
        client.get(reverse("help"))


def test_outside_the_demo_there_is_no_demo(client, cast):
    assert client.get(reverse("demo-file")).status_code == 404
    assert client.post(reverse("demo-login", args=[cast.anke.pk])).status_code == 404


def test_who_is_not_logged_in_finds_the_way_back_after_logging_in(client, cast):
    """Nobody learns whether the address exists; the same page comes for one that does not."""
    there, nowhere = "/k/99001001/haushalt/", "/k/12345678/haushalt/"
    for address in (there, nowhere):
        response = client.get(address)
        assert response.status_code == 404
        assert f"{reverse('login')}?next={address.replace('/', '%2F')}" in response.content.decode()


def test_who_is_logged_in_is_not_asked_to_log_in(as_person, cast):
    assert "?next=" not in as_person(cast.clara).get("/k/99001001/haushalt/").content.decode()


def test_who_changes_the_body_stays_on_the_page(as_person, cast):
    Membership.objects.create(user=cast.anke, body=cast.neudorf, role=Role.ADVISER)
    client = as_person(cast.anke)
    for here, there in (("budget-plan", "budget-plan"), ("budget-settings", "body-home")):
        text = client.get(reverse(here, args=[cast.altendorf.key])).content.decode()
        assert f'<li><a href="{reverse(there, args=[cast.neudorf.key])}">{cast.neudorf.name}</a>' in text, here
