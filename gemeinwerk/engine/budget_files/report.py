"""Says in German sentences what was noticed while reading."""

from __future__ import annotations

from collections.abc import Sequence

from gemeinwerk.engine.finds import Finds

from .build import Built
from .collect import Collected
from .limits import Hints
from .mapping import Mapping
from .result import Facts, Subtotal

MAX_SINGLE = 20


def report(
    finds: Finds,
    built: Built,
    collected: Collected,
    facts: Facts,
    mapping: Mapping,
    hints: Hints,
    subtotals: Sequence[Subtotal],
) -> None:
    pass
