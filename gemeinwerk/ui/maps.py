"""Maps as pictures made of text: areas from GeoJSON, each a link with its name; no tiles, no script."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

STEPS = 5
"""Classes of a colored map; class 0 means: no figure."""
Ring = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Area:
    """One area: `geometry` is a GeoJSON Polygon or MultiPolygon in degrees."""

    label: str
    geometry: Mapping[str, Any]
    url: str = ""
    step: int = 0
    """The color class, 1 (low) to 5 (high); 0 where there is no figure."""
    is_own: bool = False


def steps_of(values: Iterable[float | None]) -> list[int]:
    """Color classes with about the same number of areas each; equal figures share a class, missing ones are 0."""
    listed = list(values)
    known = sorted(value for value in listed if value is not None)
    bounds = [known[len(known) * step // STEPS] for step in range(1, STEPS)] if known else []
    return [0 if value is None else 1 + sum(value >= bound for bound in bounds) for value in listed]


def legend(values: Iterable[float | None], write: Callable[[float], str]) -> list[tuple[str, str]]:
    """What the colors mean, as (class, text): from the lowest to the highest figure of each class that occurs."""
    listed = list(values)
    found: list[tuple[str, str]] = []
    for step in range(1, STEPS + 1):
        inside = [v for v, s in zip(listed, steps_of(listed), strict=True) if v is not None and s == step]
        if inside:
            low, high = write(min(inside)), write(max(inside))
            found.append((f"m-step-{step}", low if low == high else f"{low} bis {high}"))
    return found + ([("m-step-0", "keine Angabe")] if None in listed else [])


def area_map(title: str, areas: Sequence[Area], *, description: str = "", width: int = 640) -> SafeString:
    """The map as inline SVG, equirectangular around its middle latitude: true enough for a Land, and plain."""
    rings = [list(_rings(area.geometry)) for area in areas]
    points = [point for found in rings for ring in found for point in ring]
    ident = f"m{sha256(f'{title}|{len(points)}|{width}'.encode()).hexdigest()[:10]}"
    height, place = _projection(points, width)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="group" '
        f'aria-labelledby="{ident}-t {ident}-d"><title id="{ident}-t">{escape(title)}</title>'
        f'<desc id="{ident}-d">{escape(description or f"Karte mit {len(areas)} Gebieten")}</desc>'
        f'<rect class="c-back" width="{width}" height="{height}"/>'
    ]
    for area, found in sorted(zip(areas, rings, strict=True), key=lambda pair: pair[0].is_own):
        parts.append(_drawn(area, "".join(_path(ring, place) for ring in found)))
    return mark_safe("".join([*parts, "</svg>"]))  # noqa: S308 — every text in it went through escape()


def _drawn(area: Area, path: str) -> str:
    css = f"m-step-{min(max(area.step, 0), STEPS)}" + (" m-own" if area.is_own else "")
    label = escape(area.label)
    shape = f'<path class="{css}" d="{path}"><title>{label}</title></path>'
    if not area.url:
        return f'<g role="img" aria-label="{label}">{shape}</g>'
    return f'<a href="{escape(area.url)}" aria-label="{label}">{shape}</a>'


def _rings(geometry: Mapping[str, Any]) -> Iterator[Ring]:
    kind, coordinates = geometry.get("type"), geometry.get("coordinates") or ()
    if kind == "Polygon":
        yield from coordinates
    elif kind == "MultiPolygon":
        for polygon in coordinates:
            yield from polygon


def _projection(points: Sequence[Sequence[float]], width: int) -> tuple[int, Any]:
    if not points:
        return width // 2, lambda point: (0.0, 0.0)
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    shrink = math.cos(math.radians((south + north) / 2))
    scale = (width - 8) / max((east - west) * shrink, 1e-9)
    # A strip of land must not become an endless picture.
    scale = min(scale, 1.6 * width / max(north - south, 1e-9))
    height = int((north - south) * scale) + 8

    def place(point: Sequence[float]) -> tuple[float, float]:
        return 4 + (point[0] - west) * shrink * scale, 4 + (north - point[1]) * scale

    return height, place


def _path(ring: Ring, place: Any) -> str:
    """One ring, rounded to a tenth; points that fall together are left out."""
    written: list[str] = []
    for point in ring:
        x, y = place(point)
        step = f"{x:.1f} {y:.1f}".replace(".0 ", " ").removesuffix(".0")
        if not written or written[-1] != step:
            written.append(step)
    return f"M{'L'.join(written)}Z" if len(written) > 2 else ""
