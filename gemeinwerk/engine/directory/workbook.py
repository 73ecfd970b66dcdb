"""Opens the official workbooks: every sheet as rows of plain values, or a problem in German."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from python_calamine import CalamineWorkbook

from gemeinwerk.engine.archives import is_zip, refuse, sheet_extent
from gemeinwerk.engine.finds import Finds

MAX_ROWS = 200_000
MAX_COLUMNS = 500
MAX_UNPACKED = 300_000_000

Row = list[Any]


def sheets(data: bytes, finds: Finds) -> dict[str, list[Row]]:
    """The sheets of an xlsx file in order; empty, with a problem, where it cannot be opened."""
    if not _is_harmless(data, finds):
        return {}
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (KeyboardInterrupt, SystemExit, MemoryError):  # pragma: no cover — not ours to answer
        raise
    except BaseException:  # the reader's own panics are no Exceptions
        finds.error(
            "workbook_broken",
            "Die Excel-Datei lässt sich nicht lesen. Bitte speichern Sie sie in Excel neu oder laden Sie "
            "sie neu herunter.",
        )
        return {}


def _is_harmless(data: bytes, finds: Finds) -> bool:
    if not is_zip(data):
        finds.error(
            "workbook_kind", "Die Datei ist keine Excel-Datei (.xlsx). Bitte wählen Sie die amtliche XLSX-Datei."
        )
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            refusal = refuse(archive.infolist(), max_unpacked=MAX_UNPACKED)
        if refusal is not None:
            finds.extend((refusal,))
            return False
        rows, columns = sheet_extent(data)
    except Exception:  # a broken zip fails in a dozen ways
        finds.error("workbook_broken", "Die Excel-Datei ist beschädigt. Bitte laden Sie sie neu herunter.")
        return False
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        finds.error(
            "workbook_extent",
            f"Ein Blatt reicht bis Zeile {rows} und Spalte {columns}; erlaubt sind {MAX_ROWS} Zeilen und "
            f"{MAX_COLUMNS} Spalten.",
        )
        return False
    return True


def text(value: Any) -> str:
    """A cell as text: whole numbers without „.0“, everything else stripped."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())


def cells(rows: list[Row], until: int) -> Iterator[str]:
    """The texts of the first rows, for what a heading says."""
    for row in rows[:until]:
        for value in row:
            if found := text(value):
                yield found
