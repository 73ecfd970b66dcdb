"""Reads a budget file of any build into lines of one sign, one unit and known sides.

`read` never raises on content: what was understood stands in the result, what was not stands in its problems. How the
parts work together is told in `docs/methods/budget-files.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as AnyMapping
from pathlib import Path

from .limits import Hints, Limits
from .mapping import ColumnRole, Mapping, Role, Sign, header_digest
from .reading import read_source
from .rejected import rejected_csv
from .result import BudgetFile, Facts, ProductNode, RejectedRow, Subtotal, TableFact

__all__ = [
    "BudgetFile",
    "ColumnRole",
    "Facts",
    "Hints",
    "Limits",
    "Mapping",
    "ProductNode",
    "RejectedRow",
    "Role",
    "Sign",
    "Subtotal",
    "TableFact",
    "header_digest",
    "read",
    "rejected_csv",
]


def read(
    name: str,
    source: bytes | Path,
    mapping: Mapping | None = None,
    *,
    companions: AnyMapping[str, bytes] | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    hints: Hints = Hints(),  # noqa: B008 - frozen
    progress: Callable[[float], None] | None = None,
) -> BudgetFile:
    """The lines of a budget file, with everything that was noticed.

    `mapping` overrides the proposal where it says something. `companions` are files that belong to the source (the CSV
    of a Fiscal Data Package, or its datapackage.json). `progress` is called with the share read
    and may raise to cancel.
    """
    return read_source(name, source, mapping or Mapping(), dict(companions or {}), limits, hints, progress)
