"""Neighbors, maps and what became of whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from gemeinwerk.bodies.models import MUNICIPAL_KINDS, Body, Boundary, Level, Neighborhood, TerritorialChange

from .directory import members


@dataclass(frozen=True, slots=True)
class Neighbor:
    body: Body
    border_m: int

    @property
    def border_km(self) -> float:
        return self.border_m / 1000


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
