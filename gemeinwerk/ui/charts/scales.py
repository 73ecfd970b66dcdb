"""From figures to places and labels: units, ticks, axes. Labels are exact; only places on the canvas are floats."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gemeinwerk.ui import formats

from .canvas import Canvas, text_width

Figure = int | float


@dataclass(frozen=True, slots=True)
class Unit:
    """How figures of one chart are written: `value / divisor` with `places`, and the name of the unit."""

    name: str
    divisor: int = 1
    places: int = 0
    kind: str = "number"

    def short(self, value: Figure | None, *, plus: bool = False) -> str:
        """The figure without its unit, as it stands at a bar."""
        fraction = formats.exact(value)
        if fraction is None:
            return formats.MISSING
        return formats.fixed(formats.quotient(fraction, self.divisor, self.places), self.places, plus=plus)

    def full(self, value: Figure | None) -> str:
        """The figure as it stands in the table."""
        if self.kind == "euro":
            return formats.euro0(value)
        if self.kind == "percent":
            return formats.percent(value)
        return formats.number(value)

    def tick(self, value: Figure) -> str:
        return formats.number(Fraction(repr(value)) if isinstance(value, float) else value)


def unit_of(kind: str, values: Iterable[Figure | None], name: str = "") -> Unit:
    """The unit in which the largest figure is short: €, T€ or Mio. € for money given in cents."""
    largest = max((abs(value) for value in values if value is not None), default=0)
    if kind == "percent":
        return Unit("%", 1, 1, "percent")
    if kind != "euro":
        whole = all(value is None or value == int(value) for value in [largest])
        return Unit(name, 1, 0 if whole and largest >= 10 else 1, "number")
    if largest >= 100_000_000:
        return Unit(f"Mio.{formats.NBSP}€", 100_000_000, 1 if largest < 100_000_000_000 else 0, "euro")
    return Unit("T€", 100_000, 0, "euro") if largest >= 1_000_000 else Unit("€", 100, 0, "euro")


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`; zero is always among them if it lies between."""
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-3):
        high = low + max(abs(low), 1)
    rough = (high - low) / max(wanted - 1, 1)
    magnitude = 10 ** math.floor(math.log10(rough))
    step = next(step * magnitude for step in (1, 2, 2.5, 5, 10) if step * magnitude >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps figures (already divided by the unit) to places between `start` and `stop`."""

    low: float
    high: float
    start: float
    stop: float

    def at(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.stop - self.start)


@dataclass(frozen=True, slots=True)
class Frame:
    """The field in which bars or lines are drawn, with its vertical scale."""

    left: float
    right: float
    top: float
    bottom: float
    scale: Scale

    @property
    def width(self) -> float:
        return self.right - self.left


def scaled(value: Figure, unit: Unit) -> float:
    factor = 100 if unit.kind == "percent" else 1
    return value * factor / unit.divisor


def vertical(
    canvas: Canvas,
    figures: Sequence[float],
    unit: Unit,
    top: float,
    *,
    bottom: float,
    right: float,
    from_zero: bool = True,
) -> Frame:
    """Draw the grid and the labels of the vertical axis; figures are in the unit already."""
    ends = [0.0, *figures] if from_zero else figures
    low, high = min(ends), max(ends)
    marks = ticks(low, high if high > low else low + 1)
    labels = [unit.tick(mark) for mark in marks]
    left = max(text_width(label) for label in labels) + 8
    floor = canvas.height - bottom
    scale = Scale(marks[0], marks[-1], floor, top)
    canvas.text(0, top - LINE_ABOVE, f"in {unit.name}" if unit.name else "", "c-muted")
    for mark, label in zip(marks, labels, strict=True):
        y = scale.at(mark)
        canvas.line(left, y, canvas.width - right, y, "c-axis" if mark == 0 else "c-grid")
        canvas.text(left - 8, y + 5, label, "c-muted", "end")
    return Frame(left, canvas.width - right, top, floor, scale)


LINE_ABOVE = 12
