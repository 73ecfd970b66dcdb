"""Files on their way in: looked at, fingerprinted, put away under a name that nobody can guess."""

from __future__ import annotations

import hashlib
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.utils import timezone

from gemeinwerk.budgets.models import BudgetImport, CompanionFile
from gemeinwerk.engine import archives


class ImportRefusedError(Exception):
    """The act on an import is refused; the text is a German sentence that says what to do."""


DESCRIPTION = "datapackage.json"
CHUNK = 1 << 20


def arrange(files: list[File]) -> list[File]:
    """The budget file first, then what came with it: a description is never the budget, the largest file usually is."""
    return sorted(files, key=lambda file: (plain_name(file.name) == DESCRIPTION, -(file.size or 0)))


def refuse_unfit(files: list[File]) -> None:
    """Raise where the files are too many, too large or empty, before anything is stored."""
    if not files:
        raise ImportRefusedError("Bitte wählen Sie eine Datei aus.")
    if len(files) > 20:
        raise ImportRefusedError(
            "Bitte laden Sie höchstens 20 Dateien auf einmal hoch, oder packen Sie sie in eine ZIP-Datei."
        )
    total = sum(file.size or 0 for file in files)
    if total > settings.UPLOAD_MAX_MB * 1_000_000:
        raise ImportRefusedError(
            f"Die Datei ist mit {total // 1_000_000} MB zu groß; erlaubt sind {settings.UPLOAD_MAX_MB} MB. "
            "Bitte exportieren Sie weniger Jahre auf einmal, oder lassen Sie die Grenze durch den Betrieb anheben."
        )
    empty = next((file for file in files if not file.size), None)
    if empty is not None:
        raise ImportRefusedError(
            f"Die Datei „{plain_name(empty.name)}“ ist leer. Bitte exportieren Sie sie neu aus dem Finanzverfahren."
        )


def plain_name(name: str | None) -> str:
    """The name without path and control characters, short enough to store."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(char for char in last if char.isprintable()).strip()
    return clean[-200:] or "Datei"


def fingerprint(file: File) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks(CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def random_name(ending: str = "bin") -> str:
    return f"{uuid.uuid4().hex}.{ending}"


def keep(folder: str, ending: str, content: bytes) -> str:
    """Store a file of our own making; its name in the storage."""
    month = timezone.localdate().strftime("%Y/%m")
    return default_storage.save(f"{folder}/{month}/{random_name(ending)}", ContentFile(content))


def forget(*names: str) -> None:
    for name in names:
        if name:
            default_storage.delete(name)


def stored_files(import_: BudgetImport) -> Iterator[tuple[str, Path, str]]:
    """Name, path and fingerprint of the budget file and then of what came with it."""
    yield import_.file_name, Path(import_.file.path), import_.sha256
    for companion in import_.companions.all():
        yield companion.file_name, Path(companion.file.path), companion.sha256


def demand_unchanged(import_: BudgetImport) -> None:
    """Raise where a stored file is no longer the one that was uploaded."""
    for name, path, expected in stored_files(import_):
        if not path.is_file() or _digest_of(path) != expected:
            raise ImportRefusedError(
                f"Die abgelegte Datei „{name}“ fehlt oder stimmt nicht mehr mit der hochgeladenen überein. "
                "Bitte verwerfen Sie diesen Import und laden Sie die Datei neu hoch."
            )


def _digest_of(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


PACKED = 8
"""Bytes of XML that read as fast as one byte of text."""


def weight(import_: BudgetImport) -> int:
    """How many bytes of text reading costs about as much as; a packed file counts as what it declares to become."""
    return sum(_weight(path) for _, path, _ in stored_files(import_))


def _weight(path: Path) -> int:
    try:
        size = path.stat().st_size
        with path.open("rb") as handle:
            if handle.read(2) != b"PK":
                return size
            with zipfile.ZipFile(handle) as archive:
                members = archive.infolist()
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return 0  # refused at once
    is_refused = archives.refuse(members) is not None
    return size if is_refused else max(size, sum(member.file_size for member in members) // PACKED)


def store_companion(import_: BudgetImport, file: File) -> CompanionFile:
    companion = CompanionFile(
        budget_import=import_, file_name=plain_name(file.name), sha256=fingerprint(file), size=file.size
    )
    companion.file.save(random_name(), file, save=False)
    companion.save()
    return companion
