"""One promise of the pages per test."""

import pytest
from django.urls import reverse

from gemeinwerk.accounts.models import Activity, Membership, Role, User

PASSWORD = "ein langes Passwort"


@pytest.fixture
def anke(cast):
    cast.anke.set_password(PASSWORD)
    cast.anke.save()
    return cast.anke


def log_in(client, password=PASSWORD, **more):
    return client.post(reverse("login"), {"email": "anke@example.org", "password": password, **more})


def is_logged_in(client) -> bool:
    return "_auth_user_id" in client.session


# ---------------------------------------------------------------- logging in
def test_login_leads_straight_to_the_only_body(client, anke):
    assert client.get(reverse("login")).status_code == 200
    response = log_in(client)
    assert response.url == reverse("seat-choose")
    assert client.get(response.url).url == reverse("body-home", args=["99001001"])


def test_login_leads_back_to_where_the_person_wanted_to_go(client, anke):
    wanted = reverse("account")
    assert client.get(wanted).url == f"{reverse('login')}?next={wanted}"
    assert wanted in client.get(f"{reverse('login')}?next={wanted}").content.decode()
    assert log_in(client, next=wanted).url == wanted


@pytest.mark.parametrize("trap", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_login_never_leads_to_a_foreign_page(client, anke, trap):
    assert log_in(client, next=trap).url == reverse("seat-choose")


def test_a_wrong_password_keeps_the_address_and_says_what_to_do(client, anke):
    response = log_in(client, password="falsch")
    page = response.content.decode()
    assert response.status_code == 200 and not is_logged_in(client)
    assert "stimmt nicht" in page and 'value="anke@example.org"' in page and "falsch" not in page


def test_after_five_failures_the_page_says_how_long_to_wait(client, anke):
    for _ in range(5):
        log_in(client, password="falsch")
    assert "15 Minuten" in log_in(client).content.decode()
    assert not is_logged_in(client)


def test_behind_the_own_proxy_each_visitor_is_counted_alone(client, anke, settings):
    settings.BEHIND_TLS = True
    settings.SECURE_SSL_REDIRECT = False
    for _ in range(5):
        client.post(
            reverse("login"),
            {"email": "anke@example.org", "password": "falsch"},
            headers={"X-Forwarded-For": "198.51.100.7, 192.0.2.1"},
        )
    assert "15 Minuten" not in log_in(client, password="falsch").content.decode()


def test_logging_out_needs_a_post(client, anke):
    log_in(client)
    assert client.get(reverse("logout")).status_code == 405 and is_logged_in(client)
    assert client.post(reverse("logout")).url == reverse("login") and not is_logged_in(client)


def test_the_demo_lets_the_visitor_step_into_its_people_only(client, cast, settings):
    ute = User.objects.create_user("ute@demo.example", name="Ute")
    step = reverse("demo-login", args=[ute.pk])
    assert client.post(step).status_code == 404 and not is_logged_in(client)
    settings.DEMO = True
    assert client.get(step).status_code == 405
    assert client.post(reverse("demo-login", args=[cast.anke.pk])).status_code == 404 and not is_logged_in(client)
    assert client.post(step).url == reverse("seat-choose") and is_logged_in(client)


# ---------------------------------------------------------------- the own account
def test_the_account_shows_where_i_belong(as_person, cast):
    page = as_person(cast.anke).get(reverse("account")).content.decode()
    assert "Altendorf" in page and "Kämmerei" in page and "anke@example.org" in page


def test_a_new_password_ends_the_other_sessions(client, anke):
    from django.test import Client

    other = Client()
    log_in(other)
    log_in(client)
    new = {"old_password": PASSWORD, "new_password": "noch ein gutes Wort", "repeated": "noch ein gutes Wort"}
    assert client.get(reverse("password-change")).status_code == 200
    assert client.post(reverse("password-change"), new).url == reverse("account")
    assert client.get(reverse("account")).status_code == 200
    assert other.get(reverse("account")).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "repeated", "sentence"),
    [
        ("falsch", "noch ein gutes Wort", "noch ein gutes Wort", "Das bisherige Passwort stimmt nicht."),
        (PASSWORD, "noch ein gutes Wort", "etwas anderes", "stimmen nicht überein"),
        (PASSWORD, "zu kurz", "zu kurz", "mindestens 12 Zeichen"),
    ],
)
def test_a_poor_new_password_is_refused_with_a_sentence(client, anke, old, new, repeated, sentence):
    log_in(client)
    response = client.post(reverse("password-change"), {"old_password": old, "new_password": new, "repeated": repeated})
    assert sentence in response.content.decode()
    anke.refresh_from_db()
    assert anke.check_password(PASSWORD)


def test_several_bodies_are_chosen_from(as_person, cast):
    Membership.objects.create(user=cast.anke, body=cast.neudorf, role=Role.READER)
    client = as_person(cast.anke)
    page = client.get(reverse("seat-choose")).content.decode()
    assert "/k/99001001/" in page and "/k/99001002/" in page
    assert client.get(reverse("seat-switch"), {"key": "99001002"}).url == "/k/99001002/"


def test_nobody_switches_to_a_foreign_body(as_person, cast):
    client = as_person(cast.clara)
    assert client.get(reverse("seat-switch"), {"key": "99001001"}).status_code == 404
    assert client.get(reverse("seat-switch")).status_code == 404


def test_whoever_belongs_nowhere_reads_what_to_do(as_person, db):
    client = as_person(User.objects.create_user("neu@example.org", name="Neu"))
    for name in ("seat-choose", "account"):
        assert "noch zu keiner Körperschaft" in client.get(reverse(name)).content.decode()


# ---------------------------------------------------------------- members
def test_only_heads_see_the_members(as_person, cast):
    url = reverse("member-list", args=["99001001"])
    assert as_person(cast.doris).get(url).status_code == 200
    assert as_person(cast.anke).get(url).status_code == 403
    assert as_person(cast.clara).get(url).status_code == 404


def test_the_members_go_out_as_a_spreadsheet(as_person, cast):
    response = as_person(cast.doris).get(reverse("member-list", args=["99001001"]), {"format": "xlsx"})
    assert response.content.startswith(b"PK") and "mitglieder" in response["Content-Disposition"]


def test_a_new_member_gets_a_link_that_opens_the_account_once(as_person, cast, client):
    doris = as_person(cast.doris)
    url = reverse("member-add", args=["99001001"])
    assert doris.get(url).status_code == 200
    page = doris.post(url, {"email": "emil@example.org", "name": "Emil", "role": "reader"}).content.decode()
    assert "nur hier und nur jetzt" in page
    link = page.split('value="http://testserver')[1].split('"')[0]
    client.logout()
    assert "Willkommen, Emil" in client.get(link).content.decode()
    poor = client.post(link, {"new_password": "123", "repeated": "123"})
    assert poor.status_code == 200 and not is_logged_in(client)
    done = client.post(link, {"new_password": "noch ein gutes Wort", "repeated": "noch ein gutes Wort"})
    assert done.url == reverse("seat-choose") and is_logged_in(client)
    client.logout()
    outdated = client.get(link)
    assert outdated.status_code == 404 and "schon benutzt" in outdated.content.decode()


def test_a_known_person_is_taken_in_without_a_link(as_person, cast):
    cast.clara.set_password(PASSWORD)
    cast.clara.save()
    url = reverse("member-add", args=["99001001"])
    response = as_person(cast.doris).post(url, {"email": "clara@example.org", "role": "adviser"})
    assert response.url == reverse("member-list", args=["99001001"])


def test_what_cannot_be_is_said_at_the_field_and_nothing_typed_is_lost(as_person, cast):
    url = reverse("member-add", args=["99001001"])
    page = as_person(cast.doris).post(url, {"email": "anke@example.org", "position": "Kasse", "role": "reader"})
    assert "gehört schon dazu" in page.content.decode() and 'value="Kasse"' in page.content.decode()


def test_the_page_of_a_member_shows_the_log_with_old_and_new_role(as_person, cast):
    doris, bernd = as_person(cast.doris), Membership.objects.get(user=cast.bernd)
    url = reverse("member-change", args=["99001001", bernd.pk])
    assert doris.post(url, {"role": "treasury"}).url == reverse("member-list", args=["99001001"])
    page = doris.get(url).content.decode()
    assert "Lesend" in page and "Kämmerei" in page and "hat die Mitgliedschaft von „Bernd“ geändert." in page


def test_the_last_head_cannot_go_and_is_told_why(as_person, cast):
    client, doris = as_person(cast.doris), Membership.objects.get(user=cast.doris)
    page = client.post(reverse("member-change", args=["99001001", doris.pk]), {"role": "reader"})
    assert "einzige Leitung" in page.content.decode()
    client.post(reverse("member-remove", args=["99001001", doris.pk]))
    assert Membership.objects.filter(pk=doris.pk).exists()
    assert "einzige Leitung" in client.get(reverse("member-list", args=["99001001"])).content.decode()


def test_whoever_gives_up_the_own_role_does_not_land_on_a_refusal(as_person, cast):
    Membership.objects.filter(user=cast.anke).update(role=Role.HEAD)
    doris = Membership.objects.get(user=cast.doris)
    response = as_person(cast.doris).post(reverse("member-change", args=["99001001", doris.pk]), {"role": "reader"})
    assert response.url == reverse("seat-choose")


def test_a_member_can_be_removed(as_person, cast):
    bernd = Membership.objects.get(user=cast.bernd)
    as_person(cast.doris).post(reverse("member-remove", args=["99001001", bernd.pk]))
    assert not Membership.objects.filter(pk=bernd.pk).exists()


def test_a_new_link_on_wish_but_not_for_those_with_a_password(as_person, anke, cast):
    client = as_person(cast.doris)
    bernd = Membership.objects.get(user=cast.bernd)
    page = client.post(reverse("member-invite", args=["99001001", bernd.pk])).content.decode()
    assert "/einladung/" in page
    own = Membership.objects.get(user=anke)
    refused = client.post(reverse("member-invite", args=["99001001", own.pk]))
    assert refused.url == reverse("member-change", args=["99001001", own.pk])
    assert "noch nie angemeldet" in client.get(refused.url).content.decode()


# ---------------------------------------------------------------- roles and the log
def test_every_member_may_read_what_roles_may_do(as_person, cast):
    page = as_person(cast.bernd).get(reverse("role-list", args=["99001001"])).content.decode()
    assert "Organisation/Personal" in page and "Lesend (Ihre Rolle)" in page
    assert as_person(cast.clara).get(reverse("role-list", args=["99001001"])).status_code == 404


def test_the_log_of_the_body_can_be_filtered_and_exported(as_person, cast):
    bernd = Membership.objects.get(user=cast.bernd)
    as_person(cast.doris).post(reverse("member-change", args=["99001001", bernd.pk]), {"role": "council"})
    client, url = as_person(cast.bernd), reverse("activity-list", args=["99001001"])
    assert "Rolle: Lesend → Rat" in client.get(url).content.decode()
    assert "Rolle: Lesend → Rat" not in client.get(url, {"actor_name": "Anke"}).content.decode()
    assert client.get(url, {"format": "xlsx"}).content.startswith(b"PK")
    assert as_person(cast.clara).get(url).status_code == 404
    assert Activity.objects.count() == 1


def test_strangers_find_nothing(client, cast):
    for name in ("member-list", "member-add", "role-list", "activity-list"):
        assert client.get(reverse(name, args=["99001001"])).status_code == 404
        assert client.get(reverse(name, args=["00000000"])).status_code == 404
