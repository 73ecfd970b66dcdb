"""Tells by its content, never by its name, of which format a source is, and opens it."""

from __future__ import annotations

from pathlib import Path

from . import delimited, fiscal_package, json_tables, ole
from .delimited import open_bytes
from .limits import Limits
from .mapping import Mapping
from .source import Source, Unusable

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_source(
    name: str, source: bytes | Path, wanted: Mapping, companions: dict[str, bytes], limits: Limits
) -> Source:
    """The tables of the source; raises `Unusable` with a German sentence."""
    size = delimited.size_of(source)
    if size == 0:
        raise Unusable("empty", "Die Datei ist leer. Bitte laden Sie eine Datei mit Haushaltszeilen.")
    if size > limits.max_bytes:
        raise Unusable(
            "too_large",
            f"Die Datei ist größer als {limits.max_bytes // 1_000_000} MB. Bitte teilen Sie sie auf, etwa nach Jahren.",
        )
    with open_bytes(source) as stream:
        head = stream.read(4096)
    if head.startswith(b"PK"):
        return _zip(name, source, wanted, companions, limits)
    if head.startswith(OLE):
        return _ole(source, limits)
    _refuse_foreign(head)
    if _is_json(head):
        return _json(name, source, wanted, companions, limits)
    read = delimited.read(source, limits, wanted.encoding, wanted.separator)
    return fiscal_package.described(name, source, read, companions, wanted, limits)


def _zip(name: str, source: bytes | Path, wanted: Mapping, companions: dict[str, bytes], limits: Limits) -> Source:
    from . import container, spreadsheet  # only where one is read: they bring a tenth of the memory of a whole budget

    members = container.names(source)
    if _is_workbook(members):
        return spreadsheet.read_zip(source, "ods" if "content.xml" in members else "xlsx", limits)
    container.check(source, limits)
    packages = [member for member in members if member.rpartition("/")[2] == "datapackage.json"]
    if packages:
        return fiscal_package.from_zip(source, min(packages, key=len), members, wanted, limits)
    tables = [m for m in members if m.lower().endswith((".csv", ".tsv", ".txt", ".json", ".xlsx", ".xls", ".ods"))]
    if len(tables) == 1:
        inner = container.member(source, tables[0])
        if inner.startswith(b"PK") and not _is_workbook(container.names(inner)):
            raise _unknown()  # an archive in an archive could hold itself
        return open_source(tables[0].rpartition("/")[2], inner, wanted, companions, limits)
    raise _unknown()


def _is_workbook(members: list[str]) -> bool:
    office = "[Content_Types].xml" in members and any(member.startswith("xl/") for member in members)
    return office or ("content.xml" in members and "mimetype" in members)


def _unknown() -> Unusable:
    return Unusable(
        "unknown_format",
        "Die Datei ist ein ZIP-Archiv, aber weder eine Tabelle noch ein Datenpaket. Bitte entpacken "
        "Sie es und laden Sie "
        "die Datei mit den Haushaltszeilen hoch.",
    )


def _ole(source: bytes | Path, limits: Limits) -> Source:
    with open_bytes(source) as stream:
        data = stream.read()
    if "EncryptedPackage".encode("utf-16-le") in data or "EncryptionInfo".encode("utf-16-le") in data:
        raise Unusable(
            "encrypted", "Die Datei ist mit einem Kennwort geschützt. Bitte speichern Sie sie ohne Kennwort."
        )
    ole.check(data, limits)
    from . import spreadsheet

    return spreadsheet.read_xls(source, limits)


_FOREIGN = (
    (b"%PDF", "ein PDF"),
    (b"\x89PNG", "ein Bild"),
    (b"\xff\xd8\xff", "ein Bild"),
    (b"GIF8", "ein Bild"),
    (b"\x1f\x8b", "ein GZIP-Archiv"),
    (b"7z\xbc\xaf", "ein 7z-Archiv"),
    (b"Rar!", "ein RAR-Archiv"),
    (b"{\\rtf", "ein RTF-Dokument"),
)


def _refuse_foreign(head: bytes) -> None:
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise Unusable(
                "unknown_format",
                f"Die Datei ist {what}. Bitte laden Sie den Haushalt als CSV, XLSX, XLS, ODS oder JSON hoch.",
            )
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise Unusable(
            "unknown_format",
            "Die Datei ist eine Web- oder XML-Seite und keine Tabelle. Bitte exportieren Sie den "
            "Haushalt als CSV oder XLSX.",
        )


def _is_json(head: bytes) -> bool:
    for encoding in ("utf-8-sig", "utf-16"):
        if encoding == "utf-16" and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        text = head.decode(encoding, errors="replace").lstrip()
        if text[:1] == "{":
            return text[1:].lstrip()[:1] in ('"', "}", "")
        if text[:1] == "[":
            return text[1:].lstrip()[:1] in ("{", "[", "]", '"', "")
    return False


def _json(name: str, source: bytes | Path, wanted: Mapping, companions: dict[str, bytes], limits: Limits) -> Source:
    data = json_tables.load(source, limits)
    if isinstance(data, dict) and isinstance(data.get("resources"), list) and "model" in data | {"profile": 1}:
        return fiscal_package.from_json(name, source, data, companions, wanted, limits)
    return json_tables.read(data, limits)
