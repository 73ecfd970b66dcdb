"""What a browser, a proxy or an attacker may send beside the content: hosts, methods, tokens, cookies, addresses."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from gemeinwerk.accounts.models import LoginFailure, User
from tests.architecture import world
from tests.architecture.test_access_matrix import POST

pytestmark = pytest.mark.django_db

KEY = "99001001"
PASSWORD = "Korrekt-Pferd-Batterie-7"
FOREIGN = (
    "https://boese.example/",
    "//boese.example/",
    "///boese.example/",
    "\\\\boese.example",
    "/\\boese.example",
    "http:boese.example",
    "https:/boese.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " //boese.example",
    "\t//boese.example",
    "http://[boese",
    "http://testserver@boese.example/",
    "/\n/boese.example",
)
ODD = (
    "kaputt",
    "home",
    "gemeinwerk.ui.views.theme",
    "",
    "/" * 5000,
    "/x" * 3000,
    "ä",
    "%0d%0aX: 1",
    "\x00",
    "?a=1",
    "#x",
)


@pytest.fixture
def anke(cast):
    cast.anke.set_password(PASSWORD)
    cast.anke.save()
    return cast.anke


def goes_to(answer) -> str:
    return answer.headers.get("Location", "")


@pytest.mark.parametrize("name", ["theme", "login"])
def test_no_address_leads_to_another_site(client, anke, name):
    for target in (*FOREIGN, *ODD):
        data = {"next": target, "theme": "dark", "email": anke.email, "password": PASSWORD}
        answer = client.post(reverse(name), data)
        assert answer.status_code in {302, 400}, (name, target, answer.status_code)
        where = goes_to(answer)
        assert "boese" not in where or target in ODD, (name, target, where)
        assert not where.lower().startswith(("javascript:", "data:", "//")), (name, target, where)
        client.logout()


def test_a_foreign_target_is_not_carried_on_by_the_login_page(client):
    text = client.get(reverse("login"), {"next": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in text


def test_other_hosts_are_refused(client, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    for headers in ({"HTTP_HOST": "boese.example"}, {"HTTP_HOST": "testserver, boese.example"}, {"HTTP_HOST": "a b"}):
        answer = client.get(reverse("login"), **headers)
        assert answer.status_code == 400 and "boese" not in answer.content.decode()
    assert client.get(reverse("login"), HTTP_X_FORWARDED_HOST="boese.example").status_code == 200


def test_an_invitation_link_names_no_host_of_the_visitor(client, cast):
    client.force_login(cast.doris)
    data = {"email": "neu@example.org", "name": "Neu", "role": "reader"}
    answer = client.post(reverse("member-add", args=[KEY]), data, HTTP_X_FORWARDED_HOST="boese.example")
    assert "boese" not in answer.content.decode() and "http://testserver/einladung/" in answer.content.decode()


def test_every_post_needs_its_token(cast):
    placed = world.build(cast)
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.doris)
    for name in (*POST, "login", "logout", "theme", "password-change", "demo-login"):
        answer = client.post(world.address(placed, name), {"version": 1})
        assert answer.status_code == 403, (name, answer.status_code)
        assert "Sie" in answer.content.decode() and "CSRF" not in answer.content.decode().split("<main", 1)[-1], name
    for method in ("put", "patch", "delete"):
        assert getattr(client, method)(world.address(placed, "budget-settings")).status_code == 403


def test_a_token_of_another_origin_is_refused(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.anke)
    client.get(reverse("budget-settings", args=[KEY]))
    token = client.cookies["csrftoken"].value
    data = {"csrfmiddlewaretoken": token, "theme": "dark"}
    assert client.post(reverse("theme"), data, HTTP_ORIGIN="https://boese.example").status_code == 403
    assert client.post(reverse("theme"), data).status_code == 302


def test_nothing_is_changed_by_reading(cast, client):
    """GET and HEAD of every page leave the tables as they are."""
    from django.apps import apps

    placed = world.build(cast)
    client.force_login(cast.doris)
    models = [model for model in apps.get_models() if model._meta.label.split(".")[0] not in {"sessions"}]
    before = {model: model.objects.count() for model in models}
    log = list(apps.get_model("accounts.Activity").objects.values())
    for name in world.names():
        address = world.address(placed, name)
        read, head = client.get(address), client.head(address)
        assert head.status_code == read.status_code, name
        assert not b"".join(head), name
        list(read)
    assert {model: model.objects.count() for model in models} == before
    assert list(apps.get_model("accounts.Activity").objects.values()) == log


def test_no_method_confuses(cast, client):
    placed = world.build(cast)
    client.force_login(cast.doris)
    for name in world.names():
        address = world.address(placed, name)
        for method in ("put", "patch", "delete", "options", "trace"):
            status = getattr(client, method)(address).status_code
            assert status < 500, (name, method, status)
        status = client.generic("POST", address, b"\x00\xff{", content_type="application/json").status_code
        assert status < 500, (name, status)
        broken = client.generic("POST", address, b"--x\r\nkaputt", content_type="multipart/form-data; boundary=x")
        assert broken.status_code < 500, name


def test_a_forged_fragment_header_opens_nothing(cast, client):
    placed = world.build(cast)
    for header in ("true", "<script>", "\u00e4", ""):
        for name, expected in (("run-detail", 404), ("budget-overview", 404), ("import-list", 404)):
            client.force_login(cast.clara)
            answer = client.get(world.address(placed, name), HTTP_HX_REQUEST=header, HTTP_HX_TARGET="<script>")
            assert answer.status_code == expected and "HX-Redirect" not in answer.headers
    client.force_login(cast.bernd)
    answer = client.get(world.address(placed, "run-detail"), HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="javascript:x")
    assert "HX-Request" in answer.headers["Vary"] and "javascript:" not in answer.content.decode()


def answers(cast, client) -> dict[str, object]:
    """One of every kind of response."""
    placed = world.build(cast)
    client.force_login(cast.doris)
    found = {
        "page": client.get(reverse("body-home", args=[KEY])),
        "fragment": client.get(world.address(placed, "run-detail"), HTTP_HX_REQUEST="true"),
        "file": client.get(world.address(placed, "import-file")),
        "rejected": client.get(world.address(placed, "import-rejected")),
        "export": client.get(reverse("activity-list", args=[KEY]), {"format": "xlsx"}),
        "redirect": client.get(reverse("home")),
        "404": client.get("/gibt/es/nicht/"),
        "404 of a body": client.get("/k/99001002/"),
        "405": client.get(reverse("logout")),
        "400": client.get(reverse("login"), HTTP_HOST="boese.example"),
        "login": Client().get(reverse("login")),
    }
    client.force_login(cast.bernd)
    found["403"] = client.get(reverse("budget-settings", args=[KEY]))
    found["403 of the token"] = Client(enforce_csrf_checks=True).post(reverse("login"))
    return found


def test_every_kind_of_answer_carries_the_headers(cast, client, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    for kind, answer in answers(cast, client).items():
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy, kind
        assert answer.headers["X-Content-Type-Options"] == "nosniff", kind
        assert answer.headers["Referrer-Policy"] == "same-origin", kind
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", kind
        assert answer.headers["X-Frame-Options"] == "DENY", kind
        list(answer)


def test_what_belongs_to_a_person_is_kept_in_no_shared_store(cast, client, settings):
    """A proxy or the next visitor of the same browser finds no page of a body."""
    settings.ALLOWED_HOSTS = ["testserver"]
    for kind, answer in answers(cast, client).items():
        if kind in {"page", "fragment", "file", "rejected", "export", "403", "404 of a body"}:
            control = answer.headers.get("Cache-Control", "")
            assert "private" in control and ("no-cache" in control or "no-store" in control), (kind, control)
        list(answer)


def test_a_fault_of_the_program_tells_nothing(cast, monkeypatch):
    from gemeinwerk.budgets.views import plans

    def fails(*args, **kwargs):
        geheim = "Passwort-im-Speicher"
        raise RuntimeError(geheim)

    monkeypatch.setattr(plans.overviews, "overview", fails)
    client = Client(raise_request_exception=False)
    client.force_login(cast.anke)
    answer = client.get(reverse("budget-overview", args=[KEY]))
    text = answer.content.decode()
    assert answer.status_code == 500
    for word in ("Passwort-im-Speicher", "RuntimeError", "Traceback", "gemeinwerk/", "settings", "Django"):
        assert word not in text, word
    assert 'lang="de"' in text and "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_cookies_are_closed(client, anke, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client.get(reverse("login"))
    client.post(reverse("login"), {"email": anke.email, "password": PASSWORD})
    client.post(reverse("theme"), {"theme": "dark"}, secure=True)
    client.get(reverse("password-change"))
    for name in ("sessionid", "csrftoken", "theme"):
        cookie = client.cookies[name]
        assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["secure"] and not cookie["domain"], name


def test_logging_in_gives_a_new_session(client, anke):
    """A session that somebody else has planted is not the one the person gets."""
    client.get(reverse("login"))
    session = client.session
    session["gepflanzt"] = "ja"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    client.post(reverse("login"), {"email": anke.email, "password": PASSWORD})
    assert client.cookies["sessionid"].value != planted
    stranger = Client()
    stranger.cookies["sessionid"] = planted
    assert get_user(SimpleNamespace(session=stranger.session)).is_anonymous


def test_stepping_over_to_another_person_ends_the_session_of_the_first(client, anke, cast):
    client.force_login(cast.doris)
    first = client.cookies["sessionid"].value
    client.post(reverse("login"), {"email": anke.email, "password": PASSWORD})
    old = Client()
    old.cookies["sessionid"] = first
    assert old.get(reverse("body-home", args=[KEY])).status_code == 404


def test_logging_out_kills_the_session_on_the_server(client, anke):
    client.post(reverse("login"), {"email": anke.email, "password": PASSWORD})
    stolen = Client()
    stolen.cookies["sessionid"] = client.cookies["sessionid"].value
    assert stolen.get(reverse("account")).status_code == 200
    client.get(reverse("logout"))
    assert stolen.get(reverse("account")).status_code == 200
    client.post(reverse("logout"))
    assert stolen.get(reverse("account")).status_code == 302


def test_a_closed_account_is_out_at_once(client, anke):
    client.post(reverse("login"), {"email": anke.email, "password": PASSWORD})
    User.objects.filter(pk=anke.pk).update(is_active=False)
    assert client.get(reverse("body-home", args=[KEY])).status_code == 404
    assert client.get(reverse("account")).status_code == 302


def refused(client, email, password="falsch-falsch-falsch"):
    answer = client.post(reverse("login"), {"email": email, "password": password})
    text = answer.content.decode().replace(email, "X")
    return answer.status_code, [str(error) for error in answer.context["form"].non_field_errors()], len(text)


def test_nobody_learns_who_has_an_account(client, anke, cast, monkeypatch):
    """Known, unknown, closed and not yet opened accounts: the same answer after the same work."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    counted = []
    real = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args, **kw: counted.append(1) or real(*args, **kw))
    User.objects.filter(pk=cast.doris.pk).update(is_active=False, password=anke.password)
    found, work = set(), set()
    for email in (anke.email, "niemand@example.org", cast.doris.email, cast.bernd.email):
        counted.clear()
        found.add(str(refused(client, email)))
        work.add(len(counted))
    counted.clear()
    assert len(found) == 1, found
    assert work == {1}, work
    right = refused(client, cast.doris.email, PASSWORD)
    assert str(right) in found  # a closed account is not told apart by the right password either


def test_guessing_ends_after_five_for_known_and_unknown_alike(client, anke):
    for email in (anke.email, "niemand@example.org"):
        said = [refused(client, email)[1] for _ in range(6)]
        assert said[4] == said[0] and "15 Minuten" in said[5][0]
        for spelling in (email.upper(), f" {email}"):
            assert "15 Minuten" in refused(client, spelling)[1][0]
    client.post(reverse("login"), {"email": anke.email, "password": PASSWORD})
    assert get_user(SimpleNamespace(session=client.session)).is_anonymous
    assert not LoginFailure.objects.filter(fingerprint__contains="anke").exists()


def test_login_takes_any_nonsense(client, anke):
    for email in ("\x00", "a" * 10_000 + "@example.org", "x@" + "a." * 2000 + "de", "<b>@x.de", "Ａnke@example.org"):
        for password in ("\x00", "p" * 100_000, ""):
            assert client.post(reverse("login"), {"email": email, "password": password}).status_code == 200
    for coded in ("MQ", "%00", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "ä", "=" * 50, "!" * 3000, "aW5m"):
        assert client.get(f"/einladung/{coded}/x-y/").status_code == 404
    for key in ("\x00", "../..", "9" * 500, "ä"):
        client.force_login(anke)
        assert client.get(reverse("seat-switch"), {"key": key}).status_code == 404
