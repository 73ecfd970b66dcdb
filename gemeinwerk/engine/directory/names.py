"""Names of the register and names a person uses: „Erlangen, St“ is Erlangen, „Gifhorn“ (44) is Landkreis Gifhorn."""

from __future__ import annotations

import re

from .records import MARKS, Level

SUFFIX = re.compile(r"\s*,\s*")
TITLES = ("Stadt", "St", "M", "GKSt", "Flecken", "Landeshauptstadt")
"""Suffixes of associations; other commas belong to their names („Oelsnitz/Vogtl., Bösenbrunn, Eichigt“)."""
ABBREVIATIONS = (
    (re.compile(r"^VVG\s+"), "Vereinbarte Verwaltungsgemeinschaft "),
    (re.compile(r"^GVV\s+"), "Gemeindeverwaltungsverband "),
    (re.compile(r"^VV\s+"), "Verwaltungsverband "),
    (re.compile(r"^(?:EG|KLG|VGem|VG|SG)\s+"), ""),
    (re.compile(r"\s+\((?:VGem|VG|SG|KLG)\)$"), ""),
)
SPEAKING = re.compile(r"kreis|region\b|regionalverband|verband|gemeinschaft|gemeinde\b|^amt\b", re.IGNORECASE)
"""A name that already says what it is gets no prefix."""


def spoken(level: Level, mark: str, official: str) -> str:
    """The name to show for a record of the register."""
    if level == Level.MUNICIPALITY or mark in ("41", "42"):
        return SUFFIX.split(official, maxsplit=1)[0]
    if level == Level.DISTRICT:
        return _prefixed(MARKS.get(mark, ""), official)
    if level == Level.ASSOCIATION:
        return _prefixed(MARKS.get(mark, "") if mark != "50" else "", _association(official))
    return official


def _association(official: str) -> str:
    name = official
    head, _, tail = official.rpartition(",")
    if head and tail.strip() in TITLES:
        name = head.strip()
    for pattern, replacement in ABBREVIATIONS:
        name = pattern.sub(replacement, name)
    return name


def _prefixed(prefix: str, name: str) -> str:
    short = prefix.partition(" (")[0]
    return name if not short or SPEAKING.search(name) else f"{short} {name}"
