"""Small frames of budget lines for tests, written as rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from gemeinwerk.engine.tables import LINES, SIDES, STAGES, Frame, Key, Side, Stage, category

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For comparisons with twins: enough cases to find what is wrong, and no clock, because the machine may be busy."""


class Line(NamedTuple):
    cents: int
    year: int = 2026
    stage: Stage = Stage.ESTIMATE
    side: Side = Side.INCOME
    product: str | None = "11"
    account: str | None = "4011"
    position: str | None = "taxes"
    unit: str | None = None


def frame(rows: list[Line]) -> Frame:
    """The rows as they would come out of a file: row numbers from 2, the amount in column 7."""
    return Frame(
        LINES,
        {
            "sheet": np.zeros(len(rows), np.int16),
            "row": np.arange(2, len(rows) + 2, dtype=np.int32),
            "column": np.full(len(rows), 7, np.int16),
            "year": np.array([row.year for row in rows], np.int16),
            "stage": np.array([STAGES.index(row.stage) for row in rows], np.int8),
            "side": np.array([SIDES.index(row.side) for row in rows], np.int8),
            "product": category([_key(row.product) for row in rows]),
            "unit": category([_key(row.unit) for row in rows]),
            "account": category([_key(row.account) for row in rows]),
            "position": category([_key(row.position) for row in rows]),
            "amount_cents": np.array([row.cents for row in rows], np.int64),
        },
    )


def _key(code: str | None) -> Key | None:
    return None if code is None else Key(code, f"Name {code}")


ANY_LINE = st.builds(
    Line,
    cents=st.one_of(st.integers(-500, 500), st.integers(-(2**44), 2**44)),
    year=st.integers(2024, 2026),
    stage=st.sampled_from([Stage.FORECAST, Stage.ESTIMATE, Stage.ACTUAL, Stage.COMMITMENT]),
    side=st.sampled_from(list(Side)),
    product=st.sampled_from(["11", "12", "5311", None]),
    account=st.sampled_from(["4011", "5011", "7851", None]),
    position=st.sampled_from(["taxes", "staff", "internal_income", "internal_expense", "transfer_to_capital", None]),
    unit=st.sampled_from(["A", None]),
)
ANY_LINES = st.lists(ANY_LINE, max_size=25)
