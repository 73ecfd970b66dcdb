"""A page asks the database as often for forty things as for two."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.actions import Verb
from gemeinwerk.accounts.models import Membership, Role, User
from gemeinwerk.bodies.models import Body
from gemeinwerk.budgets import models
from gemeinwerk.budgets.actions.adoption import adopt_import
from gemeinwerk.budgets.actions.imports import receive_file
from gemeinwerk.budgets.actions.reading import read_import
from gemeinwerk.budgets.queries import needs
from gemeinwerk.runs.models import Run
from tests.architecture import world
from tests.architecture.test_access_matrix import GET

pytestmark = pytest.mark.django_db

MORE = 40


def budget(count: int) -> str:
    """`count` products with an account each, some of them unknown to every scheme."""
    head = world.BUDGET.partition("\n")[0]
    rows = [head]
    for number in range(1, count + 1):
        product = f"0{number % 9 + 1};Bereich {number % 9};0{number % 9 + 1}.01.{number:02d};Produkt {number}"
        rows.append(f"{product};Aufwand;62{number:02d}000;Konto {number};1.000,00;1.100,00;1.200,00;1.300,00")
        rows.append(f"{product};Ertrag;XY{number:02d};Rätsel {number};100,00;110,00;120,00;{number},00")
    return "\n".join(rows) + "\n"


def add_things(cast, start: int, count: int) -> None:
    """Members, bodies of the person, runs, imports, figures, assumptions, entries of the log."""
    at = timezone.now()
    for number in range(start, start + count):
        user = User.objects.create(email=f"m{number}@example.org", name=f"Mitglied {number}")
        membership = Membership.objects.create(user=user, body=cast.altendorf, role=Role.READER)
        body = Body.objects.create(
            key=f"88{number:06d}", kind=Body.Kind.MUNICIPALITY, name=f"Ort {number}", ags=f"88{number:06d}",
            ars=f"880000{number:06d}", state="06",
        )  # fmt: skip
        Membership.objects.create(user=cast.doris, body=body, role=Role.READER)
        Run.objects.create(body=cast.altendorf, kind=Run.Kind.BUDGET_READ, created_at=at, requested_by=user)
        activity.record(cast.doris_seat, Verb.MEMBER_ADDED, on=membership, at=at, person="X", role="Y")
        models.BudgetImport.objects.create(
            body=cast.altendorf, file_name=f"{number}.csv", sha256="0" * 64, size=1, received_by=user, received_at=at
        )
        models.BalanceFigure.objects.create(
            body=cast.altendorf, year=2030 + number, item="cash", amount_cents=1, source="x", entered_at=at
        )
        models.ProjectionAssumption.objects.create(
            body=cast.altendorf, position="staff", kind="index", from_year=2030 + number, percent=1, source="x",
            as_of=at.date(), entered_at=at, entered_by=user,
        )  # fmt: skip


def adopt(cast, text: str) -> None:
    from django.core.files.base import ContentFile

    at = timezone.now()
    import_ = receive_file(cast.anke_seat, [ContentFile(text.encode(), "mehr.csv")], at=at)
    read_import(cast.anke_seat, import_, at=at)
    import_.refresh_from_db()
    adopt_import(cast.anke_seat, import_, at=at)


def counts(client, placed) -> dict[str, int]:
    found = {}
    for name, statuses in GET.items():
        if statuses[4] != 200 or name == "seat-choose":
            continue
        needs.forget()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(world.address(placed, name))
        assert answer.status_code == 200, name
        list(answer)
        found[name] = len(queries)
    return found


def test_no_page_asks_more_often_for_more_things(cast, client):
    placed = world.build(cast)
    adopt(cast, budget(2))
    add_things(cast, 0, 2)
    client.force_login(cast.doris)
    few = counts(client, placed)
    adopt(cast, budget(MORE))
    for number in range(3):  # more versions of the same slices
        adopt(cast, budget(MORE).replace("1.000,00", f"1.00{number},50"))
    add_things(cast, 2, MORE)
    many = counts(client, placed)
    grown = {name: (few[name], many[name]) for name in few if many[name] > few[name]}
    assert len(few) > 40 and not grown, grown
