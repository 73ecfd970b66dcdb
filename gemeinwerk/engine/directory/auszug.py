"""Destatis „Auszug GV“ (xlsx): columns by position, data from row 7, footnotes below; the name of the sheet changes."""

from __future__ import annotations

from datetime import date
from typing import Any

from gemeinwerk.engine.finds import Finds
from gemeinwerk.engine.problems import Place

from . import headings, names
from .records import Directory, Facts, Level, Unit
from .workbook import Row, cells, text

FIRST_ROW = 7
(MARK, STATE, REGION, DISTRICT, ASSOCIATION, MUNICIPALITY, NAME, AREA, TOTAL, MALE, FEMALE) = range(1, 12)
POSTCODE, LONGITUDE, LATITUDE = 13, 14, 15
COLUMNS = 16
WIDTHS = {STATE: 2, REGION: 1, DISTRICT: 2, ASSOCIATION: 4, MUNICIPALITY: 3}
PARTS = {
    Level.STATE: (STATE,),
    Level.GOVERNMENT_REGION: (STATE, REGION),
    Level.REGION: (STATE, REGION, DISTRICT),
    Level.DISTRICT: (STATE, REGION, DISTRICT),
    Level.ASSOCIATION: (STATE, REGION, DISTRICT, ASSOCIATION),
    Level.MUNICIPALITY: (STATE, REGION, DISTRICT, ASSOCIATION, MUNICIPALITY),
}
LEVELS = {str(int(level)): level for level in Level}


def read(sheets: dict[str, list[Row]], finds: Finds) -> Directory:
    """The directory in the sheet that holds most records; without records an empty one with a problem."""
    best = max(sheets, key=lambda name: sum(_level(row) is not None for row in sheets[name]), default="")
    rows = sheets.get(best, [])
    units: list[Unit] = []
    for number, row in enumerate(rows, start=1):
        level = _level(row)
        if level is None or number < FIRST_ROW:
            continue
        unit = _unit(level, row, Place(best, number), finds)
        if unit is not None:
            units.append(unit)
    if not units:
        finds.error(
            "directory_empty",
            "Die Arbeitsmappe enthält keine Sätze des Gemeindeverzeichnisses. Erwartet wird der „Auszug GV“ von "
            "Destatis mit der Satzart in der ersten Spalte.",
        )
        return Directory()
    return Directory(tuple(units), _facts(sheets, rows, finds))


def _level(row: Row) -> Level | None:
    return LEVELS.get(text(row[0])) if len(row) >= COLUMNS else None


def _unit(level: Level, row: Row, place: Place, finds: Finds) -> Unit | None:
    parts = {column: text(row[column]).zfill(WIDTHS[column]) if text(row[column]) else "" for column in WIDTHS}
    key = "".join(parts[column] for column in PARTS[level])
    official = text(row[NAME])
    if not key.isdecimal() or len(key) != sum(WIDTHS[column] for column in PARTS[level]) or not official:
        finds.add(
            "directory_key",
            "Ein Satz hat keinen vollständigen Regionalschlüssel oder keinen Namen und wird ausgelassen.",
            place=place,
        )
        return None
    mark = text(row[MARK])
    name = names.spoken(level, mark, official)
    if level != Level.MUNICIPALITY:
        return Unit(level, mark, key, name, official, row=place.row or 0)
    area = _number(row[AREA], "Fläche", place, finds)
    longitude, latitude = _coordinate(row[LONGITUDE]), _coordinate(row[LATITUDE])
    return Unit(
        level,
        mark,
        key,
        name,
        official,
        ags=key[:5] + key[9:],
        area_ha=None if area is None else round(area * 100),
        inhabitants=_count(row[TOTAL], "Bevölkerung", place, finds),
        male=_count(row[MALE], "männlich", place, finds),
        female=_count(row[FEMALE], "weiblich", place, finds),
        postcode=text(row[POSTCODE]).zfill(5) if text(row[POSTCODE]).isdecimal() else "",
        longitude=longitude if latitude else None,
        latitude=latitude if longitude else None,
        row=place.row or 0,
    )


def _number(value: Any, column: str, place: Place, finds: Finds) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = float(value)
    else:
        written = text(value)
        if not written:
            return None
        try:
            number = float(written.replace(".", "").replace(",", ".") if "," in written else written)
        except ValueError:
            number = -1.0
    if 0 <= number < 1e10:
        return number
    finds.add(
        "directory_number",
        f"In der Spalte „{column}“ steht keine Zahl; der Wert gilt als fehlend.",
        place=Place(place.sheet, place.row, column),
    )
    return None


def _count(value: Any, column: str, place: Place, finds: Finds) -> int | None:
    number = _number(value, column, place, finds)
    return None if number is None else round(number)


def _coordinate(value: Any) -> float | None:
    """Degrees from text with decimal comma; „0“ and empty are no place."""
    try:
        degrees = float(text(value).replace(",", "."))
    except ValueError:
        return None
    return degrees if 0 < abs(degrees) <= 180 else None


def _facts(sheets: dict[str, list[Row]], rows: list[Row], finds: Finds) -> Facts:
    head = list(cells(rows, FIRST_ROW - 1))
    everything = head + [found for name, other in sheets.items() if other is not rows for found in cells(other, 60)]
    territory = next((day for found in everything if "Gebietsstand" in found and (day := headings.day(found))), None)
    population = _population_date(rows)
    basis = next((found for line in everything if (found := headings.census(line))), "")
    assumed: list[str] = []
    if territory is None:
        territory = next((day for found in head if (day := headings.day(found))), None)
    if not basis and (basis := headings.proposed_census(population)):
        assumed.append("census_basis")
    if population is None:
        finds.add(
            "directory_population_date",
            "Die Kopfzeilen nennen keinen Stichtag der Bevölkerung. Bitte geben Sie ihn beim Import an.",
        )
    return Facts(
        format="Auszug GV",
        title=head[0] if head else "",
        territory_date=territory,
        population_date=population,
        census_basis=basis,
        source="Destatis, Gemeindeverzeichnis-Informationssystem (GV-ISys), Auszug GV",
        assumed=tuple(assumed),
    )


def _population_date(rows: list[Row]) -> date | None:
    """The date that stands in the head above the column of inhabitants."""
    for row in rows[1 : FIRST_ROW - 1]:
        if len(row) > TOTAL and (found := headings.day(text(row[TOTAL]))):
            return found
    return None
