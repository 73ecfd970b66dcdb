"""Destatis „Namens-, Grenz- und Schlüsseländerungen“ (xlsx): which share of an old key went to which new key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from gemeinwerk.engine.finds import Finds
from gemeinwerk.engine.problems import Place, Problem

from . import headings
from .workbook import Row, sheets, text

(
    REFERENCE,
    LEVEL,
    OLD_ARS,
    OLD_AGS,
    OLD_NAME,
    KIND,
    AREA,
    INHABITANTS,
    NEW_ARS,
    NEW_AGS,
    NEW_NAME,
    LEGAL,
    STATISTICAL,
) = range(13)
COLUMNS = 13


class ChangeKind(StrEnum):
    DISSOLUTION = "dissolution"  # Auflösung
    PARTIAL = "partial"  # Teilausgliederung
    KEY = "key"  # Schlüsseländerung
    NAME = "name"  # Namensänderung


KINDS = {"1": ChangeKind.DISSOLUTION, "2": ChangeKind.PARTIAL, "3": ChangeKind.KEY, "4": ChangeKind.NAME}
LEVELS = {"gemeinde": "municipality", "gemeindeverband": "association", "kreis": "district"}


@dataclass(frozen=True, slots=True)
class Change:
    """One row. A part that stays with the old body is a row, too (old key equal to new key)."""

    kind: ChangeKind
    level: str
    reference: str
    old_ars: str
    old_ags: str
    old_name: str
    new_ars: str
    new_ags: str
    new_name: str
    area_m2: int | None
    inhabitants: int | None
    legal_on: date | None
    effective_on: date
    row: int


@dataclass(frozen=True, slots=True)
class Changes:
    changes: tuple[Change, ...] = ()
    title: str = ""
    source: str = "Destatis, Namens-, Grenz- und Schlüsseländerungen der Gemeinden"
    problems: tuple[Problem, ...] = ()


def read_changes(data: bytes) -> Changes:
    """The changes of a workbook, in its order; what cannot be understood becomes a problem with its row."""
    finds = Finds()
    found: list[Change] = []
    title = ""
    for name, rows in sheets(data, finds).items():
        for number, row in enumerate(rows, start=1):
            title = title or next((text(cell) for cell in row if "Gebietsänderungen vom" in text(cell)), "")
            change = _change(row, Place(name, number), finds)
            if change is not None:
                found.append(change)
    if not found and not finds.problems():
        finds.error(
            "changes_empty",
            "Die Arbeitsmappe enthält keine Gebietsänderungen. Erwartet wird die amtliche Tabelle mit 13 Spalten.",
        )
    return Changes(tuple(found), title, problems=finds.problems())


def _change(row: Row, place: Place, finds: Finds) -> Change | None:
    kind = KINDS.get(text(row[KIND])) if len(row) >= COLUMNS else None
    if kind is None:
        return None
    effective = _day(row[STATISTICAL]) or _day(row[LEGAL])
    old, new = text(row[OLD_ARS]), text(row[NEW_ARS])
    if (
        effective is None
        or not old.isdecimal()
        or not new.isdecimal()
        or len(old) not in (5, 9, 12)
        or len(new) not in (5, 9, 12)
    ):
        finds.add(
            "change_unclear",
            "Eine Gebietsänderung hat keinen vollständigen Schlüssel oder kein Datum und wird ausgelassen.",
            place=place,
        )
        return None
    return Change(
        kind=kind,
        level=LEVELS.get(text(row[LEVEL]).lower(), "municipality" if len(old) == 12 else "association"),
        reference=text(row[REFERENCE]),
        old_ars=old,
        old_ags=text(row[OLD_AGS]) or (old[:5] + old[9:] if len(old) == 12 else ""),
        old_name=text(row[OLD_NAME]),
        new_ars=new,
        new_ags=text(row[NEW_AGS]) or (new[:5] + new[9:] if len(new) == 12 else ""),
        new_name=text(row[NEW_NAME]),
        area_m2=_count(row[AREA]),
        inhabitants=_count(row[INHABITANTS]),
        legal_on=_day(row[LEGAL]),
        effective_on=effective,
        row=place.row or 0,
    )


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    return headings.day(text(value))


def _count(value: Any) -> int | None:
    """Some cells are numbers, some are text; empty is missing."""
    written = text(value).replace(".", "") if isinstance(value, str) else text(value)
    return int(written) if written.isdecimal() and written.isascii() else None
