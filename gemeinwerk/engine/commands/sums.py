"""Where the commands get their sums from: a budget file, or a JSON of sums as they print them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gemeinwerk.engine import budget
from gemeinwerk.engine.budget import Amount
from gemeinwerk.engine.budget_files import Hints, Mapping, read
from gemeinwerk.engine.problems import Severity
from gemeinwerk.engine.tables import Key, Side, Stage

NOT_SUMS = (
    "„{name}“ ist keine Liste von Summen. Jede braucht year, stage, side und cents, "
    "dazu position und product, wo es sie gibt."
)


@dataclass(frozen=True, slots=True)
class Loaded:
    amounts: tuple[Amount, ...]
    error: str = ""
    """A German sentence if nothing could be read."""


def add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mapping", help="Zuordnung der Haushaltsdatei als JSON")
    parser.add_argument("--land", default="", help="Land als Kürzel oder Kennziffer, etwa NW oder 05")
    parser.add_argument("--json", action="store_true", help="Ausgabe als JSON")


def load(name: str, options: argparse.Namespace) -> Loaded:
    """The sums per product of a file; "-" reads JSON from standard input."""
    if name == "-":
        return from_json(sys.stdin.read(), "Standardeingabe")
    path = Path(name)
    if not path.is_file():
        return Loaded((), f"Die Datei „{name}“ gibt es nicht.")
    if path.suffix.lower() == ".json":
        text = path.read_text("utf-8", errors="replace")
        if _is_meant_as_sums(text):
            return from_json(text, name)
    mapping = _mapping(options.mapping)
    if mapping is None:
        return Loaded((), f"Die Zuordnung „{options.mapping}“ ist nicht lesbar oder kein JSON.")
    found = read(path.name, path, mapping, hints=Hints(options.land or None))
    if not found.is_usable:
        return Loaded((), f"In „{name}“ wurden keine Beträge gefunden. Prüfen Sie die Datei mit dem Befehl check.")
    errors = [problem.text for problem in found.problems if problem.severity is Severity.ERROR]
    if errors:
        return Loaded((), errors[0])
    return Loaded(budget.amounts(budget.rollup(found.lines).products))


def _mapping(name: str | None) -> Mapping | None:
    if not name:
        return Mapping()
    try:
        return Mapping.from_dict(json.loads(Path(name).read_bytes()))[0]
    except (OSError, ValueError, RecursionError):
        return None


def _is_meant_as_sums(text: str) -> bool:
    """JSON of sums, as against a budget in JSON: its amounts are cents, so it must not be read as a budget."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if isinstance(content, dict):
        return "sums" in content
    first = content[0] if isinstance(content, list) and content else {}
    return isinstance(content, list) and (not content or (isinstance(first, dict) and "cents" in first))


def from_json(text: str, name: str) -> Loaded:
    """{"sums": [{"year": 2026, "stage": "estimate", "position": "taxes", "side": "income", "cents": 100}]}."""
    try:
        content = json.loads(text)
        entries = content["sums"] if isinstance(content, dict) else content
        return Loaded(tuple(_amount(entry) for entry in entries))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return Loaded((), NOT_SUMS.format(name=name))


def _amount(entry: dict[str, Any]) -> Amount:
    cents = entry["cents"]
    if not isinstance(cents, int) or isinstance(cents, bool):
        raise TypeError("cents are whole numbers")
    product = entry.get("product")
    key = None
    if isinstance(product, dict):
        key = Key(str(product.get("code", "")), str(product.get("name", "")))
    elif product is not None:
        key = Key(str(product), "")
    return Amount(
        int(entry["year"]),
        Stage(entry["stage"]),
        str(entry.get("position") or ""),
        Side(entry["side"]),
        cents,
        key,
    )


def as_json(amounts: Iterable[Amount]) -> list[dict[str, Any]]:
    """Sums as they can be read again."""
    return [
        {
            "year": a.year,
            "stage": a.stage.value,
            "product": {"code": a.product.code, "name": a.product.name} if a.product else None,
            "position": a.position,
            "side": a.side.value,
            "cents": a.cents,
        }
        for a in amounts
    ]


def refuse(text: str) -> int:
    print(text, file=sys.stderr)
    return 2
