"""Zip containers (xlsx, ods, a zipped Fiscal Data Package) are looked at before anything unpacks them."""

from __future__ import annotations

import zipfile
import zlib

from gemeinwerk.engine.archives import Danger, danger

from .delimited import open_bytes
from .limits import Limits
from .source import Unusable

CHUNK = 1 << 16
RATIO_FREE = 1_000_000
"""A part below this size may be packed as tightly as it likes: it cannot do harm."""
BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
"""What reading a damaged zip may raise; ValueError and its kin come from hostile headers."""


def names(source: object) -> list[str]:
    """The members of a zip; refuses a damaged one."""
    try:
        with open_bytes(source) as stream, zipfile.ZipFile(stream) as archive:  # type: ignore[arg-type]
            return archive.namelist()
    except (*BROKEN, ValueError, UnicodeError):
        raise _broken() from None


def check(source: object, limits: Limits) -> None:
    """Refuses bombs by their declared and, where that is small, by their real size; and paths that leave the zip."""
    try:
        with open_bytes(source) as stream, zipfile.ZipFile(stream) as archive:  # type: ignore[arg-type]
            members = archive.infolist()
            _refuse(
                danger(
                    members,
                    max_unpacked=limits.max_unpacked_bytes,
                    max_ratio=limits.max_ratio,
                    ratio_free=RATIO_FREE,
                ),
                limits,
            )
            room = limits.max_unpacked_bytes
            for member in members:
                room -= _real_size(archive, member, room, limits)
    except Unusable:
        raise
    except (*BROKEN, ValueError, UnicodeError):
        raise _broken() from None


def _refuse(found: Danger | None, limits: Limits) -> None:
    """The person has a workbook or a data package before the eyes, not a zip: the sentences speak of the file."""
    if found is Danger.MEMBERS:
        raise Unusable("zip_members", "Die Datei enthält ungewöhnlich viele Teile. Bitte speichern Sie sie neu.")
    if found is Danger.PATH:
        raise Unusable(
            "zip_path",
            "Die Datei enthält einen Pfad, der aus ihr hinausführt. Bitte packen Sie sie neu und laden Sie sie hoch.",
        )
    if found is Danger.ENCRYPTED:
        raise Unusable(
            "encrypted", "Die Datei ist mit einem Kennwort geschützt. Bitte speichern Sie sie ohne Kennwort."
        )
    if found is not None:
        raise _bomb(limits)


def _real_size(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: int, limits: Limits) -> int:
    size = 0
    with archive.open(member) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > room or size > member.file_size + CHUNK:
                raise _bomb(limits)
    return size


def _bomb(limits: Limits) -> Unusable:
    return Unusable(
        "zip_bomb",
        f"Die Datei wäre entpackt größer als {limits.max_unpacked_bytes // 1_000_000} MB oder ist "
        f"ungewöhnlich stark gepackt "
        "und wird nicht geöffnet. Bitte speichern Sie nur die Tabelle mit den Haushaltszeilen neu.",
    )


def _broken() -> Unusable:
    return Unusable(
        "zip_broken",
        "Die Datei ist beschädigt oder unvollständig. Bitte speichern Sie sie neu und laden Sie sie noch einmal hoch.",
    )


def member(source: object, name: str) -> bytes:
    """One member; call `check` first."""
    try:
        with open_bytes(source) as stream, zipfile.ZipFile(stream) as archive:  # type: ignore[arg-type]
            return archive.read(name)
    except (*BROKEN, ValueError, KeyError):
        raise _broken() from None
