"""A budget file on its way: received, read, its mapping corrected and kept, its sums compared, discarded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.access import Right, Seat
from gemeinwerk.engine import VERSION
from gemeinwerk.runs import actions as runs
from gemeinwerk.runs.models import Run

from ..models import IMPORT_STEPS, BudgetImport, ImportMapping, Side, Stage
from ..queries import mappings as words
from . import files
from .conflicts import changed_meanwhile
from .files import ImportRefusedError

State = BudgetImport.State
Report = Callable[[int, str], None]
SHORT_BYTES = 3_000_000
"""Below this weight a file is read and adopted while the person waits."""


class ImportVerb(StrEnum):
    RECEIVED = "hat die Datei „{file}“ hochgeladen."
    MAPPING_CHANGED = "hat die Zuordnung für „{file}“ geändert."
    MAPPING_SAVED = "hat die Zuordnung unter dem Namen „{name}“ gespeichert."
    EXPECTED = "hat die erwarteten Summen für „{file}“ geändert."
    DISCARDED = "hat den Import von „{file}“ verworfen."


def silent(percent: int, message: str) -> None:
    """For callers who show no progress."""


def demand_step(import_: BudgetImport, to: State) -> None:
    """Raise unless `to` may follow the state of the import."""
    if to not in IMPORT_STEPS[import_.state]:
        raise ImportRefusedError(
            f"Der Import von „{import_.file_name}“ ist bereits {import_.get_state_display()} und lässt sich nicht mehr "
            "ändern. Bitte laden Sie die Datei neu hoch, wenn Sie etwas berichtigen möchten."
        )


def demand_own(seat: Seat, import_: BudgetImport) -> None:
    """Raise where the import belongs to another body: no caller can have come by it in order."""
    if import_.body_id != seat.body.pk:
        raise PermissionDenied


def receive_file(seat: Seat, uploads: Sequence[File], *, budget_year: int | None = None, at: datetime) -> BudgetImport:
    """Put away one budget file and what came with it. Nothing is read yet."""
    seat.demand(Right.IMPORT)
    files.refuse_unfit(list(uploads))
    main, *others = files.arrange(list(uploads))
    import_ = BudgetImport(
        body=seat.body,
        file_name=files.plain_name(main.name),
        sha256=files.fingerprint(main),
        size=main.size,
        budget_year=budget_year,
        received_by=seat.user,
        received_at=at,
    )
    stored: list[str] = []
    try:
        with transaction.atomic():
            import_.file.save(files.random_name(), main, save=False)
            stored.append(import_.file.name)
            import_.save()
            stored += [files.store_companion(import_, other).file.name for other in others]
            activity.record(seat, ImportVerb.RECEIVED, on=import_, at=at, file=import_.file_name)
    except BaseException:
        files.forget(*stored)
        raise
    return import_


def start(
    seat: Seat,
    import_: BudgetImport,
    kind: Run.Kind,
    job: str,
    *,
    at: datetime,
    return_to: str,
    version: int | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Run:
    """Have a job carried out for an import: at once if the file is small, otherwise by the worker.

    `version` is the one the person had before the eyes, where it matters that nobody has changed it since.
    """
    seat.demand(Right.IMPORT)
    demand_own(seat, import_)
    if version is not None and version != import_.version:
        raise changed_meanwhile("Dieser Import")
    _demand_idle(import_)
    run = runs.start(
        seat,
        kind,
        job,
        at=at,
        subject=import_,
        arguments={"import_id": import_.pk} | dict(arguments or {}),
        inputs_digest=import_.sha256,
        engine_version=VERSION,
        return_to=return_to,
        short=files.weight(import_) < SHORT_BYTES,
    )
    BudgetImport.objects.filter(pk=import_.pk).update(run=run)
    import_.refresh_from_db()
    return run


def _demand_idle(import_: BudgetImport) -> None:
    busy = import_.run
    if busy is not None and not busy.is_over:
        raise ImportRefusedError("Mit dieser Datei wird gerade gearbeitet. Bitte warten Sie, bis der Lauf beendet ist.")


@transaction.atomic
def change_mapping(
    seat: Seat, import_: BudgetImport, mapping: Mapping[str, Any], *, version: int, at: datetime
) -> BudgetImport:
    """Keep a corrected mapping for the next reading; `version` is the one the person had before the eyes."""
    seat.demand(Right.IMPORT)
    stored = _locked(seat, import_, version)
    demand_step(stored, State.CHECKED)
    _demand_idle(stored)  # what is being adopted was read with the mapping that stands there
    old, stored.mapping = stored.mapping, dict(mapping)
    stored.mapping_name = ""
    stored.version += 1
    stored.save(update_fields=["mapping", "mapping_name", "version"])
    changes = mapping_changes(old, stored.mapping)
    activity.record(seat, ImportVerb.MAPPING_CHANGED, on=stored, at=at, changes=changes, file=stored.file_name)
    return stored


def _locked(seat: Seat, import_: BudgetImport, version: int) -> BudgetImport:
    stored = BudgetImport.objects.select_for_update(of=("self",)).get(pk=import_.pk, body=seat.body)
    if stored.version != version:
        raise changed_meanwhile("Diese Seite")
    return stored


def mapping_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """What differs between two mappings, by German names and in German words, column by column."""
    changes = {
        name: (words.shown(key, old.get(key)), words.shown(key, new.get(key)))
        for key, name in words.FIELD_NAMES.items()
    }
    before = {column["index"]: column for column in old.get("columns", [])}
    for column in new.get("columns", []):
        earlier = before.get(column["index"], {})
        name = f"Spalte {column['index'] + 1} „{column.get('name', '')}“"
        changes[name] = (words.column_words(earlier), words.column_words(column))
    return changes


@transaction.atomic
def save_mapping(seat: Seat, import_: BudgetImport, *, name: str, at: datetime) -> ImportMapping:
    """Keep the mapping of this import under a name; it is proposed for the next file with the same head."""
    seat.demand(Right.IMPORT)
    demand_own(seat, import_)
    digest = import_.facts.get("digest", "")
    if import_.state not in (State.CHECKED, State.ADOPTED) or not digest:
        raise ImportRefusedError(
            "Eine Zuordnung lässt sich erst speichern, wenn die Datei damit gelesen werden konnte."
        )
    saved, _ = ImportMapping.objects.update_or_create(
        body=seat.body,
        header_digest=digest,
        defaults={"name": name, "mapping": import_.mapping, "saved_by": seat.user, "saved_at": at},
    )
    BudgetImport.objects.filter(pk=import_.pk).update(mapping_name=name)
    activity.record(seat, ImportVerb.MAPPING_SAVED, on=import_, at=at, name=name)
    return saved


@transaction.atomic
def expect_totals(
    seat: Seat, import_: BudgetImport, expected: Sequence[Mapping[str, Any]], *, version: int, at: datetime
) -> BudgetImport:
    """Keep the sums the person expects per year, stage and side (`cents` as in the plan: always positive)."""
    seat.demand(Right.IMPORT)
    stored = _locked(seat, import_, version)
    old, new = _by_name(stored.expected), _by_name(expected)
    stored.expected = [dict(entry) for entry in expected]
    stored.version += 1
    stored.save(update_fields=["expected", "version"])
    changes = {name: (old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new])}
    activity.record(seat, ImportVerb.EXPECTED, on=stored, at=at, changes=changes, file=stored.file_name)
    return stored


def _by_name(expected: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {
        f"{Side(entry['side']).label}, {Stage(entry['stage']).label} {entry['year']}": _euros(entry["cents"])
        for entry in expected
    }


def _euros(cents: int) -> str:
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", ".") + f",{rest:02d} €"


@transaction.atomic
def discard_import(seat: Seat, import_: BudgetImport, *, at: datetime) -> BudgetImport:
    """Put an import aside for good: its files are deleted, its row and its log stay."""
    seat.demand(Right.IMPORT)
    stored = BudgetImport.objects.select_for_update(of=("self",)).get(pk=import_.pk, body=seat.body)
    demand_step(stored, State.DISCARDED)
    gone = [stored.file.name, stored.lines_file, stored.rejected_file]
    gone += [companion.file.name for companion in stored.companions.all()]
    stored.state, stored.lines_file, stored.rejected_file = State.DISCARDED, "", ""
    stored.version += 1
    stored.save(update_fields=["state", "lines_file", "rejected_file", "version"])
    activity.record(seat, ImportVerb.DISCARDED, on=stored, at=at, file=stored.file_name)
    transaction.on_commit(lambda: files.forget(*gone))
    return stored
