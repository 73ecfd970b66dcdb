"""Size classes as dated data (`engine/data/size_classes.csv`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from gemeinwerk.bodies.models import Body
from gemeinwerk.engine.reference import csv_rows


@dataclass(frozen=True, slots=True)
class SizeClass:
    scheme: str
    number: str
    name: str
    source: str


@cache
def _size_rows() -> tuple[dict[str, str], ...]:
    return tuple(csv_rows("size_classes.csv"))


def size_class(body: Body, inhabitants: int | None, on: date, *, scheme: str = "kgst") -> SizeClass | None:
    """The class of a count on a day, lower bound inclusive; None without a count or for bodies without classes."""
    level = "district" if body.kind == Body.Kind.DISTRICT else "municipality" if body.is_municipal else ""
    if inhabitants is None:
        return None
    for row in _size_rows():
        is_valid = date.fromisoformat(row["valid_from"]) <= on and (
            not row["valid_to"] or on <= date.fromisoformat(row["valid_to"])
        )
        fits = int(row["lower"]) <= inhabitants and (not row["upper"] or inhabitants < int(row["upper"]))
        if is_valid and fits and (row["scheme"], row["level"]) == (scheme, level):
            return SizeClass(scheme, row["class"], row["name"], row["source"])
    return None
