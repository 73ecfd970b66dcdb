"""Shell, color scheme, errors: what every visitor meets before any subject begins."""

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views import defaults

from gemeinwerk.ui.pages import page
from tests.page_promises import page_problems

pytestmark = pytest.mark.django_db


def test_the_color_scheme_is_kept_and_leads_back(client):
    response = client.post("/darstellung/", {"theme": "dark", "next": "/hilfe/?a=1"})
    assert response.url == "/hilfe/?a=1"
    assert 'data-kern-theme="dark"' in client.get("/hilfe/").content.decode()
    client.post("/darstellung/", {"theme": "", "next": "/hilfe/"})
    assert "data-kern-theme" not in client.get("/hilfe/").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "http:///x"])
def test_the_color_scheme_leads_nowhere_else(client, target):
    assert client.post("/darstellung/", {"theme": "dark", "next": target}).url == "/"


def test_a_forged_color_scheme_is_ignored(client):
    client.cookies["theme"] = '"><script>'
    assert "data-kern-theme" not in client.get("/hilfe/").content.decode()
    client.post("/darstellung/", {"theme": "purple", "next": "/"})
    assert client.get("/darstellung/").status_code == 405


def test_errors_are_pages_that_say_what_to_do(client):
    response = client.get("/gibt-es-nicht/")
    html = response.content.decode()
    assert response.status_code == 404
    assert page_problems(html) == []
    assert "Diese Seite gibt es nicht" in html
    request = RequestFactory().get("/")
    for view, words in (
        (defaults.permission_denied, "Dafür fehlt Ihnen das Recht"),
        (defaults.bad_request, "nicht zu verstehen"),
    ):
        html = view(request, Exception()).content.decode()
        assert words in html
        assert page_problems(html) == []


def test_the_page_for_our_own_fault_needs_no_database(django_db_blocker):
    with django_db_blocker.block():
        html = defaults.server_error(RequestFactory().get("/")).content.decode()
    assert page_problems(html) == []
    assert "Der Fehler liegt bei uns" in html


def test_a_form_without_token_is_refused_in_words():
    response = Client(enforce_csrf_checks=True).post("/darstellung/", {"theme": "dark"})
    assert response.status_code == 403
    html = response.content.decode()
    assert "Das Formular ist abgelaufen" in html
    assert page_problems(html) == []


def test_the_gallery_shows_every_component_and_only_in_development(client, settings):
    assert client.get("/ui/").status_code == 404
    settings.DEBUG = True
    response = client.get("/ui/?title=bauhof")
    assert page_problems(response.content.decode()) == []
    assert "lauf-1" in client.get("/ui/?teil=lauf").content.decode()


def test_fragments_are_answered_only_to_htmx(rf):
    for headers, is_whole in (
        ({}, True),
        ({"HX-Request": "true"}, False),
        ({"HX-Request": "true", "HX-Boosted": "true"}, True),
    ):
        request = rf.get("/", headers=headers)
        name = "ui/_crumbs.html"
        if is_whole:
            response = page(request, name, {"crumbs": [("Start", "/")]}, fragment="part")
            assert "Start" in response.content.decode()
            assert "HX-Request" in response["Vary"]
        else:
            with pytest.raises(Exception, match="part"):
                page(request, name, fragment="part")


def test_a_finished_job_asks_no_more():
    from gemeinwerk.ui.gallery import SampleRun, progress

    running = render_to_string("ui/_progress.html", progress())
    assert 'hx-trigger="every 700ms"' in running
    assert "Abbrechen" in running

    class Done(SampleRun):
        is_over = True

    done = render_to_string("ui/_progress.html", progress() | {"run": Done()})
    assert "hx-get" not in done
    assert "Abbrechen" not in done
