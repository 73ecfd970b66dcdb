"""Changes of territory: stored as the register gives them, then applied to bodies and to former counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from gemeinwerk.bodies.models import MUNICIPAL_KINDS, Body, Level, Population, TerritorialChange
from gemeinwerk.engine.directory import read_changes
from gemeinwerk.engine.territory import Move, Start, carried, parts

from .reports import ChangesReport, MergerReport, Successor

BATCH = 500
Kind = TerritorialChange.Kind


@transaction.atomic
def import_changes(data: bytes, *, source: str = "") -> ChangesReport:
    """Store the official changes of a year; rows that are stored already stay as they are."""
    read = read_changes(data)
    rows = [
        TerritorialChange(
            kind=change.kind.value,
            level=change.level,
            reference=change.reference,
            old_ars=change.old_ars,
            old_ags=change.old_ags,
            old_name=change.old_name,
            new_ars=change.new_ars,
            new_ags=change.new_ags,
            new_name=change.new_name,
            area_m2=change.area_m2,
            inhabitants=change.inhabitants,
            legal_on=change.legal_on,
            effective_on=change.effective_on,
            source=source or read.source,
        )
        for change in read.changes
    ]
    before = TerritorialChange.objects.count()
    TerritorialChange.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    return ChangesReport(len(rows), TerritorialChange.objects.count() - before, read.problems)


@transaction.atomic
def apply_mergers(*, until: date | None = None) -> MergerReport:
    """Bring bodies and former counts to the territory after all stored changes (up to `until`).

    Dissolved bodies keep their page and their counts, and get the day they ended. Former counts of the parts are added
    up under the new key, as rows of their own (`is_carried`) that name their parts. Applying twice changes nothing. The
    rooms above carry what they hold by `MergerReport.moved`.
    """
    changes = list(TerritorialChange.objects.order_by("effective_on", "pk"))
    if until is not None:
        changes = [change for change in changes if change.effective_on <= until]
    report = MergerReport()
    _end_dissolved(changes, report)
    _rename(changes, report)
    moves = _moves(change for change in changes if change.level == Level.MUNICIPALITY)
    report.moved = _moved(moves)
    _carry_counts(moves, report)
    return report


def _end_dissolved(changes: list[TerritorialChange], report: MergerReport) -> None:
    """The exact day for dissolved municipalities and associations."""
    ends: dict[str, date] = {}
    for change in changes:
        if change.kind == Kind.DISSOLUTION:
            ends[change.old_ags or change.old_ars] = change.effective_on
    bodies = Body.objects.filter(kind__in=[*MUNICIPAL_KINDS, Body.Kind.ASSOCIATION])
    ended = []
    for body in bodies:
        day = ends.get(body.ags or body.ars)
        if day is not None and body.dissolved_on != day and not _is_listed_after(body, day):
            body.dissolved_on = day
            ended.append(body)
    Body.objects.bulk_update(ended, ["dissolved_on"], batch_size=BATCH)
    report.dissolved = [body.key for body in ended]


def _is_listed_after(body: Body, day: date) -> bool:
    """A directory of a later territory still lists it: the key was given again."""
    return body.dissolved_on is None and body.as_of is not None and body.as_of > day


def _rename(changes: list[TerritorialChange], report: MergerReport) -> None:
    """New keys and names for bodies whose master data are older than the change."""
    bodies = {body.ags: body for body in Body.objects.filter(kind__in=MUNICIPAL_KINDS).exclude(ags="")}
    renamed: dict[int, Body] = {}
    for change in changes:
        body = bodies.get(change.old_ags)
        if body is None or change.kind not in (Kind.KEY, Kind.NAME) or change.level != Level.MUNICIPALITY:
            continue
        if body.as_of is not None and body.as_of >= change.effective_on:
            continue
        if change.new_ags != change.old_ags and change.new_ags in bodies:
            continue  # both stand in the directory: carried like a merger
        if (body.ars, body.ags, body.official_name) != (change.new_ars, change.new_ags, change.new_name):
            body.ars, body.ags, body.official_name = change.new_ars, change.new_ags, change.new_name
            body.name = change.new_name.partition(",")[0]
            renamed[body.pk] = body
    Body.objects.bulk_update(renamed.values(), ["ars", "ags", "name", "official_name"], batch_size=BATCH)
    report.renamed = [body.key for body in renamed.values()]


def _moves(changes: Iterable[TerritorialChange]) -> list[Move]:
    """What changed hands, by key of the body: dissolutions and partial transfers, and keys that became other keys."""
    keys = dict(Body.objects.filter(kind__in=MUNICIPAL_KINDS).exclude(ags="").values_list("ags", "key"))
    moves = []
    for change in changes:
        is_new_key = change.kind == Kind.KEY and change.old_ags != change.new_ags
        if change.kind not in (Kind.DISSOLUTION, Kind.PARTIAL) and not is_new_key:
            continue
        old, new = keys.get(change.old_ags, change.old_ags), keys.get(change.new_ags, change.new_ags)
        if is_new_key and old == new:
            continue
        inhabitants, area = (1, 1) if is_new_key else (change.inhabitants, change.area_m2)
        is_partial = change.kind == Kind.PARTIAL
        moves.append(Move(old, new, change.effective_on, inhabitants, area, is_partial))
    return moves


def _moved(moves: list[Move]) -> dict[str, tuple[Successor, ...]]:
    """Where each body that ended went."""
    return {
        old: tuple(Successor(new, share) for new, share in shares)
        for (old, _), shares in parts(moves).items()
        if not any(new == old for new, _ in shares)
    }


@dataclass(frozen=True, slots=True)
class _Edition:
    reference_date: date
    census_basis: str


def _carry_counts(moves: list[Move], report: MergerReport) -> None:
    """Former counts on the later territory, for all editions in which the bodies concerned have counts."""
    concerned = {key for move in moves for key in (move.old, move.new)}
    ids = dict(Body.objects.filter(key__in=concerned).values_list("key", "pk"))
    starts: dict[_Edition, dict[str, Start]] = defaultdict(dict)
    known_since: dict[str, date] = {}
    rows = Population.objects.filter(body__key__in=concerned, is_carried=False).order_by("territory_date")
    for row in rows.select_related("body"):
        edition = _Edition(row.reference_date, row.census_basis)
        starts[edition][row.body.key] = Start(row.inhabitants, row.territory_date)
        known_since.setdefault(row.body.key, row.territory_date)
    names = dict(Body.objects.filter(key__in=concerned).values_list("key", "name"))
    wanted: dict[tuple[int, date, str, date], tuple[int, str]] = {}
    for edition, counts in starts.items():
        result = carried(counts, moves, known_since)
        for key, count in result.counts.items():
            if key in ids:
                place = (ids[key], edition.reference_date, edition.census_basis, count.territory_date)
                wanted[place] = (count.inhabitants, _note([names[part] for part in count.parts]))
        report.incomplete += [
            (key, edition.reference_date, edition.census_basis) for key in result.incomplete if key in ids
        ]
    report.carried = len(wanted)
    report.carried_changed = _store_carried(wanted)


def _note(names: list[str]) -> str:
    listed = ", ".join(names[:8]) + (f" und {len(names) - 8} weitere" if len(names) > 8 else "")
    return f"Umgerechnet nach Gebietsänderung aus {listed} (Destatis, Gebietsänderungen)"


def _store_carried(wanted: dict[tuple[int, date, str, date], tuple[int, str]]) -> int:
    """Replace the carried rows that are different; what a directory counted itself is never overwritten."""
    counted = set()
    stored = {}
    for row in Population.objects.filter(body_id__in={place[0] for place in wanted}):
        place = (row.body_id, row.reference_date, row.census_basis, row.territory_date)
        if row.is_carried:
            stored[place] = row
        else:
            counted.add(place)
    obsolete = Population.objects.filter(is_carried=True).values_list(
        "pk", "body_id", "reference_date", "census_basis", "territory_date"
    )
    gone = [pk for pk, *place in obsolete if tuple(place) not in wanted or tuple(place) in counted]
    changed = [
        Population(
            body_id=place[0],
            reference_date=place[1],
            census_basis=place[2],
            territory_date=place[3],
            inhabitants=inhabitants,
            is_carried=True,
            source=note,
        )
        for place, (inhabitants, note) in wanted.items()
        if place not in counted
        and (place not in stored or (stored[place].inhabitants, stored[place].source) != (inhabitants, note))
    ]
    Population.objects.filter(pk__in=gone).delete()
    Population.objects.bulk_create(
        changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["body", "reference_date", "census_basis", "territory_date"],
        update_fields=["inhabitants", "source", "is_carried", "male", "female"],
    )
    return len(gone) + len(changed)
