"""Every read of the room. The directory is public register data: queries take a body, no seat; pages ask the gate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from gemeinwerk.engine.reference import csv_rows

from .models import (
    DISTRICT_KINDS,
    MUNICIPAL_KINDS,
    Body,
    Boundary,
    Level,
    Neighborhood,
    Population,
    TerritorialChange,
    folded,
)

BASES = Population.CensusBasis
BASIS_ORDER = {BASES.CENSUS_2022: 3, BASES.CENSUS_2011: 2, BASES.CENSUS_1987: 1, BASES.REGISTER: 0}
"""Of two counts for one Stichtag the one on the newer census is taken; the Melderegister only where nothing else is."""
SCHEMES = ("kgst", "fine")


# ------------------------------------------------------------------ bodies
def body(key: str) -> Body:
    """The body with this key in addresses; 404 if there is none."""
    found = Body.objects.select_related("district", "association").filter(key=key).first()
    if found is None:
        raise Http404
    return found


def body_by_ags(ags: str) -> Body | None:
    """The body of an official key of 5 (Kreis), 8 (AGS), 9 (association) or 12 digits (ARS), None if there is none."""
    bodies = Body.objects.select_related("district", "association").filter(Q(ags=ags) | Q(ars=ags))
    return bodies.order_by("dissolved_on").filter(dissolved_on=None).first() or bodies.first() if ags else None


def directory(
    search: str = "", *, kinds: frozenset[str] | None = None, state: str = "", with_dissolved: bool = False
) -> QuerySet[Body]:
    """Bodies of the directory with their newest count (`inhabitants`, `counted_on`, `counted_basis`), by name."""
    newest = Population.objects.filter(body=OuterRef("pk")).order_by(
        "-reference_date", "-census_basis", "-territory_date"
    )
    bodies = Body.objects.select_related("district").annotate(
        inhabitants=Subquery(newest.values("inhabitants")[:1]),
        counted_on=Subquery(newest.values("reference_date")[:1]),
        counted_basis=Subquery(newest.values("census_basis")[:1]),
    )
    if not with_dissolved:
        bodies = bodies.filter(dissolved_on=None)
    if kinds is not None:
        bodies = bodies.filter(kind__in=kinds)
    if state:
        bodies = bodies.filter(state=state)
    return bodies.filter(_matches(search)) if search.strip() else bodies


def _matches(search: str) -> Q:
    """Name (each word, umlauts and hyphens alike), or the start of AGS, ARS or postcode."""
    text = search.strip()[:100]
    digits = text.replace(" ", "")
    if digits.isdecimal() and digits.isascii():
        return Q(ags__startswith=digits) | Q(ars__startswith=digits) | Q(postcode__startswith=digits)
    wanted = Q()
    for word in folded(text.replace("\x00", "")).split():
        wanted &= Q(search_name__contains=word)
    return wanted


def members(of: Body) -> QuerySet[Body]:
    """The municipalities of a Kreis or association that exist now, with their newest count."""
    column = "association" if of.kind == Body.Kind.ASSOCIATION else "district"
    return directory(kinds=MUNICIPAL_KINDS).filter(**{column: of})


def associations(district: Body) -> QuerySet[Body]:
    return directory(kinds=frozenset({Body.Kind.ASSOCIATION})).filter(district=district)


# ------------------------------------------------------------------ inhabitants
@dataclass(frozen=True, slots=True)
class Inhabitants:
    """A count with everything needed to cite it, or the reason why there is none."""

    count: int | None
    reference_date: date | None = None
    census_basis: str = ""
    territory_date: date | None = None
    is_carried: bool = False
    source: str = ""
    reason: str = ""

    @property
    def basis_name(self) -> str:
        return BASES(self.census_basis).label if self.census_basis else ""


def population(
    body: Body, on: date, basis: str | None = None, *, exactly: bool = False, territory: date | None = None
) -> Inhabitants:
    """The inhabitants at a day: the count of the last Stichtag up to `on` (only of `on` itself if `exactly`).

    Without `basis` the newest census known for that Stichtag is taken. `territory` asks for the count on the territory
    of that day; without it the newest territory counts, so that figures before a merger compare with those after.
    """
    rows = [row for row in _counts(body) if row.reference_date <= on and (not exactly or row.reference_date == on)]
    if not rows:
        return Inhabitants(None, reason=_no_count(body, on, exactly=exactly))
    fitting = [row for row in rows if basis is None or row.census_basis == basis]
    if not fitting:
        wanted = BASES(basis).label if basis in BASES.values else f"„{basis}“"
        return Inhabitants(
            None, reason=f"Zum Stichtag liegt für {body.name} keine Einwohnerzahl auf der Grundlage {wanted} vor."
        )
    last = max(row.reference_date for row in fitting)
    return _cited(_best([row for row in fitting if row.reference_date == last], territory))


def _counts(body: Body) -> list[Population]:
    """All counts of a body, newest first; read once per body object where it was prefetched."""
    return sorted(body.populations.all(), key=lambda row: row.reference_date, reverse=True)


def _no_count(body: Body, on: date, *, exactly: bool) -> str:
    if exactly:
        return f"Für {body.name} ist keine Einwohnerzahl zum Stichtag {on:%d.%m.%Y} hinterlegt."
    return f"Für {body.name} ist keine Einwohnerzahl bis zum {on:%d.%m.%Y} hinterlegt."


def _best(rows: list[Population], territory: date | None) -> Population:
    """Of the counts of one Stichtag: the newest census, then the territory (the newest, or the last up to it)."""
    basis = max(rows, key=lambda row: BASIS_ORDER[BASES(row.census_basis)]).census_basis
    rows = sorted((row for row in rows if row.census_basis == basis), key=lambda row: row.territory_date)
    if territory is None:
        return rows[-1]
    before = [row for row in rows if row.territory_date <= territory]
    return before[-1] if before else rows[0]


def _cited(row: Population) -> Inhabitants:
    return Inhabitants(
        row.inhabitants, row.reference_date, row.census_basis, row.territory_date, row.is_carried, row.source
    )


@dataclass(frozen=True, slots=True)
class Series:
    """Counts in order of time, all on one census unless asked otherwise."""

    points: tuple[Inhabitants, ...]
    basis: str
    left_out: int
    """Stichtage that are known on another census only."""
    note: str = ""


def population_series(
    body: Body, basis: str | None = None, *, mixed: bool = False, territory: date | None = None
) -> Series:
    """One count per Stichtag on one census: the wanted one, or that of the newest Stichtag.

    `mixed` takes the newest census of every Stichtag; the note then says where the series breaks.
    """
    by_day: dict[date, list[Population]] = {}
    for row in _counts(body):
        by_day.setdefault(row.reference_date, []).append(row)
    if not by_day:
        return Series((), basis or "", 0)
    wanted = basis or _best(by_day[max(by_day)], None).census_basis
    points = []
    for day in sorted(by_day):
        rows = by_day[day] if mixed else [row for row in by_day[day] if row.census_basis == wanted]
        if rows:
            points.append(_cited(_best(rows, territory)))
    return Series(tuple(points), "" if mixed else wanted, len(by_day) - len(points), _breaks(points))


def _breaks(points: list[Inhabitants]) -> str:
    days = [
        f"{later.reference_date:%d.%m.%Y}"
        for earlier, later in pairwise(points)
        if earlier.census_basis != later.census_basis
    ]
    if not days:
        return ""
    return (
        f"Die Reihe wechselt die Zensusgrundlage zum {', '.join(days)}; Werte davor und danach sind nicht vergleichbar."
    )


# ------------------------------------------------------------------ size classes
@dataclass(frozen=True, slots=True)
class SizeClass:
    scheme: str
    number: str
    name: str
    source: str


@cache
def _size_rows() -> tuple[dict[str, str], ...]:
    return tuple(csv_rows("size_classes.csv"))


def size_class(body: Body, inhabitants: int | None, on: date, *, scheme: str = "kgst") -> SizeClass | None:
    """The class of a count on a day, lower bound inclusive; None without a count or for bodies without classes."""
    level = "district" if body.kind == Body.Kind.DISTRICT else "municipality" if body.is_municipal else ""
    if inhabitants is None:
        return None
    for row in _size_rows():
        is_valid = date.fromisoformat(row["valid_from"]) <= on and (
            not row["valid_to"] or on <= date.fromisoformat(row["valid_to"])
        )
        fits = int(row["lower"]) <= inhabitants and (not row["upper"] or inhabitants < int(row["upper"]))
        if is_valid and fits and (row["scheme"], row["level"]) == (scheme, level):
            return SizeClass(scheme, row["class"], row["name"], row["source"])
    return None


# ------------------------------------------------------------------ neighbors, maps, mergers
@dataclass(frozen=True, slots=True)
class Neighbor:
    body: Body
    border_m: int


def neighbors(body: Body, level: str = "") -> list[Neighbor]:
    """Who shares a border with the body, the longest border first; a kreisfreie Stadt has two levels."""
    wanted = level or _level(body)
    rows = Neighborhood.objects.filter(Q(first=body) | Q(second=body), level=wanted).select_related("first", "second")
    found = [Neighbor(row.second if row.first_id == body.pk else row.first, row.border_m) for row in rows]
    if body.dissolved_on is None:
        found = [neighbor for neighbor in found if neighbor.body.dissolved_on is None]
    return sorted(found, key=lambda neighbor: (-neighbor.border_m, neighbor.body.search_name))


def _level(body: Body) -> str:
    levels = {Body.Kind.DISTRICT: Level.DISTRICT, Body.Kind.ASSOCIATION: Level.ASSOCIATION}
    return levels.get(Body.Kind(body.kind), Level.MUNICIPALITY)


def neighbor_pairs(bodies: QuerySet[Body], level: str = Level.MUNICIPALITY) -> list[tuple[str, str, int]]:
    """All common borders among some bodies as pairs of keys with metres, for the search of cooperation areas."""
    rows = Neighborhood.objects.filter(level=level, first__in=bodies, second__in=bodies)
    return list(rows.order_by("first__key", "second__key").values_list("first__key", "second__key", "border_m"))


@dataclass(frozen=True, slots=True)
class MapFeature:
    key: str
    name: str
    geometry: dict[str, Any]


def map_features(bodies: QuerySet[Body]) -> list[MapFeature]:
    """The outlines of some bodies in the order of their names, as GeoJSON geometries in WGS 84."""
    rows = Boundary.objects.filter(body__in=bodies.order_by().values("pk")).order_by("body__search_name", "body__key")
    return [
        MapFeature(key, name, geometry)
        for key, name, geometry in rows.values_list("body__key", "body__name", "geometry")
    ]


def map_around(body: Body) -> list[MapFeature]:
    """What a small map of the body shows: the members of a Kreis or association, else the body in its Kreis or with
    its neighbors."""
    if body.kind in (Body.Kind.DISTRICT, Body.Kind.ASSOCIATION):
        return map_features(Body.objects.filter(pk__in=members(body).values("pk")))
    if body.district_id is not None:
        return map_features(Body.objects.filter(district_id=body.district_id, kind__in=MUNICIPAL_KINDS))
    around = [neighbor.body.pk for neighbor in neighbors(body)]
    return map_features(Body.objects.filter(pk__in=[body.pk, *around]))


def changes(body: Body) -> QuerySet[TerritorialChange]:
    """What the register reports about the territory and the name of this body, the newest first."""
    keys = [key for key in (body.ags, body.ars) if key]
    about = Q(old_ags__in=keys) | Q(new_ags__in=keys) | Q(old_ars__in=keys) | Q(new_ars__in=keys)
    return TerritorialChange.objects.filter(about).order_by("-effective_on", "old_ars", "new_ars")


def successors(body: Body) -> list[Body]:
    """Who took over the territory of a dissolved body."""
    ended = TerritorialChange.objects.filter(kind=TerritorialChange.Kind.DISSOLUTION, old_ars=body.ars)
    keys = set(ended.values_list("new_ars", flat=True)) if body.ars else set()
    return list(Body.objects.filter(ars__in=keys).exclude(pk=body.pk))


# ------------------------------------------------------------------ the state of the data
@dataclass(frozen=True, slots=True)
class Edition:
    """Which directory is in: Gebietsstand and source, for every page that shows it."""

    as_of: date | None
    source: str
    municipalities: int


def edition() -> Edition:
    listed = Body.objects.filter(kind__in=MUNICIPAL_KINDS, dissolved_on=None).exclude(register_mark="")
    newest = listed.order_by("-as_of").values_list("as_of", "source").first()
    as_of, source = newest or (None, "")
    return Edition(as_of, source, listed.filter(as_of=as_of).count() if as_of else 0)


def kreis_level() -> QuerySet[Body]:
    """Landkreise and kreisfreie Städte that exist now."""
    return directory(kinds=DISTRICT_KINDS)
