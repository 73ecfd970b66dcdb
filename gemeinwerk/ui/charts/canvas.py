"""A drawing: shapes with the meaning of their color, rendered by class (pages) or by attribute (documents)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape

from django.utils.safestring import SafeString, mark_safe

from gemeinwerk.ui.formats import NBSP

FONT = 14
LINE_HEIGHT = 18
CHARACTER = 0.6
"""An upper bound for the mean width of a character of Fira Sans, in em: no label is wider than we think."""
MIN_GAP = 4
WIDE, NARROW = 640, 340
"""Every chart is drawn twice: at phone width a scaled-down wide picture could not be read."""

TONES = {"good": "c-fill-good", "bad": "c-fill-bad", "quiet": "c-fill-quiet", "others": "c-fill-6"}
TONES |= {"actual": "c-fill-1", "planned": "c-fill-2", "carried": "c-fill-6"}
_TEXT = {"font-family": "Fira Sans, sans-serif", "font-size": str(FONT)}
_FILLS = ("#3a5eb9", "#009b79", "#c67600", "#8a22b5", "#0094be", "#6e7597")
DOCUMENT_STYLE: dict[str, dict[str, str]] = {
    "c-back": {"fill": "#ffffff"},
    "c-text": {"fill": "#131525", **_TEXT},
    "c-muted": {"fill": "#51577a", **_TEXT},
    "c-value": {"fill": "#131525", "font-weight": "500", **_TEXT},
    "c-grid": {"stroke": "#c0c3d5", "stroke-width": "1"},
    "c-axis": {"stroke": "#6e7597", "stroke-width": "1"},
    "c-link": {"stroke": "#6e7597", "stroke-width": "1", "stroke-dasharray": "3 3"},
    "c-fill-good": {"fill": "#007155"},
    "c-fill-bad": {"fill": "#c31c13"},
    "c-fill-quiet": {"fill": "#c0c3d5"},
    "c-stroke": {"fill": "none", "stroke-width": "2.5", "stroke-linejoin": "round", "stroke-linecap": "round"},
    "c-dash": {"stroke-dasharray": "6 4"},
    **{f"c-fill-{number}": {"fill": color} for number, color in enumerate(_FILLS, 1)},
    **{f"c-line-{number}": {"stroke": color} for number, color in enumerate(_FILLS, 1)},
}


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures; `values` may hold None where nothing is known."""

    name: str
    values: Sequence[int | float | None]
    tone: str = ""
    """"good", "bad", "quiet", "others", "actual", "planned" or "carried" where the meaning asks for it, else the color
    follows the order."""


@dataclass(frozen=True, slots=True)
class DataTable:
    """The figures of a chart as texts: what the picture shows, for everybody."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def text_width(text: str) -> float:
    return len(text) * FONT * CHARACTER


@dataclass(slots=True)
class Canvas:
    """What is drawn so far. Texts are placed only where they meet no other text and stay inside."""

    width: int
    height: int
    shapes: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    solids: list[Box] = field(default_factory=list)

    def rect(self, x: float, y: float, width: float, height: float, css: str) -> None:
        size = {"width": _short(max(width, 0.5)), "height": _short(max(height, 0.5))}
        self.solids.append(Box(x, y, x + width, y + height))
        self.shapes.append(("rect", css, {"x": _short(x), "y": _short(y), **size}, ""))

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str) -> None:
        ends = {"x1": _short(x1), "y1": _short(y1), "x2": _short(x2), "y2": _short(y2)}
        self.shapes.append(("line", css, ends, ""))

    def path(self, points: Sequence[tuple[float, float]], css: str) -> None:
        steps = "L".join(f"{_short(x)} {_short(y)}" for x, y in points)
        self.shapes.append(("path", css, {"d": f"M{steps}"}, ""))

    def circle(self, x: float, y: float, radius: float, css: str) -> None:
        self.shapes.append(("circle", css, {"cx": _short(x), "cy": _short(y), "r": _short(radius)}, ""))

    def text(
        self, x: float, y: float, text: str, css: str = "c-text", anchor: str = "start", *, clear: bool = False
    ) -> bool:
        """Write `text` on the base line `y` if there is room; tells whether it was written. `clear`: not on a bar."""
        width = text_width(text)
        left = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
        box = Box(left - MIN_GAP / 2, y - FONT * 0.85, left + width + MIN_GAP / 2, y + FONT * 0.3)
        inside = left >= -1 and left + width <= self.width + 1 and box.bottom <= self.height and box.top >= 0
        taken = [*self.boxes, *self.solids] if clear else self.boxes
        if not inside or any(box.meets(other) for other in taken):
            return False
        self.boxes.append(box)
        place = {"x": _short(x), "y": _short(y)} | ({"text-anchor": anchor} if anchor != "start" else {})
        self.shapes.append(("text", css, place, text))
        return True

    def render(self, title: str, description: str, *, css: str = "", document: bool = False) -> str:
        if css == "spark":
            return self._spark(title)
        seed = f"{title}|{description}|{self.width}|{css}"
        ident = f"c{sha256(seed.encode()).hexdigest()[:10]}"
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img"'
        head += f' width="{self.width}" height="{self.height}"' if document else f' class="{css}"' if css else ""
        parts = [
            f'{head} aria-labelledby="{ident}-t {ident}-d">',
            f'<title id="{ident}-t">{escape(_clean(title))}</title>',
            f'<desc id="{ident}-d">{escape(_clean(description))}</desc>',
        ]
        back = ("rect", "c-back", {"width": str(self.width), "height": str(self.height)}, "")
        parts += [_element(shape, document=document) for shape in [back, *self.shapes]]
        return "".join([*parts, "</svg>"])

    def _spark(self, title: str) -> str:
        """Many of these stand on one page, perhaps with one title: they are named without an id."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img" class="spark"'
        )
        body = "".join(_element(shape, document=False) for shape in self.shapes)
        return f'{head} aria-label="{escape(_clean(title))}">{body}</svg>'


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _clean(text: str) -> str:
    """XML knows no control characters."""
    return "".join(mark for mark in text if mark.isprintable() or mark == NBSP)


def _element(shape: tuple[str, str, dict[str, str], str], *, document: bool) -> str:
    tag, css, attributes, text = shape
    if document:
        style = {key: value for name in css.split() for key, value in DOCUMENT_STYLE[name].items()}
        attributes = attributes | style
    else:
        attributes = {"class": css} | attributes
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{tag}{written}>{escape(_clean(text))}</{tag}>" if text else f"<{tag}{written}/>"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture in two widths and the table that says the same."""

    title: str
    description: str
    wide: Canvas
    narrow: Canvas
    table: DataTable
    note: str = ""

    @property
    def svg(self) -> SafeString:
        """For a page: both widths, the style sheet shows the one that fits."""
        return mark_safe(  # noqa: S308 — every text in it went through escape()
            self.wide.render(self.title, self.description, css="wide")
            + self.narrow.render(self.title, self.description, css="narrow")
        )

    def document_svg(self, *, narrow: bool = False) -> str:
        """For Word, PDF and slides, which know no style sheet."""
        return (self.narrow if narrow else self.wide).render(self.title, self.description, document=True)


def fill(series: Series, number: int) -> str:
    return TONES.get(series.tone, f"c-fill-{number % 6 + 1}")


def legend(canvas: Canvas, series: Sequence[Series], left: float = 0) -> float:
    """The names of the series with their colors, in as many rows as they need; answers where the picture may begin."""
    if len(series) < 2:
        return LINE_HEIGHT
    x, y = left, 14.0
    for number, one in enumerate(series):
        name = shortened(one.name, canvas.width - left - 20)
        if x > left and x + 20 + text_width(name) > canvas.width:
            x, y = left, y + LINE_HEIGHT + 2
        canvas.rect(x, y - 11, 12, 12, fill(one, number))
        canvas.text(x + 18, y, name)
        x += 18 + text_width(name) + 16
    return y + LINE_HEIGHT + 8


def shortened(text: str, width: float) -> str:
    room = max(int(width / (FONT * CHARACTER)), 1)
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"


def wrapped(text: str, width: float, rows: int = 2) -> list[str]:
    """`text` in at most `rows` rows of that width, cut with an ellipsis."""
    words, found = text.split(), [""]
    for word in words:
        longer = f"{found[-1]} {word}".strip()
        if text_width(longer) <= width or not found[-1]:
            found[-1] = longer
        elif len(found) < rows:
            found.append(word)
        else:
            found[-1] += " …"
            break
    return [shortened(row, width) for row in found]
