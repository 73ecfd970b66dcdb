"""Charts over time: lines with their names at the end, and the sparkline that fits in a table cell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe

from .canvas import FONT, LINE_HEIGHT, NARROW, WIDE, Canvas, Chart, Series, legend, shortened, text_width
from .columns import describe, table_of
from .scales import Frame, Scale, Unit, scaled, unit_of, vertical


def line(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str = "euro",
    unit_name: str = "",
    planned_from: int | None = None,
    note: str = "",
    corner: str = "Jahr",
) -> Chart:
    """Lines over the labels; from the index `planned_from` on they are dashed (plan instead of result)."""
    measure = unit_of(unit, (value for one in series for value in one.values), unit_name)
    pictures = [_lines(Canvas(width, 320), labels, series, measure, planned_from) for width in (WIDE, NARROW)]
    description = describe("Liniendiagramm", labels, series, measure)
    if is_cut([scaled(value, measure) for one in series for value in one.values if value is not None]):
        note = f"{note} Die Achse beginnt nicht bei 0.".strip()
    return Chart(title, description, *pictures, table_of(corner, labels, series, measure), note)


def _lines(canvas: Canvas, labels: Sequence[str], series: Sequence[Series], unit: Unit, planned: int | None) -> Canvas:
    names_at_end = len(series) > 1 and canvas.width == WIDE
    top = 2 * LINE_HEIGHT if names_at_end or len(series) < 2 else legend(canvas, series) + LINE_HEIGHT
    right = min(max(text_width(one.name) for one in series) + 20, 180.0) if names_at_end else 14.0
    figures = [scaled(value, unit) for one in series for value in one.values if value is not None]
    frame = vertical(canvas, figures, unit, top, bottom=2 * LINE_HEIGHT, right=right, from_zero=not is_cut(figures))
    step = frame.width / max(len(labels) - 1, 1)
    _time_labels(canvas, labels, frame, step)
    ends: list[tuple[float, float, str, int]] = []
    for number, one in enumerate(series):
        points = _points(one, frame, unit, step)
        _draw(canvas, points, number, planned)
        if points:
            ends.append((*points[-1][1:], one.name, number))
    if names_at_end:
        _names(canvas, ends, frame, right)
    else:
        _values(canvas, series, frame, unit, step)
    return canvas


def is_cut(figures: Sequence[float]) -> bool:
    """Lines far above zero, close together, are shown from near their lowest point; the note says so."""
    return bool(figures) and min(figures) > 0.5 * max(figures) > 0


def _points(one: Series, frame: Frame, unit: Unit, step: float) -> list[tuple[int, float, float]]:
    return [
        (place, frame.left + place * step, frame.scale.at(scaled(value, unit)))
        for place, value in enumerate(one.values)
        if value is not None
    ]


def _draw(canvas: Canvas, points: list[tuple[int, float, float]], number: int, planned: int | None) -> None:
    """Pieces between known neighbors; a gap in the figures is a gap in the line."""
    for (place, x1, y1), (following, x2, y2) in pairwise(points):
        if following != place + 1:
            continue
        dash = " c-dash" if planned is not None and following >= planned else ""
        canvas.path([(x1, y1), (x2, y2)], f"c-stroke c-line-{number % 6 + 1}{dash}")
    for _, x, y in points:
        canvas.circle(x, y, 3, f"c-fill-{number % 6 + 1}")


def _time_labels(canvas: Canvas, labels: Sequence[str], frame: Frame, step: float) -> None:
    widest = max((text_width(label) for label in labels), default=0)
    every = max(1, -(-int(widest + 8) // max(int(step), 1)))
    for place in range(len(labels) - 1, -1, -every):
        label = labels[place]
        half = text_width(label) / 2
        x = min(max(frame.left + place * step, half), canvas.width - half)
        canvas.text(x, canvas.height - LINE_HEIGHT + 4, label, "c-text", "middle")


def _names(canvas: Canvas, ends: list[tuple[float, float, str, int]], frame: Frame, room: float) -> None:
    """The names at the ends of their lines, moved apart where lines end close together."""
    last = frame.top - LINE_HEIGHT
    ordered = sorted(ends, key=lambda end: end[1])
    for place, (_, y, name, number) in enumerate(ordered):
        lowest = frame.bottom - (len(ordered) - 1 - place) * LINE_HEIGHT
        last = max(min(y + FONT * 0.35, lowest), last + LINE_HEIGHT)
        canvas.circle(frame.right + 8, last - FONT * 0.35, 3, f"c-fill-{number % 6 + 1}")
        canvas.text(frame.right + 15, last, shortened(name, room - 18), "c-text")


def _values(canvas: Canvas, series: Sequence[Series], frame: Frame, unit: Unit, step: float) -> None:
    """Figures at the points of one line: the last, the highest, the lowest, the first."""
    if len(series) != 1:
        return
    known = [(place, value) for place, value in enumerate(series[0].values) if value is not None]
    if not known:
        return
    telling = [known[-1], max(known, key=lambda pair: pair[1]), min(known, key=lambda pair: pair[1]), known[0]]
    for place, value in telling:
        x, y, text = frame.left + place * step, frame.scale.at(scaled(value, unit)), unit.short(value)
        half = text_width(text) / 2
        x = min(max(x, half + 1), canvas.width - half - 1)
        canvas.text(x, y - 9, text, "c-value", "middle") or canvas.text(x, y + FONT + 8, text, "c-value", "middle")


def sparkline(title: str, values: Sequence[int | float | None]) -> SafeString:
    """A line without axes for a table cell; `title` says in words what it shows."""
    canvas = Canvas(96, 24)
    known = [(place, float(value)) for place, value in enumerate(values) if value is not None]
    if len(known) > 1:
        low, high = min(value for _, value in known), max(value for _, value in known)
        scale = Scale(low, high if high > low else low + 1, 20, 4)
        step = 88 / (len(values) - 1)
        points = [(4 + place * step, scale.at(value)) for place, value in known]
        canvas.path(points, "c-stroke c-line-1")
        canvas.circle(*points[-1], 2.5, "c-fill-1")
    return mark_safe(canvas.render(title, "", css="spark"))  # noqa: S308 — every text in it went through escape()
