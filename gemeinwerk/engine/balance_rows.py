"""Reading a small table of balance figures: columns Posten, Jahr, Betrag and, if there, Quelle.

The cells come from a CSV file (text) or a spreadsheet (numbers); nothing in them raises an error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

from gemeinwerk.engine.balance import items
from gemeinwerk.engine.problems import Place, Problem, Severity

LARGEST_CENTS = 10**15
"""Ten trillion euros; a larger amount is an error of unit."""

YEARS = range(1990, 2101)

HEADINGS = {
    "item": ("posten", "bilanzposten", "position", "code", "bezeichnung"),
    "year": ("jahr", "stichtag", "haushaltsjahr", "31.12."),
    "amount": ("betrag", "wert", "summe", "betrag in €", "betrag in euro", "betrag in t€", "betrag in teur"),
    "source": ("quelle", "herkunft", "fundstelle"),
}

_GERMAN = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?|\d+(,\d+)?")
_POINT = re.compile(r"\d+\.(\d{1,2}|\d{4,})")
_UNIT = re.compile(r"(t€|teur|tsd\.?€?|mio\.?€?|€|eur|euro)$")
_FACTORS = {"t": 1000, "m": 1_000_000}
_DASHES = {"-", "–", "—"}
_EMPTY = {"", "nan", "none", "null", "n.v.", "k.a.", "."}


@dataclass(frozen=True, slots=True)
class BalanceFigure:
    item: str
    year: int
    cents: int
    source: str
    place: Place


@dataclass(frozen=True, slots=True)
class _Columns:
    item: int = 0
    year: int = 1
    amount: int = 2
    source: int | None = 3
    factor: int = 1


class UnreadableError(ValueError):
    """A cell that says nothing usable; the message is the German sentence."""


def parse_balance_rows(
    rows: Iterable[Sequence[object]], *, sheet: str | None = None
) -> tuple[tuple[BalanceFigure, ...], tuple[Problem, ...]]:
    """The figures of a table and what was not understood; rows count from 1 as a spreadsheet shows them."""
    columns, begun = _Columns(), False
    figures: dict[tuple[str, int], BalanceFigure] = {}
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=1):
        if not any(_text(cell) for cell in row):
            continue
        heading = None if begun else _heading(row)
        begun = True
        if heading is not None:
            columns = heading
            continue
        place = Place(sheet, number)
        try:
            figure = _figure(row, columns, place)
        except UnreadableError as error:
            problems.append(Problem("balance-row", str(error), Severity.ERROR, place))
            continue
        problems += _keep(figure, figures, place)
    return tuple(figures.values()), tuple(problems)


def by_year(figures: Iterable[BalanceFigure]) -> dict[int, dict[str, int]]:
    """`{year: {item: cents}}`, as the methods take it."""
    result: dict[int, dict[str, int]] = {}
    for figure in figures:
        result.setdefault(figure.year, {})[figure.item] = figure.cents
    return result


def _keep(figure: BalanceFigure | None, figures: dict[tuple[str, int], BalanceFigure], place: Place) -> list[Problem]:
    if figure is None:
        text = "In dieser Zeile steht kein Betrag; der Posten bleibt ohne Wert. Eine Null bitte als 0 eintragen."
        return [Problem("balance-no-amount", text, Severity.NOTE, place)]
    earlier = figures.setdefault((figure.item, figure.year), figure)
    if earlier.cents == figure.cents:
        return []
    text = (
        f"„{items()[figure.item].title}“ {figure.year} steht schon in Zeile {earlier.place.row} mit einem anderen "
        "Betrag. Es gilt die erste Zeile; bitte die falsche löschen."
    )
    return [Problem("balance-twice", text, Severity.ERROR, place)]


def _heading(row: Sequence[object]) -> _Columns | None:
    """The columns if the row is a heading: it names at least item, year and amount."""
    names = [_text(cell).casefold() for cell in row]
    found = {role: _first(names, words) for role, words in HEADINGS.items()}
    item, year, amount = found["item"], found["year"], found["amount"]
    if item is None or year is None or amount is None:
        return None
    thousands = names[amount].endswith(("t€", "teur"))
    return _Columns(item, year, amount, found["source"], 1000 if thousands else 1)


def _first(names: Sequence[str], words: Sequence[str]) -> int | None:
    return next((i for i, name in enumerate(names) if name in words), None)


def _figure(row: Sequence[object], columns: _Columns, place: Place) -> BalanceFigure | None:
    item = _item(_text(_cell(row, columns.item)))
    year = _year(_cell(row, columns.year))
    cents = amount_cents(_cell(row, columns.amount), columns.factor)
    if cents is None:
        return None
    return BalanceFigure(item, year, cents, _text(_cell(row, columns.source)), place)


def _cell(row: Sequence[object], index: int | None) -> object:
    return row[index] if index is not None and index < len(row) else None


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).replace("\xa0", " ").strip()


@cache
def _names() -> Mapping[str, str]:
    """Every way to name an item, folded, to its code."""
    names: dict[str, str] = {}
    for item in items().values():
        for name in (item.code, item.number, item.title, *item.aliases):
            names[_folded(name)] = item.code
    return names


def _folded(name: str) -> str:
    return " ".join(re.sub(r"[^\w.]+", " ", name.casefold()).split())


def _item(name: str) -> str:
    code = _names().get(_folded(name))
    if code is None:
        raise UnreadableError(
            f"Den Posten „{name[:80]}“ gibt es in der Liste der Bilanzposten nicht. "
            "Bitte die Bezeichnung, die Nummer oder das Kürzel aus der Liste verwenden."
        )
    return code


def _year(cell: object) -> int:
    text = _text(cell).removesuffix(".0")
    match = re.fullmatch(r"(?:31\.12\.)?(\d{4})|(\d{4})-12-31(?:[ T]00:00:00)?", text)
    year = int(match[1] or match[2]) if match else 0
    if year not in YEARS:
        raise UnreadableError(
            f"„{text[:40]}“ ist kein Bilanzjahr. Bitte eine Jahreszahl wie 2025 oder den Stichtag 31.12.2025 eintragen."
        )
    return year


def amount_cents(cell: object, factor: int = 1) -> int | None:
    """Integer cents of a cell in euros (or thousands of euros with `factor`), None if the cell is empty.

    A lone dash is the zero of printed tables. Text is read as German:
    `1.234.567,89`, trailing minus, parentheses, `1.234 T€`, `1,2 Mio. €`. A single point
    followed by three digits groups thousands; followed by one, two or more than three digits it is a decimal point.
    """
    text = re.sub(r"\s|'", "", _text(cell)).casefold().replace("−", "-")
    if text in _EMPTY:
        return None
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return _cents(_of_number(cell), factor)
    unit = _UNIT.search(text)
    if unit:
        factor = _FACTORS.get(unit[0][0], 1)
        text = text[: unit.start()]
    if text in _DASHES:
        return 0
    is_negative, digits = _without_sign(text)
    if _GERMAN.fullmatch(digits):
        number = Decimal(digits.replace(".", "").replace(",", "."))
    elif _POINT.fullmatch(digits):
        number = Decimal(digits)
    else:
        raise UnreadableError(f"„{_text(cell)[:40]}“ ist kein Betrag. Bitte in der Form 1.234.567,89 eintragen.")
    return _cents(-number if is_negative else number, factor)


def _of_number(number: float | Decimal) -> Decimal:
    if not math.isfinite(number):
        raise UnreadableError("Der Betrag ist keine endliche Zahl. Bitte in der Form 1.234.567,89 eintragen.")
    return Decimal(str(number))


def _without_sign(text: str) -> tuple[bool, str]:
    for start, end in (("-", ""), ("", "-"), ("(", ")")):
        if text.startswith(start) and text.endswith(end) and len(text) > len(start + end):
            return True, text[len(start) : len(text) - len(end)]
    return False, text.removeprefix("+")


def _cents(euros: Decimal, factor: int) -> int:
    if abs(euros) * factor * 100 > LARGEST_CENTS:
        raise UnreadableError("Der Betrag ist größer als zehn Billionen Euro. Bitte die Einheit prüfen (€ oder T€).")
    return int((euros * factor * 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
