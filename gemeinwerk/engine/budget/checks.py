"""Everything that is checked before a budget is stored; each problem names sheet, row and column where it has them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gemeinwerk.engine.budget import contents, findings
from gemeinwerk.engine.budget.jumps import Jump, jump_text, jumps
from gemeinwerk.engine.budget.rollups import Amount, Rollup, amounts, rollup
from gemeinwerk.engine.budget.rules import balance_problems
from gemeinwerk.engine.budget.totals import Expected, expected_problems, totals
from gemeinwerk.engine.problems import Place, Problem, Severity
from gemeinwerk.engine.schemes import SCHEMES, Scheme
from gemeinwerk.engine.tables import SIDES, STAGES, Accounting, Frame


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a difference is worth a word; all of them are defaults that a municipality may change."""

    jump_percent: Fraction = Fraction(25)
    """Plausibility rule: more than ±25 % against the year before."""
    jump_minimum_cents: int = 5_000_000
    """50.000 €: below this a jump is not worth a question."""
    tolerance_cents: int = 100
    """1 €: plans are made in whole euros, so a sum may differ by rounding."""
    examples: int = 25
    """How many problems of one kind are named one by one."""


def check(
    lines: Frame,
    *,
    scheme: Scheme | str | None = None,
    expected: Sequence[Expected] | None = None,
    previous: Rollup | Iterable[Amount] | None = None,
    thresholds: Thresholds | None = None,
    known_products: Collection[str] | None = None,
    known_accounts: Collection[str] | None = None,
    accounting: Accounting | None = None,
    product_scheme: str | None = None,
    sheets: Sequence[str] = (),
    headers: Sequence[str] = (),
    sums: Rollup | None = None,
) -> tuple[Problem, ...]:
    """All problems of the lines: errors first, then warnings, then notes.

    `previous` are stored sums of earlier years, `known_products` and `known_accounts` the codes (or names, where there
    is no code) that the body already has, `sheets` and `headers` name the places, `sums` is the roll-up if it is known.
    """
    limits = thresholds or Thresholds()
    if not lines.length:
        text = (
            "Es wurde keine Zeile mit einem Betrag gefunden. Prüfen Sie, ob die Spalte des Betrags richtig gewählt ist."
        )
        return (Problem("no_lines", text, Severity.ERROR),)
    frame = SCHEMES.get(scheme) if isinstance(scheme, str) else scheme
    kind = accounting or (frame.accounting if frame else Accounting.DOPPIK)
    places = findings.Places(lines, sheets, headers)
    added = sums or rollup(lines)
    problems = _content_problems(lines, places, frame, known_products, known_accounts, limits)
    problems += balance_problems(amounts(added.plan), accounting=kind, tolerance_cents=limits.tolerance_cents)
    problems += _jump_problems(lines, places, added, previous, limits)
    if expected:
        by_area = any(wish.area is not None for wish in expected)
        found = totals(lines, product_scheme=product_scheme, by_area=by_area)
        problems += expected_problems(found, expected, tolerance_cents=limits.tolerance_cents, accounting=kind)
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    return tuple(sorted(problems, key=lambda problem: order[problem.severity]))


def _content_problems(
    lines: Frame,
    places: findings.Places,
    scheme: Scheme | None,
    known_products: Collection[str] | None,
    known_accounts: Collection[str] | None,
    limits: Thresholds,
) -> list[Problem]:
    few = limits.examples
    return [
        *contents.size_problems(lines, places),
        *contents.without_position(lines, places),
        *contents.without_product(lines, places),
        *contents.repeated(lines, places),
        *findings.capped(contents.wrong_sides(lines, places), few, "Konten auf der falschen Seite"),
        *findings.capped(contents.accounts_outside_scheme(lines, places, scheme), few, "Konten ohne Kontenrahmen"),
        *findings.capped(contents.unknown_keys(lines, places, "product", known_products), few, "neue Produkte"),
        *findings.capped(contents.unknown_keys(lines, places, "account", known_accounts), few, "neue Konten"),
        *findings.capped(contents.wrong_signs(lines, places), few, "Konten mit ungewöhnlichem Vorzeichen"),
    ]


def _jump_problems(
    lines: Frame,
    places: findings.Places,
    added: Rollup,
    previous: Rollup | Iterable[Amount] | None,
    limits: Thresholds,
) -> list[Problem]:
    found = jumps(
        added.products,
        percent=limits.jump_percent,
        minimum_cents=limits.jump_minimum_cents,
        before=previous.products if isinstance(previous, Rollup) else tuple(previous or ()),
        limit=limits.examples,
    )
    problems = [Problem("jump", jump_text(j), Severity.NOTE, _place_of(j, lines, places)) for j in found.largest]
    more = found.count - len(problems)
    if more:
        problems.append(
            Problem("jump", findings.more_text(more, "Sprünge gegenüber dem Vorjahr"), Severity.NOTE, count=more)
        )
    return problems


def _place_of(jump: Jump, lines: Frame, places: findings.Places) -> Place:
    """The first line of the sum that jumps; if the amount is gone, that of the year before."""
    product = lines.category("product")
    rows = np.flatnonzero(product.codes == product.values.index(jump.product))
    fits = lines.array("side")[rows] == SIDES.index(jump.side)
    positions = lines.category("position")
    codes = [i for i, key in enumerate(positions.values) if key.code == jump.position] or [-1]
    fits &= np.isin(positions.codes[rows], codes)
    for year, stage in ((jump.year, jump.stage), (jump.year - 1, jump.before_stage)):
        in_slice = (lines.array("year")[rows] == year) & (lines.array("stage")[rows] == STAGES.index(stage))
        hits = rows[fits & in_slice]
        if len(hits):
            return places.at(int(hits[0]))
    return Place()
