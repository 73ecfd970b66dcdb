"""What stands in the columns of a table: the grounds on which header row and roles are proposed."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .numbers import Unreadable, cents
from .source import Row, plain_text
from .words import fold, is_cash_plan, is_task_kind, side_of_word, stage_of_word

_CODE = re.compile(r"(?=.*\d)[A-Za-z]{0,6}[-_. ]?[\d]+([-_./ ,*]?[A-Za-z]{0,3}\d*)*")
_WORD_CODE = re.compile(r"^(?:[A-Za-zÄÖÜäöü]{3,24})\s+(\d[\d.]*)$")
_COMBINED = re.compile(r"^\s*([A-Za-z]{0,4}\d[\d./ _-]*?[A-Za-z]?)(?:\s*[-–:|]\s+|\s*[:–|]\s*|\s+)(\D.*)$", re.DOTALL)
NAME_SUFFIX = re.compile(
    r"(bez|bezeichnung|bezeichn|name|names?|text|beschreibung|label|titel|klartext|langtext)\b|name$|text$"
)
_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.(\d{4})(?: .*)?|(\d{4})-\d{2}-\d{2}(?:[T ].*)?")


def text_of(cell: Any) -> str:
    """A cell as a person reads it: 1.0 is "1", a date 31.12.2026."""
    if isinstance(cell, str):
        return plain_text(cell).strip()
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.strftime("%d.%m.%Y")
    if isinstance(cell, datetime.date):
        return cell.strftime("%d.%m.%Y")
    return str(cell).strip()


def year_of(cell: Any) -> int | None:
    """The Haushaltsjahr a cell of a year or date column means: 2017, "01.01.2017", "2017-01-01"."""
    if isinstance(cell, (datetime.datetime, datetime.date)):
        return cell.year
    text = text_of(cell)
    date = _DATE.fullmatch(text)
    digits = (date[1] or date[2]) if date else text[-4:] if re.fullmatch(r"(?:HH?J? ?|Jahr )?\d{4}", text) else ""
    return int(digits) if digits and 1950 <= int(digits) <= 2069 else None


def split_combined(text: str) -> tuple[str, str]:
    """ "6131000 - Aufwand" → ("6131000", "Aufwand"); a text without a code is all name."""
    found = _COMBINED.match(text)
    if not found:
        return (text.strip(), "") if _CODE.fullmatch(text.strip()) else ("", text.strip())
    return found[1].strip(), found[2].strip()


def is_amount(cell: Any) -> bool:
    try:
        return cents(cell) is not None
    except (Unreadable, ArithmeticError, ValueError):
        return False


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares are of the filled cells of the sample."""

    index: int
    header: str
    folded: str
    filled: int
    rows: int
    distinct: frozenset[str]
    texts: tuple[str, ...]
    numeric: float
    year: float
    code: float
    combined: float
    fractional: float
    side: bool
    stage: bool
    plan: bool
    task: bool

    @property
    def is_name(self) -> bool:
        """Words, not numbers; "Amt 11" is a word where the column is called a name."""
        if self.code < 0.5 and self.numeric < 0.6:
            return True
        words = sum(bool(_WORD_CODE.match(text)) for text in self.distinct)
        return bool(NAME_SUFFIX.search(self.folded)) and words > 0.5 * len(self.distinct)


def profile(index: int, header: str, cells: Sequence[Any]) -> Profile:
    texts = tuple(text_of(cell) for cell in cells)
    filled = [(cell, text) for cell, text in zip(cells, texts, strict=True) if text]
    # A column repeats its cells; each is looked at once. (1 and 1.0 fall together: they say the same everywhere here.)
    counted = Counter(filled)

    def share(holds: Callable[[Any, str], object]) -> float:
        return sum(number for (cell, text), number in counted.items() if holds(cell, text)) / max(len(filled), 1)

    distinct = frozenset(text for _, text in filled)
    few = [word for word in distinct if word] if len(distinct) <= 15 else []
    return Profile(
        index,
        header,
        fold(header.rpartition(".")[2] or header),
        len(filled),
        len(texts),
        distinct,
        texts,
        numeric=share(lambda cell, _: is_amount(cell)),
        year=share(lambda cell, _: year_of(cell) is not None),
        code=share(lambda _, text: code_text(text)),
        combined=share(lambda _, text: _is_combined(text)),
        fractional=share(_is_fractional),
        side=bool(few) and all(_short(word) and side_of_word(word) is not None for word in few),
        stage=bool(few) and all(_short(word) and stage_of_word(word) is not None for word in few),
        plan=bool(few) and all(_short(word) and is_cash_plan(word) is not None for word in few),
        task=bool(few) and all(is_task_kind(word) or fold(word) == "unbekannt" for word in few),
    )


def code_text(text: str) -> str:
    """The code in a code cell: "01.02", "Produktgruppe 01.02" → "01.02", "" where there is none."""
    if len(text) > 30:
        return ""
    word = _WORD_CODE.match(text)
    if word:
        return word[1]
    return text if _CODE.fullmatch(text) else ""


def _is_combined(text: str) -> bool:
    found = _COMBINED.match(text)
    return bool(found) and len(found[2].strip()) > 1 and not _WORD_CODE.match(text)  # type: ignore[index]


def _is_fractional(cell: Any, text: str) -> bool:
    if isinstance(cell, float):
        return not cell.is_integer()
    return isinstance(cell, str) and bool(re.search(r"[.,]\d{1,2}\)?-?$|\d{1,3}\.\d{3}(\.|,|$)", text))


def _short(word: str) -> bool:
    return len(word) <= 40


def profiles(header: Sequence[str], rows: Sequence[Row], width: int) -> list[Profile]:
    columns = [[row[i] if i < len(row) else None for row in rows] for i in range(width)]
    return [profile(i, header[i] if i < len(header) else "", column) for i, column in enumerate(columns)]


# --- where the header is ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeaderFind:
    row: int
    """Index into the sample, -1 if the table has no header."""
    rows: int
    names: tuple[str, ...]


def find_header(sample: Sequence[Row]) -> HeaderFind:
    """The row of names: the first one as wide as the table that holds labels where amounts stand below."""
    width = _usual_width(sample)
    for i, row in enumerate(sample[:60]):
        filled = [text_of(cell) for cell in row if text_of(cell)]
        if len(filled) < max(2, min(width, 3), width * 0.4):
            continue
        if not _is_label_row(row):
            return HeaderFind(-1, 0, ())
        if i + 1 < len(sample) and _continues(row, sample[i + 1], sample[i + 2 : i + 3]):
            return HeaderFind(i, 2, _joined(row, sample[i + 1]))
        return HeaderFind(i, 1, tuple(text_of(cell) for cell in row))
    return HeaderFind(-1, 0, ())


def _usual_width(sample: Sequence[Row]) -> int:
    widths: dict[int, int] = {}
    for row in sample:
        last = max((i + 1 for i, cell in enumerate(row) if text_of(cell)), default=0)
        if last > 1:
            widths[last] = widths.get(last, 0) + 1
    return max(widths, key=lambda width: (widths[width], width), default=1)


def _is_label_row(row: Row) -> bool:
    """No amount in the row except years, and mostly different labels with letters."""
    texts = [(cell, text_of(cell)) for cell in row if text_of(cell)]
    for cell, text in texts:
        if is_amount(cell) and year_of(cell) is None and not re.fullmatch(r"\d{1,2}\.?", text):
            return False
        if isinstance(cell, (datetime.date, datetime.datetime)):
            return False
    letters = sum(bool(re.search(r"[A-Za-zÄÖÜäöü]{1,}", text)) for _, text in texts)
    years = sum(year_of(cell) is not None for cell, _ in texts)
    return letters >= 1 and letters + years >= 0.7 * len(texts) and len({t for _, t in texts}) > 0.4 * len(texts)


def _continues(top: Row, bottom: Row, below: Sequence[Row]) -> bool:
    """Whether `bottom` is a second row of names: years, units or kinds under names, and no amount in it."""
    texts = [text_of(cell) for cell in bottom if text_of(cell)]
    if not texts or not _no_amounts(bottom):
        return False
    small = [
        text
        for text in texts
        if year_of(text) or fold(text) in ("eur", "euro", "teur", "in eur") or text in ("€", "T€")
    ]
    kinds = [text for text in texts if len(text) < 30 and stage_of_word(text)]
    gaps = [text_of(cell) for cell in top].count("") > 0
    if len(small) + len(kinds) >= max(1, 0.6 * len(texts)) and (gaps or len(small) == len(texts)):
        return not below or not _is_label_row(below[0]) or bool(small)
    return False


def _no_amounts(row: Row) -> bool:
    return all(not is_amount(cell) or year_of(cell) is not None for cell in row if text_of(cell))


def _joined(top: Row, bottom: Row) -> tuple[str, ...]:
    names: list[str] = []
    last = ""
    for i in range(max(len(top), len(bottom))):
        upper = text_of(top[i]) if i < len(top) else ""
        lower = text_of(bottom[i]) if i < len(bottom) else ""
        last = upper or (last if lower else "")
        names.append(f"{last} {lower}".strip())
    return tuple(names)
