"""What the actions of the import refuse, and that a refusal leaves no file behind."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.utils import timezone

from gemeinwerk.budgets.actions import adoption, files, imports, positions, reading
from gemeinwerk.budgets.actions.conflicts import ConflictError
from gemeinwerk.budgets.actions.files import ImportRefusedError
from gemeinwerk.budgets.models import Account, BudgetImport
from gemeinwerk.runs.actions import execute
from gemeinwerk.runs.models import Run

from .import_files import plan_csv, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def checked(cast):
    import_ = imports.receive_file(cast.anke_seat, [upload()], at=timezone.now())
    return reading.read_import(cast.anke_seat, import_, at=timezone.now())


def stored_files(media):
    return [path for path in media.rglob("*") if path.is_file()]


def fail(*_, **__):
    raise MemoryError


def test_an_upload_that_fails_leaves_no_file(cast, monkeypatch, media):
    monkeypatch.setattr(imports.activity, "record", fail)
    with pytest.raises(MemoryError):
        imports.receive_file(cast.anke_seat, [upload(), upload(b"{}", "datapackage.json")], at=timezone.now())
    assert stored_files(media) == [] and not BudgetImport.objects.exists()


def test_a_reading_that_fails_leaves_no_interim_file(cast, monkeypatch, media):
    import_ = imports.receive_file(cast.anke_seat, [upload()], at=timezone.now())
    monkeypatch.setattr(reading, "_store", fail)
    with pytest.raises(MemoryError):
        reading.read_import(cast.anke_seat, import_, at=timezone.now())
    assert len(stored_files(media)) == 1


def test_a_mapping_changed_while_reading_is_not_overwritten(cast):
    import_ = checked(cast)

    def meanwhile(percent, message):
        if percent == 80:
            stored = BudgetImport.objects.get()
            imports.change_mapping(cast.anke_seat, stored, {"unit": 1000}, version=stored.version, at=timezone.now())

    with pytest.raises(ConflictError):
        reading.read_import(cast.anke_seat, import_, at=timezone.now(), report=meanwhile)
    assert BudgetImport.objects.get().mapping == {"unit": 1000}


def test_a_file_read_again_while_adopting_is_not_adopted(cast):
    import_ = checked(cast)

    def meanwhile(percent, message):
        reading.read_import(cast.anke_seat, BudgetImport.objects.get(), at=timezone.now())

    with pytest.raises((ConflictError, ImportRefusedError)):
        adoption.adopt_import(cast.anke_seat, import_, at=timezone.now(), report=meanwhile)
    assert BudgetImport.objects.get().state == "checked"


def test_no_year_at_all_is_refused(cast):
    with pytest.raises(ImportRefusedError, match="mindestens ein Jahr"):
        adoption.adopt_import(cast.anke_seat, checked(cast), slots=set(), at=timezone.now())


def test_interim_lines_of_another_reading_are_refused(cast):
    import_ = checked(cast)
    import_.slices[0]["digest"] = "x"
    with pytest.raises(ImportRefusedError, match="passt nicht"):
        adoption.adopt_import(cast.anke_seat, import_, at=timezone.now())


def test_an_import_of_another_body_is_refused(cast):
    import_ = checked(cast)
    for act in (adoption.adopt_import, reading.read_import):
        with pytest.raises(PermissionDenied):
            act(cast.clara_seat, import_, at=timezone.now())


def test_only_what_could_be_read_gives_a_mapping_to_save(cast):
    import_ = imports.receive_file(cast.anke_seat, [upload()], at=timezone.now())
    with pytest.raises(ImportRefusedError, match="erst speichern"):
        imports.save_mapping(cast.anke_seat, import_, name="x", at=timezone.now())


def test_positions_must_exist_and_are_not_set_twice(cast):
    adoption.adopt_import(cast.anke_seat, checked(cast), at=timezone.now())
    account = Account.objects.get(code="6000000")
    with pytest.raises(ValueError, match="erfunden"):
        positions.place_accounts(cast.anke_seat, {account.pk: (account.position, "erfunden")}, at=timezone.now())
    same = {account.pk: ("staff", account.position)}
    assert positions.place_accounts(cast.anke_seat, same, at=timezone.now()) == 0
    unplaced = Account.objects.create(body=cast.altendorf, key="8", code="8")
    positions.place_accounts(cast.anke_seat, {unplaced.pk: ("", "staff")}, at=timezone.now())
    positions.place_accounts(cast.anke_seat, {unplaced.pk: ("staff", "")}, at=timezone.now())
    unplaced.refresh_from_db()
    assert unplaced.position == ""


def test_a_job_tells_its_refusal_to_the_person(cast, monkeypatch):
    monkeypatch.setattr(imports, "SHORT_BYTES", 1)
    import_ = imports.receive_file(cast.anke_seat, [upload()], at=timezone.now())
    run = reading.start_reading(cast.anke_seat, import_, at=timezone.now())
    default_storage.delete(import_.file.name)
    execute(run.pk, "gemeinwerk.budgets.jobs.read_import", {"import_id": import_.pk})
    run.refresh_from_db()
    assert run.state == Run.State.FAILED and "fehlt oder stimmt nicht" in run.error
    other = Run.objects.create(
        body=cast.altendorf, kind=Run.Kind.BUDGET_ADOPT, requested_by=cast.anke, created_at=timezone.now()
    )
    execute(other.pk, "gemeinwerk.budgets.jobs.adopt_import", {"import_id": import_.pk})
    other.refresh_from_db()
    assert other.state == Run.State.FAILED and other.error


def test_names_of_files_lose_paths_and_control_characters():
    assert files.plain_name("..\\..\\C:/weg/plan\x00\n.csv") == "plan.csv"
    assert files.plain_name(None) == files.plain_name("///") == "Datei"
    assert len(files.plain_name("x" * 900 + ".csv")) == 200
    assert plan_csv().startswith(b"Produktbereich")
