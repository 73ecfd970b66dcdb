"""Rows that are sums of other rows: kept apart from the lines, and compared with what the lines add up to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gemeinwerk.engine.tables import Codes

from . import lookup
from .words import fold, is_subtotal

LINE, LABEL, MISSING_KEYS, HIERARCHY, BELOW_RESULT, NEIGHBORS = range(6)
REASONS = {
    LABEL: "Die Bezeichnung nennt eine Summe.",
    MISSING_KEYS: "Produkt und Konto fehlen, der Betrag ist die Summe anderer Zeilen.",
    HIERARCHY: "Der Betrag ist die Summe der Zeilen mit feinerem Schlüssel.",
    BELOW_RESULT: "Die Zeile steht unter dem Ergebnis und ist weder Ertrag noch Aufwand.",
    NEIGHBORS: "Der Betrag ist in jeder Spalte die Summe der benachbarten Zeilen.",
}
MAX_COMPARED = 400
_BELOW = re.compile(r"inanspruchnahme der (allgemeinen |ausgleichs ?)ruecklage|entnahme aus der ausgleichs ?ruecklage")
_SUM_WORD = re.compile(r"^(gesamt|zwischen|teil|end)?summen?\b|^insgesamt\b|\bsumme$|^total\b")

Flags = NDArray[np.bool_]


def flag_names(texts: Sequence[tuple[str, ...]]) -> NDArray[np.int8]:
    """For each combination of cells whether its words name a sum (LABEL) or a row below the result."""
    flags = np.zeros(max(len(texts), 1), np.int8)
    for i, cells in enumerate(texts):
        long_code = any(cell.isdigit() and len(cell) >= 4 for cell in cells)
        for cell in cells:
            if not cell or cell.isdigit():
                continue
            if _BELOW.search(fold(cell)):
                flags[i] = BELOW_RESULT
            elif is_subtotal(cell) and (not long_code or cell.lstrip().startswith("=") or _SUM_WORD.search(fold(cell))):
                flags[i] = LABEL
    return flags


@dataclass(slots=True)
class Rows:
    """The rows of the collection, as far as subtotals need them."""

    count: int
    keys: dict[str, Codes]
    empty: dict[str, NDArray[np.bool_]]
    """Per group and combination whether all its cells are empty."""
    cents: list[NDArray[np.int64]]
    present: list[Flags | None]
    years: Codes
    """Per combination of the context its year."""

    def same_year(self, row: int) -> Flags | np.bool_:
        if "context" not in self.keys:
            return np.bool_(True)
        codes = self.keys["context"]
        fits: Flags = self.years == self.years[codes[row]]
        return lookup.pick(fits, codes)

    def any_amount(self) -> Flags:
        result = np.zeros(self.count, np.bool_)
        for present in self.present:
            if present is None:
                return np.ones(self.count, np.bool_)
            result |= present
        return result


def missing_keys(rows: Rows, reasons: NDArray[np.int8], with_amount: Flags) -> None:
    """Marks rows whose usual keys are empty and whose amounts are the sum of others."""
    groups = [group for group in ("product", "account", "line") if group in rows.keys]
    if not groups:
        return
    if not any(rows.empty[group].any() for group in groups):
        return
    empties = {group: lookup.pick(rows.empty[group], rows.keys[group]) for group in groups}
    nothing = np.logical_and.reduce(list(empties.values()))
    if "unit" in rows.keys:
        nothing &= lookup.pick(rows.empty["unit"], rows.keys["unit"])
    candidates = nothing & with_amount & (reasons == LINE)
    if candidates.any():
        reasons[candidates] = MISSING_KEYS
    what = [group for group in ("account", "line") if group in empties]
    if what:
        _partly(rows, reasons, with_amount, np.logical_and.reduce([empties[g] for g in what]), "product")
    if "product" in empties:
        _partly(rows, reasons, with_amount, empties["product"], what[0] if what else None)


def _partly(rows: Rows, reasons: NDArray[np.int8], with_amount: Flags, empty: Flags, other: str | None) -> None:
    usual = with_amount & (reasons == LINE)
    candidates = np.flatnonzero(usual & empty)
    if not len(candidates) or len(candidates) > 0.2 * usual.sum() or len(candidates) > MAX_COMPARED:
        return
    lines = usual & ~empty
    for row in candidates:
        group = lines & _same(rows, other, int(row)) & _same(rows, "context", int(row))
        if group.sum() > 1 and _adds_up(rows, int(row), group):
            reasons[row] = MISSING_KEYS


def _same(rows: Rows, group: str | None, row: int) -> Flags | np.bool_:
    if group is None or group not in rows.keys:
        return np.bool_(True)
    codes = rows.keys[group]
    fits: Flags = codes == codes[row]
    return fits


def _adds_up(rows: Rows, row: int, group: Flags) -> bool:
    """Whether every amount of the row is the sum of the group, and one of them is not zero."""
    found = False
    for cents, present in zip(rows.cents, rows.present, strict=True):
        if present is not None and not present[row]:
            continue
        own = int(cents[row])
        total = int(cents[group if present is None else group & present].sum())
        if own != total:
            return False
        found |= own != 0
    return found


def hierarchy(rows: Rows, reasons: NDArray[np.int8], group: str, within: str | None, codes: Sequence[str]) -> None:
    """Marks rows whose code begins the codes of finer rows and whose amount is their sum ("50" above "501", "502")."""
    parents = _parents(codes)
    if not parents or group not in rows.keys or rows.count > 300_000:
        return
    keys = rows.keys[group]
    for parent, children in parents.items():
        mine = np.flatnonzero((keys == parent) & (reasons == LINE))
        below = np.isin(keys, children) & (reasons == LINE)
        if not len(mine) or len(mine) > MAX_COMPARED:
            continue
        hits = [
            _adds_up(rows, int(row), below & _same(rows, within, int(row)) & _same(rows, "context", int(row)))
            for row in mine
        ]
        if sum(hits) >= max(1, 0.9 * len(hits)):
            reasons[mine] = HIERARCHY


def _parents(codes: Sequence[str]) -> dict[int, list[int]]:
    """For each code that begins others the indices of those others; nothing if that is the habit of the whole file."""
    known = [(code.replace(".", ""), i) for i, code in enumerate(codes) if code]
    if len(known) > 3000:
        return {}
    ordered = sorted(known)
    result: dict[int, list[int]] = {}
    for place, (code, i) in enumerate(ordered):
        below = []
        for other, j in ordered[place + 1 :]:
            if not other.startswith(code):
                break
            if other != code:
                below.append(j)
        if below and len(code) >= 1:
            result[i] = below
    return result


# --- comparing --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Comparison:
    """Looks for the group of lines that a subtotal row sums up; all amounts with the sign of the source."""

    rows: Rows
    reasons: NDArray[np.int8]
    incoming: Flags
    """Rows on the income side."""
    earlier: dict[int, list[int]]

    def lines_cents(self, row: int, column: int, label: str) -> int | None:
        cents, present = self.rows.cents[column], self.rows.present[column]
        own = int(cents[row])
        for value in self._candidates(row, column):
            if abs(value) == abs(own) and (value == own or value == -own):
                self.earlier.setdefault(column, []).append(own)
                return own
        self.earlier.setdefault(column, []).append(own)
        group = self._group(row) if present is None else self._group(row) & present
        folded = fold(label)
        if "ertr" in folded and "aufw" not in folded:
            return int(cents[group & self.incoming].sum())
        if "aufw" in folded and "ertr" not in folded:
            return int(cents[group & ~self.incoming].sum())
        return None

    def _group(self, row: int) -> Flags:
        group: Flags = self.reasons == LINE
        group &= self.rows.same_year(row)
        empty = self.rows.empty.get("product")
        if empty is not None and not empty[self.rows.keys["product"][row]]:
            group &= _same(self.rows, "product", row)
        return group

    def _candidates(self, row: int, column: int) -> list[int]:
        cents, present = self.rows.cents[column], self.rows.present[column]
        lines = self.reasons == LINE
        if present is not None:
            lines &= present
        group = self._group(row) & lines
        income, expense = int(cents[group & self.incoming].sum()), int(cents[group & ~self.incoming].sum())
        result = [income + expense, income - expense, income, expense]
        everything = int(cents[lines].sum())
        result.append(everything)
        stops = np.flatnonzero(self.reasons[:row] != LINE)
        start = int(stops[-1]) + 1 if len(stops) else 0
        result.append(int(cents[start:row][lines[start:row]].sum()))
        recent = self.earlier.get(column, [])[-12:]
        result += [a + b for a in recent for b in recent if a is not b]
        result += [a - b for a in recent for b in recent]
        return result
