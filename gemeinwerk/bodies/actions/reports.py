"""What an import says afterwards: counts, sums, and how they compare with the official ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from gemeinwerk.engine.directory import Facts, Sums
from gemeinwerk.engine.problems import Problem, Severity


@dataclass(frozen=True, slots=True)
class Comparison:
    """One sum: as the file has it, as it is stored now, and as it officially is (None if nobody has said)."""

    name: str
    in_file: int
    stored: int | None
    """None where the database holds a newer state than the file."""
    expected: int | None

    @property
    def is_met(self) -> bool:
        return self.stored in (None, self.in_file) and self.expected in (None, self.in_file)


@dataclass(slots=True)
class DirectoryReport:
    facts: Facts = field(default_factory=Facts)
    sums: Sums | None = None
    created: int = 0
    updated: int = 0
    confirmed: int = 0
    """Unchanged, but listed with a newer Gebietsstand."""
    unchanged: int = 0
    dissolved: list[str] = field(default_factory=list)
    """Keys that a newer directory no longer lists."""
    populations_created: int = 0
    populations_updated: int = 0
    comparisons: tuple[Comparison, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_refused(self) -> bool:
        return any(problem.severity == Severity.ERROR for problem in self.problems)

    @property
    def changes(self) -> int:
        """How many rows of the database the import touched."""
        return (
            self.created
            + self.updated
            + self.confirmed
            + len(self.dissolved)
            + self.populations_created
            + self.populations_updated
        )


@dataclass(slots=True)
class BoundaryReport:
    read: int = 0
    left_out: int = 0
    stored: int = 0
    unchanged: int = 0
    unmatched: list[str] = field(default_factory=list)
    """Keys of the file that no body carries."""
    united: list[str] = field(default_factory=list)
    """Keys of dissolved bodies whose shape became part of their successor's."""
    neighborhoods: int = 0
    neighborhoods_changed: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class ChangesReport:
    read: int = 0
    created: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Successor:
    """Where a body went: `share` (0–1) of its inhabitants, of its area where nobody lived there."""

    key: str
    share: float


@dataclass(slots=True)
class MergerReport:
    """`moved` is for the rooms above: which old key's data belongs to which new keys from now on."""

    moved: dict[str, tuple[Successor, ...]] = field(default_factory=dict)
    dissolved: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    carried: int = 0
    carried_changed: int = 0
    incomplete: list[tuple[str, date, str]] = field(default_factory=list)
    """Key, Stichtag, census of counts that could not be carried because a part has none."""

    @property
    def main(self) -> dict[str, str]:
        """Old key → the new key that took most of it."""
        return {old: max(parts, key=lambda part: part.share).key for old, parts in self.moved.items()}
