"""German number formats, both directions, in exact integer arithmetic: money is cents, no float ever touches it.

Rounding is the commercial one (half away from zero), as an administration does it on paper.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

NBSP = "\u00a0"
MINUS = "\u2212"
MISSING = "–"
MAX_CENTS = 10**16
"""No municipality plans with a hundred trillion euros: what is larger is a typing error."""

Number = int | Decimal | Fraction | float


class AmountError(ValueError):
    """The text is no amount. The message may be shown."""


def exact(value: Number | None) -> int | Fraction | None:
    """`value` without loss; None for what is no number. A float counts as the decimal a person reads in it."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, (int, Fraction)):
        return value
    if isinstance(value, Decimal):
        return Fraction(value) if value.is_finite() else None
    if isinstance(value, float):
        return Fraction(repr(value)) if value == value and abs(value) != float("inf") else None
    return None


def rounded(value: int | Fraction, places: int = 0) -> int:
    """`value` times ten to the `places`, rounded half away from zero."""
    return quotient(value, 1, places)


def quotient(value: int | Fraction, divisor: int, places: int = 0) -> int:
    """The same for `value / divisor`, without making a fraction of it: tables hold thousands of amounts."""
    above, below = 2 * abs(value.numerator) * 10**places, value.denominator * divisor
    whole = (above + below) // (2 * below)
    return -whole if value.numerator < 0 else whole


def grouped(digits: int) -> str:
    """A non-negative whole number with points between the thousands."""
    return f"{digits:,}".replace(",", ".")


def fixed(scaled: int, places: int, *, plus: bool = False) -> str:
    """The number `scaled / 10**places`, written the German way; zero never carries a sign."""
    whole, rest = divmod(abs(scaled), 10**places)
    sign = MINUS if scaled < 0 else "+" if plus and scaled > 0 else ""
    return f"{sign}{grouped(whole)},{rest:0{places}d}" if places else f"{sign}{grouped(whole)}"


def number(value: Number | None, places: int | None = None, *, plus: bool = False) -> str:
    """`1234.5` → `1.234,5`; without `places` as many decimals as the number has, at most six."""
    fraction = exact(value)
    if fraction is None:
        return MISSING
    if places is None:
        scaled, places = rounded(fraction, 6), 6
        while places and scaled % 10 == 0:
            scaled, places = scaled // 10, places - 1
        return fixed(scaled, places, plus=plus)
    return fixed(rounded(fraction, places), places, plus=plus)


def euro(cents: Number | None, *, plus: bool = False) -> str:
    """`123456` → `1.234,56 €`."""
    return _money(cents, 100, 2, "€", plus=plus)


def euro0(cents: Number | None, *, plus: bool = False) -> str:
    """Whole euros: `123456` → `1.235 €`."""
    return _money(cents, 100, 0, "€", plus=plus)


def teuro(cents: Number | None, places: int = 0, *, plus: bool = False) -> str:
    """Thousands of euros: `123456789` → `1.235 T€`."""
    return _money(cents, 100_000, places, "T€", plus=plus)


def mio(cents: Number | None, places: int = 1, *, plus: bool = False) -> str:
    """Millions of euros: `123456789` → `1,2 Mio. €`."""
    return _money(cents, 100_000_000, places, f"Mio.{NBSP}€", plus=plus)


def _money(cents: Number | None, divisor: int, places: int, unit: str, *, plus: bool) -> str:
    fraction = exact(cents)
    if fraction is None:
        return MISSING
    return f"{fixed(quotient(fraction, divisor, places), places, plus=plus)}{NBSP}{unit}"


def percent(share: Number | None, places: int = 1, *, plus: bool = False) -> str:
    """A share (0–1) as `12,3 %`."""
    fraction = exact(share)
    if fraction is None:
        return MISSING
    return f"{fixed(rounded(fraction * 100, places), places, plus=plus)}{NBSP}%"


def day(value: date | datetime | None) -> str:
    """`31.12.2026`."""
    return MISSING if value is None else f"{value.day:02d}.{value.month:02d}.{value.year:04d}"


def moment(value: datetime | None) -> str:
    """`31.12.2026, 14:05 Uhr`; the caller has brought the time into the local zone."""
    return MISSING if value is None else f"{day(value)}, {value.hour:02d}:{value.minute:02d}{NBSP}Uhr"


_FACTORS = {"": 100, "€": 100, "eur": 100, "euro": 100, "t€": 100_000, "teur": 100_000, "tsd.€": 100_000}
_FACTORS |= {"mio": 10**8, "mio.": 10**8, "mio€": 10**8, "mio.€": 10**8, "mio.eur": 10**8, "mrd.€": 10**11}
_AMOUNT = re.compile(r"(?P<whole>\d{1,3}(?:\.\d{3})+|\d+)(?:,(?P<rest>\d*))?(?P<unit>[^\d.,][^\d,]*)?")
_SPACES = re.compile(r"[\s\u00a0\u202f'’]+")
_HINT = "Bitte so schreiben: 1.234,56 (Punkt zwischen den Tausendern, Komma vor den Cent)."


def parse_cents(text: str) -> int:
    """`1.234,56`, `-1234,5`, `1.234,56-`, `12 T€`, `1,5 Mio. €` as cents; AmountError with a sentence that helps."""
    plain = _SPACES.sub("", text).lower().replace(MINUS, "-").replace("–", "-")
    negative = plain.startswith("-") or plain.endswith("-")
    plain = plain.removeprefix("+") if not negative else plain.removeprefix("-") if plain[0] == "-" else plain[:-1]
    match = _AMOUNT.fullmatch(plain)
    if match is None or len(plain) > 40 or not plain.isprintable() or not match["whole"].isascii():
        raise AmountError(f"„{text.strip()[:40]}“ ist kein Betrag. {_HINT}")
    factor = _FACTORS.get(match["unit"] or "")
    if factor is None:
        raise AmountError(f"Die Einheit „{match['unit'][:20]}“ ist nicht bekannt. Erlaubt sind €, T€ und Mio. €.")
    rest = match["rest"] or ""
    cents = Fraction(int(match["whole"].replace(".", "") + rest), 10 ** len(rest)) * factor
    if cents.denominator != 1:
        raise AmountError(f"„{text.strip()[:40]}“ ist genauer als ein Cent. {_HINT}")
    if cents > MAX_CENTS:
        raise AmountError(f"„{text.strip()[:40]}“ ist zu groß. Bitte prüfen Sie Tausenderpunkte und Einheit.")
    return -int(cents) if negative else int(cents)


_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?")


def parse_number(text: str) -> Fraction:
    """`1.234,5` as an exact number; raises AmountError."""
    plain = _SPACES.sub("", text).replace(MINUS, "-").removesuffix("%")
    if not plain.isascii() or len(plain) > 40 or not _NUMBER.fullmatch(plain):
        raise AmountError(f"„{text.strip()[:40]}“ ist keine Zahl. Bitte so schreiben: 1.234,5.")
    return Fraction(plain.replace(".", "").replace(",", "."))


def cents_input(cents: int) -> str:
    """The amount as it stands in an input field: what `parse_cents` reads back."""
    return fixed(cents, 2).replace(MINUS, "-")
