"""Zip files from strangers: looked at before anything is unpacked, so that a bomb or a wandering path does no harm."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

from .problems import Place, Problem, Severity

MAX_UNPACKED = 1_000_000_000
"""Bytes all members may have together."""
MAX_MEMBERS = 5_000
MAX_RATIO = 500
"""How many times larger than its packed form a member may become; spreadsheets reach about 60."""
RATIO_FREE = 10_000_000
"""A member below this size may have any ratio: it cannot do harm."""

CELL = re.compile(rb'<(?:\w+:)?c\b[^>]{0,200}?\br="([A-Z]{1,7})(\d{1,9})"[^>]{0,200}(?<!/)>')
"""A cell with content; empty ones that only carry a format cost a reader nothing."""
CHUNK = 4_000_000


@dataclass(frozen=True, slots=True)
class Archive:
    """The members of a zip file, unpacked; empty with problems where it was refused."""

    members: dict[str, bytes] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def is_zip(data: bytes) -> bool:
    return data[:4] == b"PK\x03\x04"


def unpack(data: bytes, *, suffixes: tuple[str, ...] = (), max_unpacked: int = MAX_UNPACKED) -> Archive:
    """All members whose name ends in one of `suffixes` (all if empty), in the order of the archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            refusal = refuse(infos, max_unpacked=max_unpacked)
            if refusal is not None:
                return Archive({}, (refusal,))
            wanted = [info for info in infos if not suffixes or info.filename.lower().endswith(suffixes)]
            return Archive({info.filename: archive.read(info) for info in wanted})
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return Archive(
            {},
            (
                _error(
                    "archive_broken",
                    "Die ZIP-Datei ist beschädigt. Bitte laden Sie sie neu herunter oder packen Sie sie neu.",
                ),
            ),
        )


class Danger(StrEnum):
    """What speaks against opening an archive."""

    MEMBERS = "archive_members"
    PATH = "archive_path"
    ENCRYPTED = "archive_encrypted"
    BOMB = "archive_bomb"
    SIZE = "archive_size"


def danger(
    infos: Sequence[zipfile.ZipInfo],
    *,
    max_unpacked: int = MAX_UNPACKED,
    max_ratio: int = MAX_RATIO,
    ratio_free: int = RATIO_FREE,
) -> Danger | None:
    """What the table of contents alone speaks against opening the archive; nothing is unpacked for this."""
    if len(infos) > MAX_MEMBERS:
        return Danger.MEMBERS
    for info in infos:
        if _wanders(info.filename):
            return Danger.PATH
        if info.flag_bits & 0x1:
            return Danger.ENCRYPTED
        if info.file_size > ratio_free and info.file_size > max_ratio * max(info.compress_size, 1):
            return Danger.BOMB
    return Danger.SIZE if sum(info.file_size for info in infos) > max_unpacked else None


def refuse(infos: Sequence[zipfile.ZipInfo], *, max_unpacked: int = MAX_UNPACKED) -> Problem | None:
    """Why the archive is not opened, as a sentence; None if nothing speaks against it."""
    found = danger(infos, max_unpacked=max_unpacked)
    most = f"{max_unpacked // 1_000_000} MB"
    sentences = {
        Danger.MEMBERS: f"Die ZIP-Datei enthält {len(infos)} Dateien; erlaubt sind {MAX_MEMBERS}.",
        Danger.PATH: "Die ZIP-Datei enthält einen Pfad, der aus dem Archiv hinausführt. Bitte packen Sie sie neu.",
        Danger.ENCRYPTED: "Die ZIP-Datei ist verschlüsselt. Bitte entfernen Sie das Kennwort.",
        Danger.BOMB: "Die ZIP-Datei ist ungewöhnlich stark gepackt und wird nicht geöffnet.",
        Danger.SIZE: f"Die ZIP-Datei wäre entpackt größer als {most}. Bitte teilen Sie sie auf.",
    }
    return None if found is None else _error(found.value, sentences[found])


def sheet_extent(data: bytes) -> tuple[int, int]:
    """The last row and column that any sheet of the workbook `data` (xlsx) fills.

    One cell far out makes a reader reserve the whole rectangle, so this is asked before the workbook is opened.
    """
    rows = columns = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if not info.filename.startswith("xl/worksheets/") or not info.filename.endswith(".xml"):
                continue
            with archive.open(info) as member:
                rest = b""
                while chunk := member.read(CHUNK):
                    text = rest + chunk
                    for letters, digits in CELL.findall(text):
                        rows = max(rows, int(digits))
                        columns = max(columns, _column(letters))
                    rest = text[-500:]
    return rows, columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _wanders(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name or "\x00" in name


def _error(code: str, text: str) -> Problem:
    return Problem(code, text, Severity.ERROR, Place())
