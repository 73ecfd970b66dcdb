"""Checks of the lines one by one: unknown products and accounts, repeated keys, signs, sides, sizes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

import numpy as np

from gemeinwerk.engine.budget import findings
from gemeinwerk.engine.budget.findings import Draft, outward
from gemeinwerk.engine.budget.groups import Ints, counts, first_rows, groups, line_keys, pieces, rows_where, sums
from gemeinwerk.engine.problems import Problem, Severity
from gemeinwerk.engine.schemes import POSITIONS, Scheme, account_digits, on_side
from gemeinwerk.engine.tables import SIDES, STAGES, Category, Frame, Key, Side, code_type

LARGEST_CENTS = 10**14
"""One trillion euros: more than all municipalities together spend, so the decimal point is wrong."""


def size_problems(lines: Frame, places: findings.Places) -> list[Problem]:
    """Amounts beyond every budget."""
    amounts = lines.array("amount_cents")
    if not len(amounts) or max(abs(int(amounts.max())), abs(int(amounts.min()))) <= LARGEST_CENTS:
        return []
    rows = np.flatnonzero((amounts > LARGEST_CENTS) | (amounts < -LARGEST_CENTS))
    text = (
        f"Der Betrag {findings.euros(int(amounts[rows[0]]))} ist größer als jeder Haushalt. "
        "Prüfen Sie Dezimal- und Tausenderzeichen dieser Spalte."
    )
    return [Problem("amount_too_large", text, Severity.ERROR, places.at(int(rows[0])), len(rows))]


def unknown_keys(lines: Frame, places: findings.Places, column: str, known: Collection[str] | None) -> Iterator[Draft]:
    """Products or accounts that are not among the known ones; `known` holds codes, and names where there is no code."""
    if known is None:
        return
    word, code = ("Das Produkt", "unknown_product") if column == "product" else ("Das Konto", "unknown_account")
    category = lines.category(column)
    for value, count, first in _used(category):
        key = category.values[value]
        if (key.code or key.name) not in known:
            yield Draft(count, partial(_unknown_key, word, code, key, places, first, count))


def _unknown_key(word: str, code: str, key: Key, places: findings.Places, first: int, count: int) -> Problem:
    text = (
        f"{word} {findings.key_name(key)} ist bisher nicht bekannt. "
        "Prüfen Sie die Schreibweise; bei der Übernahme wird es neu angelegt."
    )
    return Problem(code, text, Severity.NOTE, places.at(first), count)


def accounts_outside_scheme(lines: Frame, places: findings.Places, scheme: Scheme | None) -> Iterator[Draft]:
    """Account numbers that the frame of accounts of the Land does not know."""
    if scheme is None:
        return
    category = lines.category("account")
    for value, count, first in _used(category):
        key = category.values[value]
        if account_digits(key.code) and scheme.position(key.code) is None:
            yield Draft(count, partial(_outside_scheme, scheme, key, places, first, count))


def _outside_scheme(scheme: Scheme, key: Key, places: findings.Places, first: int, count: int) -> Problem:
    text = (
        f"Das Konto {findings.key_name(key)} kommt im Kontenrahmen „{scheme.title}“ nicht vor. "
        "Ordnen Sie es von Hand einer Position zu oder wählen Sie einen anderen Kontenrahmen."
    )
    return Problem("account_outside_scheme", text, Severity.WARNING, places.at(first), count)


def without_position(lines: Frame, places: findings.Places) -> list[Problem]:
    """Lines that stand in no line of the plan."""
    rows = np.flatnonzero(lines.category("position").codes < 0)
    if not len(rows):
        return []
    cents = int(np.abs(lines.array("amount_cents")[rows]).sum())
    text = (
        f"{len(rows)} Zeilen (zusammen {findings.euros(cents)}) konnten keiner Position des Plans zugeordnet werden. "
        "Sie zählen in den Summen mit, stehen im Plan aber unter „ohne Angabe der Art“."
    )
    return [Problem("position_missing", text, Severity.WARNING, places.at(int(rows[0])), len(rows))]


def without_product(lines: Frame, places: findings.Places) -> list[Problem]:
    """Lines that stand in no partial plan, so that the partial plans do not add up to the whole."""
    category = lines.category("product")
    if findings.is_blank(category):
        return []
    rows = np.flatnonzero(category.codes < 0)
    if not len(rows):
        return []
    cents = int(lines.array("amount_cents")[rows].sum())
    text = (
        f"{len(rows)} Zeilen haben kein Produkt; die Teilpläne ergeben deshalb nicht den Gesamtplan "
        f"(Unterschied {findings.euros(cents)}). Ergänzen Sie das Produkt in der Quelle."
    )
    return [Problem("product_missing", text, Severity.WARNING, places.at(int(rows[0])), len(rows))]


PART_LINES = 50_000
"""About so many lines are compared with each other at once."""


def repeated(lines: Frame, places: findings.Places) -> Iterator[Problem]:
    """Lines with the same product, account, unit, year, stage and side: with the same amount probably counted twice."""
    keys = 0
    found: dict[str, tuple[int, int]] = {}
    identity = _identity(lines)
    for rows in _comparable(lines):
        number, chosen = _repeated_among(rows, identity(rows), lines.array("amount_cents"))
        keys += number
        for code, involved in chosen.items():
            if len(involved):
                count, first = found.get(code, (0, lines.length))
                found[code] = count + len(involved), min(first, int(involved.min()))
    for code, severity in (("duplicate_line", Severity.WARNING), ("repeated_key", Severity.NOTE)):
        if code in found:
            yield _repeated_problem(code, severity, found[code][0], keys, places, found[code][1])


def _repeated_among(rows: Ints, keys: Ints, amounts: Ints) -> tuple[int, dict[str, Ints]]:
    """How many keys of these lines repeat, and the lines involved: with and without a twin of the same amount."""
    order = np.argsort(keys)
    ordered = keys[order]
    same = ordered[1:] == ordered[:-1]
    after, before = np.insert(same, 0, False), np.append(same, False)  # equal to the one before, to the one after
    involved = np.flatnonzero(after | before)
    if not len(involved):
        return 0, {}
    group = np.cumsum(~after[involved]) - 1
    chosen = rows[order[involved]]
    twins = _twins(group, amounts[chosen])
    return int(group[-1]) + 1, {"duplicate_line": chosen[twins], "repeated_key": chosen[~twins]}


def _twins(group: Ints, amounts: Ints) -> Ints:
    """Which lines have another of the same group and the same amount; the groups stand one after the other.

    Equal amounts must stand side by side. In a group of two they do; only larger groups need sorting.
    """
    order = np.arange(len(group))
    large = np.flatnonzero(np.bincount(group)[group] > 2)
    order[large] = large[np.lexsort((amounts[large], group[large]))]
    ordered = amounts[order]
    same = (group[1:] == group[:-1]) & (ordered[1:] == ordered[:-1])
    twins = np.zeros(len(group), bool)
    twins[order] = (np.append(same, False) | np.insert(same, 0, False)) & (ordered != 0)
    return twins


def _repeated_problem(
    code: str, severity: Severity, count: int, keys: int, places: findings.Places, first: int
) -> Problem:
    what = f"Produkt {findings.key_name(places.key('product', first))}, "
    what += f"Konto {findings.key_name(places.key('account', first))}"
    if code == "duplicate_line":
        text = (
            f"{count} Zeilen stimmen mit einer anderen in Produkt, Konto, Jahr, Stand und Betrag überein "
            f"(zuerst {what}). Prüfen Sie, ob sie doppelt geliefert wurden; sie zählen sonst doppelt."
        )
    else:
        text = (
            f"{count} Zeilen wiederholen Produkt, Konto, Jahr und Stand mit anderem Betrag (zuerst {what}, "
            f"insgesamt {keys} solche Schlüssel). Die Beträge werden zusammengezählt."
        )
    return Problem(code, text, severity, places.at(first), count)


def _comparable(lines: Frame) -> Iterator[Ints]:
    """Lines that name a product or an account; where neither is given, a repetition says nothing.

    They come in parts, so that a million keys are never held at once; equal keys are always in the same part.
    """
    products, accounts = lines.category("product"), lines.category("account")
    if not lines.length:
        return
    by = products if len(products.values) > 1 else accounts
    parts = 1 + lines.length // PART_LINES
    part_of_value = np.append(np.arange(len(by.values)) % parts, 0).astype(code_type(parts))
    part_of = np.empty(lines.length, part_of_value.dtype)
    for piece in pieces(lines.length):
        part_of[piece] = part_of_value[by.codes[piece]]
        part_of[piece][(products.codes[piece] < 0) & (accounts.codes[piece] < 0)] = -1
    for part in range(parts):
        rows = np.flatnonzero(part_of == part)
        if len(rows) > 1:
            yield rows


def _identity(lines: Frame) -> Callable[[Ints], Ints]:
    """Gives lines one number each, equal where product, account, unit, position, year, stage and side are equal."""
    years = lines.array("year")
    low = int(years.min(initial=0))
    columns = [(years, int(years.max(initial=0)) - low + 1), (lines.array("stage"), len(STAGES))]
    columns.append((lines.array("side"), len(SIDES)))
    for name in ("product", "account", "unit", "position"):
        category = lines.category(name)
        columns.append((category.codes, len(category.values)))

    def keys(rows: Ints) -> Ints:
        parts = [(codes[rows], size) for codes, size in columns]
        parts[0] = (parts[0][0].astype(np.int32) - low, parts[0][1])
        try:
            return line_keys(parts)
        except OverflowError:
            return _renumbered(parts)

    return keys


def _renumbered(parts: Sequence[tuple[Ints, int]]) -> Ints:
    """The same where all columns together have more possible keys than a number can hold."""
    found, size = parts[0]
    for part in parts[1:]:
        both = groups([(found, size), part])
        found, size = both.index, len(both)
    return found


def wrong_signs(lines: Frame, places: findings.Places) -> Iterator[Draft]:
    """Negative income and positive expense, one problem per account and side, the largest first."""
    amounts = lines.array("amount_cents")
    sides = lines.array("side")
    comes_in = np.array([side in (Side.INCOME, Side.CASH_IN, Side.INTERNAL_IN) for side in SIDES])
    wrong = rows_where(
        lines.length, lambda piece: np.where(comes_in[sides[piece]], amounts[piece] < 0, amounts[piece] > 0)
    )
    yield from _per_account(lines, places, wrong, "unusual_sign", Severity.NOTE, _sign_text)


def _sign_text(side: Side, key: Key | None, cents: int) -> str:
    return (
        f"{findings.SIDE_NAMES[side]} auf {findings.key_name(key)} sind negativ "
        f"({findings.euros(cents * outward(side))}). "
        "Prüfen Sie, ob es eine Absetzung ist oder das Vorzeichen falsch gelesen wurde."
    )


def wrong_sides(lines: Frame, places: findings.Places) -> Iterator[Draft]:
    """Lines whose side is not the one of their position, e.g. an expense account on the income side."""
    position = lines.category("position")
    if findings.is_blank(position):
        return
    allowed = np.ones((len(position.values) + 1, len(SIDES)), bool)
    for i, key in enumerate(position.values):
        known = POSITIONS.get(key.code)
        for j, side in enumerate(SIDES):
            allowed[i, j] = known is None or POSITIONS[on_side(key.code, side)].side is side
    sides = lines.array("side")
    wrong = rows_where(lines.length, lambda piece: ~allowed[position.codes[piece], sides[piece]])
    yield from _per_account(lines, places, wrong, "side_contradicts_account", Severity.WARNING, _side_text)


def _side_text(side: Side, key: Key | None, cents: int) -> str:
    return (
        f"{findings.key_name(key)} steht bei „{findings.SIDE_NAMES[side]}“ ({findings.euros(cents)}), "
        "gehört nach dem Kontenrahmen aber auf eine andere Seite. Prüfen Sie Kontenrahmen und Vorzeichen."
    )


def _per_account(
    lines: Frame,
    places: findings.Places,
    rows: Ints,
    code: str,
    severity: Severity,
    text: Callable[[Side, Key | None, int], str],
) -> Iterator[Draft]:
    if not len(rows):
        return
    column = "position" if findings.is_blank(lines.category("account")) else "account"
    account = lines.category(column)
    found = groups([(account.codes[rows], len(account.values)), (lines.array("side")[rows], len(SIDES))])
    cents = sums(found.index, lines.array("amount_cents")[rows], len(found))
    number = counts(found.index, len(found))
    first = first_rows(found.index, len(found))
    for i in np.argsort(-np.abs(cents), kind="stable"):
        value, side = found.keys[i]
        key = account.values[value] if value >= 0 else None

        def write(i: int = int(i), side: Side = SIDES[side], key: Key | None = key) -> Problem:
            place = places.at(int(rows[first[i]]))
            return Problem(code, text(side, key, int(cents[i])), severity, place, int(number[i]))

        yield Draft(int(number[i]), write)


def _used(category: Category) -> list[tuple[int, int, int]]:
    """Each value that occurs, with its number of lines and its first line."""
    number = counts(category.codes, len(category.values))
    first = first_rows(category.codes, len(category.values))
    return [(int(i), int(number[i]), int(first[i])) for i in np.flatnonzero(number)]
