"""Account schemes of the Länder as dated data: which position of the plan an account or the name of a line means.

The first digit of an account does not tell: 5 is expense in North Rhine-Westphalia and income in Hesse; 442 is a fee in
one scheme and a reimbursement in another. Everything here is read from `data/`, each row with its validity and source;
`docs/methods/account-schemes.md` explains how the tables were made and how far they can be trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from types import MappingProxyType

from gemeinwerk.engine.reference import csv_rows
from gemeinwerk.engine.tables import Accounting, Side

LATEST = 9999
"""The year used where a rule has no end."""


@dataclass(frozen=True, slots=True)
class Position:
    """A position of a plan: the finest parts that any layout or indicator needs, and coarse ones for coarse sources."""

    code: str
    title: str
    side: Side
    plan: str
    """"operating" (Ergebnisplan, Verwaltungshaushalt) or "cash" (Finanzplan, Vermögenshaushalt)."""
    covers: tuple[str, ...] = ()
    """Codes of the finer positions that may be contained because the source does not tell them apart."""


@dataclass(frozen=True, slots=True)
class AccountRule:
    prefix: str
    position: str
    valid_from: int
    valid_to: int
    note: str


@dataclass(frozen=True)
class Scheme:
    """One frame of accounts. `lands` are those in which it is valid in some year."""

    id: str
    title: str
    accounting: Accounting
    lands: tuple[str, ...]
    note: str
    rules: tuple[AccountRule, ...] = field(repr=False)

    def position(self, code: str, *, year: int | None = None) -> str | None:
        """The position of an account by its longest known prefix, None if the scheme does not know it."""
        rule = self.rule(code, year=year)
        return rule.position if rule else None

    def rule(self, code: str, *, year: int | None = None) -> AccountRule | None:
        """The row of the table that decides about an account (shown to the user as the reason)."""
        digits = account_digits(code)
        for length in range(min(len(digits), self._longest), 0, -1):
            for rule in self._by_prefix.get(digits[:length], ()):
                if year is None or rule.valid_from <= year <= rule.valid_to:
                    return rule
        return None

    @cached_property
    def _by_prefix(self) -> Mapping[str, tuple[AccountRule, ...]]:
        index: dict[str, list[AccountRule]] = {}
        for rule in self.rules:
            index.setdefault(rule.prefix, []).append(rule)
        return {prefix: tuple(found) for prefix, found in index.items()}

    @cached_property
    def _longest(self) -> int:
        return max((len(rule.prefix) for rule in self.rules), default=0)


@dataclass(frozen=True, slots=True)
class SchemeInLand:
    """Which scheme is in force in a Land from year to year, with the source of that knowledge."""

    land: str
    accounting: Accounting
    scheme: str
    valid_from: int
    valid_to: int
    source: str
    confidence: str
    """"high" (an original document or a real budget was compared), "medium" (known practice), "low" (to be checked)."""


def rows(*path: str) -> list[dict[str, str]]:
    """The rows of a table under `data/`."""
    return csv_rows("/".join(path))


def _year(text: str, default: int) -> int:
    return int(text) if text else default


def _load_positions() -> dict[str, Position]:
    return {
        row["code"]: Position(row["code"], row["title"], Side(row["side"]), row["plan"], tuple(row["covers"].split()))
        for row in rows("positions.csv")
    }


POSITIONS: Mapping[str, Position] = MappingProxyType(_load_positions())
"""All positions by code, in the order of the plans."""


def _load_lands() -> tuple[SchemeInLand, ...]:
    return tuple(
        SchemeInLand(
            row["land"],
            Accounting(row["accounting"]),
            row["scheme"],
            _year(row["valid_from"], 0),
            _year(row["valid_to"], LATEST),
            row["source"],
            row["confidence"],
        )
        for row in rows("scheme_lands.csv")
    )


SCHEMES_IN_LANDS: tuple[SchemeInLand, ...] = _load_lands()
"""For each Land its schemes, the usual one of a year first."""


def _load_rules(scheme: str) -> tuple[AccountRule, ...]:
    return tuple(
        AccountRule(
            row["prefix"],
            row["position"],
            _year(row["valid_from"], 0),
            _year(row["valid_to"], LATEST),
            row["note"] or "",
        )
        for row in rows("accounts", f"{scheme}.csv")
    )


def _load_schemes() -> dict[str, Scheme]:
    result = {}
    for row in rows("schemes.csv"):
        lands = tuple(dict.fromkeys(entry.land for entry in SCHEMES_IN_LANDS if entry.scheme == row["id"]))
        result[row["id"]] = Scheme(
            row["id"], row["title"], Accounting(row["accounting"]), lands, row["note"], _load_rules(row["id"])
        )
    return result


SCHEMES: Mapping[str, Scheme] = MappingProxyType(_load_schemes())
"""All frames of accounts by id."""

LANDS: Mapping[str, str] = MappingProxyType({row["code"]: row["title"] for row in rows("lands.csv")})
"""The sixteen Länder: short name → title, in the order of the official numbers."""

_LAND_CODES = {row[column].lower(): row["code"] for row in rows("lands.csv") for column in ("code", "number", "title")}


def land_code(land: str) -> str:
    """The short name of a Land from its short name, its official number ("05") or its title; "" if it is none."""
    return _LAND_CODES.get(land.strip().lower(), "")


def scheme_entry(land: str, year: int, accounting: Accounting | None = None) -> SchemeInLand | None:
    """The dated row that says which scheme a Land uses in a year; the usual accounting if none is given."""
    code = land_code(land)
    for entry in SCHEMES_IN_LANDS:
        fits = entry.land == code and entry.valid_from <= year <= entry.valid_to
        if fits and accounting in (None, entry.accounting):
            return entry
    return None


def scheme_for(land: str, year: int, accounting: Accounting | None = None) -> Scheme | None:
    """The scheme of a Land in a year, None if the Land or the year is unknown."""
    entry = scheme_entry(land, year, accounting)
    return SCHEMES[entry.scheme] if entry else None


def account_digits(code: str) -> str:
    """The leading digits of an account as written: "4011.000" → "4011000", "6131000 - Aufw." → "6131000"."""
    match = re.match(r"\s*(\d[\d.]*)", code)
    return match.group(1).replace(".", "") if match else ""


_TURNED = {
    "allocation_in": "allocation_out",
    "allocation_out": "allocation_in",
}


def on_side(position: str, side: Side) -> str:
    """The position as it is called on `side`: allocation accounts serve both sides, the rest keeps its position."""
    known = POSITIONS.get(position)
    if known is None or known.side is side:
        return position
    turned = _TURNED.get(position)
    return turned if turned and POSITIONS[turned].side is side else position


_UNASSIGNED = {
    Side.INCOME: "ordinary_income_total",
    Side.EXPENSE: "ordinary_expense_total",
    Side.CASH_IN: "current_receipts_total",
    Side.CASH_OUT: "current_payments_total",
    Side.INTERNAL_IN: "allocation_in",
    Side.INTERNAL_OUT: "allocation_out",
}


def position_or_rest(position: str, side: Side) -> str:
    """The position, or where it is unknown the one "ohne Angabe der Art" of the side, so that totals stay whole."""
    return position if position in POSITIONS else _UNASSIGNED[side]


# --- names ------------------------------------------------------------------------------------------------------------

_UMLAUTS = re.compile("ae|oe|ue|[äöü\ufffd]")


@lru_cache(maxsize=16384)
def plain_name(name: str) -> str:
    """A name in a form in which different spellings are equal: case, umlauts (also destroyed ones), abbreviations."""
    text = re.sub(r"^\W*\d[\d.]*\s*[-–:)]*\s+", "", name.strip().lower())
    words = re.findall(r"[a-zäöüß\ufffd]+", text)
    return " ".join(_folded(_abbreviations().get(_folded(word), word)) for word in words)


def _folded(text: str) -> str:
    return _UMLAUTS.sub("~", text.replace("ß", "ss"))


@cache
def _abbreviations() -> Mapping[str, str]:
    return {_folded(row["short"]): row["long"] for row in rows("abbreviations.csv")}


NameRule = tuple[str, tuple[str, ...], str | None]
"""The longest needle (tried first), the other needles, the position; a needle with a blank begins a word."""


@cache
def _name_rules(side: Side | None) -> tuple[NameRule, ...]:
    """The rules that may decide for a name on this side, in the order of the table."""
    return tuple(rule for row in rows("names.csv") if (rule := _name_rule(row, side)) is not None)


def _name_rule(row: Mapping[str, str], side: Side | None) -> NameRule | None:
    if row["side"] and row["side"] != side:
        return None
    position = row["cash"] if row["cash"] and side in (Side.CASH_IN, Side.CASH_OUT) else row["position"]
    if position and side is not None and POSITIONS[position].side is not side:
        return None
    first, *rest = sorted((_needle(stem) for stem in row["stems"].split()), key=len, reverse=True)
    return first, tuple(rest), position or None


def _needle(stem: str) -> str:
    return _folded(stem[1:]) if stem.startswith("*") else " " + _folded(stem)


@lru_cache(maxsize=16384)
def position_by_name(name: str, side: Side | None = None) -> str | None:
    """The position that the name of a plan line or of an account means, None if the name does not tell.

    The rows of `data/names.csv` are tried in their order; a row needs all its word stems in the name and, where it
    names a side, that side. On a cash side the cash counterpart of the row is meant. A name that is the title of a
    position means that position.
    """
    text = " " + plain_name(name)
    for first, rest, position in _name_rules(side):
        if first in text and all(needle in text for needle in rest):
            return position
    return _titles(side).get(text.strip())


@cache
def _titles(side: Side | None) -> Mapping[str, str]:
    """Own titles of the positions on a side, for names that no row of the table knows."""
    own = [position for position in POSITIONS.values() if side is None or position.side is side]
    return {plain_name(position.title).strip(): position.code for position in own}


# --- detection --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountEvidence:
    """One account of a file: its code, its name and the sum of its amounts as the file writes them (any sign)."""

    code: str
    name: str = ""
    amount: int = 0
    side: Side | None = None
    """The side if the file itself says it (a column Ertrag/Aufwand), None if not."""


@dataclass(frozen=True, slots=True)
class SchemeMatch:
    scheme: str
    score: float
    """Between 0 and 1; a scheme that contradicts names or sides loses more than one that is silent."""
    known: int
    agreeing: int
    contradicting: int


def detect(accounts: Iterable[AccountEvidence | tuple[str, str, int]]) -> tuple[SchemeMatch, ...]:
    """All schemes with a score from the accounts of a file, the best first.

    An account speaks for a scheme if the position by number and the position by name are on one side and the same or
    contained in each other, and if the sign of its sum fits the side in one and the same orientation for all accounts.
    """
    evidence = [item if isinstance(item, AccountEvidence) else AccountEvidence(*item) for item in accounts]
    matches = [_match(scheme, evidence) for scheme in SCHEMES.values()]
    return tuple(sorted(matches, key=lambda match: (-match.score, match.scheme)))


def _match(scheme: Scheme, evidence: Sequence[AccountEvidence]) -> SchemeMatch:
    known = agreeing = contradicting = 0
    signs = [0, 0]
    for item in evidence:
        position = scheme.position(item.code)
        if position is None:
            continue
        known += 1
        verdict = _verdict(position, item)
        agreeing += verdict > 0
        contradicting += verdict < 0
        if item.amount and item.side is None:
            improves = POSITIONS[position].side in (Side.INCOME, Side.CASH_IN)
            signs[improves == (item.amount > 0)] += 1
    aligned = max(signs) / sum(signs) if sum(signs) else 1.0
    spoken = agreeing + 2 * contradicting
    trust = agreeing / spoken if spoken else 0.5
    score = known / max(len(evidence), 1) * trust * aligned
    return SchemeMatch(scheme.id, round(score, 4), known, agreeing, contradicting)


def _verdict(position: str, item: AccountEvidence) -> int:
    """+1 if name or side of the account confirm the position, -1 if they contradict it, 0 if they are silent."""
    side = POSITIONS[position].side
    if item.side is not None and item.side is not side and position not in _TURNED:
        return -1
    by_name = position_by_name(item.name, item.side) or position_by_name(item.name, side)
    if by_name is None:
        return 1 if item.side is side else 0
    return 1 if related(position, by_name) else -1


def related(one: str, other: str) -> bool:
    """Whether two positions are the same, or one contains the other."""
    return one == other or other in POSITIONS[one].covers or one in POSITIONS[other].covers
