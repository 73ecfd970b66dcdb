"""What every page promises in a real browser. Any room's test may call `assert_page(page, url)`."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REFLOW_WIDTH = 320
"""WCAG 1.4.10: a page can be read at 320 CSS pixels without scrolling sideways."""
OVERFLOWING = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1);
  return [`scrollWidth ${document.documentElement.scrollWidth}`,
          ...wide.slice(0, 5).map(e => `${e.tagName}.${e.getAttribute('class')}`)];
}"""
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const seen = e.getClientRects().length > 0;
  const style = getComputedStyle(e), after = getComputedStyle(e, '::after');
  const marked = [style, after].some(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0)
    || e.closest('.search:focus-within') !== null
    || e.closest('svg') !== null && parseFloat(getComputedStyle(e.querySelector('path')).strokeWidth) >= 2.5;
  const name = (e.textContent || e.id || '').trim().slice(0, 40);
  return {what: `${e.tagName}.${e.getAttribute('class')} ${name}`, seen, marked};
}"""
MISSED = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]):not([type=radio]), select, textarea, summary')]
  .filter(e => e.getClientRects().length > 0 && !e.disabled && e.checkVisibility({visibilityProperty: true}))
  .filter(e => !window.focused.has(e) && !e.closest('[hx-trigger]'))
  .map(e => e.outerHTML.slice(0, 120))"""


@cache
def axe_source() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def assert_page(page: Any, url: str, *, status: int = 200) -> None:
    """Open `url` and hold every promise: no error, one heading, axe in both schemes, reflow, keyboard."""
    errors: list[str] = []

    def console(message: Any) -> None:
        # A page that is meant to answer 404 is itself reported as a failed resource.
        expected = status >= 400 and "Failed to load resource" in message.text
        if message.type in {"error", "warning"} and not expected:
            errors.append(message.text)

    page.on("console", console)
    page.on("pageerror", lambda error: errors.append(str(error)))

    def failed(request: Any) -> None:
        # What a page that polls had under way when it was loaded anew was given up, not lost.
        if request.failure != "net::ERR_ABORTED":
            errors.append(f"{request.url}: {request.failure}")

    page.on("requestfailed", failed)
    response = page.goto(url)
    assert response.status == status, f"{url}: {response.status}"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    page.wait_for_load_state("load")
    assert page.locator("h1").count() == 1, f"{url}: {page.locator('h1').count()} mal h1"
    assert page.locator("html").get_attribute("lang") == "de"
    assert page.title().strip(), f"{url}: kein Seitentitel"
    assert_accessible(page)
    assert_reflow(page)
    assert_keyboard(page)
    assert not errors, f"{url}: {errors}"


def assert_accessible(page: Any) -> None:
    """axe finds nothing, in the light and in the dark scheme."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(axe_source())  # through the debugging protocol, so the policy of the page stays strict
        found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", AXE_TAGS)
        told = [
            f"{one['id']} ({one['impact']}): {node['html'][:160]} — {node.get('failureSummary', '')[:300]}"
            for one in found["violations"]
            for node in one["nodes"][:3]
        ]
        assert not told, f"{page.url} ({scheme}):\n" + "\n".join(told)
    page.emulate_media(color_scheme="light")


def assert_reflow(page: Any) -> None:
    size = page.viewport_size
    page.set_viewport_size({"width": REFLOW_WIDTH, "height": 800})
    wide = page.evaluate(OVERFLOWING)
    page.set_viewport_size(size)
    assert not wide, f"{page.url} bei {REFLOW_WIDTH} Pixeln: {wide}"


def assert_keyboard(page: Any, limit: int = 400) -> None:
    """Tab reaches everything that can be operated, the skip link first, and each thing shows that it has the focus.

    Of radio buttons only the group is a stop; a part that polls is replaced meanwhile and cannot be told apart.
    """
    page.reload()
    first = page.evaluate("document.querySelector('a[href], button, input, select, summary').className")
    assert first == "skip", f"{page.url}: zuerst steht {first!r}, nicht die Sprungmarke zum Inhalt"
    page.evaluate("""() => { window.focused = new Set();
      document.addEventListener('focusin', event => window.focused.add(event.target), true);
      document.querySelector('.skip').focus(); }""")
    for _ in range(limit):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        assert focused["seen"], f"{page.url}: Fokus auf etwas Unsichtbarem: {focused['what']}"
        assert focused["marked"], f"{page.url}: Fokus nicht zu sehen: {focused['what']}"
    missed = page.evaluate(MISSED)
    assert not missed, f"{page.url}: mit der Tastatur nicht erreicht: {missed}"
