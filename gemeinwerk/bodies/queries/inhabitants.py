"""Inhabitants at a day or over time; never without Stichtag and census, never mixed unless asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from gemeinwerk.bodies.models import Body, Population

BASES = Population.CensusBasis
BASIS_ORDER = {BASES.CENSUS_2022: 3, BASES.CENSUS_2011: 2, BASES.CENSUS_1987: 1, BASES.REGISTER: 0}
"""Of two counts for one Stichtag the one on the newer census is taken; the Melderegister only where nothing else is."""


@dataclass(frozen=True, slots=True)
class Inhabitants:
    """A count with everything needed to cite it, or the reason why there is none."""

    count: int | None
    reference_date: date | None = None
    census_basis: str = ""
    territory_date: date | None = None
    is_carried: bool = False
    source: str = ""
    reason: str = ""

    @property
    def basis_name(self) -> str:
        return BASES(self.census_basis).label if self.census_basis else ""


def population(
    body: Body, on: date, basis: str | None = None, *, exactly: bool = False, territory: date | None = None
) -> Inhabitants:
    """The inhabitants at a day: the count of the last Stichtag up to `on` (only of `on` itself if `exactly`).

    Without `basis` the newest census known for that Stichtag is taken. `territory` asks for the count on the territory
    of that day; without it the newest territory counts, so that figures before a merger compare with those after.
    """
    rows = [row for row in _counts(body) if row.reference_date <= on and (not exactly or row.reference_date == on)]
    if not rows:
        return Inhabitants(None, reason=_no_count(body, on, exactly=exactly))
    fitting = [row for row in rows if basis is None or row.census_basis == basis]
    if not fitting:
        wanted = BASES(basis).label if basis in BASES.values else f"„{basis}“"
        return Inhabitants(
            None, reason=f"Zum Stichtag liegt für {body.name} keine Einwohnerzahl auf der Grundlage {wanted} vor."
        )
    last = max(row.reference_date for row in fitting)
    return _cited(_best([row for row in fitting if row.reference_date == last], territory))


def _counts(body: Body) -> list[Population]:
    """All counts of a body, newest first; read once per body object where it was prefetched."""
    return sorted(body.populations.all(), key=lambda row: row.reference_date, reverse=True)


def _no_count(body: Body, on: date, *, exactly: bool) -> str:
    if exactly:
        return f"Für {body.name} ist keine Einwohnerzahl zum Stichtag {on:%d.%m.%Y} hinterlegt."
    return f"Für {body.name} ist keine Einwohnerzahl bis zum {on:%d.%m.%Y} hinterlegt."


def _best(rows: list[Population], territory: date | None) -> Population:
    """Of the counts of one Stichtag: the newest census, then the territory (the newest, or the last up to it)."""
    basis = max(rows, key=lambda row: BASIS_ORDER[BASES(row.census_basis)]).census_basis
    rows = sorted((row for row in rows if row.census_basis == basis), key=lambda row: row.territory_date)
    if territory is None:
        return rows[-1]
    before = [row for row in rows if row.territory_date <= territory]
    return before[-1] if before else rows[0]


def _cited(row: Population) -> Inhabitants:
    return Inhabitants(
        row.inhabitants, row.reference_date, row.census_basis, row.territory_date, row.is_carried, row.source
    )


@dataclass(frozen=True, slots=True)
class Series:
    """Counts in order of time, all on one census unless asked otherwise."""

    points: tuple[Inhabitants, ...]
    basis: str
    left_out: int
    """Stichtage that are known on another census only."""
    note: str = ""


def population_series(
    body: Body, basis: str | None = None, *, mixed: bool = False, territory: date | None = None
) -> Series:
    """One count per Stichtag on one census: the wanted one, or that of the newest Stichtag.

    `mixed` takes the newest census of every Stichtag; the note then says where the series breaks.
    """
    by_day: dict[date, list[Population]] = {}
    for row in _counts(body):
        by_day.setdefault(row.reference_date, []).append(row)
    if not by_day:
        return Series((), basis or "", 0)
    wanted = basis or _best(by_day[max(by_day)], None).census_basis
    points = []
    for day in sorted(by_day):
        rows = by_day[day] if mixed else [row for row in by_day[day] if row.census_basis == wanted]
        if rows:
            points.append(_cited(_best(rows, territory)))
    return Series(tuple(points), "" if mixed else wanted, len(by_day) - len(points), _breaks(points))


def _breaks(points: list[Inhabitants]) -> str:
    days = [
        f"{later.reference_date:%d.%m.%Y}"
        for earlier, later in pairwise(points)
        if earlier.census_basis != later.census_basis
    ]
    if not days:
        return ""
    return (
        f"Die Reihe wechselt die Zensusgrundlage zum {', '.join(days)}; Werte davor und danach sind nicht vergleichbar."
    )
