"""Slow, obvious twin of engine.projection: one item at a time, one year at a time, nothing shared."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction


def half_even(exact):
    """Round a fraction to whole cents by hand: nearest, and to the even one from the middle."""
    low = exact.numerator // exact.denominator
    rest = exact - low
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and low % 2):
        return low + 1
    return low


def slow_amount(year, *, plan, percents, steps, one_offs, base_year):
    """The amount of one item in `year`, computed from the last planned year each time anew; None before it exists.

    `plan` is {year: cents}, `percents` {year: Fraction}, `steps` [(from, to, cents)], `one_offs` {year: cents}.
    """
    planned = [one for one in plan if base_year <= one <= year]
    amount = None
    if planned:
        last = max(planned)
        amount = Fraction(plan[last])
        if last < year:
            amount -= one_offs.get(last, 0)
            for one in range(last + 1, year + 1):
                amount = amount * (100 + percents[one]) / 100
    for begin, end, cents in steps:
        if begin <= year <= end:
            effect = Fraction(cents)
            for one in range(begin + 1, year + 1):
                effect = effect * (100 + percents[one]) / 100
            amount = effect if amount is None else amount + effect
    if year not in plan and year in one_offs:
        amount = Fraction(one_offs[year]) if amount is None else amount + one_offs[year]
    return None if amount is None else half_even(amount)


def slow_trend(first, last, years):
    """Percent per year by bisection instead of a root, to hundredths."""
    low, high = Decimal(0), Decimal(10**9)
    ratio = Decimal(last) / Decimal(first)
    for _ in range(200):
        middle = (low + high) / 2
        if middle**years < ratio:
            low = middle
        else:
            high = middle
    return ((low - 1) * 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
