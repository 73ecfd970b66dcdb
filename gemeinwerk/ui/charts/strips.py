"""Charts of rows, for names that are long: lying bars, and dots of one body among the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .canvas import (
    FONT,
    LINE_HEIGHT,
    NARROW,
    WIDE,
    Canvas,
    Chart,
    DataTable,
    Series,
    fill,
    legend,
    shortened,
    text_width,
    wrapped,
)
from .columns import describe, table_of
from .scales import Figure, Scale, Unit, scaled, ticks, unit_of


@dataclass(frozen=True, slots=True)
class DotRow:
    """One figure of the own body (`own`) among those of the others."""

    label: str
    own: int | float | None
    others: Sequence[int | float]


def strips(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str = "euro",
    unit_name: str = "",
    note: str = "",
    corner: str = "Bereich",
) -> Chart:
    """Lying bars, one group per label; the name stands above its bars where the picture is narrow."""
    measure = unit_of(unit, (value for one in series for value in one.values), unit_name)
    pictures = [_strips(width, labels, series, measure) for width in (WIDE, NARROW)]
    description = describe("Balkendiagramm", labels, series, measure)
    return Chart(title, description, *pictures, table_of(corner, labels, series, measure), note)


BAR = 18


def _strips(width: int, labels: Sequence[str], series: Sequence[Series], unit: Unit) -> Canvas:
    above = width == NARROW
    room = _label_room(labels)
    group = BAR * len(series) + (LINE_HEIGHT + 10 if above else 12)
    if not above and any(text_width(label) > room - 10 for label in labels):
        group = max(group, 2 * LINE_HEIGHT + 6)
    draft = Canvas(width, 400)
    top = legend(draft, series) if len(series) > 1 else 8
    canvas = Canvas(width, int(top + group * len(labels) + LINE_HEIGHT + 14))
    legend(canvas, series)
    figures = [scaled(value, unit) for one in series for value in one.values if value is not None]
    scale = _across(canvas, figures, unit, left=0.0 if above else room)
    for place, label in enumerate(labels):
        y = top + place * group
        if above:
            canvas.text(0, y + FONT, shortened(label, width), "c-text")
        else:
            _beside(canvas, wrapped(label, room - 10), y + group / 2)
        first = y + (LINE_HEIGHT + 2 if above else (group - BAR * len(series)) / 2)
        _bar_group(canvas, [(one, one.values[place]) for one in series], scale, unit, first)
    bottom = top + group * len(labels)
    if not above:
        canvas.line(scale.at(0), top, scale.at(0), bottom, "c-axis")
    canvas.text(canvas.width, bottom + LINE_HEIGHT, f"in {unit.name}" if unit.name else "", "c-muted", "end")
    return canvas


def _beside(canvas: Canvas, rows: list[str], middle: float) -> None:
    """A name of one or two rows, centered on `middle`."""
    for number, text in enumerate(rows):
        canvas.text(0, middle + FONT * 0.35 + (number - (len(rows) - 1) / 2) * LINE_HEIGHT, text, "c-text")


def _label_room(labels: Sequence[str]) -> float:
    return min(max((text_width(label) for label in labels), default=0) + 12, WIDE * 0.4)


def _across(canvas: Canvas, figures: Sequence[float], unit: Unit, *, left: float) -> Scale:
    """A horizontal scale with room for the figures at both ends."""
    low, high = min([0.0, *figures]), max([0.0, *figures])
    high = high if high > low else low + 1
    room = max((text_width(unit.short(figure * unit.divisor)) for figure in figures), default=20) + 14
    return Scale(low, high, left + (room if low < 0 else 2), canvas.width - (room if high > 0 else 2))


def _bar_group(
    canvas: Canvas, known: list[tuple[Series, Figure | None]], scale: Scale, unit: Unit, first: float
) -> None:
    zero = scale.at(0)
    canvas.line(zero, first - 2, zero, first + BAR * len(known) - 1, "c-axis")
    for number, (one, value) in enumerate(known):
        y = first + number * BAR
        if value is None:
            canvas.text(zero + 6, y + FONT - 1, "keine Angabe", "c-muted")
            continue
        x = scale.at(scaled(value, unit))
        canvas.rect(min(x, zero), y, abs(x - zero), BAR - 3, fill(one, number))
        ends = (x + 6, "start") if value >= 0 else (x - 6, "end")
        canvas.text(ends[0], y + FONT - 1, unit.short(value), "c-value", ends[1])


def dots(
    title: str,
    rows: Sequence[DotRow],
    *,
    unit: str = "number",
    unit_name: str = "",
    own_name: str = "Eigene Kommune",
    others_name: str = "Vergleichskommunen",
    note: str = "",
    corner: str = "Kennzahl",
) -> Chart:
    """Where the own body stands among the others: quiet dots for them, one larger for it."""
    measure = unit_of(unit, [value for row in rows for value in [row.own, *row.others]], unit_name)
    names = [Series(own_name, []), Series(others_name, [], "others")]
    pictures = [_dots(width, rows, names, measure) for width in (WIDE, NARROW)]
    told = "; ".join(f"{row.label}: {measure.full(row.own)}" for row in rows[:12])
    body = tuple(
        (row.label, measure.full(row.own), *(measure.full(end) for end in _spread(row.others)), str(len(row.others)))
        for row in rows
    )
    table = DataTable((corner, own_name, "niedrigster Wert", "Median", "höchster Wert", "Anzahl"), body)
    return Chart(title, f"Punktdiagramm. {told}.", *pictures, table, note)


def _spread(values: Sequence[Figure]) -> tuple[Figure | None, Figure | None, Figure | None]:
    if not values:
        return None, None, None
    ordered = sorted(values)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return ordered[0], median, ordered[-1]


def _dots(width: int, rows: Sequence[DotRow], names: list[Series], unit: Unit) -> Canvas:
    above = width == NARROW
    draft = Canvas(width, 400)
    top = legend(draft, names)
    group = LINE_HEIGHT + (30 if above else 18)
    canvas = Canvas(width, int(top + group * len(rows) + 3 * LINE_HEIGHT))
    legend(canvas, names)
    left = 8.0 if above else _label_room([row.label for row in rows])
    figures = [scaled(value, unit) for row in rows for value in [row.own, *row.others] if value is not None]
    marks = ticks(min([0.0, *figures]), max([1.0, *figures]), 4 if above else 6)
    scale = Scale(marks[0], marks[-1], left + 4, width - 16)
    bottom = top + group * len(rows)
    for mark in marks:
        canvas.line(scale.at(mark), top, scale.at(mark), bottom, "c-grid")
        half = text_width(unit.tick(mark)) / 2
        canvas.text(min(scale.at(mark), width - half), bottom + LINE_HEIGHT, unit.tick(mark), "c-muted", "middle")
    canvas.text(width, bottom + 2 * LINE_HEIGHT + 4, f"in {unit.name}" if unit.name else "", "c-muted", "end")
    for place, row in enumerate(rows):
        y = top + place * group + (LINE_HEIGHT + 16 if above else group / 2)
        label_y = top + place * group + FONT if above else y + 5
        canvas.text(0, label_y, shortened(row.label, width if above else left - 10), "c-text")
        _dot_row(canvas, row, scale, unit, y, left)
    return canvas


def _dot_row(canvas: Canvas, row: DotRow, scale: Scale, unit: Unit, y: float, left: float) -> None:
    canvas.line(left, y, canvas.width - 8, y, "c-grid")
    for value in row.others:
        canvas.circle(scale.at(scaled(value, unit)), y, 4.5, "c-fill-6")
    if row.own is not None:
        x = scale.at(scaled(row.own, unit))
        canvas.circle(x, y, 7, "c-fill-1")
        canvas.text(x, y - 9, unit.short(row.own), "c-value", "middle")
