"""Totals of budget lines per year, stage and side: what an import shows beside the sums its user expects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .tables import SIDES, STAGES, Frame, Side, Stage


@dataclass(frozen=True, slots=True)
class Total:
    year: int
    stage: Stage
    side: Side
    cents: int
    """Positive improves the result: a total of expense is negative."""
    lines: int

    def as_dict(self) -> dict[str, Any]:
        return {
            "year": self.year,
            "stage": self.stage.value,
            "side": self.side.value,
            "cents": self.cents,
            "euros": euros(self.cents),
            "lines": self.lines,
        }


def euros(cents: int) -> str:
    """Decimal euros as text, exact: -1234 → "-12.34"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def totals(lines: Frame) -> list[Total]:
    """One total per year, stage and side that occurs, in this order. Exact: the sums are integers."""
    year, stage, side = lines.array("year"), lines.array("stage"), lines.array("side")
    amount = lines.array("amount_cents")
    sums: dict[int, list[int]] = {}
    for start in range(0, lines.length, 1 << 16):
        piece = slice(start, start + (1 << 16))
        key = (year[piece].astype(np.int64) * len(STAGES) + stage[piece]) * len(SIDES) + side[piece]
        found, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
        cents = np.zeros(len(found), np.int64)
        np.add.at(cents, inverse, amount[piece])
        for k, value, count in zip(found.tolist(), cents.tolist(), counts.tolist(), strict=True):
            entry = sums.setdefault(k, [0, 0])
            entry[0] += value
            entry[1] += count
    return [_total(key, *sums[key]) for key in sorted(sums)]


def _total(key: int, cents: int, count: int) -> Total:
    rest, side = divmod(key, len(SIDES))
    year, stage = divmod(rest, len(STAGES))
    return Total(year, STAGES[stage], SIDES[side], cents, count)
