"""How much a budget file may hold; a hostile upload must end in a sentence, not in a full memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    max_bytes: int = 200_000_000
    max_unpacked_bytes: int = 600_000_000
    """The sum of all members of a zip container (xlsx, ods, zipped package), declared and real."""
    max_ratio: int = 400
    """Unpacked bytes per packed byte of a zip member above 1 MB; real spreadsheets stay below 100."""
    max_rows: int = 3_000_000
    max_columns: int = 500
    max_cell: int = 30_000
    """Characters of one cell."""
    max_json_bytes: int = 100_000_000
    max_json_depth: int = 40
    max_spreadsheet_cells: int = 12_000_000
    max_rejected_kept: int = 5_000


@dataclass(frozen=True, slots=True)
class Hints:
    """What the caller knows beside the file: the Land (two digits) and the Haushaltsjahr of the plan."""

    land: str | None = None
    year: int | None = None
