"""Bringing the official directory in: all levels, in bulk, and the second time without a change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from gemeinwerk.bodies.models import MUNICIPAL_KINDS, STATES, Body, Population
from gemeinwerk.engine.directory import (
    DISTRICT_FREE,
    MARKS,
    TOWNS,
    WITHOUT_ASSOCIATION,
    Directory,
    Facts,
    Level,
    Unit,
    read_directory,
)
from gemeinwerk.engine.problems import Problem, Severity
from gemeinwerk.engine.reference import csv_rows

from .populations import Count, store_counts
from .reports import Comparison, DirectoryReport

Progress = Callable[[str, int, int], None]
BATCH = 500
FACTS = (
    "kind", "name", "official_name", "ags", "ars", "register_mark", "register_type", "state", "district_id",
    "association_id", "area_ha", "longitude", "latitude", "postcode", "unincorporated", "dissolved_on",
)  # fmt: skip
STAMPS = ("as_of", "source")
KEPT_IF_MISSING = frozenset({"area_ha", "longitude", "latitude", "postcode"})
"""One format has no coordinates: what it does not say is no reason to forget what another said."""


def import_directory(
    data: bytes,
    *,
    population_date: date | None = None,
    census_basis: str = "",
    source: str = "",
    progress: Progress | None = None,
) -> DirectoryReport:
    """Read an official directory and bring bodies and inhabitants up to it; a file with an error changes nothing.

    `population_date` and `census_basis` overrule what the file says about its inhabitants. Bodies that hold a seat keep
    it, an older edition adds inhabitants without touching newer master data.
    """
    tell = progress or _silent
    tell("Datei lesen", 0, 1)
    directory = read_directory(data)
    facts = replace(
        directory.facts,
        population_date=population_date or directory.facts.population_date,
        census_basis=census_basis or directory.facts.census_basis,
        source=source or directory.facts.source,
    )
    report = DirectoryReport(facts=facts, sums=directory.sums, problems=directory.problems + _missing_facts(facts))
    if report.is_refused:
        return report
    with transaction.atomic():
        newest = _newest()
        for step, level in enumerate((Level.DISTRICT, Level.ASSOCIATION, Level.MUNICIPALITY)):
            tell(f"Körperschaften: {NAMES[level]}", step, 5)
            _store_level(directory, level, facts, newest, report)
        tell("Einwohnerzahlen", 3, 5)
        _store_populations(directory, facts, report)
        _dissolve_unlisted(directory, facts, report)
        tell("Summen vergleichen", 4, 5)
        report.comparisons = _compare(directory, facts)
    tell("Fertig", 5, 5)
    return report


NAMES = {Level.DISTRICT: "Landkreise", Level.ASSOCIATION: "Gemeindeverbände", Level.MUNICIPALITY: "Gemeinden"}


def _silent(step: str, done: int, total: int) -> None:
    """Nobody wants to hear about progress."""


def _missing_facts(facts: Facts) -> tuple[Problem, ...]:
    texts = {
        "directory_territory": (facts.territory_date, "Der Gebietsstand der Datei ist nicht zu erkennen."),
        "directory_stichtag": (
            facts.population_date,
            "Der Stichtag der Einwohnerzahlen ist nicht zu erkennen. Bitte geben Sie ihn an.",
        ),
        "directory_basis": (
            facts.census_basis in Population.CensusBasis.values,
            "Die Zensusgrundlage der Einwohnerzahlen ist nicht zu erkennen. Bitte geben Sie sie an (2011 oder 2022).",
        ),
    }
    return tuple(Problem(code, text, Severity.ERROR) for code, (value, text) in texts.items() if not value)


def _newest() -> date | None:
    """The newest Gebietsstand that was brought in before."""
    newest: date | None = Body.objects.exclude(register_mark="").aggregate(newest=Max("as_of"))["newest"]
    return newest


def _is_body(unit: Unit) -> bool:
    """A kreisfreie Stadt is one body though it stands as Kreis, too; a verbandsfreie Gemeinde is no association."""
    if unit.level == Level.DISTRICT:
        return unit.mark not in DISTRICT_FREE
    return unit.level == Level.MUNICIPALITY or unit.mark != WITHOUT_ASSOCIATION


def _store_level(
    directory: Directory, level: Level, facts: Facts, newest: date | None, report: DirectoryReport
) -> None:
    """Write the units of one level whose facts differ from what is stored."""
    known = _known(level)
    parents = {body.ars: body.pk for body in Body.objects.filter(kind__in=[Body.Kind.DISTRICT, Body.Kind.ASSOCIATION])}
    areas = _areas(directory)
    is_older = newest is not None and facts.territory_date is not None and facts.territory_date < newest
    changed: list[Body] = []
    for unit in directory.of(level):
        if not _is_body(unit):
            continue
        body = known.get(_register_key(unit))
        if body is None:
            wanted = _wanted(unit, parents, areas) | {"dissolved_on": newest if is_older else None}
            changed.append(Body(key=_register_key(unit), as_of=facts.territory_date, source=facts.source, **wanted))
            report.created += 1
        elif body.as_of is not None and facts.territory_date < body.as_of:
            report.unchanged += 1
        else:
            _update(body, _wanted(unit, parents, areas), facts, changed, report)
    _upsert(changed)


def _known(level: Level) -> dict[str, Body]:
    """Stored bodies of a level by the key of the register."""
    if level == Level.MUNICIPALITY:
        return {body.ags: body for body in Body.objects.filter(kind__in=MUNICIPAL_KINDS).exclude(ags="")}
    kind = Body.Kind.DISTRICT if level == Level.DISTRICT else Body.Kind.ASSOCIATION
    return {body.ars: body for body in Body.objects.filter(kind=kind).exclude(ars="")}


def _register_key(unit: Unit) -> str:
    return unit.ags or unit.ars


def _wanted(unit: Unit, parents: dict[str, int], areas: dict[str, int]) -> dict[str, Any]:
    """The facts of the body as this unit has them."""
    is_municipal = unit.level == Level.MUNICIPALITY
    return {
        "kind": _kind(unit),
        "name": unit.name,
        "official_name": unit.official_name,
        "ags": unit.ags,
        "ars": unit.ars,
        "register_mark": unit.mark,
        "register_type": MARKS.get(unit.mark, ""),
        "state": unit.state,
        "district_id": None if unit.level == Level.DISTRICT else parents.get(unit.district),
        "association_id": parents.get(unit.association) if is_municipal else None,
        "area_ha": unit.area_ha if is_municipal else areas.get(unit.ars),
        "longitude": unit.longitude,
        "latitude": unit.latitude,
        "postcode": unit.postcode,
        "unincorporated": unit.unincorporated,
        "dissolved_on": None,
    }


def _kind(unit: Unit) -> str:
    if unit.level == Level.DISTRICT:
        return Body.Kind.DISTRICT
    if unit.level == Level.ASSOCIATION:
        return Body.Kind.ASSOCIATION
    if unit.mark in DISTRICT_FREE:
        return Body.Kind.DISTRICT_FREE_TOWN
    return Body.Kind.TOWN if unit.mark in TOWNS else Body.Kind.MUNICIPALITY


def _areas(directory: Directory) -> dict[str, int]:
    """Hectares per Kreis and association: the sum of their municipalities."""
    areas: dict[str, int] = {}
    for unit in directory.of(Level.MUNICIPALITY):
        for key in (unit.district, unit.association):
            areas[key] = areas.get(key, 0) + (unit.area_ha or 0)
    return areas


def _update(body: Body, wanted: dict[str, Any], facts: Facts, changed: list[Body], report: DirectoryReport) -> None:
    if body.dissolved_on is not None and body.dissolved_on > _known_date(facts.territory_date):
        wanted["dissolved_on"] = body.dissolved_on
    differing = {
        name: value
        for name, value in wanted.items()
        if getattr(body, name) != value and not (name in KEPT_IF_MISSING and value in (None, ""))
    }
    if not differing and body.as_of == facts.territory_date:
        report.unchanged += 1
        return
    for name, value in differing.items():
        setattr(body, name, value)
    body.as_of, body.source = facts.territory_date, facts.source
    if differing:
        report.updated += 1
    else:
        report.confirmed += 1
    changed.append(body)


def _upsert(bodies: list[Body]) -> None:
    """Write new and changed bodies in a few statements; the key decides which row is meant."""
    for body in bodies:
        body.pk = None
        body._state.adding = True
    Body.objects.bulk_create(
        bodies, batch_size=BATCH, update_conflicts=True, unique_fields=["key"], update_fields=[*FIELDS]
    )


FIELDS = tuple(name.removesuffix("_id") for name in FACTS + STAMPS)


def _store_populations(directory: Directory, facts: Facts, report: DirectoryReport) -> None:
    """Inhabitants of the municipalities, and as their sums those of Kreise and associations."""
    ids = dict(Body.objects.exclude(ars="").values_list("ars", "pk"))
    by_ags = dict(Body.objects.filter(kind__in=MUNICIPAL_KINDS).exclude(ags="").values_list("ags", "pk"))
    counts: dict[int, Count] = {}
    sums: dict[int, list[Unit]] = {}
    for unit in directory.of(Level.MUNICIPALITY):
        if unit.inhabitants is not None:
            counts[by_ags[unit.ags]] = Count(unit.inhabitants, unit.male, unit.female)
        for key in (unit.district, unit.association):
            if key in ids:
                sums.setdefault(ids[key], []).append(unit)
    for pk, units in sums.items():
        if all(unit.inhabitants is not None for unit in units):
            counts[pk] = Count(sum(unit.inhabitants or 0 for unit in units), _sum(units, "male"), _sum(units, "female"))
    created, updated = store_counts(
        counts,
        reference_date=_known_date(facts.population_date),
        census_basis=facts.census_basis,
        territory_date=_known_date(facts.territory_date),
        source=facts.source,
    )
    report.populations_created, report.populations_updated = created, updated


def _known_date(day: date | None) -> date:
    if day is None:
        raise ValueError("the file was accepted without a date")
    return day


def _sum(units: Iterable[Unit], name: str) -> int | None:
    values = [getattr(unit, name) for unit in units]
    return None if None in values else sum(values)


def _dissolve_unlisted(directory: Directory, facts: Facts, report: DirectoryReport) -> None:
    """What a newer edition no longer lists is dissolved, at the latest on its Gebietsstand."""
    listed = {_register_key(unit) for unit in directory.units if _is_body(unit)}
    states = {unit.state for unit in directory.units}
    candidates = Body.objects.exclude(register_mark="").filter(
        dissolved_on=None, state__in=states, as_of__lt=facts.territory_date
    )
    gone = [
        (pk, key)
        for pk, key, ags, ars in candidates.values_list("pk", "key", "ags", "ars")
        if (ags or ars) not in listed
    ]
    Body.objects.filter(pk__in=[pk for pk, _ in gone]).update(dissolved_on=facts.territory_date)
    report.dissolved = sorted(key for _, key in gone)


def _compare(directory: Directory, facts: Facts) -> tuple[Comparison, ...]:
    """Sums of the file beside those of the database and the official ones."""
    listed = [unit.ags for unit in directory.of(Level.MUNICIPALITY)]
    stored = Population.objects.filter(
        body__kind__in=MUNICIPAL_KINDS,
        reference_date=facts.population_date,
        census_basis=facts.census_basis,
        territory_date__gte=facts.territory_date,
        is_carried=False,
    )
    wanted = set(listed)
    found = {ags: area for ags, area, _ in _municipal_areas() if ags in wanted}
    is_newest = all(as_of == facts.territory_date for ags, _, as_of in _municipal_areas() if ags in wanted)
    area = sum(area or 0 for area in found.values()) if is_newest else None
    inhabitants = sum(count for ags, count in stored.values_list("body__ags", "inhabitants") if ags in wanted)
    expected = _official(facts) if {unit.state for unit in directory.units} >= STATES.keys() else {}
    sums = directory.sums
    return (
        Comparison("Gemeinden", sums.municipalities, len(found), expected.get("municipalities")),
        Comparison("Einwohnerinnen und Einwohner", sums.inhabitants, inhabitants, expected.get("inhabitants")),
        Comparison("Fläche in Hektar", sums.area_ha, area, expected.get("area_ha")),
    )


def _municipal_areas() -> Iterable[tuple[str, int | None, date | None]]:
    return Body.objects.filter(kind__in=MUNICIPAL_KINDS).exclude(ags="").values_list("ags", "area_ha", "as_of")


def _official(facts: Facts) -> dict[str, int]:
    """The official sums of this edition for all Länder, as far as they are known."""
    for row in csv_rows("official_totals.csv"):
        if row["territory_date"] == str(facts.territory_date) and row["population_date"] == str(facts.population_date):
            return {name: int(row[name]) for name in ("municipalities", "inhabitants", "area_ha") if row[name]}
    return {}
