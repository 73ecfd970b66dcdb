"""On which side each amount stands, which account scheme the file uses, and which sign means what.

In this order: the word of the row (Ertrag/Aufwand), the column (Erträge | Aufwendungen), the account by the scheme of
the Land or the scheme that the accounts themselves show, the name of the plan line, and last the sign. Never the first
digit alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gemeinwerk.engine import schemes
from gemeinwerk.engine.tables import SIDES, Accounting, Key, Side

from .limits import Hints
from .mapping import Sign
from .words import fold

CODE = {side: i for i, side in enumerate(SIDES)}
NONE = -1
_TO_CASH = {Side.INCOME: Side.CASH_IN, Side.EXPENSE: Side.CASH_OUT}
_TO_OPERATING = {Side.CASH_IN: Side.INCOME, Side.CASH_OUT: Side.EXPENSE}
_ALLOCATION = (Side.INTERNAL_IN, Side.INTERNAL_OUT)


@dataclass(frozen=True, slots=True)
class SchemeFind:
    scheme: str | None
    candidates: tuple[tuple[str, float], ...]
    doubtful: bool = False
    contradicts_land: str | None = None
    """The scheme that fits clearly better than the one of the Land."""


def find_scheme(
    wanted: str | None,
    accounting: Accounting | None,
    evidence: Sequence[schemes.AccountEvidence],
    hints: Hints,
    year: int | None,
) -> SchemeFind:
    """The scheme that decides about the accounts of the file."""
    matches = schemes.detect(evidence) if evidence else ()
    fitting = [m for m in matches if accounting is None or schemes.SCHEMES[m.scheme].accounting is accounting]
    candidates = _municipal(tuple((match.scheme, match.score) for match in fitting if match.score > 0), accounting)
    if wanted in schemes.SCHEMES:
        return SchemeFind(wanted, candidates)
    if not candidates:
        return SchemeFind(None, ())
    best, score = _prefer_doppik(candidates) if accounting is None else candidates[0]
    # A Land may know both styles; what the accounts look like decides which of its schemes is meant.
    style = accounting or schemes.SCHEMES[best].accounting
    by_land = schemes.scheme_for(hints.land, year or hints.year or 2024, style) if hints.land else None
    if by_land is not None:
        own = dict(candidates).get(by_land.id, 0.0)
        better = best if best != by_land.id and score > own + 0.25 else None
        return SchemeFind(by_land.id, candidates, contradicts_land=better)
    if score < 0.2:
        return SchemeFind(None, candidates)
    close = [
        name for name, other in candidates if name != best and other > 0.92 * score and _disagree(best, name, evidence)
    ]
    return SchemeFind(best, candidates, doubtful=bool(close))


def _municipal(
    candidates: tuple[tuple[str, float], ...], accounting: Accounting | None
) -> tuple[tuple[str, float], ...]:
    """Gliederung and Gruppierung are words of municipalities: the groups of the states only where they fit better."""
    scores = dict(candidates)
    if accounting is not Accounting.KAMERAL or scores.get("grouping", 0.0) < scores.get("state_grouping", 0.0) - 0.1:
        return candidates
    return tuple(item for item in candidates if item[0] != "state_grouping")


def _prefer_doppik(candidates: tuple[tuple[str, float], ...]) -> tuple[str, float]:
    """A kameral scheme only where it fits far better: its groups are so short that they fit nearly everything."""
    best = candidates[0]
    doppik = [item for item in candidates if schemes.SCHEMES[item[0]].accounting is Accounting.DOPPIK]
    return doppik[0] if doppik and doppik[0][1] > best[1] - 0.3 else best


def _disagree(one: str, other: str, evidence: Sequence[schemes.AccountEvidence]) -> bool:
    return any(_account_side(item.code, one) is not _account_side(item.code, other) for item in evidence)


def _account_side(code: str, scheme: str | None) -> Side | None:
    position = schemes.SCHEMES[scheme].position(code) if scheme and code else None
    return schemes.POSITIONS[position].side if position else None


def account_sides(keys: Sequence[Key | None], scheme: str | None) -> list[Side | None]:
    return [_account_side(key.code, scheme) if key else None for key in keys]


def line_sides(keys: Sequence[Key | None]) -> list[Side | None]:
    """By the names of plan lines."""
    return [_named_side(key.name) if key else None for key in keys]


def _named_side(name: str) -> Side | None:
    position = schemes.position_by_name(name) if name else None
    if position:
        return schemes.POSITIONS[position].side
    folded = fold(name)
    for stem, side in (("einzahl", Side.CASH_IN), ("auszahl", Side.CASH_OUT)):
        if stem in folded:
            return side
    income = "ertrag" in folded or "ertraeg" in folded
    expense = "aufwend" in folded or "aufwand" in folded
    return None if income is expense else Side.INCOME if income else Side.EXPENSE


def combine(account: Side | None, line: Side | None) -> Side | None:
    """Account before plan line, except where the file itself shows an allocation account as a line of its plan."""
    if account in _ALLOCATION and line is not None:
        return line
    return account or line


def on_plan(side: Side, is_cash: bool | None) -> Side:
    """The side in the plan that the row names: Einnahme of the Vermögenshaushalt is CASH_IN."""
    if is_cash is None:
        return side
    return (_TO_CASH if is_cash else _TO_OPERATING).get(side, side)


def find_sign(wanted: Sign | None, sums: dict[Side, int]) -> tuple[Sign, bool]:
    """The sign rule by the sums per side as the source writes them, and whether the sums contradict every rule."""
    if wanted is not None:
        return wanted, False
    if not any(sums.values()):
        return Sign.INCOME_POSITIVE, False
    income = sums.get(Side.INCOME, 0) or sums.get(Side.CASH_IN, 0) or sums.get(Side.INTERNAL_IN, 0)
    expense = sums.get(Side.EXPENSE, 0) or sums.get(Side.CASH_OUT, 0) or sums.get(Side.INTERNAL_OUT, 0)
    if income < 0:
        return Sign.INCOME_NEGATIVE, expense < 0
    if expense < 0:
        return Sign.INCOME_POSITIVE, False
    return Sign.NATURAL, False


def factors(sign: Sign) -> NDArray[np.int64]:
    """For each side in the order of SIDES what the source amount is multiplied with."""
    incoming = (Side.INCOME, Side.CASH_IN, Side.INTERNAL_IN)
    if sign is Sign.INCOME_POSITIVE:
        return np.ones(len(SIDES), np.int64)
    if sign is Sign.INCOME_NEGATIVE:
        return -np.ones(len(SIDES), np.int64)
    return np.array([1 if side in incoming else -1 for side in SIDES], np.int64)


def positions(
    accounts: Sequence[Key | None], lines: Sequence[Key | None], scheme: str | None
) -> tuple[list[str], NDArray[np.int32], NDArray[np.int32]]:
    """Codes of positions, and two tables (account × side, plan line × side) of indices into them, -1 unknown."""
    index: dict[str, int] = {}
    by_account = np.full((max(len(accounts), 1), len(SIDES)), NONE, np.int32)
    for row, key in enumerate(accounts):
        for column, side in enumerate(SIDES):
            found = _account_position(key, side, scheme)
            if found:
                by_account[row, column] = index.setdefault(found, len(index))
    by_line = np.full((max(len(lines), 1), len(SIDES)), NONE, np.int32)
    for row, key in enumerate(lines):
        for column, side in enumerate(SIDES):
            found = schemes.position_by_name(key.name, side) if key and key.name else None
            if found:
                by_line[row, column] = index.setdefault(found, len(index))
    return list(index), by_account, by_line


def _account_position(key: Key | None, side: Side, scheme: str | None) -> str | None:
    if key is None:
        return None
    position = schemes.SCHEMES[scheme].position(key.code) if scheme and key.code else None
    if position:
        position = schemes.on_side(position, side)
        if schemes.POSITIONS[position].side is side:
            return position
    return schemes.position_by_name(key.name, side) if key.name else None
