"""What every function of the engine returns beside its result, so that bad content never raises."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"  # the thing cannot be used as it is
    WARNING = "warning"  # it can be used, somebody should look
    NOTE = "note"  # worth knowing


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a source a problem stands; rows and columns count from 1 as in a spreadsheet, None is unknown."""

    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        parts = []
        if self.sheet:
            parts.append(f"Blatt „{self.sheet}“")
        if self.row is not None:
            parts.append(f"Zeile {self.row}")
        if self.column:
            parts.append(f"Spalte „{self.column}“")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """`text` is a German sentence that says what is wrong and what to do; `code` is stable, for tests and filters."""

    code: str
    text: str
    severity: Severity = Severity.WARNING
    place: Place = Place()
    count: int = 1
    """How often the same problem stands in the source; `place` is the first one."""

    def as_dict(self) -> dict[str, object]:
        return {
            "code": self.code,
            "text": self.text,
            "severity": self.severity.value,
            "sheet": self.place.sheet,
            "row": self.place.row,
            "column": self.place.column,
            "count": self.count,
        }


def worst(problems: Iterable[Problem]) -> Severity | None:
    """The highest severity among `problems`, None if there are none."""
    order = [Severity.ERROR, Severity.WARNING, Severity.NOTE]
    found = {problem.severity for problem in problems}
    return next((severity for severity in order if severity in found), None)
