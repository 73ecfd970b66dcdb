"""Everything the register knows of one body, for its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gemeinwerk.bodies.models import Body, Boundary, Level, TerritorialChange

from .directory import members
from .inhabitants import Inhabitants, Series, population, population_series
from .neighborhoods import MapFeature, Neighbor, changes, map_around, neighbors, successors
from .sizes import SizeClass, size_class

GROUPS = {
    Level.MUNICIPALITY: "Angrenzende Gemeinden",
    Level.ASSOCIATION: "Angrenzende Gemeindeverbände",
    Level.DISTRICT: "Angrenzende Kreise und kreisfreie Städte",
}


@dataclass(frozen=True, slots=True)
class NeighborGroup:
    title: str
    neighbors: list[Neighbor]


@dataclass(frozen=True, slots=True)
class Profile:
    inhabitants: Inhabitants
    series: Series
    sources: list[str]
    """Where the counts of the series come from, with Stichtag."""
    area_km2: float | None
    density: float | None
    size_class: SizeClass | None
    members: list[Body]
    neighborhoods: list[NeighborGroup]
    features: list[MapFeature]
    map_source: str
    map_as_of: date | None
    changes: list[TerritorialChange]
    successors: list[Body]


def profile(body: Body) -> Profile:
    newest = population(body, date.max)
    series = population_series(body)
    area = None if body.area_ha is None else body.area_ha / 100
    is_group = body.kind in (Body.Kind.DISTRICT, Body.Kind.ASSOCIATION)
    features = map_around(body)
    source, as_of = _map_source(features)
    return Profile(
        inhabitants=newest,
        series=series,
        sources=_sources(series),
        area_km2=area,
        density=newest.count / area if newest.count is not None and area else None,
        size_class=size_class(body, newest.count, newest.reference_date or date.max),
        members=list(members(body)) if is_group else [],
        neighborhoods=_neighborhoods(body),
        features=features,
        map_source=source,
        map_as_of=as_of,
        changes=list(changes(body)),
        successors=successors(body) if body.dissolved_on else [],
    )


def _neighborhoods(body: Body) -> list[NeighborGroup]:
    """A kreisfreie Stadt has neighbors among municipalities and among Kreise."""
    levels = {
        Body.Kind.DISTRICT: [Level.DISTRICT],
        Body.Kind.ASSOCIATION: [Level.ASSOCIATION],
        Body.Kind.DISTRICT_FREE_TOWN: [Level.MUNICIPALITY, Level.DISTRICT],
    }.get(Body.Kind(body.kind), [Level.MUNICIPALITY] if body.is_municipal else [])
    groups = [NeighborGroup(GROUPS[level], neighbors(body, level)) for level in levels]
    return [group for group in groups if group.neighbors]


def _sources(series: Series) -> list[str]:
    """Each source once, with the days it speaks for."""
    days: dict[str, list[str]] = {}
    for point in reversed(series.points):
        days.setdefault(point.source, []).append(f"{point.reference_date:%d.%m.%Y}")
    return [f"{', '.join(listed)}: {source}" for source, listed in days.items()]


def _map_source(features: list[MapFeature]) -> tuple[str, date | None]:
    if not features:
        return "", None
    found = Boundary.objects.filter(body__key=features[0].key).values_list("source", "as_of").first()
    return found or ("", None)
