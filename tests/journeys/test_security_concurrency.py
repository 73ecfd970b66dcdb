"""Two at once: adopted once, nothing half, nothing that was read anew meanwhile, nothing after a cancellation."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from gemeinwerk.accounts.access import Seat
from gemeinwerk.accounts.actions import MembershipError, change_member, remove_member
from gemeinwerk.accounts.models import Activity, Membership, Role
from gemeinwerk.bodies.models import Body
from gemeinwerk.budgets.actions.adoption import adopt_import
from gemeinwerk.budgets.actions.conflicts import ConflictError
from gemeinwerk.budgets.actions.files import ImportRefusedError
from gemeinwerk.budgets.actions.imports import change_mapping, discard_import, receive_file
from gemeinwerk.budgets.actions.reading import read_import
from gemeinwerk.budgets.models import Account, BudgetImport, BudgetLine, BudgetVersion, PlanSum, Product, ProductSum
from gemeinwerk.runs.actions import Canceled
from gemeinwerk.runs.models import Run
from tests.architecture import world

KEY = "99001001"
WRITTEN = (BudgetVersion, BudgetLine, PlanSum, ProductSum, Product, Account)


def at():
    return timezone.now()


def checked(seat: Seat, text: str = world.BUDGET) -> BudgetImport:
    import_ = receive_file(seat, [ContentFile(text.encode(), "haushalt.csv")], at=at())
    read_import(seat, import_, at=at())
    return BudgetImport.objects.get(pk=import_.pk)


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in WRITTEN}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


# ---------------------------------------------------------------- one after the other, with what each had seen before
@pytest.mark.django_db
def test_a_second_adoption_with_a_stale_object_is_refused(cast):
    import_ = checked(cast.anke_seat)
    stale = BudgetImport.objects.get(pk=import_.pk)
    adopt_import(cast.anke_seat, import_, at=at())
    before = counts()
    with pytest.raises(ImportRefusedError):
        adopt_import(cast.anke_seat, stale, at=at())
    assert counts() == before


@pytest.mark.django_db
def test_lines_read_anew_while_they_are_adopted_are_not_mixed(cast, monkeypatch):
    """The lines were loaded, then somebody else reads the file anew: the slices speak of other lines now."""
    from gemeinwerk.budgets.actions import adoption

    import_, real = checked(cast.anke_seat), adoption._checked_lines

    def read_meanwhile(stale):
        loaded = real(stale)
        other = BudgetImport.objects.get(pk=stale.pk)
        mapping = other.mapping | {"unit": 1000}
        other = change_mapping(cast.anke_seat, other, mapping, version=other.version, at=at())
        read_import(cast.anke_seat, other, at=at())
        return loaded

    monkeypatch.setattr(adoption, "_checked_lines", read_meanwhile)
    with pytest.raises(ConflictError):
        adopt_import(cast.anke_seat, import_, at=at())
    assert set(counts().values()) == {0}
    monkeypatch.undo()


@pytest.mark.django_db
def test_reading_while_the_file_is_adopted_or_discarded_leaves_no_file(cast, settings, monkeypatch):
    from gemeinwerk.budgets.actions import reading

    real = reading._read_with
    for act in (adopt_import, discard_import):
        import_ = checked(cast.anke_seat)

        def meanwhile(*args, pk=import_.pk, act=act):
            book = real(*args)
            act(cast.anke_seat, BudgetImport.objects.get(pk=pk), at=at())
            return book

        monkeypatch.setattr(reading, "_read_with", meanwhile)
        kept = len(list(Path(settings.MEDIA_ROOT).rglob("*.npz")))
        with pytest.raises((ImportRefusedError, ConflictError)):
            read_import(cast.anke_seat, import_, at=at())
        monkeypatch.setattr(reading, "_read_with", real)
        assert len(list(Path(settings.MEDIA_ROOT).rglob("*.npz"))) <= kept
        assert BudgetImport.objects.get(pk=import_.pk).state in {"adopted", "discarded"}


@pytest.mark.django_db
def test_the_mapping_stays_while_a_run_waits(cast, client):
    """What is adopted was read with the mapping that stands there; it proves where each amount comes from."""
    import_ = checked(cast.anke_seat)
    run = Run.objects.create(body=cast.altendorf, kind=Run.Kind.BUDGET_ADOPT, created_at=at(), requested_by=cast.anke)
    BudgetImport.objects.filter(pk=import_.pk).update(run=run)
    client.force_login(cast.anke)
    address = reverse("import-mapping", args=[KEY, import_.pk])
    form = client.get(address).context["form"]
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    answer = client.post(address, data | {"unit": "1000"})
    assert "Bitte warten Sie" in answer.content.decode() and answer.context["form"]["unit"].value() == "1000"
    again = BudgetImport.objects.get(pk=import_.pk)
    assert (again.mapping, again.version) == (import_.mapping, import_.version)


@pytest.mark.django_db
def test_cancelling_at_any_report_leaves_nothing(cast):
    import_, acts = checked(cast.anke_seat), Activity.objects.count()
    canceled: list[int] = []
    seen = iter(())

    def report(percent: int, message: str) -> None:
        if next(seen, None) is None:
            raise Canceled

    for number in range(100):
        seen = iter(range(number))
        try:
            adopt_import(cast.anke_seat, BudgetImport.objects.get(pk=import_.pk), at=at(), report=report)
        except Canceled:
            canceled.append(number)
            assert set(counts().values()) == {0} and Activity.objects.count() == acts
            assert BudgetImport.objects.get(pk=import_.pk).state == "checked"
        else:
            break
    assert len(canceled) >= 5 and BudgetVersion.objects.count() == 4


@pytest.mark.django_db
def test_a_fault_in_the_middle_leaves_nothing_and_can_be_tried_again(cast, client, monkeypatch):
    from gemeinwerk.budgets.actions import adoption

    import_ = checked(cast.anke_seat)
    client.force_login(cast.anke)

    def breaks(*args):
        raise OSError("disk full")

    slots = [f"{part['year']}-{part['stage']}" for part in import_.slices]
    for broken in ("write_sums", "_close"):
        with monkeypatch.context() as patch:
            patch.setattr(adoption, broken, breaks)
            data = {"version": import_.version, "slots": slots}
            answer = client.post(reverse("import-adopt", args=[KEY, import_.pk]), data, follow=True)
        assert answer.status_code == 200 and "gescheitert" in answer.content.decode()
        assert set(counts().values()) == {0}
    answer = client.post(reverse("import-adopt", args=[KEY, import_.pk]), data, follow=True)
    assert BudgetVersion.objects.count() == 4


# ---------------------------------------------------------------- truly at once
def at_once(*acts) -> list[object]:
    """Each act in a thread with its own connection, let go together; what each gave or raised."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act) -> None:
        try:
            barrier.wait(timeout=10)
            results[number] = act()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_adoptions_at_once_adopt_once(cast):
    import_ = checked(cast.anke_seat)
    stale = [BudgetImport.objects.get(pk=import_.pk) for _ in range(2)]
    results = at_once(*(lambda one=one: adopt_import(cast.anke_seat, one, at=at()) for one in stale))
    refused = [result for result in results if isinstance(result, ImportRefusedError)]
    assert len(refused) == 1, results
    assert BudgetVersion.objects.count() == 4
    assert BudgetVersion.objects.filter(is_current=True).count() == 4
    assert set(BudgetVersion.objects.values_list("number", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_two_files_of_the_same_years_at_once_get_two_numbers(cast):
    first, second = checked(cast.anke_seat), checked(cast.anke_seat, world.BUDGET.replace("4.500,00", "4.600,00"))
    results = at_once(
        lambda: adopt_import(cast.anke_seat, first, at=at()), lambda: adopt_import(cast.anke_seat, second, at=at())
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    for year, stage in {(version.year, version.stage) for version in BudgetVersion.objects.all()}:
        same = BudgetVersion.objects.filter(year=year, stage=stage)
        assert same.filter(is_current=True).count() == 1
        assert sorted(same.values_list("number", flat=True)) == list(range(1, same.count() + 1))


@pytest.mark.django_db(transaction=True)
def test_adopting_and_discarding_at_once_ends_in_one_of_both(cast, settings):
    import_ = checked(cast.anke_seat)
    stale = [BudgetImport.objects.get(pk=import_.pk) for _ in range(2)]
    results = at_once(
        lambda: adopt_import(cast.anke_seat, stale[0], at=at()),
        lambda: discard_import(cast.anke_seat, stale[1], at=at()),
    )
    assert sum(isinstance(result, ImportRefusedError) for result in results) == 1, results
    state = BudgetImport.objects.get(pk=import_.pk).state
    assert BudgetVersion.objects.exists() == (state == "adopted")
    assert Path(settings.MEDIA_ROOT, import_.file.name).exists() == (state == "adopted")


@pytest.mark.django_db(transaction=True)
def test_two_heads_cannot_remove_each_other_at_once(cast):
    cast.anke.memberships.update(role=Role.HEAD)
    heads = list(Membership.objects.filter(body=cast.altendorf, role=Role.HEAD))
    assert len(heads) == 2
    seats = [Seat.member(head.user, Body.objects.get(pk=cast.altendorf.pk)) for head in heads]
    results = at_once(
        lambda: remove_member(seats[0], heads[1], at=at()),
        lambda: change_member(seats[1], heads[0], role=Role.READER, position="", at=at()),
    )
    left = Membership.objects.filter(body=cast.altendorf, role=Role.HEAD).count()
    assert left == 1, results
    assert sum(isinstance(result, MembershipError) for result in results) == 1, results
