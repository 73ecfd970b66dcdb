"""Numbers the German way, compared with a slow twin that rounds with Decimal and groups by hand."""

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemeinwerk.ui import formats

CENTS = st.integers(-(10**16), 10**16)


def slow(value: Decimal, places: int) -> str:
    """Obvious: round as text, reverse, put a point after every third digit."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, rest = f"{abs(rounded):f}".partition(".")
    backwards = whole[::-1]
    groups = [backwards[i : i + 3] for i in range(0, len(backwards), 3)]
    sign = "−" if rounded < 0 else ""
    return sign + ".".join(groups)[::-1] + (f",{rest}" if places else "")


@given(CENTS)
def test_euro_equals_its_slow_twin(cents):
    assert formats.euro(cents) == slow(Decimal(cents).scaleb(-2), 2) + "\u00a0€"
    assert formats.euro0(cents) == slow(Decimal(cents).scaleb(-2), 0) + "\u00a0€"
    assert formats.teuro(cents) == slow(Decimal(cents).scaleb(-5), 0) + "\u00a0T€"
    assert formats.mio(cents, 2) == slow(Decimal(cents).scaleb(-8), 2) + "\u00a0Mio.\u00a0€"


@given(st.decimals(-(10**9), 10**9, places=5), st.integers(0, 4))
def test_number_and_percent_equal_their_slow_twin(value, places):
    assert formats.number(value, places) == slow(value, places)
    assert formats.percent(value, places) == slow(value * 100, places) + "\u00a0%"
    assert formats.number(Fraction(value), places) == slow(value, places)


@given(CENTS)
def test_what_an_input_shows_is_read_back_to_the_cent(cents):
    assert formats.parse_cents(formats.cents_input(cents)) == cents
    assert formats.parse_cents(formats.euro(cents)) == cents


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1.234,56", 123456),
        ("1234,5", 123450),
        ("1234", 123400),
        ("1.234", 123400),
        ("0,07", 7),
        ("-5", -500),
        ("−5,00 €", -500),
        ("5,00-", -500),
        ("+5", 500),
        ("12 T€", 1_200_000),
        ("1,5 Mio. €", 150_000_000),
        ("1 234 567,89", 123456789),
        ("1\u00a0234,00\u00a0€", 123400),
        ("2 Mrd. €", 200_000_000_000),
        ("0,00001 Mio. €", 1000),
        (",5", None),
        ("1.5", None),
        ("1234.56", None),
        ("1,234", None),
        ("12,5 Äpfel", None),
        ("1.23.456", None),
        ("--5", None),
        ("-", None),
        ("", None),
        ("=1+1", None),
        ("1e5", None),
        ("٣", None),
        ("9" * 30, None),
        ("\x00", None),
    ],
)
def test_amounts_as_people_write_them(text, cents):
    if cents is None:
        with pytest.raises(formats.AmountError, match=r"„|Einheit"):
            formats.parse_cents(text)
    else:
        assert formats.parse_cents(text) == cents


@given(st.text(max_size=60))
def test_no_text_raises_anything_but_its_own_error(text):
    for parse in (formats.parse_cents, formats.parse_number):
        try:
            assert isinstance(parse(text), (int, Fraction))
        except formats.AmountError as error:
            assert str(error)


def test_halves_are_rounded_away_from_zero_and_zero_has_no_sign():
    assert formats.euro0(50) == "1\u00a0€"
    assert formats.euro0(-50) == "−1\u00a0€"
    assert formats.euro0(-49) == "0\u00a0€"
    assert formats.number(0.125, 2) == "0,13"
    assert formats.percent(0.1225) == "12,3\u00a0%"
    assert formats.percent(-0.0001) == "0,0\u00a0%"


def test_a_sign_is_shown_where_asked():
    assert formats.euro0(100, plus=True) == "+1\u00a0€"
    assert formats.euro0(0, plus=True) == "0\u00a0€"
    assert formats.percent(-0.5, plus=True) == "−50,0\u00a0%"


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf"), Decimal("NaN"), "12", True])
def test_missing_is_missing_and_never_zero(nothing):
    assert formats.euro(nothing) == formats.number(nothing) == formats.percent(nothing) == "–"


def test_numbers_keep_their_own_decimals_unless_told():
    assert formats.number(1234.5) == "1.234,5"
    assert formats.number(1200) == "1.200"
    assert formats.number(Decimal("0.1234567")) == "0,123457"


def test_dates():
    assert formats.day(date(2026, 12, 31)) == "31.12.2026"
    assert formats.moment(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)) == "02.01.2026, 03:04\u00a0Uhr"
    assert formats.day(None) == "–"
