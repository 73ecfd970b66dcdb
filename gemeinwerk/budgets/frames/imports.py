"""What the engine found in a budget file, as it is kept with the import, and what the import keeps, for the engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gemeinwerk.engine.budget import Rollup, amounts
from gemeinwerk.engine.budget_files import BudgetFile
from gemeinwerk.engine.problems import Problem, Severity

from .lines import slices
from .products import Tree

MAX_PROBLEMS = 500
SAMPLE_ROWS = 15
SAMPLE_CELL = 120
WITHOUT_PRODUCT = ""
TOTAL_FIELDS = ("year", "stage", "area", "position", "side", "area_name", "cents", "count")

LANDS = dict(
    zip(
        (f"{number:02d}" for number in range(1, 17)),
        "SH HH NI HB NW HE RP BW BY SL BE BB MV SN ST TH".split(),  # noqa: SIM905 - the official order of the numbers
        strict=True,
    )
)
"""The first two digits of the official key → the short name of the Land."""


def import_fields(book: BudgetFile, tree: Tree, rollup: Rollup, problems: Sequence[Problem]) -> dict[str, Any]:
    """The fields of BudgetImport after reading."""
    return {
        "mapping": book.mapping.as_dict(),
        "facts": facts(book, problems),
        "slices": [
            {"year": part.year, "stage": part.stage, "count": part.count, "digest": part.digest}
            for part in slices(book.lines)
        ],
        "totals": totals(rollup, tree),
        "problems": [_problem(problem) for problem in _capped(problems)],
        "rows_read": book.facts.rows_read,
        "rows_rejected": book.facts.rows_rejected,
    }


def facts(book: BudgetFile, problems: Iterable[Problem]) -> dict[str, Any]:
    """What was detected, with the first rows as they stand, and how many problems of each severity there are."""
    found = book.facts.as_dict()
    found["sample"] = [[cell[:SAMPLE_CELL] for cell in row] for row in book.facts.sample[:SAMPLE_ROWS]]
    found["sheets"] = list(book.sheets)
    counts = {severity.value: 0 for severity in Severity}
    for problem in problems:
        counts[problem.severity.value] += problem.count
    found["problem_counts"] = counts
    return found


def _capped(problems: Sequence[Problem]) -> list[Problem]:
    """The gravest ones where there are too many to look at."""
    order = list(Severity)
    return sorted(problems, key=lambda problem: order.index(problem.severity))[:MAX_PROBLEMS]


def _problem(problem: Problem) -> dict[str, object]:
    kept = problem.as_dict()
    kept["text"] = problem.text[:1000]
    return kept


def totals(rollup: Rollup, tree: Tree) -> list[dict[str, Any]]:
    """Sums per year, stage, highest product level, position and side: what check and preview show."""
    roots = tree.roots()
    sums: dict[tuple[int, str, str, str, str], list[int]] = {}
    names: dict[str, str] = {WITHOUT_PRODUCT: "ohne Produkt"}
    for amount in amounts(rollup.products):
        root = roots.get(amount.product) if amount.product is not None else None
        area = root.key if root else WITHOUT_PRODUCT
        if root:
            names[area] = area_title(root.code, root.name)
        key = (amount.year, amount.stage.value, area, amount.position, amount.side.value)
        entry = sums.setdefault(key, [0, 0])
        entry[0] += amount.cents
        entry[1] += amount.line_count
    return [dict(zip(TOTAL_FIELDS, (*key, names[key[2]], *entry), strict=True)) for key, entry in sorted(sums.items())]


def area_title(code: str, name: str) -> str:
    return name if not code or name == code else f"{code} {name}"
