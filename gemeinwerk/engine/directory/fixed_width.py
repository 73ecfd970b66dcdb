"""Destatis GV100AD: 220 characters a line, cut by characters (not bytes), UTF-8 or cp1252, no coordinates."""

from __future__ import annotations

from gemeinwerk.engine.finds import Finds
from gemeinwerk.engine.problems import Place

from . import headings, names
from .records import KEY_LENGTH, Directory, Facts, Level, Unit

KIND = slice(0, 2)
TERRITORY = slice(2, 10)
KEY = slice(10, 18)
ASSOCIATION = slice(18, 22)
NAME = slice(22, 72)
SEAT = slice(72, 122)
MARK = slice(122, 124)
AREA = slice(128, 139)
TOTAL = slice(139, 150)
MALE = slice(150, 161)
POSTCODE = slice(165, 170)
LEVELS = {str(int(level)): level for level in Level}


def looks_like(data: bytes) -> bool:
    """A record of the kind 10 to 60, a date and a Land at the start of the first line that is not empty."""
    head = decode(data[:4000]).lstrip("\ufeff\r\n ")
    return (
        head[:2] in LEVELS
        and head[2:12].isdecimal()
        and headings.make_day(head[2:6], head[6:8], head[8:10]) is not None
    )


def decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def read(data: bytes, finds: Finds) -> Directory:
    units: list[Unit] = []
    dates: dict[str, int] = {}
    for number, line in enumerate(decode(data).split("\n"), start=1):
        line = line.rstrip("\r")
        if not line.strip():
            continue
        unit = _unit(line, Place(row=number), finds)
        if unit is not None:
            units.append(unit)
            dates[line[TERRITORY]] = dates.get(line[TERRITORY], 0) + 1
    if not units:
        finds.error(
            "directory_empty",
            "Die Datei enthält keine Sätze im Format GV100AD (Satzart 10 bis 60, 220 Zeichen je Zeile).",
        )
        return Directory()
    return Directory(tuple(units), _facts(dates, finds))


def _unit(line: str, place: Place, finds: Finds) -> Unit | None:
    level = LEVELS.get(line[KIND])
    if level is None:
        finds.add(
            "directory_kind", "Eine Zeile beginnt mit keiner bekannten Satzart und wird ausgelassen.", place=place
        )
        return None
    key = _key(level, line)
    official = " ".join(line[NAME].split())
    if not key.isdecimal() or len(key) != KEY_LENGTH[level] or not official:
        finds.add("directory_key", "Ein Satz hat keinen vollständigen Schlüssel oder keinen Namen.", place=place)
        return None
    mark = line[MARK].strip()
    name, seat = names.spoken(level, mark, official), " ".join(line[SEAT].split())
    if level != Level.MUNICIPALITY:
        return Unit(level, mark, key, name, official, seat=seat, row=place.row or 0)
    total, male = _number(line[TOTAL], place, finds), _number(line[MALE], place, finds)
    return Unit(
        level,
        mark,
        key,
        name,
        official,
        ags=line[KEY],
        area_ha=_number(line[AREA], place, finds),
        inhabitants=total,
        male=male,
        female=None if total is None or male is None or male > total else total - male,
        postcode=line[POSTCODE].strip(),
        row=place.row or 0,
    )


def _key(level: Level, line: str) -> str:
    if level == Level.MUNICIPALITY:
        return line[10:15] + line[ASSOCIATION] + line[15:18]
    if level == Level.ASSOCIATION:
        return line[10:15] + line[ASSOCIATION]
    return line[KEY].strip()


def _number(field: str, place: Place, finds: Finds) -> int | None:
    written = field.strip()
    if not written:
        return None
    if written.isdecimal() and written.isascii():
        return int(written)
    finds.add("directory_number", "In einem Zahlenfeld steht keine Zahl; der Wert gilt als fehlend.", place=place)
    return None


def _facts(dates: dict[str, int], finds: Finds) -> Facts:
    written = max(dates, key=lambda found: dates[found])
    territory = headings.make_day(written[:4], written[4:6], written[6:8])
    if len(dates) > 1:
        finds.add("directory_dates", "Die Datei enthält mehrere Gebietsstände; der häufigste gilt für alle Sätze.")
    population = headings.proposed_population_date(territory) if territory else None
    if population is not None:
        finds.note(
            "directory_population_date",
            f"GV100AD nennt keinen Stichtag der Bevölkerung und keinen Zensus. Angenommen wird der "
            f"{population:%d.%m.%Y}; bitte bestätigen oder ändern Sie Stichtag und Zensusgrundlage.",
        )
    return Facts(
        format="GV100AD",
        title=f"GV100AD, Gebietsstand {territory:%d.%m.%Y}" if territory else "GV100AD",
        territory_date=territory,
        population_date=population,
        census_basis=headings.proposed_census(population),
        source="Destatis, Gemeindeverzeichnis-Informationssystem (GV-ISys), GV100AD",
        assumed=("population_date", "census_basis"),
    )
