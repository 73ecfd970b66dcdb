"""The invented map of the demo region: fourteen municipalities that fill a district without gaps."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from shapely import MultiPoint, Point, Polygon
from shapely.geometry import mapping
from shapely.ops import voronoi_diagram

WEST, SOUTH = 9.62, 50.41
DEGREES = 0.62
"""The district is a square of this width, somewhere where maps show woods."""


@dataclass(frozen=True, slots=True)
class Landscape:
    shapes: dict[str, Polygon]
    """By number of the municipality, in WGS 84."""

    def geometry(self, number: str) -> dict[str, Any]:
        return mapping(self.shapes[number])

    def neighbors(self) -> list[tuple[str, str, int]]:
        """Pairs that share a border, with its rough length in meters."""
        numbers = sorted(self.shapes)
        pairs = []
        for i, first in enumerate(numbers):
            for second in numbers[i + 1 :]:
                border = self.shapes[first].intersection(self.shapes[second]).length
                if border > 1e-6:
                    pairs.append((first, second, round(border * 90_000)))
        return pairs


def landscape(places: dict[str, tuple[float, float]], seed: int) -> Landscape:
    """`places` gives each municipality its town hall in the unit square."""
    chance = random.Random(seed)
    outline = Polygon([(x, y) for x, y in _ring(chance)])
    points = MultiPoint([Point(x, y) for x, y in places.values()])
    cells = voronoi_diagram(points, envelope=outline.buffer(0.4)).geoms
    shapes = {}
    for number, (x, y) in places.items():
        cell = next(cell for cell in cells if cell.contains(Point(x, y))).intersection(outline)
        shapes[number] = Polygon(
            [(round(WEST + px * DEGREES, 4), round(SOUTH + py * DEGREES, 4)) for px, py in cell.exterior.coords]
        )
    return Landscape(shapes)


def _ring(chance: random.Random) -> list[tuple[float, float]]:
    """An outline that looks grown: a circle with dents."""
    from math import cos, pi, sin

    corners = 40
    ring = []
    for i in range(corners):
        angle = 2 * pi * i / corners
        radius = 0.53 + 0.06 * sin(3 * angle) + chance.uniform(-0.025, 0.025)
        ring.append((0.5 + radius * cos(angle), 0.5 + radius * sin(angle)))
    return ring
