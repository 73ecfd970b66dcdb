"""The handbook: safe, linked, and complete."""

import re

import pytest
from django.conf import settings

from gemeinwerk.ui import handbook
from tests.page_promises import page_problems


@pytest.fixture
def folder(tmp_path, settings):
    settings.HANDBOOK_DIR = tmp_path
    return tmp_path


def test_markdown_becomes_a_page_without_raw_html(folder):
    (folder / "neu.md").write_text(
        "# Neu & gut\n\n<script>x</script>\n\n[Weiter](zwei.md#a) [js](javascript:x)\n\n| a |\n|---|\n| 1 |"
    )
    page = handbook.page("neu")
    assert page.title == "Neu & gut"
    assert "<script>" not in page.html
    assert 'href="javascript' not in page.html
    assert 'href="/hilfe/zwei/#a"' in page.html
    assert "<table>" in page.html


def test_an_edited_page_is_read_again(folder):
    path = folder / "neu.md"
    path.write_text("# Eins\n")
    assert handbook.page("neu").title == "Eins"
    path.write_text("# Zwei\n")
    import os

    os.utime(path, ns=(1, 1))
    assert handbook.page("neu").title == "Zwei"


@pytest.mark.parametrize("slug", ["../settings", "", "NEU", "a/b", "neu\x00", "." * 300])
def test_names_lead_nowhere_else(folder, slug):
    assert handbook.page(slug) is None


@pytest.mark.django_db
def test_pages_are_served_and_missing_ones_are_not_found(client):
    index = client.get("/hilfe/")
    assert page_problems(index.content.decode()) == []
    assert client.get("/hilfe/gibt-es-nicht/").status_code == 404
    assert client.get("/hilfe/index/").url == "/hilfe/"
    for page in handbook.pages():
        response = client.get(f"/hilfe/{page.slug}/")
        assert page_problems(response.content.decode()) == [], page.slug


@pytest.mark.django_db
def test_a_server_without_handbook_says_so(client, folder):
    assert "nicht abgelegt" in client.get("/hilfe/").content.decode()


def test_links_of_the_handbook_lead_to_pages():
    for path in settings.HANDBOOK_DIR.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+\.md)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name} → {target}"
