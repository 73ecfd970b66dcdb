"""A key that stands twice becomes one unit with the sums: older editions give several gemeindefreie Gebiete one key."""

from __future__ import annotations

from dataclasses import replace

from gemeinwerk.engine.finds import Finds
from gemeinwerk.engine.problems import Place

from .records import Level, Unit


def without_repeated(units: tuple[Unit, ...], finds: Finds) -> tuple[Unit, ...]:
    """Units in order, each key once per level; areas and inhabitants of repeated municipalities are added up."""
    kept: dict[tuple[Level, str], Unit] = {}
    for unit in units:
        key = (unit.level, unit.ags or unit.ars)
        first = kept.get(key)
        if first is None:
            kept[key] = unit
            continue
        finds.add(
            "directory_repeated",
            f"Der Schlüssel {unit.ags or unit.ars} steht mehrfach in der Datei; Flächen und Einwohner wurden "
            "zusammengezählt.",
            place=Place(row=unit.row),
        )
        kept[key] = replace(
            first,
            area_ha=_sum(first.area_ha, unit.area_ha),
            inhabitants=_sum(first.inhabitants, unit.inhabitants),
            male=_sum(first.male, unit.male),
            female=_sum(first.female, unit.female),
        )
    return tuple(kept.values())


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other
