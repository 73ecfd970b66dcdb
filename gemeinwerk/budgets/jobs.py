"""What the worker carries out for this room; see runs.execution for the rules."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from gemeinwerk.accounts.access import Seat
from gemeinwerk.runs.actions import RunError, report
from gemeinwerk.runs.models import Run

from .actions.adoption import adopt_import as adopt
from .actions.conflicts import ConflictError
from .actions.files import ImportRefusedError
from .actions.reading import read_import as read
from .queries.imports import budget_import


def read_import(seat: Seat, run: Run, *, import_id: int) -> dict[str, Any]:
    """Read and check a budget file."""
    import_ = budget_import(seat, import_id)
    try:
        read(seat, import_, at=timezone.now(), report=lambda percent, message: report(run, percent, message))
    except (ImportRefusedError, ConflictError) as error:
        raise RunError(str(error)) from error
    return {"rows": import_.rows_read}


def adopt_import(seat: Seat, run: Run, *, import_id: int, slots: list[list[Any]] | None = None) -> dict[str, Any]:
    """Adopt a checked budget file, or only some of its years and stages."""
    wanted = None if slots is None else {(year, stage) for year, stage in slots}
    import_ = budget_import(seat, import_id)
    try:
        adoption = adopt(
            seat,
            import_,
            slots=wanted,
            at=timezone.now(),
            report=lambda percent, message: report(run, percent, message),
        )
    except (ImportRefusedError, ConflictError) as error:
        raise RunError(str(error)) from error
    return {
        "versions": [version.pk for version in adoption.versions],
        "unchanged": len(adoption.unchanged),
        "lines": adoption.line_count,
    }
