"""On which side each row stands and what its sign does to the amount: decided per combination, applied per row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gemeinwerk.engine.tables import SIDES, Codes, Side

from . import lookup, sides, subtotals
from .collect import Collected
from .mapping import Sign
from .meanings import Meanings

_IS_CASH = np.array([side in (Side.CASH_IN, Side.CASH_OUT) for side in SIDES] + [False], np.bool_)
_IS_INTERNAL = np.array([side in (Side.INTERNAL_IN, Side.INTERNAL_OUT) for side in SIDES] + [False], np.bool_)
"""By index into SIDES; -1, no side, is the last one."""


class RowSides:
    """The sides of the rows of one file."""

    def __init__(
        self,
        collected: Collected,
        meanings: Meanings,
        codes: dict[str, Codes],
        cents: list[NDArray[np.int64]],
        present: list[NDArray[np.bool_] | None],
    ) -> None:
        self.c = collected
        self.k = meanings
        self.codes = codes
        self.cents = cents
        self.present = present

    def spoken_by_account(self, codes: Codes) -> list[Side | None]:
        """The side that rows themselves name, where all rows of an account agree."""
        if "context" not in self.codes or not any(context.side for context in self.k.context):
            return [None] * len(self.k.account)
        lut = np.array([sides.CODE[c.side] if c.side else sides.NONE for c in self.k.context], np.int8)
        size = len(self.k.account)
        table = np.zeros((size, len(SIDES)), np.bool_)
        for piece in lookup.slices(self.c.rows):
            spoken = lut[self.codes["context"][piece]]
            known = spoken >= 0
            table[codes[piece][known], spoken[known]] = True
        return [SIDES[int(row.argmax())] if row.sum() == 1 else None for row in table]

    def of_rows(self, scheme: sides.SchemeFind) -> list[NDArray[np.int8]]:
        """For each amount column the side of each row as index into SIDES, -1 where only the sign can tell."""
        by_account = sides.account_sides(self.k.account, scheme.scheme)
        by_line = sides.line_sides(self.k.line)
        base = self._base_sides(by_account, by_line)
        result = []
        for amount in self.c.amounts:
            own = base
            if amount.role.side:
                own = np.full(self.c.rows, sides.CODE[amount.role.side], np.int8)
                own = self._moved_by_plan(own, by_account)
            result.append(own)
        return result

    def _base_sides(self, by_account: list[Side | None], by_line: list[Side | None]) -> NDArray[np.int8]:
        """Plan line, then account, then the word of the row; each one overrules what stands before it."""
        result = np.full(self.c.rows, sides.NONE, np.int8)
        spoken = [context.side for context in self.k.context]
        layers = [
            (_sides(by_line), "line", False),
            (_sides(by_account), "account", False),
            (_sides(spoken), "context", True),
        ]
        for table, group, is_word in layers:
            if group not in self.codes or not (table >= 0).any():
                continue
            for piece in lookup.slices(self.c.rows):
                found = table[self.codes[group][piece]]
                own = result[piece]
                use = found >= 0
                if is_word:
                    found = np.where(_IS_CASH[own], _move(found, is_cash=True), found)
                else:
                    use &= ~(_IS_INTERNAL[found] & (own >= 0))
                own[use] = found[use]
        return self._moved_by_plan(result, [])

    def _moved_by_plan(self, own: NDArray[np.int8], by_account: list[Side | None]) -> NDArray[np.int8]:
        """Einnahme and Ausgabe of the Vermögenshaushalt or Finanzplan are cash."""
        cash = self._cash_rows(by_account)
        if cash is None:
            return own
        own = own.copy()
        for is_cash in (True, False):
            rows = cash == int(is_cash)
            own[rows] = _move(own[rows], is_cash=is_cash)
        return own

    def _cash_rows(self, by_account: list[Side | None]) -> NDArray[np.int8] | None:
        """1 cash, 0 operating, -1 not told."""
        context = [-1 if c.is_cash is None else int(c.is_cash) for c in self.k.context]
        account = [-1 if side is None else int(side in (Side.CASH_IN, Side.CASH_OUT)) for side in by_account]
        result = None
        for values, group in ((account, "account"), (context, "context")):
            if any(value >= 0 for value in values):
                found = lookup.pick(np.array(values, np.int8), self.codes[group])
                result = found if result is None else np.where(found >= 0, found, result)
        return result

    def sign(self, by_row: list[NDArray[np.int8]], reasons: NDArray[np.int8], wanted: Sign | None) -> tuple[Sign, bool]:
        sums: dict[Side, int] = {}
        for cents, own in zip(self.cents, by_row, strict=True):
            for piece in lookup.slices(len(cents)):
                is_line = reasons[piece] == subtotals.LINE
                for code, side in enumerate(SIDES):
                    rows = (own[piece] == code) & is_line
                    sums[side] = sums.get(side, 0) + int(cents[piece][rows].sum())
        return sides.find_sign(wanted, sums)

    def by_sign(self, by_row: list[NDArray[np.int8]], sign: Sign, reasons: NDArray[np.int8]) -> int:
        """Gives the rows without a side the one their sign means, and internal allocation its direction."""
        income_negative = sign is Sign.INCOME_NEGATIVE
        unsided = 0
        internal = [sides.CODE[Side.INTERNAL_IN], sides.CODE[Side.INTERNAL_OUT]]
        for place, (cents, own) in enumerate(zip(self.cents, by_row, strict=True)):
            open_ = own == sides.NONE
            allocation = lookup.pick(_IS_INTERNAL, own) if sign is not Sign.NATURAL else np.zeros(0, np.bool_)
            if not open_.any() and not allocation.any():
                continue
            own = own.copy()
            better = cents < 0 if income_negative else cents >= 0
            counted = open_ & (cents != 0) & (reasons == subtotals.LINE)
            present = self.present[place]
            unsided += int((counted if present is None else counted & present).sum())
            other = Side.INCOME if sign is Sign.NATURAL else Side.EXPENSE
            own[open_ & better], own[open_ & ~better] = sides.CODE[Side.INCOME], sides.CODE[other]
            if allocation.any():
                own[allocation & better], own[allocation & ~better] = internal
            by_row[place] = self._moved_by_plan(own, []) if open_.any() else own
        return unsided

    def apply_sign(self, by_row: list[NDArray[np.int8]], sign: Sign, unit: int) -> None:
        """In place, piece by piece, so that no second copy of the amounts is held."""
        factors = sides.factors(sign) * unit
        minus = self._minus_rows() if sign is Sign.NATURAL else None
        for cents, own in zip(self.cents, by_row, strict=True):
            for start in range(0, len(cents), lookup.CHUNK):
                piece = cents[start : start + lookup.CHUNK]
                times = factors[own[start : start + lookup.CHUNK]]
                if minus is not None:
                    signed = minus[start : start + lookup.CHUNK] & (piece < 0)
                    times = np.where(signed, unit, times)
                piece *= times

    def _minus_rows(self) -> NDArray[np.bool_] | None:
        """Rows labelled "- Zinsen…": a negative amount there already carries its sign."""
        if self.k.minus is None or not self.k.minus.any():
            return None
        return lookup.pick(self.k.minus, self.codes["line" if self.k.line else "account"])


def _move(own: NDArray[np.int8], *, is_cash: bool) -> NDArray[np.int8]:
    lut = np.array([sides.CODE[sides.on_plan(side, is_cash)] for side in SIDES] + [sides.NONE], np.int8)
    return lut[own]


def _sides(found: Sequence[Side | None]) -> NDArray[np.int8]:
    return np.array([sides.CODE[side] if side else sides.NONE for side in found] or [sides.NONE], np.int8)
