"""The official directory of municipalities: Auszug GV (xlsx) and GV100AD (fixed width); changes of territory."""

from __future__ import annotations

from dataclasses import replace

from gemeinwerk.engine.archives import is_zip
from gemeinwerk.engine.finds import Finds

from . import auszug, fixed_width
from .changes import Change, ChangeKind, Changes, read_changes
from .records import DISTRICT_FREE, MARKS, TOWNS, WITHOUT_ASSOCIATION, Directory, Facts, Level, Sums, Unit
from .repeated import without_repeated
from .workbook import sheets

__all__ = [
    "DISTRICT_FREE",
    "MARKS",
    "TOWNS",
    "WITHOUT_ASSOCIATION",
    "Change",
    "ChangeKind",
    "Changes",
    "Directory",
    "Facts",
    "Level",
    "Sums",
    "Unit",
    "read_changes",
    "read_directory",
]


def read_directory(data: bytes) -> Directory:
    """The directory in a file whose format is recognised by its content, never by its name."""
    finds = Finds()
    if is_zip(data):
        directory = auszug.read(sheets(data, finds), finds) if not finds.problems() else Directory()
    elif fixed_width.looks_like(data):
        directory = fixed_width.read(data, finds)
    else:
        finds.error(
            "directory_format",
            "Die Datei ist weder der „Auszug GV“ (xlsx) noch ein GV100AD (220 Zeichen je Zeile). Bitte laden Sie "
            "eine der beiden Dateien bei Destatis herunter.",
        )
        directory = Directory()
    units = without_repeated(directory.units, finds)
    return replace(directory, units=units, problems=finds.problems())
