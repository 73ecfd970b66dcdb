"""From what stands in an amount cell to integer cents.

A dash in an amount column ("-", "–", "-   €") is how spreadsheets show an explicit zero: it is 0. Empty, "nan", "n.v.",
"x", "." and "/" are missing. Dots and commas are read cell by cell; only a cell that allows two readings ("8.000")
takes the style of its column.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_CENTS = 10**15
"""Ten thousand billion euros: more than any public budget, small enough that a million of them add up in 64 bits."""

MISSING_WORDS = frozenset(
    ("", "nan", "n.v.", "n. v.", "nv", "x", ".", "..", "...", "/", "k.a.", "k. a.", "null", "none", "n/a", "na", "#nv",
     "#n/a",
     "#wert!", "#bezug!", "#div/0!", "#value!", "#ref!", "entf.", "entfällt", "?", "leer")
)  # fmt: skip
_SPACES = re.compile("[\\s\u00a0\u2007\u2009\u202f\u200b\ufeff\ufffd]+")
_CURRENCY = re.compile(r"(?:\bin)?(t€|teur|tsd\.?€|tsd\.?eur|€|euro?\b|eur\b|euro)", re.IGNORECASE)
_PLAIN = re.compile(r"[0-9]+(?:[.,'][0-9]+)*[.,]?|[.,][0-9]+")
_EXPONENT = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]{1,2}")
_DASHES = "-–—−\u2010\u2011\u2012"


class Unreadable(ValueError):  # noqa: N818 - the reader of a cell speaks, no error of the program
    """The cell holds something that is no amount."""


def cents(cell: Any, decimal: str = ",") -> int | None:
    """Integer cents, None if the amount is missing; raises `Unreadable`. `decimal` decides only ambiguous cells."""
    if isinstance(cell, str):
        return _text_cents(cell, decimal)
    if cell is None:
        return None
    if isinstance(cell, (bool, datetime.date, datetime.time, datetime.timedelta)):
        raise Unreadable("kein Betrag")
    if isinstance(cell, int):
        return _bounded(cell * 100)
    if isinstance(cell, float):
        return None if math.isnan(cell) else _bounded(_float_cents(cell))
    raise Unreadable("kein Betrag")


def _float_cents(value: float) -> int:
    if math.isinf(value) or abs(value) > MAX_CENTS:
        raise Unreadable("der Betrag ist zu groß")
    return _round(Decimal(repr(value)))


def _round(value: Decimal) -> int:
    return int((value * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _bounded(value: int) -> int:
    if abs(value) > MAX_CENTS:
        raise Unreadable("der Betrag ist zu groß")
    return value


def _text_cents(text: str, decimal: str) -> int | None:
    if len(text) > 60:
        raise Unreadable("kein Betrag")
    lower = text.strip().lower()
    if lower in MISSING_WORDS:
        return None
    compact = _SPACES.sub("", lower)
    if compact in MISSING_WORDS:
        return None
    compact, factor = _without_currency(compact)
    negative, digits = _without_sign(compact)
    if not digits:
        return 0 if negative else None  # a lone dash, with or without a currency sign, is how spreadsheets show zero
    return _bounded((-1 if negative else 1) * factor * _digits_cents(digits, decimal))


def _without_currency(text: str) -> tuple[str, int]:
    found = _CURRENCY.search(text)
    if not found:
        return text, 1
    return _CURRENCY.sub("", text), 1000 if found[1].lower().startswith("t") else 1


def _without_sign(text: str) -> tuple[bool, str]:
    negative = False
    if text.startswith("(") and text.endswith(")"):
        negative, text = True, text[1:-1]
    if text and text[0] in _DASHES:
        negative, text = not negative, text[1:]
    elif text[:1] in ("+", "'"):
        text = text[1:]
    if text and text[-1] in _DASHES and not negative:
        negative, text = True, text[:-1]
    elif text.endswith("+"):
        text = text[:-1]
    return negative, text.strip(_DASHES) and text


def _digits_cents(digits: str, decimal: str) -> int:
    if _EXPONENT.fullmatch(digits):
        return _round(Decimal(digits.replace(",", ".")))
    if not _PLAIN.fullmatch(digits) or len(digits) > 24:
        raise Unreadable("kein Betrag")
    digits = digits.replace("'", "")
    whole, fraction = _split(digits, decimal)
    if len(fraction) <= 2:
        return int(whole or "0") * 100 + int((fraction + "00")[:2])
    return _round(Decimal(f"{whole or '0'}.{fraction}"))


_GROUPED = {".": re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})*"), ",": re.compile(r"[0-9]{1,3}(?:,[0-9]{3})*")}


def _split(digits: str, decimal: str) -> tuple[str, str]:
    """Whole and fractional digits of an unsigned number."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits, ""
    mark = digits[last]
    other = "," if mark == "." else "."
    head, tail = digits[:last], digits[last + 1 :]
    if other in head:  # both marks: the last one is the decimal mark
        if mark in head or not _GROUPED[other].fullmatch(head):
            raise Unreadable("Punkte und Kommas stehen an falscher Stelle")
        return head.replace(other, ""), tail
    if mark in head:  # the same mark several times: groups of three
        if not _GROUPED[mark].fullmatch(digits):
            raise Unreadable("Punkte und Kommas stehen an falscher Stelle")
        return digits.replace(mark, ""), ""
    if len(tail) == 3 and mark != decimal and 0 < len(head) <= 3 and head[0] != "0":
        return head + tail, ""
    return head, tail


@dataclass(slots=True)
class Evidence:
    """How often the cells of a column can only be read with a decimal comma, only with a point, or both ways."""

    comma: int = 0
    point: int = 0
    ambiguous_point: int = 0
    ambiguous_comma: int = 0
    whole: int = 0
    point_sample: str = ""
    point_gap_cents: int = 0
    """What the sum would gain if the points that were read as decimal marks were thousands separators."""

    def see(self, cell: Any) -> None:
        if not isinstance(cell, str) or not ("," in cell or "." in cell):
            return
        last = max(cell.rfind("."), cell.rfind(","))
        mark = cell[last]
        tail = len(cell[last + 1 :].rstrip(" -\u00a0)€"))
        both = "." in cell and "," in cell
        repeated = cell.count(mark) > 1
        if both:
            self._count(mark)
        elif repeated:
            self._count("," if mark == "." else ".")
        elif tail != 3 or cell.lstrip(" -(").startswith("0"):
            self._count(mark)
        elif mark == ".":
            self.ambiguous_point += 1
        else:
            self.ambiguous_comma += 1

    def _count(self, mark: str) -> None:
        if mark == ",":
            self.comma += 1
        else:
            self.point += 1

    def see_value(self, cell: Any, value: int) -> None:
        """Counts a cell that was read, and remembers what a point in it would mean if it were no decimal mark."""
        before = self.point
        self.see(cell)
        if self.point > before:
            self.point_sample = self.point_sample or cell.strip()[:30]
            digits = int("".join(c for c in cell if c in "0123456789") or "0") * 100
            self.point_gap_cents += (-digits if value < 0 else digits) - value
        elif isinstance(cell, str) and "," not in cell and "." not in cell:
            self.whole += 1

    @property
    def decimal(self) -> str:
        """German where nothing speaks against it: "8.000" alone is eight thousand."""
        if self.comma or self.point:
            return "," if self.comma >= self.point else "."
        return "." if self.ambiguous_comma > self.ambiguous_point else ","

    @property
    def mixed(self) -> bool:
        return bool(self.comma and self.point)


_COMMA = re.compile(r"(?:-?(?:[0-9]{1,3}(?:\.[0-9]{3}){1,4}|[0-9]{1,13}),[0-9]{2}\n)+")
_POINT = re.compile(r"(?:-?[0-9]{1,13}\.[0-9]{2}\n)+")
_WHOLE = re.compile(r"(?:-?[0-9]{1,13}\n)+")


@dataclass(slots=True)
class AmountReader:
    """Reads one column of amounts block by block; `bad` collects (index in block, reason)."""

    decimal: str = ","
    evidence: Evidence = field(default_factory=Evidence)
    tidy: int = 0
    """Rows that passed in bulk, all with two decimals."""

    def read(self, cells: Sequence[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_] | None, list[tuple[int, str]]]:
        """Cents, a mask of the cells without an amount (None: all have one) and the unreadable cells."""
        bulk = self._bulk(cells)
        if bulk is not None:
            return bulk, None, []
        return self._one_by_one(cells)

    def _bulk(self, cells: Sequence[Any]) -> NDArray[np.int64] | None:
        try:
            joined = "\n".join(cells) + "\n"
        except TypeError:
            return None
        if _COMMA.fullmatch(joined):
            self.evidence.comma += len(cells)
            digits = joined.replace(".", "").replace(",", "")
            return np.fromiter(map(int, digits.split()), np.int64, len(cells))
        if _POINT.fullmatch(joined):
            self.evidence.point += len(cells)
            return np.fromiter(map(int, joined.replace(".", "").split()), np.int64, len(cells))
        if _WHOLE.fullmatch(joined):
            return np.fromiter(map(int, joined.split()), np.int64, len(cells)) * 100
        return None

    def _one_by_one(
        self, cells: Sequence[Any]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_] | None, list[tuple[int, str]]]:
        amounts = np.zeros(len(cells), np.int64)
        missing = np.zeros(len(cells), np.bool_)
        bad: list[tuple[int, str]] = []
        known: dict[str, int | None] = {}
        for i, cell in enumerate(cells):
            try:
                if type(cell) is not str:
                    value = cents(cell, self.decimal)
                else:
                    value = known[cell] if cell in known else known.setdefault(cell, cents(cell, self.decimal))
            except (Unreadable, ArithmeticError, ValueError) as error:
                bad.append((i, str(error) if isinstance(error, Unreadable) else "kein Betrag"))
                missing[i] = True
                continue
            if value is None:
                missing[i] = True
            else:
                amounts[i] = value
                self.evidence.see_value(cell, value)
        return amounts, missing, bad
