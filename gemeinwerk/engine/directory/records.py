"""What the official directory says, whatever format it came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from gemeinwerk.engine.problems import Problem


class Level(IntEnum):
    """Satzart: the level a record of the directory stands for."""

    STATE = 10
    GOVERNMENT_REGION = 20
    REGION = 30
    DISTRICT = 40
    ASSOCIATION = 50
    MUNICIPALITY = 60


KEY_LENGTH = {
    Level.STATE: 2,
    Level.GOVERNMENT_REGION: 3,
    Level.REGION: 4,
    Level.DISTRICT: 5,
    Level.ASSOCIATION: 9,
    Level.MUNICIPALITY: 12,
}
"""Digits of the Regionalschlüssel per level."""

MARKS: dict[str, str] = {
    "41": "Kreisfreie Stadt",
    "42": "Stadtkreis",
    "43": "Kreis",
    "44": "Landkreis",
    "45": "Regionalverband",
    "50": "Verbandsfreie Gemeinde",
    "51": "Amt",
    "52": "Samtgemeinde",
    "53": "Verbandsgemeinde",
    "54": "Verwaltungsgemeinschaft",
    "55": "Kirchspielslandgemeinde",
    "56": "Verwaltungsverband",
    "57": "Verwaltungsgemeinschaft (Trägermodell)",
    "58": "Erfüllende Gemeinde",
    "60": "Markt",
    "61": "Kreisfreie Stadt",
    "62": "Stadtkreis",
    "63": "Stadt",
    "64": "Gemeinde",
    "65": "Gemeindefreies Gebiet, bewohnt",
    "66": "Gemeindefreies Gebiet, unbewohnt",
    "67": "Große Kreisstadt",
}
"""Textkennzeichen: what kind of body a record stands for (Datensatzbeschreibung GV100AD, EF7U1)."""

DISTRICT_FREE = frozenset({"41", "42", "61", "62"})
TOWNS = frozenset({"63", "67"})
UNINCORPORATED = frozenset({"65", "66"})
WITHOUT_ASSOCIATION = "50"


@dataclass(frozen=True, slots=True)
class Unit:
    """One record. `None` is missing, never zero."""

    level: Level
    mark: str
    ars: str
    name: str
    official_name: str
    ags: str = ""
    seat: str = ""
    area_ha: int | None = None
    inhabitants: int | None = None
    male: int | None = None
    female: int | None = None
    postcode: str = ""
    longitude: float | None = None
    latitude: float | None = None
    row: int = 0

    @property
    def state(self) -> str:
        return self.ars[:2]

    @property
    def district(self) -> str:
        return self.ars[:5]

    @property
    def association(self) -> str:
        return self.ars[:9]

    @property
    def unincorporated(self) -> bool:
        return self.mark in UNINCORPORATED


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file says about itself; `assumed` names what it does not say and was proposed instead."""

    format: str = ""
    title: str = ""
    territory_date: date | None = None
    population_date: date | None = None
    census_basis: str = ""
    source: str = ""
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sums:
    """What a right import must give."""

    municipalities: int
    inhabitants: int
    area_ha: int
    districts: int
    associations: int
    unincorporated: int


@dataclass(frozen=True, slots=True)
class Directory:
    units: tuple[Unit, ...] = ()
    facts: Facts = Facts()
    problems: tuple[Problem, ...] = ()

    def of(self, level: Level) -> tuple[Unit, ...]:
        return tuple(unit for unit in self.units if unit.level == level)

    @property
    def sums(self) -> Sums:
        municipalities = self.of(Level.MUNICIPALITY)
        return Sums(
            municipalities=len(municipalities),
            inhabitants=sum(unit.inhabitants or 0 for unit in municipalities),
            area_ha=sum(unit.area_ha or 0 for unit in municipalities),
            districts=len(self.of(Level.DISTRICT)),
            associations=sum(unit.mark != WITHOUT_ASSOCIATION for unit in self.of(Level.ASSOCIATION)),
            unincorporated=sum(unit.unincorporated for unit in municipalities),
        )
