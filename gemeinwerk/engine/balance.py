"""The balance sheet and what stands beside it: items as data, checks, totals from parts, debt and reserves over years.

Figures are plain mappings `{item code: integer cents}`, signed as they are printed: assets and liabilities positive,
a deficit inside the equity negative. An item that is not given is unknown, never zero; only items marked `rare`
(they exist in special cases alone, such as "Nicht durch Eigenkapital gedeckter Fehlbetrag") may be left out of a sum.
See docs/methods/balance.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from gemeinwerk.engine.problems import Problem, Severity
from gemeinwerk.engine.reference import csv_rows

Figures = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BalanceItem:
    code: str
    number: str
    title: str
    side: str
    """"assets" (Aktiva), "liabilities" (Passiva) or "supplement" (Anlagenspiegel, Verbindlichkeitenspiegel, …)."""
    part_of: str
    is_part: bool
    """True: the parts of a total add up to it. False with `part_of`: a "davon" of that item."""
    is_rare: bool
    may_be_negative: bool
    aliases: tuple[str, ...]
    source: str
    valid_from: str


@dataclass(frozen=True, slots=True)
class Series:
    code: str
    title: str
    items: tuple[str, ...]
    optional: tuple[str, ...]
    """Added where given; a code with a leading minus is subtracted."""
    more_is: str
    source: str


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """The state of one series at the end of one year; None where a figure for it is missing."""

    series: str
    title: str
    year: int
    cents: int | None
    change_cents: int | None
    per_head_cents: Fraction | None
    missing: tuple[str, ...]
    """Titles of the items that would be needed."""


@cache
def items() -> dict[str, BalanceItem]:
    """All items by code, in the order of the printed balance."""
    return {row["code"]: _item(row) for row in csv_rows("balance_items.csv")}


def _item(row: Mapping[str, str]) -> BalanceItem:
    return BalanceItem(
        code=row["code"],
        number=row["number"],
        title=row["title"],
        side=row["side"],
        part_of=row["part_of"],
        is_part=row["split"] == "part",
        is_rare=row["rare"] == "yes",
        may_be_negative=row["negative"] == "yes",
        aliases=_split(row["aliases"]),
        source=row["source"],
        valid_from=row["valid_from"],
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


@cache
def series() -> tuple[Series, ...]:
    """The series of debt, reserves and liquidity."""
    return tuple(
        Series(row["code"], row["title"], _split(row["items"]), _split(row["optional"]), row["more_is"], row["source"])
        for row in csv_rows("balance_series.csv")
    )


@cache
def parts(code: str) -> tuple[BalanceItem, ...]:
    """The items that add up to the item `code`; empty if it has no parts."""
    return tuple(item for item in items().values() if item.is_part and item.part_of == code)


def completed(figures: Figures) -> dict[str, int]:
    """`figures` with every total that follows from its parts; a total that was given stays as it is.

    A total follows if every part that is not rare is there. Nothing is derived from nothing.
    """
    result = dict(figures)
    for code in reversed(items()):
        split = parts(code)
        if code in result or not split or any(part.code not in result and not part.is_rare for part in split):
            continue
        result[code] = sum(result.get(part.code, 0) for part in split)
    return result


def check_balance(figures: Figures) -> tuple[Problem, ...]:
    """Aktiva = Passiva, parts = totals, no "davon" above its item, no sign that cannot be, no unknown item."""
    found = _known_and_signed(figures)
    full = completed(figures)
    for code in items():
        if code in figures and parts(code):
            found += _total_problem(code, figures, full)
    for item in items().values():
        total = full.get(item.part_of)
        if not item.is_part and item.code in figures and total is not None and figures[item.code] > total:
            text = (
                f"„{item.title}“ ({_euro(figures[item.code])}) ist größer als „{items()[item.part_of].title}“ "
                f"({_euro(total)}). Bitte beide Beträge prüfen."
            )
            found.append(Problem("balance-of-which", text, Severity.ERROR))
    return tuple(found + _sides_problem(full))


def _known_and_signed(figures: Figures) -> list[Problem]:
    found = []
    for code, cents in figures.items():
        item = items().get(code)
        if item is None:
            text = f"Der Posten „{code}“ ist nicht bekannt. Bitte einen Posten aus der Liste wählen."
            found.append(Problem("balance-unknown-item", text, Severity.ERROR))
        elif cents < 0 and not item.may_be_negative:
            text = f"„{item.title}“ ist negativ ({_euro(cents)}). Bitte das Vorzeichen prüfen."
            found.append(Problem("balance-sign", text, Severity.WARNING))
    return found


def _total_problem(code: str, figures: Figures, full: Figures) -> list[Problem]:
    """The total against its parts: equal if all are there, not exceeded if the missing ones cannot be negative."""
    split = parts(code)
    given = [part for part in split if part.code in full]
    missing = [part for part in split if part.code not in full and not part.is_rare]
    if not given:
        return []
    added, total = sum(full[part.code] for part in given), figures[code]
    if missing and (added <= total or any(part.may_be_negative for part in split)):
        return []
    if added == total:
        return []
    text = (
        f"Die Summe der Teile von „{items()[code].title}“ ist {_euro(added)}, angegeben sind {_euro(total)} "
        f"(Unterschied {_euro(added - total)}). Bitte die Teile oder die Summe berichtigen."
    )
    return [Problem("balance-parts", text, Severity.ERROR)]


def _sides_problem(full: Figures) -> list[Problem]:
    assets, liabilities = full.get("assets_total"), full.get("liabilities_total")
    if assets is None or liabilities is None:
        missing = "Aktiva" if assets is None else "Passiva"
        text = (
            f"Die Summe der {missing} ist nicht angegeben und folgt nicht aus den Teilen; "
            "ob die Bilanz aufgeht, ist deshalb nicht geprüft."
        )
        return [Problem("balance-unchecked", text, Severity.NOTE)]
    if assets == liabilities:
        return []
    text = (
        f"Die Bilanz geht nicht auf: Aktiva {_euro(assets)}, Passiva {_euro(liabilities)}, "
        f"Unterschied {_euro(assets - liabilities)}. Bitte die Posten prüfen."
    )
    return [Problem("balance-sides", text, Severity.ERROR)]


def _euro(cents: int) -> str:
    """1.234,56 € as it is written in German."""
    whole, rest = divmod(abs(cents), 100)
    sign = "−" if cents < 0 else ""
    return f"{sign}{whole:,}".replace(",", ".") + f",{rest:02d} €"


def debt_series(balances: Mapping[int, Figures], inhabitants: Mapping[int, int]) -> tuple[SeriesPoint, ...]:
    """State, change against the year before and amount per inhabitant, for every series and year of `balances`.

    `inhabitants` by year of the balance; the caller chooses the right Stichtag (31.12. of the same year).
    """
    full = {year: completed(figures) for year, figures in balances.items()}
    points: list[SeriesPoint] = []
    for one in series():
        states = {year: _state(one, figures) for year, figures in full.items()}
        points += [_point(one, year, states, full[year], inhabitants.get(year)) for year in sorted(full)]
    return tuple(points)


def _state(one: Series, figures: Figures) -> int | None:
    if any(code not in figures for code in one.items):
        return None
    extra = sum(_signed(code, figures) for code in one.optional)
    return sum(figures[code] for code in one.items) + extra


def _signed(code: str, figures: Figures) -> int:
    return -figures.get(code[1:], 0) if code.startswith("-") else figures.get(code, 0)


def _point(
    one: Series, year: int, states: Mapping[int, int | None], figures: Figures, heads: int | None
) -> SeriesPoint:
    cents, before = states[year], states.get(year - 1)
    return SeriesPoint(
        series=one.code,
        title=one.title,
        year=year,
        cents=cents,
        change_cents=None if cents is None or before is None else cents - before,
        per_head_cents=None if cents is None or not heads else Fraction(cents, heads),
        missing=_titles([code for code in one.items if code not in figures]),
    )


def _titles(codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(items()[code].title for code in codes)
