"""Which years of a file that says only "Plan" are Ansatz, and which are the medium-term planning after it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from gemeinwerk.engine.problems import Problem, Severity
from gemeinwerk.engine.tables import Stage

from .collect import Collected
from .keys import contexts
from .limits import Hints
from .mapping import Mapping, Role
from .words import is_open_plan, year_in, years_in

_DATE = re.compile(r"(?<!\d)(?:\d{1,2}[._-]\d{1,2}[._-](?:19|20)\d\d|(?:19|20)\d\d[._-]\d{2}[._-]\d{2})(?!\d)")
_DOUBLE = re.compile(r"doppelhaushalt", re.IGNORECASE)
_PAIR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?/\s?((?:20)?\d\d)(?!\d)")
LONGEST_PLANNING = 3
"""Years of medium-term planning after the budget year in the five-year plan of the Länder."""


@dataclass(frozen=True, slots=True)
class Years:
    """The years of a file by what its words say about their amounts."""

    open: frozenset[int] = frozenset()
    """Marked "Plan", which may be Ansatz or planning."""
    estimate: frozenset[int] = frozenset()
    """Marked Ansatz, Soll, Haushaltsplan."""
    forecast: frozenset[int] = frozenset()
    actual: frozenset[int] = frozenset()
    commitment: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class BudgetYear:
    year: int
    """The last year of Ansatz; the second one of a Doppelhaushalt."""
    ground: str
    """Half a German sentence: what it was concluded from."""


def settle(
    mapping: Mapping, wanted: Mapping, collected: Collected, hints: Hints, titles: Iterable[str]
) -> tuple[Mapping, list[Problem]]:
    """The mapping with the years of planning, and what has to be said about it.

    `titles` are the name of the file and the lines above the header. A mapping that came back from a reading of this
    very file stays as it is.
    """
    if wanted.is_whole:
        return mapping, []
    years = years_of(collected, mapping)
    if not years.open:
        return mapping, []
    found = budget_year(years, wanted.default_year or hints.year, tuple(titles))
    if found is None:
        return mapping, [_unclear(years)] if len(years.open) > 2 else []
    said = {year for year, _ in mapping.stage_by_year}
    others = years.estimate | years.actual
    later = [year for year in sorted(years.open - others) if year > found.year and year not in said]
    if not later:
        return mapping, []
    stages = (*mapping.stage_by_year, *((year, Stage.FORECAST) for year in later))
    return replace(mapping, stage_by_year=tuple(sorted(stages))), [_assumed(found, later)]


def _assumed(found: BudgetYear, later: list[int]) -> Problem:
    span = f"{later[0]} bis {later[-1]} wurden" if len(later) > 1 else f"{later[0]} wurde"
    text = (
        f"„Plan“ kann Ansatz oder mittelfristige Planung bedeuten. Als Haushaltsjahr wurde {found.year} angenommen "
        f"({found.ground}); {span} als mittelfristige Planung gelesen. Wenn das nicht zutrifft, etwa bei einem "
        "Doppelhaushalt, legen Sie den Stand je Jahr in der Zuordnung fest."
    )
    return Problem("plan_years", text, Severity.NOTE)


def _unclear(years: Years) -> Problem:
    text = (
        f"Die Datei nennt „Plan“ für {min(years.open)} bis {max(years.open)} und sagt nicht, ab welchem Jahr das "
        "mittelfristige Planung ist; alle Jahre wurden als Ansatz gelesen. Bitte geben Sie das Haushaltsjahr an oder "
        "legen Sie den Stand je Jahr fest."
    )
    return Problem("plan_years_unclear", text)


# --- what the words say -----------------------------------------------------------------------------------------------


def years_of(collected: Collected, mapping: Mapping) -> Years:
    """The years of columns and rows by their stage; a stage given by a person is no longer open."""
    found: dict[str, set[int]] = {
        "open": set(),
        "estimate": set(),
        "forecast": set(),
        "actual": set(),
        "commitment": set(),
    }
    rows = _rows(collected, mapping)
    for amount in collected.amounts:
        for row_year, row_stage, row_word in rows:
            role = amount.role
            base = role.year or row_year or mapping.default_year
            stage, word = (role.stage, role.name) if role.stage else (row_stage, row_word)
            if not base or stage is None:
                continue
            year = base if role.year else base + role.year_offset
            if stage is Stage.ESTIMATE and is_open_plan(word):
                found["open"].add(year)
            elif stage.value in found:
                found[stage.value].add(year)
    return Years(**{name: frozenset(years) for name, years in found.items()})


def _rows(collected: Collected, mapping: Mapping) -> list[tuple[int | None, Stage | None, str]]:
    """Year, stage and the word for it, once per combination that rows have."""
    column = collected.keys["context"]
    places = [i for i, role in enumerate(column.roles) if role.role is Role.STAGE]
    given = {word for word, _ in mapping.stage_words}
    tables = [segment.year for segment in collected.segments] or [None]
    if not column.roles:
        return [(year, None, "") for year in dict.fromkeys(tables)]
    result = []
    for context, texts in zip(contexts(column, mapping)[0], column.texts(), strict=True):
        word = next((texts[i] for i in places if texts[i]), "")
        years = [context.year] if context.year else list(dict.fromkeys(tables))
        result += [(year, context.stage, "" if word in given else word) for year in years]
    return list(dict.fromkeys(result))


# --- the budget year --------------------------------------------------------------------------------------------------


def budget_year(years: Years, given: int | None, titles: tuple[str, ...]) -> BudgetYear | None:
    """The last year of Ansatz by the first evidence that tells: given, VE, words, title, latest Ergebnis."""
    found = (
        (BudgetYear(given, "es ist angegeben") if given else None)
        or _by_commitment(years, titles)
        or _by_words(years)
        or _by_title(years, titles)
        or _by_actual(years)
    )
    if found is None:
        return None
    double = next((pair for pair in map(_two_years, titles) if pair and pair[0] == found.year), None)
    return replace(found, year=double[1]) if double else found


def _by_commitment(years: Years, titles: tuple[str, ...]) -> BudgetYear | None:
    """Commitments burden the years after the budget year; some files name them by the budget year itself."""
    if not years.commitment:
        return None
    first = min(years.commitment)
    if first in years.open and first in map(_one_year, titles):
        return BudgetYear(first, f"aus der Spalte der Verpflichtungsermächtigungen {first}")
    return BudgetYear(first - 1, f"aus den Verpflichtungsermächtigungen ab {first}")


def _by_words(years: Years) -> BudgetYear | None:
    if years.forecast:
        return BudgetYear(min(years.forecast) - 1, "aus der Bezeichnung der Finanzplanung")
    if not years.estimate:
        return None
    last = max(years.estimate)
    if len(years.estimate) == 1:  # may be the Ansatz of the year before, beside which the own year is called "Plan"
        after = sum(year > last for year in years.open)
        if after > LONGEST_PLANNING or (years.actual and max(years.actual) == last - 1):
            return None
    return BudgetYear(last, "aus der Bezeichnung der Ansätze")


def _by_title(years: Years, titles: tuple[str, ...]) -> BudgetYear | None:
    for title in titles:
        pair = _two_years(title) if _DOUBLE.search(title) or _PAIR.search(title) else None
        year = pair[1] if pair else _one_year(title)
        if year in years.open and year >= max(years.actual, default=year):
            return BudgetYear(year, "aus dem Namen der Datei oder ihrer Überschrift")
    return None


def _by_actual(years: Years) -> BudgetYear | None:
    if not years.actual:
        return None
    last = max(years.actual)
    if {last, last + 1} <= years.open:
        return BudgetYear(last + 1, f"aus Ergebnis und Plan {last}")
    if {last + 1, last + 2} <= years.open:
        return BudgetYear(last + 2, f"aus dem letzten Ergebnis {last}")
    return None


def _one_year(title: str) -> int | None:
    """The only year of a title; a date of export is none."""
    return year_in(_DATE.sub(" ", title))


def _two_years(title: str) -> tuple[int, int] | None:
    """The years of a Doppelhaushalt: "2025/2026", "2025/26", "2025 2026"."""
    short = _PAIR.search(title)
    named = years_in(_DATE.sub(" ", title))
    years = {int(short[1]), int(short[1][:2] + short[2][-2:])} if short else named
    return (min(years), max(years)) if len(years) == 2 and max(years) - min(years) == 1 else None
