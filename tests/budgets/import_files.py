"""Small budget files for the tests of the import: a wide doppisches plan of Hesse in the style of a finance system."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.files.uploadedfile import SimpleUploadedFile

HEAD = "Produktbereich;Bereich;Produkt;Produktname;Sachkonto;Kontoname;Ergebnis 2024;Ansatz 2025;Ansatz 2026"
ROWS: tuple[tuple[str, ...], ...] = (
    ("01", "Innere Verwaltung", "010101", "Rat", "5480000", "Erstattungen", "1.000,00", "1.100,00", "1.200,50"),
    ("01", "Innere Verwaltung", "010101", "Rat", "6200000", "Entgelte", "50.000,00", "52.000,00", "54.000,00"),
    ("02", "Sicherheit", "020101", "Ordnungsamt", "5100000", "Gebühren", "30.000,00", "31.000,00", "32.000,00"),
    ("02", "Sicherheit", "020101", "Ordnungsamt", "6000000", "Material", "8.000,00", "8.200,00", "8.511,43"),
    ("16", "Finanzwirtschaft", "160101", "Steuern", "5500000", "Grundsteuer B", "90.000,00", "95.000,00", "99.000,00"),
)


def plan_csv(rows: Sequence[Sequence[str]] = ROWS, head: str = HEAD) -> bytes:
    return "\r\n".join([head, *(";".join(row) for row in rows), ""]).encode("cp1252")


def upload(content: bytes | None = None, name: str = "haushalt-2026.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, plan_csv() if content is None else content)


def changed(row: int, column: int, text: str) -> bytes:
    """The plan with one other cell."""
    rows = [list(cells) for cells in ROWS]
    rows[row][column] = text
    return plan_csv(rows)
