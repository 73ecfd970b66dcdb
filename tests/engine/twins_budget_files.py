"""Slow, obvious twins of the reader: a number read by plain rules, a file read with the csv module and plain loops."""

from __future__ import annotations

import csv
import io
from decimal import ROUND_HALF_UP, Decimal


def cents_of_german(text: str) -> int:
    """A German amount with exactly written groups: "-1.234,5" → -123450."""
    negative = text.startswith("-") or text.endswith("-")
    plain = text.strip("-").replace(".", "").replace(",", ".")
    cents = int((Decimal(plain) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    return -cents if negative else cents


def lines(data: bytes, encoding: str) -> list[tuple[int, str, str, str, int]]:
    """Row, product, account, side and signed cents of a tidy file Produkt;Konto;Art;Betrag."""
    rows = list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=";"))
    result = []
    for number, (product, account, side, amount) in enumerate(rows[1:], 2):
        if not amount:
            continue
        sign = 1 if side == "Ertrag" else -1
        result.append((number, product.strip(), account.strip(), side, sign * cents_of_german(amount)))
    return result
