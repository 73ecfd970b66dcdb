"""What a heading says: Gebietsstand, Stichtag of the inhabitants, census; what is proposed where it is silent."""

from __future__ import annotations

import re
from datetime import date

DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
CENSUS = re.compile(r"Zensus\s*(?:vom\s+\d+\.\s*\w+\s+)?(1987|2011|2022)|Volkszählung\s*(1987)", re.IGNORECASE)

CENSUS_PERIODS: tuple[tuple[date, str], ...] = (
    (date(1987, 5, 25), "1987"),
    (date(2011, 5, 9), "2011"),
    (date(2022, 5, 15), "2022"),
)
"""From which census day on inhabitants are carried forward from which census (§ 5 BevStatG; Destatis, Fortschreibung
des Bevölkerungsstandes). Counts up to 31.12.2023 were first published on the basis of 2011, hence FIRST_ON_2022."""

FIRST_ON_2022 = date(2024, 1, 1)
"""First Stichtag whose first published count stands on Zensus 2022; earlier ones were recalculated afterwards."""


def day(text: str) -> date | None:
    """The first date dd.mm.yyyy in a text."""
    for match in DAY.finditer(text):
        found = make_day(match[3], match[2], match[1])
        if found is not None:
            return found
    return None


def make_day(year: str, month: str, of_month: str) -> date | None:
    try:
        return date(int(year), int(month), int(of_month))
    except ValueError:
        return None


def census(text: str) -> str:
    match = CENSUS.search(text)
    return (match[1] or match[2]) if match else ""


def proposed_census(on: date | None) -> str:
    """The census a count of that day most probably stands on; a proposal, to be confirmed by whoever imports."""
    if on is None:
        return ""
    if on >= FIRST_ON_2022:
        return "2022"
    fitting = [basis for since, basis in CENSUS_PERIODS[:2] if on >= since]
    return fitting[-1] if fitting else ""


def proposed_population_date(territory: date) -> date:
    """GV100AD names no Stichtag: an edition carries the count of the last 31 December before its Gebietsstand."""
    return date(territory.year - 1, 12, 31)
