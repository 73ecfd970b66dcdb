"""The lines of a plan in the order of the Land, as dated data: what each line sums and what it totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from gemeinwerk.engine.schemes import LATEST, land_code, rows


@dataclass(frozen=True, slots=True)
class LayoutLine:
    """A line sums positions or totals other lines, never both; amounts carry their sign, so a result is a sum too."""

    number: str
    title: str
    positions: tuple[str, ...]
    lines: tuple[str, ...]
    only_if_present: bool
    """Shown only where there is an amount: what the official form does not know (kameral, unspecified)."""
    role: str = ""
    """What a total is in every layout ("annual_result", "current_balance", …), empty where it has no such role."""

    @property
    def is_total(self) -> bool:
        return bool(self.lines)


@dataclass(frozen=True)
class Layout:
    id: str
    title: str
    plan: str
    """"operating" or "cash"."""
    lands: tuple[str, ...]
    valid_from: int
    valid_to: int
    source: str
    confidence: str
    lines: tuple[LayoutLine, ...]

    def line_of(self, position: str) -> LayoutLine | None:
        """The line in which a position stands."""
        return next((line for line in self.lines if position in line.positions), None)

    def by_role(self, role: str) -> LayoutLine | None:
        """The total with that role, e.g. the Jahresergebnis."""
        return next((line for line in self.lines if line.role == role), None)

    def reach(self, number: str) -> frozenset[str]:
        """All positions that stand in a line, directly or through the lines it totals."""
        return self._reach[number]

    @cached_property
    def _reach(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for line in self.lines:
            found[line.number] = frozenset(line.positions).union(*(found[number] for number in line.lines))
        return found


def _load_lines(layout: str) -> tuple[LayoutLine, ...]:
    return tuple(
        LayoutLine(
            row["number"],
            row["title"],
            tuple((row["positions"] or "").split()),
            tuple((row["lines"] or "").split()),
            row["show"] == "present",
            row["role"] or "",
        )
        for row in rows("layouts", f"{layout}.csv")
    )


def _load() -> dict[str, Layout]:
    return {
        row["id"]: Layout(
            row["id"],
            row["title"],
            row["plan"],
            tuple(row["lands"].split()),
            int(row["valid_from"]),
            int(row["valid_to"] or LATEST),
            row["source"],
            row["confidence"],
            _load_lines(row["id"]),
        )
        for row in rows("layouts.csv")
    }


LAYOUTS: Mapping[str, Layout] = MappingProxyType(_load())


def layout_for(land: str, year: int, plan: str = "operating") -> Layout:
    """The layout of the Land in that year, the general one if the Land has none of its own here."""
    code = land_code(land)
    own = [
        layout
        for layout in LAYOUTS.values()
        if layout.plan == plan and code in layout.lands and layout.valid_from <= year <= layout.valid_to
    ]
    general = next(layout for layout in LAYOUTS.values() if layout.plan == plan and "*" in layout.lands)
    return own[0] if own else general
