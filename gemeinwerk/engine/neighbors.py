"""Who borders on whom, and over how many metres (docs/methods/neighbors.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from .geometry import UTM32, WGS84, Shape, project

TOLERANCE_M = 1.0
"""Two borders closer than this are the same border: sources repeat a border with slightly different corners."""
SHORTEST_M = 10.0
"""A shorter common border is a corner at which four areas meet, no neighborhood."""


@dataclass(frozen=True, slots=True)
class Border:
    """Two keys in ascending order and the length of their common border."""

    first: str
    second: str
    meters: int


def borders(
    shapes: Sequence[Shape], *, tolerance_m: float = TOLERANCE_M, shortest_m: float = SHORTEST_M
) -> tuple[Border, ...]:
    """The common borders of all pairs, sorted by keys. Areas are compared with all others: hand in one level only."""
    if len(shapes) < 2:
        return ()
    outlines = shapely.boundary(np.array(project([shape.geometry for shape in shapes], WGS84, UTM32), dtype=object))
    found = []
    for one, other, meters in _common(outlines, tolerance_m):
        if meters >= shortest_m:
            first, second = sorted((shapes[one].key, shapes[other].key))
            found.append(Border(first, second, round(meters)))
    return tuple(sorted(found, key=lambda border: (border.first, border.second)))


def _common(outlines: np.ndarray[tuple[int], np.dtype[np.object_]], tolerance_m: float) -> list[tuple[int, int, float]]:
    """Pairs whose outlines come closer than the tolerance, with the length they share."""
    tree = shapely.STRtree(outlines)
    one, other = tree.query(outlines, predicate="dwithin", distance=tolerance_m)
    pairs = one < other
    one, other = one[pairs], other[pairs]
    shared = shapely.intersection(outlines[one], outlines[other], grid_size=tolerance_m)
    lengths = shapely.length(shared)
    return [(int(i), int(j), float(meters)) for i, j, meters in zip(one, other, lengths, strict=True)]
