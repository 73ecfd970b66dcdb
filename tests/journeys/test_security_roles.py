"""What each role may do is what the table says: on every page, in every action, and no longer than the membership."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from gemeinwerk.accounts.access import ROLE_RIGHTS, Right, Seat
from gemeinwerk.accounts.models import Membership, Role, User
from gemeinwerk.budgets.actions.imports import receive_file
from gemeinwerk.budgets.models import BudgetImport, BudgetVersion
from gemeinwerk.runs import actions as runs
from gemeinwerk.runs.execution import NO_RIGHT, NO_SEAT, execute
from gemeinwerk.runs.models import Run
from tests.architecture import world
from tests.architecture.test_access_matrix import POST

pytestmark = pytest.mark.django_db

KEY = "99001001"
NEEDS = {
    "run-cancel": Right.IMPORT,
    "import-new": Right.IMPORT,
    "import-mapping": Right.IMPORT,
    "import-reset": Right.IMPORT,
    "import-save-mapping": Right.IMPORT,
    "import-check": Right.IMPORT,
    "import-adopt": Right.IMPORT,
    "import-discard": Right.IMPORT,
    "account-positions": Right.IMPORT,
    "budget-product-edit": Right.EDIT,
    "budget-tasks": Right.EDIT,
    "budget-balance-import": Right.EDIT,
    "budget-balance-edit": Right.EDIT,
    "budget-assumption-add": Right.EDIT,
    "budget-assumption-edit": Right.EDIT,
    "budget-assumption-remove": Right.EDIT,
    "budget-settings": Right.EDIT,
    "member-add": Right.MEMBERS,
    "member-change": Right.MEMBERS,
    "member-remove": Right.MEMBERS,
    "member-invite": Right.MEMBERS,
}


@pytest.fixture
def placed(cast):
    return world.build(cast)


def person(body, role: Role) -> User:
    user = User.objects.create(email=f"{role}@example.org", name=f"Person {role}")
    Membership.objects.create(user=user, body=body, role=role)
    return user


def test_every_post_names_its_right():
    assert set(NEEDS) == set(POST)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.HEAD, Role.TREASURY, Role.READER}])
def test_every_post_of_every_role(placed, client, role):
    client.force_login(person(placed.body, role))
    wrong = []
    for name, right in NEEDS.items():
        status = client.post(world.address(placed, name), {"version": 0}).status_code
        may = right in ROLE_RIGHTS[role]
        if (status == 403) is may or status >= 500:
            wrong.append(f"{name}: {status}, may {may}")
    assert not wrong, wrong


@pytest.mark.parametrize("role", [Role.HEAD, Role.TREASURY, Role.DEPARTMENT, Role.READER])
def test_a_page_offers_only_what_the_role_may_do(placed, client, role):
    """No link, no form and no menu entry leads into a refusal."""
    import re

    user = person(placed.body, role)
    client.force_login(user)
    ways = set()
    names = ("body-home", "budget-overview", "import-list", "import-detail", "budget-product", "budget-tasks")
    for name in (*names, "budget-balance", "budget-assumptions", "budget-projection", "run-detail", "activity-list"):
        text = client.get(world.address(placed, name)).content.decode()
        ways |= set(re.findall(rf'href="(/k/{KEY}/[^"?#]*)', text))
        for form in re.findall(r"<form[^>]*>", text):
            if 'method="post"' in form and (action := re.search(rf'action="(/k/{KEY}/[^"]*)"', form)):
                ways.add(f"POST {action[1]}")
    refused = []
    for way in {re.sub(r"\d+", "#", way): way for way in sorted(ways)}.values():  # one of each kind
        if way.startswith("POST"):
            address = way.removeprefix("POST ")
            if any(part in address for part in ("verwerfen", "uebernehmen", "loeschen", "abbrechen", "vorschlag")):
                continue  # would take away what the other ways lead to; decided in the test above
            status = client.post(address, {"version": 0}).status_code
        else:
            answer = client.get(way)
            status = answer.status_code
            list(answer)  # a file is read to its end, which closes it
        if status >= 400:
            refused.append(f"{way} {status}")
    assert not refused, refused


def test_actions_look_at_the_right_a_second_time(placed):
    from django.core.exceptions import PermissionDenied

    from gemeinwerk.accounts import actions as members
    from gemeinwerk.budgets.actions import (
        adoption,
        balance,
        imports,
        positions,
        products,
        projection,
        reading,
        settings,
    )

    at, waiting = timezone.now(), placed.waiting
    reader, editor = placed.cast.bernd_seat, Seat.member(person(placed.body, Role.DEPARTMENT), placed.body)
    acts = [
        (editor, lambda seat: receive_file(seat, [], at=at)),
        (editor, lambda seat: reading.read_import(seat, waiting, at=at)),
        (editor, lambda seat: reading.start_reading(seat, waiting, at=at)),
        (editor, lambda seat: adoption.adopt_import(seat, waiting, at=at)),
        (editor, lambda seat: adoption.start_adopting(seat, waiting, at=at)),
        (editor, lambda seat: imports.discard_import(seat, waiting, at=at)),
        (editor, lambda seat: imports.change_mapping(seat, waiting, {}, version=1, at=at)),
        (editor, lambda seat: imports.save_mapping(seat, waiting, name="x", at=at)),
        (editor, lambda seat: imports.expect_totals(seat, waiting, [], version=1, at=at)),
        (editor, lambda seat: positions.place_accounts(seat, {}, at=at)),
        (reader, lambda seat: products.set_task_kinds(seat, {}, at=at)),
        (reader, lambda seat: products.describe_product(
            seat, placed.product, task_kind="", legal_basis="x", was=("", ""), at=at)),
        (reader, lambda seat: balance.import_balance(seat, [], file_name="x", is_plan=False, at=at)),
        (reader, lambda seat: balance.enter_balance(
            seat, 2024, figures={}, was={}, source="", is_plan=False, at=at)),
        (reader, lambda seat: projection.add_assumption(seat, at=at)),
        (reader, lambda seat: projection.remove_assumption(seat, placed.assumption, version=1, at=at)),
        (reader, lambda seat: settings.change_settings(seat, version=1, at=at)),
        (editor, lambda seat: members.add_member(seat, "x@example.org", name="X", role=Role.HEAD, at=at)),
        (editor, lambda seat: members.change_member(seat, placed.membership, role=Role.HEAD, position="", at=at)),
        (editor, lambda seat: members.remove_member(seat, placed.membership, at=at)),
        (reader, lambda seat: runs.cancel(seat, placed.run, at=at)),
    ]  # fmt: skip
    for number, (seat, act) in enumerate(acts):
        with pytest.raises(PermissionDenied):
            act(seat)
            pytest.fail(f"act {number} was done")


def test_nobody_gives_himself_a_role(placed, client, cast):
    own = cast.anke.memberships.get()
    for user in (cast.anke, cast.bernd):
        client.force_login(user)
        data = {"role": "head", "position": ""}
        assert client.post(reverse("member-change", args=[KEY, own.pk]), data).status_code == 403
        data |= {"email": "freund@example.org", "name": "Freund"}
        assert client.post(reverse("member-add", args=[KEY]), data).status_code == 403
    assert not Membership.objects.filter(user=cast.anke, role=Role.HEAD).exists()


def test_the_last_head_stays_in_every_way(placed, client, cast):
    client.force_login(cast.doris)
    own = cast.doris.memberships.get()
    for role in (role for role in Role if role != Role.HEAD):
        client.post(reverse("member-change", args=[KEY, own.pk]), {"role": role, "position": ""})
    client.post(reverse("member-remove", args=[KEY, own.pk]))
    assert client.post(reverse("member-change", args=[KEY, own.pk]), {"role": "gott"}).status_code == 200
    assert cast.doris.memberships.get().role == Role.HEAD
    second = person(placed.body, Role.HEAD)
    User.objects.filter(pk=second.pk).update(is_active=False)  # who cannot log in does not count
    client.post(reverse("member-remove", args=[KEY, own.pk]))
    assert cast.doris.memberships.filter(role=Role.HEAD).exists()


def test_a_removed_member_is_out_at_once(placed, client, cast):
    client.force_login(cast.anke)
    pages = ("body-home", "import-detail", "budget-overview", "import-file", "run-detail")
    for name in pages:
        answer = client.get(world.address(placed, name))
        assert answer.status_code == 200 and list(answer)
    cast.anke.memberships.all().delete()
    assert all(client.get(world.address(placed, name)).status_code == 404 for name in pages)
    assert client.post(world.address(placed, "import-discard")).status_code == 404
    client.get(reverse("search"), {"q": "Gemeindeorgane"})
    assert "Gemeindeorgane" not in client.get(reverse("search"), {"q": "meindeorg"}).content.decode()


def queued(cast, placed) -> Run:
    """An adoption that waits for the worker."""
    return runs.start(
        cast.anke_seat,
        Run.Kind.BUDGET_ADOPT,
        "gemeinwerk.budgets.jobs.adopt_import",
        at=timezone.now(),
        subject=placed.waiting,
        arguments={"import_id": placed.waiting.pk},
    )


@pytest.mark.parametrize("change", ["removed", "demoted", "closed"])
def test_a_waiting_job_does_not_run_for_who_lost_the_right(placed, cast, change):
    run = queued(cast, placed)
    if change == "removed":
        cast.anke.memberships.all().delete()
    elif change == "demoted":
        cast.anke.memberships.update(role=Role.READER)
    else:
        User.objects.filter(pk=cast.anke.pk).update(is_active=False)
    versions = BudgetVersion.objects.count()
    execute(run.pk, "gemeinwerk.budgets.jobs.adopt_import", {"import_id": placed.waiting.pk}, pulse=False)
    run.refresh_from_db()
    assert run.state == Run.State.FAILED and BudgetVersion.objects.count() == versions
    assert BudgetImport.objects.get(pk=placed.waiting.pk).state == "checked"
    assert run.error == (NO_RIGHT if change == "demoted" else NO_SEAT)


def test_a_running_job_ends_when_the_person_loses_the_membership(placed, cast, monkeypatch):
    """What is long under way is not finished for somebody who has been shown out meanwhile."""
    from gemeinwerk.budgets.actions import adoption

    run, real = queued(cast, placed), adoption.write_rows

    def shown_out(*args, **kwargs):
        cast.anke.memberships.all().delete()
        return real(*args, **kwargs)

    monkeypatch.setattr(adoption, "write_rows", shown_out)
    versions = BudgetVersion.objects.count()
    execute(run.pk, "gemeinwerk.budgets.jobs.adopt_import", {"import_id": placed.waiting.pk}, pulse=False)
    run.refresh_from_db()
    assert run.state == Run.State.FAILED and run.error == NO_SEAT, (run.state, run.error)
    assert BudgetVersion.objects.count() == versions
