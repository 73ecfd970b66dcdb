"""Boundaries and who borders on whom, brought in together from one file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db import transaction

from gemeinwerk.bodies.models import (
    DISTRICT_KINDS,
    MUNICIPAL_KINDS,
    Body,
    Boundary,
    Level,
    Neighborhood,
    TerritorialChange,
)
from gemeinwerk.engine.geometry import Shape, display, read_boundaries, united
from gemeinwerk.engine.neighbors import borders
from gemeinwerk.engine.problems import Severity

from .reports import BoundaryReport

Progress = Callable[[str, int, int], None]
Pair = tuple[int, int]
BATCH = 500
DISTRICT_DIGITS = 5
DIGITS: dict[str, frozenset[int]] = {
    Level.DISTRICT: frozenset({DISTRICT_DIGITS}),
    Level.ASSOCIATION: frozenset({9}),
    Level.MUNICIPALITY: frozenset({8, 12}),
}
"""Length of the official key per level."""


def import_boundaries(
    data: bytes, *, as_of: date | None = None, source: str = "", progress: Progress | None = None
) -> BoundaryReport:
    """Store the polygons of a GeoJSON or zipped shapefile with the bodies of their keys, and the common borders.

    Each level (Kreise, associations, municipalities) is matched and compared for itself. A second run changes nothing.
    """
    tell = progress or _silent
    tell("Grenzen lesen", 0, 3)
    boundaries = read_boundaries(data)
    report = BoundaryReport(read=len(boundaries.shapes), left_out=boundaries.left_out, problems=boundaries.problems)
    if any(problem.severity == Severity.ERROR for problem in boundaries.problems):
        return report
    with transaction.atomic():
        for level, digits in DIGITS.items():
            shapes = [shape for shape in boundaries.shapes if len(shape.key) in digits]
            if not shapes:
                continue
            matched = _matched(shapes, level, report)
            if level == Level.MUNICIPALITY:
                matched = _with_successors(matched, report)
            tell("Grenzen speichern", 1, 3)
            _store_boundaries(matched, level, as_of, source, report)
            tell("Nachbarschaften berechnen", 2, 3)
            _store_neighborhoods(matched, level, report)
    tell("Fertig", 3, 3)
    return report


def _silent(step: str, done: int, total: int) -> None:
    """Nobody wants to hear about progress."""


def _matched(shapes: Iterable[Shape], level: str, report: BoundaryReport) -> dict[int, Shape]:
    """Shapes by the id of their body. A municipality that changed its association is found by its AGS."""
    by_key = _by_key(level)
    matched: dict[int, Shape] = {}
    for shape in shapes:
        key = shape.key
        pk = by_key.get(key) or (by_key.get(key[:5] + key[9:]) if len(key) == 12 else None)
        if pk is None:
            report.unmatched.append(key)
        else:
            matched.setdefault(pk, shape)
    return matched


def _with_successors(matched: dict[int, Shape], report: BoundaryReport) -> dict[int, Shape]:
    """Shapes of dissolved municipalities become part of their successor's, so that an older file fits today's bodies.

    One that was divided among several stays as it is: its file does not say where the new border runs.
    """
    current = dict(Body.objects.filter(kind__in=MUNICIPAL_KINDS, dissolved_on=None).values_list("ars", "pk"))
    dissolved = dict(Body.objects.filter(pk__in=matched).exclude(dissolved_on=None).values_list("ars", "pk"))
    ends = TerritorialChange.objects.filter(kind=TerritorialChange.Kind.DISSOLUTION, level=Level.MUNICIPALITY)
    went: dict[str, set[str]] = {}
    for old, new in ends.values_list("old_ars", "new_ars"):
        went.setdefault(old, set()).add(new)
    merged: dict[int, list[Shape]] = {}
    for ars, pk in dissolved.items():
        successors = went.get(ars, set())
        if len(successors) == 1 and (heir := current.get(*successors)) is not None:
            merged.setdefault(heir, []).append(matched.pop(pk))
    for heir, parts in merged.items():
        own = [matched[heir]] if heir in matched else []
        report.united += [part.key for part in parts]
        matched[heir] = united(own + parts)
    return matched


def _by_key(level: str) -> dict[str, int]:
    """Ids of the bodies of a level by every official key they can be named with; existing bodies win over dissolved."""
    kinds = {Level.DISTRICT: DISTRICT_KINDS, Level.ASSOCIATION: {Body.Kind.ASSOCIATION}}.get(level, MUNICIPAL_KINDS)
    bodies = Body.objects.filter(kind__in=kinds).values_list("pk", "kind", "ags", "ars", "dissolved_on")
    found: dict[str, int] = {}
    for pk, kind, ags, ars, _ in sorted(bodies, key=lambda row: row[4] is None):
        if level == Level.DISTRICT and kind == Body.Kind.DISTRICT_FREE_TOWN:
            found[ags[:DISTRICT_DIGITS]] = pk
        else:
            found |= {key: pk for key in (ags, ars) if key}
    return found


def _store_boundaries(
    matched: dict[int, Shape], level: str, as_of: date | None, source: str, report: BoundaryReport
) -> None:
    """A kreisfreie Stadt keeps the finer outline it has from a file of municipalities."""
    stored = dict(Boundary.objects.filter(body_id__in=matched).values_list("body_id", "geometry"))
    towns = set(Body.objects.filter(kind=Body.Kind.DISTRICT_FREE_TOWN).values_list("pk", flat=True))
    rows = []
    for pk, shape in matched.items():
        geometry = display(shape)
        is_kept = level == Level.DISTRICT and pk in towns and pk in stored
        if is_kept or stored.get(pk) == geometry:
            report.unchanged += 1
        else:
            rows.append(Boundary(body_id=pk, geometry=geometry, as_of=as_of, source=source))
    _upsert_boundaries(rows)
    report.stored += len(rows)


def _upsert_boundaries(rows: list[Boundary]) -> None:
    Boundary.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["body"],
        update_fields=["geometry", "as_of", "source"],
    )


def _store_neighborhoods(matched: dict[int, Shape], level: str, report: BoundaryReport) -> None:
    """Bring the neighborhoods among the matched bodies up to their shapes."""
    ids = {shape.key: pk for pk, shape in matched.items()}
    wanted = {_pair(ids[border.first], ids[border.second]): border.meters for border in borders(list(matched.values()))}
    report.neighborhoods += len(wanted)
    report.neighborhoods_changed += _reconcile(wanted, set(ids.values()), level)


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def _reconcile(wanted: dict[Pair, int], ids: set[int], level: str) -> int:
    """Write what is new or different among `ids`, take away what is gone; returns the number of changes."""
    rows = Neighborhood.objects.filter(level=level).values_list("pk", "first_id", "second_id", "border_m")
    stored = {(first, second): (pk, meters) for pk, first, second, meters in rows if first in ids and second in ids}
    gone = [pk for pair, (pk, _) in stored.items() if pair not in wanted]
    changed = [
        Neighborhood(level=level, first_id=pair[0], second_id=pair[1], border_m=meters)
        for pair, meters in wanted.items()
        if pair not in stored or stored[pair][1] != meters
    ]
    for start in range(0, len(gone), BATCH):
        Neighborhood.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    _upsert_neighborhoods(changed)
    return len(gone) + len(changed)


def _upsert_neighborhoods(rows: list[Neighborhood]) -> None:
    Neighborhood.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["level", "first", "second"],
        update_fields=["border_m"],
    )


def set_boundary(body: Body, geometry: dict[str, Any], *, source: str, as_of: date | None = None) -> None:
    """The outline of one body as GeoJSON geometry in WGS 84."""
    _upsert_boundaries([Boundary(body=body, geometry=geometry, as_of=as_of, source=source)])


def link_neighbors(pairs: Iterable[tuple[Body, Body, int]], *, level: str = Level.MUNICIPALITY) -> None:
    """Pairs of bodies with the length of their common border in metres; known pairs get the new length."""
    rows = []
    for one, other, meters in pairs:
        first, second = _pair(one.pk, other.pk)
        rows.append(Neighborhood(level=level, first_id=first, second_id=second, border_m=meters))
    _upsert_neighborhoods(rows)
