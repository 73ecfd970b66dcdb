"""Who may see and do what: every address × every kind of visitor. A page cannot be added without deciding it here.

The columns are nobody (not logged in), a stranger (Clara, treasurer of the neighbor), a reader (Bernd), the treasury
(Anke) and the head (Doris). For a body's page, nobody and the stranger get 404: they shall not learn that it exists.
"""

import pytest

from . import world

OPEN = (200, 200, 200, 200, 200)
LOGGED_IN = (302, 200, 200, 200, 200)
GONE = (404, 404, 404, 404, 404)
READ = (404, 404, 200, 200, 200)
EDIT = (404, 404, 403, 200, 200)
HEAD_ONLY = (404, 404, 403, 403, 200)
POST_ONLY = (405, 405, 405, 405, 405)

GET = {
    "home": (200, 302, 302, 302, 302),  # who belongs to one body goes straight there
    "login": OPEN,
    "help": OPEN,
    "help-page": OPEN,
    "ui-components": GONE,  # the gallery is for development
    "demo-file": GONE,  # only in the demo
    "demo-login": POST_ONLY,
    "logout": POST_ONLY,
    "theme": POST_ONLY,
    "invitation": GONE,  # this one is used
    "search": LOGGED_IN,
    "account": LOGGED_IN,
    "password-change": LOGGED_IN,
    "seat-choose": (302, 302, 302, 302, 302),  # one body: straight there
    "seat-switch": (302, 404, 404, 404, 404),  # without a key
    "directory-list": LOGGED_IN,
    "directory-detail": LOGGED_IN,
    "body-home": READ,
    "member-list": HEAD_ONLY,
    "member-add": HEAD_ONLY,
    "member-change": HEAD_ONLY,
    "member-remove": POST_ONLY,
    "member-invite": POST_ONLY,
    "role-list": READ,
    "activity-list": READ,
    "run-list": READ,
    "run-detail": READ,
    "run-cancel": POST_ONLY,
    "import-list": READ,
    "import-new": EDIT,
    "import-detail": READ,
    "import-mapping": EDIT,
    "import-reset": POST_ONLY,
    "import-save-mapping": POST_ONLY,
    "import-check": EDIT,
    "import-preview": EDIT,
    "import-adopt": POST_ONLY,
    "import-discard": POST_ONLY,
    "import-file": READ,
    "import-companion": READ,
    "import-rejected": READ,
    "account-positions": EDIT,
    "budget-line": READ,
    "budget-overview": READ,
    "budget-plan": READ,
    "budget-cash": READ,
    "budget-position": READ,
    "budget-products": READ,
    "budget-product": READ,
    "budget-product-edit": EDIT,
    "budget-account": READ,
    "budget-series": READ,
    "budget-tasks": READ,
    "budget-indicators": READ,
    "budget-indicator": READ,
    "budget-warning": READ,
    "budget-balance": READ,
    "budget-balance-choose": EDIT,
    "budget-balance-import": EDIT,
    "budget-balance-edit": EDIT,
    "budget-comparison": READ,
    "budget-projection": READ,
    "budget-assumptions": READ,
    "budget-assumption-add": EDIT,
    "budget-assumption-edit": EDIT,
    "budget-assumption-remove": EDIT,
    "budget-settings": EDIT,
}

DONE = "done"
"""Let through: any answer below 400."""

POST_EDIT = (404, 404, 403, DONE, DONE)
POST_HEAD = (404, 404, 403, 403, DONE)

POST = {
    "run-cancel": POST_EDIT,
    "import-new": POST_EDIT,
    "import-mapping": POST_EDIT,
    "import-reset": POST_EDIT,
    "import-save-mapping": POST_EDIT,
    "import-check": POST_EDIT,
    "import-adopt": POST_EDIT,
    "import-discard": POST_EDIT,
    "account-positions": POST_EDIT,
    "budget-product-edit": POST_EDIT,
    "budget-tasks": POST_EDIT,
    "budget-balance-import": POST_EDIT,
    "budget-balance-edit": POST_EDIT,
    "budget-assumption-add": POST_EDIT,
    "budget-assumption-edit": POST_EDIT,
    "budget-assumption-remove": POST_EDIT,
    "budget-settings": POST_EDIT,
    "member-add": POST_HEAD,
    "member-change": POST_HEAD,
    "member-remove": POST_HEAD,
    "member-invite": POST_HEAD,
}
"""What changes something in a body. Sent empty, so that nothing but the gate decides."""

VISITORS = (None, "clara", "bernd", "anke", "doris")


@pytest.fixture
def placed(cast):
    return world.build(cast)


def test_every_address_is_decided():
    assert set(world.names()) == set(GET)


def test_reading(placed, client):
    wrong = []
    for who, column in zip(VISITORS, range(5), strict=True):
        client.logout() if who is None else client.force_login(getattr(placed.cast, who))
        for name, expected in GET.items():
            response = client.get(world.address(placed, name))
            list(response)  # reads a file to its end, which closes it
            if response.status_code != expected[column]:
                wrong.append(f"GET {name} as {who}: {response.status_code} instead of {expected[column]}")
    assert not wrong, "\n".join(wrong)


def test_refused_writing(placed, client):
    wrong = []
    for who, column in zip(VISITORS[:4], range(4), strict=True):
        client.logout() if who is None else client.force_login(getattr(placed.cast, who))
        for name, expected in POST.items():
            if expected[column] != DONE:
                status = client.post(world.address(placed, name)).status_code
                if status != expected[column]:
                    wrong.append(f"POST {name} as {who}: {status} instead of {expected[column]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", POST)
def test_allowed_writing(placed, client, name):
    who = VISITORS[POST[name].index(DONE)]
    client.force_login(getattr(placed.cast, who))
    assert client.post(world.address(placed, name)).status_code < 400


def test_who_may_not_read_may_not_write_either(placed, client):
    """Every address of a body refuses a POST of a stranger, also those that know no POST."""
    client.force_login(placed.cast.clara)
    for name, route in world.names().items():
        if "k/<slug:key>" in route:
            status = client.post(world.address(placed, name)).status_code
            assert status in {404, 405}, f"{name}: {status}"
