"""Per inhabitant: which number of inhabitants divides the amounts of a year, and from which day it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import prefetch_related_objects

from gemeinwerk.accounts.access import Seat
from gemeinwerk.bodies.queries import population
from gemeinwerk.ui import formats

from ..models import BudgetSettings

Rule = BudgetSettings.PopulationRule


@dataclass(frozen=True, slots=True)
class Heads:
    """The inhabitants of a Haushaltsjahr with Stichtag and basis, or why there are none."""

    year: int
    count: int | None
    on: date
    basis: str
    reason: str

    @property
    def label(self) -> str:
        """„25.103 Einwohner am 31.12.2025 (Zensus 2022)“, or the reason why there is none."""
        if self.count is None:
            return self.reason
        return f"{formats.number(self.count)} Einwohner am {formats.day(self.on)} ({self.basis})"

    def per_head(self, cents: int | None) -> Fraction | None:
        """Cents per inhabitant, unrounded; None where one of both is missing."""
        return None if cents is None or not self.count else Fraction(cents, self.count)


def head_notes(people: Iterable[Heads]) -> tuple[str, ...]:
    """The inhabitants behind the amounts per head, year by year; why some are missing stands at the cells."""
    return tuple(f"Haushaltsjahr {one.year}: {one.label}" for one in people if one.count is not None)


def reference_day(rule: str, year: int) -> date:
    """The Stichtag of a Haushaltsjahr."""
    before = rule in (Rule.YEAR_BEFORE_END, Rule.YEAR_BEFORE_MIDDLE)
    middle = rule in (Rule.YEAR_BEFORE_MIDDLE, Rule.SAME_YEAR_MIDDLE)
    month, day = (6, 30) if middle else (12, 31)
    return date(year - 1 if before else year, month, day)


def heads(seat: Seat, rule: str, years: Iterable[int]) -> dict[int, Heads]:
    """The inhabitants for each of the years. One query whatever the number of years."""
    prefetch_related_objects([seat.body], "populations")
    return {year: _heads(seat, year, reference_day(rule, year)) for year in years}


def _heads(seat: Seat, year: int, day: date) -> Heads:
    found = population(seat.body, day, exactly=True)
    if not found.count:
        return Heads(year, None, day, "", found.reason or f"Zum {formats.day(day)} sind null Einwohner hinterlegt.")
    return Heads(year, found.count, day, found.basis_name, "")
