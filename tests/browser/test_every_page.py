"""Every page of the platform, as its head sees it, in a real browser: axe, keyboard, 320 pixels, no error."""

import pytest

from tests.architecture import world
from tests.architecture.test_access_matrix import GET
from tests.architecture.test_page_promises import HTML_NAMES

from .promises import assert_page

SHOWN = [name for name in HTML_NAMES if GET[name][4] == 200]


@pytest.mark.parametrize("name", SHOWN)
def test_page(name, cast, browser_page, log_in, live_server):
    placed = world.build(cast)
    log_in(browser_page, cast.doris)
    assert_page(browser_page, live_server.url + world.address(placed, name))


def test_login(browser_page, live_server):
    assert_page(browser_page, f"{live_server.url}/anmelden/")
