"""The pages of the ui room in a real browser: gallery, handbook, errors, and the parts that move."""

from __future__ import annotations

import pytest
from django.test import override_settings

from .promises import assert_page


@pytest.fixture
def gallery(live_server, settings):
    settings.DEBUG = True  # the gallery exists only where the software is being developed
    return f"{live_server.url}/ui/"


def test_gallery_keeps_every_promise(browser_page, gallery):
    assert_page(browser_page, gallery)


def test_gallery_keeps_every_promise_with_filters_open(browser_page, gallery):
    assert_page(browser_page, f"{gallery}?title=bauhof&effect-von=abc&sort=title")


@pytest.mark.parametrize("path", ["/hilfe/", "/hilfe/listen/"])
def test_handbook_keeps_every_promise(browser_page, live_server, path):
    assert_page(browser_page, live_server.url + path)


def test_missing_page_keeps_every_promise(browser_page, live_server):
    assert_page(browser_page, f"{live_server.url}/gibt-es-nicht/", status=404)


def test_dialog_is_accessible_and_closes_with_escape(browser_page, gallery):
    browser_page.goto(gallery)
    browser_page.get_by_role("button", name="Löschen …").click()
    dialog = browser_page.get_by_role("dialog")
    assert dialog.is_visible()
    assert browser_page.evaluate("document.querySelector('dialog').matches(':modal')")
    browser_page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_dialog_opens_without_script(chromium, gallery):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1366, "height": 900})
    page = context.new_page()
    page.goto(gallery)
    page.get_by_role("button", name="Löschen …").click()
    assert page.get_by_role("heading", name="Maßnahme löschen?").is_visible()
    context.close()


def test_menu_opens_on_a_phone_without_script(chromium, gallery):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(gallery)
    menu = page.get_by_role("navigation", name="Hauptmenü")
    assert not menu.is_visible()
    page.get_by_role("button", name="Menü", exact=True).click()
    assert menu.is_visible()
    context.close()


def test_list_sorts_without_reloading_the_page(browser_page, gallery):
    errors = []
    browser_page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    browser_page.goto(gallery)
    browser_page.evaluate("window.mark = 'still here'")
    browser_page.locator("#liste").get_by_role("link", name="Maßnahme", exact=True).click()
    header = browser_page.locator("#liste th[aria-sort=ascending]")
    header.wait_for()
    assert header.inner_text().startswith("Maßnahme")
    assert browser_page.evaluate("window.mark") == "still here"
    assert "sort=title" in browser_page.url
    assert browser_page.locator("#ansage").inner_text() == "30 Einträge, angezeigt 1 bis 8"
    assert not errors


def test_list_filters_and_pages_with_the_keyboard_alone(browser_page, gallery):
    browser_page.goto(gallery)
    listing = browser_page.locator("#liste")
    listing.locator("summary").press("Enter")
    field = listing.get_by_label("Maßnahme", exact=True)
    field.fill("bauhof")
    field.press("Enter")
    browser_page.locator("#liste .chip").wait_for()
    assert browser_page.locator("#liste tbody tr").count() == 8
    browser_page.locator("#liste").get_by_role("link", name="Nächste Seite").press("Enter")
    browser_page.locator("#liste [aria-current=page]", has_text="2").wait_for()
    assert browser_page.locator("#liste tbody tr").count() == 2


def test_theme_is_kept_without_script(chromium, live_server):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1366, "height": 900})
    page = context.new_page()
    page.goto(f"{live_server.url}/hilfe/")
    page.locator("summary", has_text="Darstellung").click()
    page.get_by_role("button", name="Dunkel").click()
    assert page.url == f"{live_server.url}/hilfe/"
    assert page.locator("html").get_attribute("data-kern-theme") == "dark"
    page.locator("summary", has_text="Darstellung").click()
    page.get_by_role("button", name="Wie das Gerät").click()
    assert page.locator("html").get_attribute("data-kern-theme") is None
    context.close()


def test_charts_swap_to_the_narrow_picture(browser_page, gallery):
    browser_page.goto(gallery)
    chart = browser_page.locator("figure.chart").first
    assert chart.locator("svg.wide").is_visible()
    browser_page.set_viewport_size({"width": 390, "height": 800})
    assert chart.locator("svg.narrow").is_visible()
    assert not chart.locator("svg.wide").is_visible()
    height = chart.locator("svg.narrow text").first.evaluate("e => e.getBoundingClientRect().height")
    assert height >= 11, "Beschriftung unter 11 Pixeln ist auf dem Telefon nicht lesbar"


@override_settings(DEBUG=False)
def test_gallery_is_absent_in_production(browser_page, live_server):
    assert browser_page.goto(f"{live_server.url}/ui/").status == 404
