"""The cast: Anke (Kämmerei in Altendorf), Bernd (reads there), Doris (heads it), Clara (of Neudorf, no access)."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
"""Public budgets and registers that are not part of the project; see CONTRIBUTING.md."""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data; skips where it is absent, but never in CI."""
    if not SHARED_DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail("Die öffentlichen Testdaten (../shared/data) fehlen; in CI dürfen sie nicht fehlen.")
        pytest.skip("Die öffentlichen Testdaten (../shared/data) liegen hier nicht.")
    return SHARED_DATA


@pytest.fixture
def cast(db) -> SimpleNamespace:
    """Two bodies, four people, and a seat for each person in their own body."""
    from gemeinwerk.accounts.access import Seat
    from gemeinwerk.accounts.models import Membership, Role, User
    from gemeinwerk.bodies.models import Body

    altendorf = Body.objects.create(
        key="99001001",
        kind=Body.Kind.TOWN,
        name="Altendorf",
        ags="99001001",
        ars="990010001001",
        state="06",
        is_active=True,
    )
    neudorf = Body.objects.create(
        key="99001002",
        kind=Body.Kind.MUNICIPALITY,
        name="Neudorf",
        ags="99001002",
        ars="990010002002",
        state="06",
        is_active=True,
    )
    people = {}
    for name, body, role in (
        ("anke", altendorf, Role.TREASURY),
        ("bernd", altendorf, Role.READER),
        ("doris", altendorf, Role.HEAD),
        ("clara", neudorf, Role.TREASURY),
    ):
        user = User(email=f"{name}@example.org", name=name.capitalize())
        user.set_unusable_password()
        user.save()
        Membership.objects.create(user=user, body=body, role=role)
        people[name] = user
    seats = {
        f"{name}_seat": Seat.member(user, altendorf if name != "clara" else neudorf) for name, user in people.items()
    }
    return SimpleNamespace(altendorf=altendorf, neudorf=neudorf, **people, **seats)


@pytest.fixture
def as_person(client):
    """`as_person(cast.anke)` is the browser client with Anke logged in."""

    def login(user):
        client.force_login(user)
        return client

    return login
