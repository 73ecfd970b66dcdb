"""`compare OLD NEW`: what changes between two versions of a budget, per product and position."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from gemeinwerk.engine import VERSION, budget
from gemeinwerk.engine.budget import findings
from gemeinwerk.engine.commands.sums import add_source, load, refuse
from gemeinwerk.engine.schemes import POSITIONS

SUMMARY = "Zwei Fassungen eines Haushalts vergleichen: was ist neu, was fällt weg, was ändert sich"
KINDS = {
    budget.ChangeKind.NEW: "neu",
    budget.ChangeKind.GONE: "entfällt",
    budget.ChangeKind.CHANGED: "geändert",
}
MAX_SHOWN = 40


def main(arguments: Sequence[str]) -> int:
    """0 if both versions were read (whether they differ or not), 2 if the call was wrong."""
    options = _parser().parse_args(arguments)
    before, after = load(options.before, options), load(options.after, options)
    if before.error or after.error:
        return refuse(before.error or after.error)
    found = budget.compare(before.amounts, after.amounts, across_stages=options.across_stages)
    if options.json:
        print(json.dumps(as_json(found), ensure_ascii=False, indent=2))
    else:
        _print(found)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m gemeinwerk.engine compare", description=SUMMARY)
    parser.add_argument("before", help="bisherige Fassung: Haushaltsdatei oder JSON mit Summen")
    parser.add_argument("after", help="neue Fassung")
    parser.add_argument("--across-stages", action="store_true", help="Ansatz und Nachtrag miteinander vergleichen")
    add_source(parser)
    return parser


def as_json(found: budget.VersionComparison) -> dict[str, Any]:
    return {
        "engine_version": VERSION,
        "unchanged": found.unchanged,
        "differences": {side.value: cents for side, cents in found.differences.items()},
        "changes": [
            {
                "kind": change.kind.value,
                "year": change.year,
                "stage": change.stage.value if change.stage else None,
                "product": change.product,
                "position": change.position,
                "side": change.side.value,
                "before_cents": change.before_cents,
                "after_cents": change.after_cents,
                "difference_cents": change.difference_cents,
            }
            for change in found.changes
        ],
    }


def _print(found: budget.VersionComparison) -> None:
    print(f"{len(found.changes)} Änderungen, {found.unchanged} Summen unverändert")
    for side, cents in found.differences.items():
        print(f"  {findings.SIDE_NAMES[side]}: {findings.euros(cents)} (positiv verbessert das Ergebnis)")
    for change in found.changes[:MAX_SHOWN]:
        title = POSITIONS[change.position].title if change.position in POSITIONS else "ohne Position"
        print(
            f"{KINDS[change.kind]:9} {change.year} {change.product[:30]:30} {title[:40]:40} "
            f"{_cell(change.before_cents):>20} → {_cell(change.after_cents):>20}"
        )
    if len(found.changes) > MAX_SHOWN:
        print(f"… und {len(found.changes) - MAX_SHOWN} weitere; alle mit --json.")


def _cell(cents: int | None) -> str:
    return "–" if cents is None else findings.euros(cents)
