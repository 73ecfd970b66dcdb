"""Charts of upright bars: side by side, stacked, and the waterfall from one figure to another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from .scales import Figure, Frame, Scale, Unit, scaled, unit_of, vertical


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a waterfall: a change, or (with `is_total`) a level reached."""

    label: str
    value: int | float
    is_total: bool = False


def bars(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str = "euro",
    unit_name: str = "",
    stacked: bool = False,
    note: str = "",
    corner: str = "Jahr",
    reach: Figure | None = None,
) -> Chart:
    """Upright bars per label, the series side by side or (`stacked`) on top of each other; negative ones hang down.

    `reach` is a value the axis must show, such as the 100 points of a score.
    """
    measure = unit_of(unit, (value for one in series for value in one.values), unit_name)
    if stacked:
        measure = unit_of(unit, [*_stack_ends(series, len(labels))], unit_name)
    pictures = [_bars(Canvas(width, 320), labels, series, measure, stacked, reach) for width in (WIDE, NARROW)]
    description = describe("Säulendiagramm", labels, series, measure)
    return Chart(title, description, *pictures, table_of(corner, labels, series, measure), note)


def _stack_ends(series: Sequence[Series], count: int) -> list[Figure]:
    ends: list[Figure] = []
    for place in range(count):
        known = [one.values[place] or 0 for one in series]
        ends += [sum(value for value in known if value > 0), sum(value for value in known if value < 0)]
    return ends


def _bars(
    canvas: Canvas, labels: Sequence[str], series: Sequence[Series], unit: Unit, stacked: bool, reach: Figure | None
) -> Canvas:
    ends = _stack_ends(series, len(labels)) if stacked else [v for one in series for v in one.values if v is not None]
    ends = ends if reach is None else [*ends, reach]
    top = legend(canvas, series) + LINE_HEIGHT
    frame = vertical(canvas, [scaled(end, unit) for end in ends], unit, top, bottom=_room(labels), right=2)
    slot = frame.width / max(len(labels), 1)
    _category_labels(canvas, labels, frame, slot)
    # Series that never meet (surplus here, deficit there) need no room beside each other.
    draw = _stack if stacked or _never_meet(series, len(labels)) else _group
    values: list[tuple[float, float, float, Figure]] = []
    for place in range(len(labels)):
        values += draw(canvas, [(one, one.values[place]) for one in series], frame, unit, place, slot)
    _value_labels(canvas, values, unit)
    return canvas


def _never_meet(series: Sequence[Series], count: int) -> bool:
    known = [sum(one.values[place] is not None for one in series) for place in range(count)]
    return len(series) > 1 and max(known, default=0) <= 1


Drawn = list[tuple[float, float, float, Figure]]


def _group(
    canvas: Canvas, known: list[tuple[Series, Figure | None]], frame: Frame, unit: Unit, place: int, slot: float
) -> Drawn:
    zero, wide = frame.scale.at(0), slot * 0.72 / len(known)
    drawn: Drawn = []
    for number, (one, value) in enumerate(known):
        if value is None:
            continue
        x = frame.left + place * slot + slot * 0.14 + number * wide
        y = frame.scale.at(scaled(value, unit))
        canvas.rect(x, min(y, zero), wide * 0.92, abs(zero - y), fill(one, number))
        drawn.append((x + wide * 0.46, min(y, zero), max(y, zero), value))
    return drawn


def _stack(
    canvas: Canvas, known: list[tuple[Series, Figure | None]], frame: Frame, unit: Unit, place: int, slot: float
) -> Drawn:
    x, up, down = frame.left + place * slot + slot * 0.17, 0.0, 0.0
    for number, (one, value) in enumerate(known):
        if value is None:
            continue
        size = scaled(value, unit)
        start = up if size >= 0 else down
        y1, y2 = frame.scale.at(start), frame.scale.at(start + size)
        canvas.rect(x, min(y1, y2), slot * 0.66, max(abs(y1 - y2) - 1, 0.5), fill(one, number))
        up, down = (up + size, down) if size >= 0 else (up, down + size)
    present = [value for _, value in known if value is not None]
    if not present:
        return []
    total = sum(present)
    return [(x + slot * 0.33, frame.scale.at(up), frame.scale.at(down), total)]


def _value_labels(canvas: Canvas, values: Drawn, unit: Unit) -> None:
    """Figures at the bars, the telling ones first: largest, smallest, last, first, then all that find room."""
    if not values:
        return
    telling = [max(values, key=lambda v: v[3]), min(values, key=lambda v: v[3]), values[-1], values[0]]
    for x, top, bottom, value in [*telling, *values]:
        canvas.text(x, top - 5 if value >= 0 else bottom + FONT + 1, unit.short(value), "c-value", "middle", clear=True)


def _room(labels: Sequence[str]) -> float:
    return 10 + LINE_HEIGHT * (2 if any(len(label) > 6 for label in labels) else 1) + FONT


def _category_labels(canvas: Canvas, labels: Sequence[str], frame: Frame, slot: float) -> None:
    """Every label if there is room, else every second, third …; the last one always."""
    y = canvas.height - _room(labels) + LINE_HEIGHT + FONT
    long = any(len(label) > 6 for label in labels)
    widest = max((text_width(label) for label in labels), default=0)
    every = 1 if long or not slot else max(1, -(-int(widest + 6) // max(int(slot), 1)))
    for place in range(len(labels) - 1, -1, -1):
        if (len(labels) - 1 - place) % every:
            continue
        half = 0.0 if long else text_width(labels[place]) / 2
        x = min(frame.left + place * slot + slot / 2, canvas.width - half)
        for row, text in enumerate(wrapped(labels[place], slot - 6) if long else [labels[place]]):
            canvas.text(x, y + row * LINE_HEIGHT, text, "c-text", "middle")


def waterfall(
    title: str,
    steps: Sequence[Step],
    *,
    unit: str = "euro",
    unit_name: str = "",
    note: str = "",
    corner: str = "Schritt",
) -> Chart:
    """From a first level by changes to a last one; better and worse are told apart by sign too."""
    levels = _levels(steps)
    measure = unit_of(unit, [end for pair in levels for end in pair], unit_name)
    pictures = [_waterfall(Canvas(WIDE, 340), steps, levels, measure), _lying_waterfall(steps, levels, measure)]
    told = "; ".join(f"{step.label}: {measure.full(step.value)}" for step in steps[:12])
    rows = tuple((step.label, measure.full(step.value)) for step in steps)
    table = DataTable((corner, "Betrag" if measure.kind == "euro" else measure.name or "Wert"), rows)
    return Chart(title, f"Wasserfalldiagramm. {told}.", *pictures, table, note)


def _levels(steps: Sequence[Step]) -> list[tuple[Figure, Figure]]:
    """Where each bar begins and ends."""
    level: Figure = 0
    found: list[tuple[Figure, Figure]] = []
    for step in steps:
        start, level = (0, step.value) if step.is_total else (level, level + step.value)
        found.append((start, level))
    return found


def _waterfall(canvas: Canvas, steps: Sequence[Step], levels: list[tuple[Figure, Figure]], unit: Unit) -> Canvas:
    ends = [scaled(end, unit) for pair in levels for end in pair]
    labels = [step.label for step in steps]
    frame = vertical(canvas, ends, unit, LINE_HEIGHT * 2, bottom=_room(labels), right=2)
    slot = frame.width / max(len(steps), 1)
    _category_labels(canvas, labels, frame, slot)
    values: Drawn = []
    for place, (step, (start, end)) in enumerate(zip(steps, levels, strict=True)):
        y1, y2 = frame.scale.at(scaled(start, unit)), frame.scale.at(scaled(end, unit))
        x = frame.left + place * slot + slot * 0.12
        canvas.rect(x, min(y1, y2), slot * 0.76, abs(y1 - y2), _step_fill(step))
        if place + 1 < len(steps):
            canvas.line(x + slot * 0.76, y2, x + slot, y2, "c-link")
        values.append((x + slot * 0.38, min(y1, y2), max(y1, y2), step.value))
    _step_labels(canvas, steps, values, unit)
    return canvas


def _lying_waterfall(steps: Sequence[Step], levels: list[tuple[Figure, Figure]], unit: Unit) -> Canvas:
    """The same for phones: steps from top to bottom, so that their names have room."""
    group = LINE_HEIGHT + 26
    canvas = Canvas(NARROW, group * len(steps) + LINE_HEIGHT + 12)
    ends = [scaled(end, unit) for pair in levels for end in pair]
    texts = [unit.short(step.value, plus=not step.is_total) for step in steps]
    room = max((text_width(text) for text in texts), default=0) + 8
    low, high = min([0.0, *ends]), max([0.0, *ends])
    scale = Scale(low, high if high > low else low + 1, 2, NARROW - room)
    for place, (step, (start, end), text) in enumerate(zip(steps, levels, texts, strict=True)):
        x1, x2 = sorted((scale.at(scaled(start, unit)), scale.at(scaled(end, unit))))
        y = place * group
        canvas.text(0, y + FONT, shortened(step.label, NARROW - room), "c-text")
        canvas.line(scale.at(0), y + LINE_HEIGHT, scale.at(0), y + LINE_HEIGHT + 22, "c-axis")
        canvas.rect(x1, y + LINE_HEIGHT + 2, x2 - x1, 18, _step_fill(step))
        canvas.text(NARROW, y + LINE_HEIGHT + 16, text, "c-value", "end")
    canvas.text(NARROW, canvas.height - 6, f"in {unit.name}" if unit.name else "", "c-muted", "end")
    return canvas


def _step_fill(step: Step) -> str:
    return "c-fill-1" if step.is_total else "c-fill-good" if step.value >= 0 else "c-fill-bad"


def _step_labels(canvas: Canvas, steps: Sequence[Step], values: Drawn, unit: Unit) -> None:
    order = sorted(range(len(steps)), key=lambda place: (not steps[place].is_total, -abs(steps[place].value)))
    for place in order:
        x, top, bottom, value = values[place]
        text = unit.short(value, plus=not steps[place].is_total)
        canvas.text(x, top - 5 if value >= 0 else bottom + FONT + 1, text, "c-value", "middle", clear=True)


def describe(kind: str, labels: Sequence[str], series: Sequence[Series], unit: Unit) -> str:
    """The picture in words: each series from its first to its last known figure, with its lowest and highest."""
    told = []
    for one in series:
        known = [(label, value) for label, value in zip(labels, one.values, strict=True) if value is not None]
        if not known:
            told.append(f"{one.name}: keine Angaben")
            continue
        low, high = min(known, key=lambda pair: pair[1]), max(known, key=lambda pair: pair[1])
        told.append(
            f"{one.name}: {known[0][0]} {unit.full(known[0][1])}, {known[-1][0]} {unit.full(known[-1][1])}, "
            f"niedrigster Wert {unit.full(low[1])} ({low[0]}), höchster {unit.full(high[1])} ({high[0]})"
        )
    return f"{kind}. {'; '.join(told)}."


def table_of(corner: str, labels: Sequence[str], series: Sequence[Series], unit: Unit) -> DataTable:
    write: Callable[[Figure | None], str] = unit.full
    rows = tuple((label, *(write(one.values[place]) for one in series)) for place, label in enumerate(labels))
    return DataTable((corner, *(one.name for one in series)), rows)
