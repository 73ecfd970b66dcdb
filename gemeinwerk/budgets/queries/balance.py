"""Reserves, debt and liquidity: the figures of the balance as series over the years, and a year for its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.access import Seat
from gemeinwerk.engine import balance
from gemeinwerk.engine.problems import Problem

from ..frames.balance import ReadBalance, figures_by_year, read_file
from ..frames.grids import Cell, Grid, Head, Row
from ..models import BalanceFigure
from .heads import Heads, heads

VERBS = ("BALANCE_ENTERED", "BALANCE_IMPORTED")


@dataclass(frozen=True, slots=True)
class Line:
    """One series over the years, for the chart."""

    code: str
    title: str
    more_is: str
    cents: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class BalancePicture:
    years: tuple[int, ...]
    planned: frozenset[int]
    lines: tuple[Line, ...]
    states: Grid
    per_head: Grid
    sheet: Grid
    problems: Mapping[int, tuple[Problem, ...]]
    sources: tuple[str, ...]

    @property
    def year_problems(self) -> list[tuple[int, tuple[Problem, ...]]]:
        return [(year, found) for year, found in self.problems.items() if found]

    def line(self, code: str) -> Line:
        return next(line for line in self.lines if line.code == code)


def balance_figures(seat: Seat) -> list[BalanceFigure]:
    """Everything entered or imported. One query."""
    return list(BalanceFigure.objects.filter(body=seat.body))


def balances(seat: Seat) -> dict[int, dict[str, int]]:
    """`{year: {item: cents}}` with the totals that follow from their parts."""
    return balances_of(balance_figures(seat))


def balances_of(rows: list[BalanceFigure]) -> dict[int, dict[str, int]]:
    """The same from rows that are at hand."""
    return {year: balance.completed(figures) for year, figures in figures_by_year(rows).items()}


def balance_picture(seat: Seat) -> BalancePicture:
    """The series of debt, reserves and liquidity, the balance itself, and what does not add up. Two queries."""
    rows = balance_figures(seat)
    figures = figures_by_year(rows)
    years = tuple(sorted(figures))
    people = heads(seat, "same_year_end", years)
    counts = {year: one.count for year, one in people.items() if one.count}
    points = {(p.series, p.year): p for p in balance.debt_series(figures, counts)}
    planned = frozenset(row.year for row in rows if row.is_plan)
    titles = {year: f"31.12.{year}" + (" (Plan)" if year in planned else "") for year in years}
    lines = tuple(
        Line(s.code, s.title, s.more_is, tuple(points[s.code, year].cents for year in years)) for s in balance.series()
    )
    return BalancePicture(
        years,
        planned,
        lines,
        _states(years, titles, points, seat.body.state),
        _per_head(years, titles, points, people),
        _sheet(years, titles, figures),
        {year: balance.check_balance(figures[year]) for year in years},
        tuple(dict.fromkeys(row.source for row in rows if row.source)),
    )


Points = Mapping[tuple[str, int], balance.SeriesPoint]


def _missing(point: balance.SeriesPoint) -> str:
    return "Es fehlt: " + "; ".join(point.missing) + "." if point.missing else ""


OWN_LAWS = {"NRW": "05", "HGO": "06"}
"""A law that names one Land says nothing in another."""


def _law(source: str, state: str) -> str:
    parts = [
        part for part in source.split(", ") if all(state == land or word not in part for word, land in OWN_LAWS.items())
    ]
    return ", ".join(parts)


def _states(years: tuple[int, ...], titles: Mapping[int, str], points: Points, state: str) -> Grid:
    rows = tuple(
        Row(
            s.title,
            tuple(Cell(points[s.code, y].cents, "eur", _missing(points[s.code, y])) for y in years),
            note=_law(s.source, state),
            key=s.code,
        )
        for s in balance.series()
        if any(points[s.code, y].cents is not None for y in years)
    )
    heads_ = tuple(Head(titles[y], "eur") for y in years)
    return Grid("Rücklagen, Schulden und Liquidität am Jahresende", heads_, rows, stub="Bestand")


def _per_head(years: tuple[int, ...], titles: Mapping[int, str], points: Points, people: Mapping[int, Heads]) -> Grid:
    rows = []
    for s in balance.series():
        cells = tuple(_head_cell(points[s.code, y], people[y]) for y in years)
        if any(cell.value is not None for cell in cells):
            rows.append(Row(s.title, cells))
    notes = tuple(f"{people[y].label}" for y in years if people[y].count is not None)
    heads_ = tuple(Head(titles[y], "eur2", "€ je Einwohner") for y in years)
    return Grid("Je Einwohner", heads_, tuple(rows), stub="Bestand", notes=notes)


def _head_cell(point: balance.SeriesPoint, people: Heads) -> Cell:
    value = None if point.per_head_cents is None else Fraction(point.per_head_cents)
    return Cell(value, "eur2", _missing(point) or people.reason)


def _sheet(years: tuple[int, ...], titles: Mapping[int, str], figures: Mapping[int, Mapping[str, int]]) -> Grid:
    full = {year: balance.completed(figures[year]) for year in years}
    rows = []
    for item in balance.items().values():
        if not any(item.code in full[year] for year in years):
            continue
        cells = tuple(_sheet_cell(full[year], figures[year], item.code) for year in years)
        is_total = item.code in ("assets_total", "liabilities_total")
        kind = "subtotal" if is_total or balance.parts(item.code) else "line"
        rows.append(Row(item.title, cells, number=item.number, kind=kind, indent=min(item.number.count("."), 2)))
    heads_ = tuple(Head(titles[y], "eur") for y in years)
    return Grid("Bilanz und ergänzende Angaben", heads_, tuple(rows), stub="Posten", has_numbers=True)


def _sheet_cell(full: Mapping[str, int], given: Mapping[str, int], code: str) -> Cell:
    if code not in full:
        return Cell(None, "eur", "Nicht erfasst.")
    return Cell(full[code], "eur", mark="" if code in given else "aus den Teilen")


# ---------------------------------------------------------------- the form of a year
@dataclass(frozen=True, slots=True)
class BalanceYear:
    """What stands in one year, for the form."""

    year: int
    stored: Mapping[str, int]
    source: str
    is_plan: bool


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item of the form: its number, title and depth."""

    code: str
    number: str
    title: str
    indent: int
    is_total: bool
    group: str


GROUPS = {"assets": "Aktiva", "liabilities": "Passiva", "supplement": "Ergänzende Angaben aus Anhang und Übersichten"}


def balance_items() -> tuple[ItemLine, ...]:
    """All items in the order of the printed balance."""
    return tuple(
        ItemLine(i.code, i.number, i.title, min(i.number.count("."), 3), bool(balance.parts(i.code)), GROUPS[i.side])
        for i in balance.items().values()
    )


def balance_year(seat: Seat, year: int) -> BalanceYear:
    """The stored figures of a year. One query."""
    rows = list(BalanceFigure.objects.filter(body=seat.body, year=year).order_by("-entered_at"))
    return BalanceYear(
        year,
        {row.item: row.amount_cents for row in rows},
        rows[0].source if rows else "",
        any(row.is_plan for row in rows),
    )


def balance_history(seat: Seat) -> list[activity.Entry]:
    """Who entered and imported figures of the balance. One query."""
    return [activity.entry(act) for act in activity.of(seat, seat.body).filter(verb__in=VERBS)[:50]]


def read_balance_file(name: str, content: bytes) -> ReadBalance:
    """The figures of an uploaded table and its problems. Stores nothing."""
    return read_file(name, content)
