"""`territory FILE`: former counts on the territory after mergers, from counts and moves as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from gemeinwerk.engine import VERSION
from gemeinwerk.engine.territory import Move, Start, carried

SUMMARY = "Einwohnerzahlen auf den Gebietsstand nach Gebietsänderungen umrechnen"
FORM = (
    'Erwartet wird {"counts": {"SCHLÜSSEL": {"inhabitants": 100, "territory_date": "2023-12-31"}}, "moves": '
    '[{"old": …, "new": …, "on": "2024-01-01", "inhabitants": 100, "area_m2": null, "is_partial": false}]}.'
)


def main(arguments: Sequence[str]) -> int:
    """0 if counts were carried, 2 if the file has another form."""
    parser = argparse.ArgumentParser("python -m gemeinwerk.engine territory", description=SUMMARY)
    parser.add_argument("file", help="JSON mit counts und moves, - für die Standardeingabe")
    parser.add_argument("--json", action="store_true", help="als JSON ausgeben")
    options = parser.parse_args(arguments)
    try:
        text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text("utf-8")
        starts, moves = _parsed(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        print(f"Die Datei „{options.file}“ ist nicht zu verstehen. {FORM}", file=sys.stderr)
        return 2
    result = carried(starts, moves)
    content = {"engine_version": VERSION, **asdict(result)}
    if options.json:
        print(json.dumps(content, ensure_ascii=False, indent=2, default=str))
    else:
        for key, count in result.counts.items():
            print(f"{key}: {count.inhabitants} (Gebietsstand {count.territory_date}, aus {', '.join(count.parts)})")
        for key in result.incomplete:
            print(f"{key}: nicht umrechenbar, ein Teil hat keine Einwohnerzahl")
    return 0


def _parsed(content: Any) -> tuple[dict[str, Start], list[Move]]:
    starts = {
        str(key): Start(int(count["inhabitants"]), date.fromisoformat(count["territory_date"]))
        for key, count in content["counts"].items()
    }
    moves = [
        Move(
            str(move["old"]),
            str(move["new"]),
            date.fromisoformat(move["on"]),
            _optional(move.get("inhabitants")),
            _optional(move.get("area_m2")),
            bool(move.get("is_partial", False)),
        )
        for move in content["moves"]
    ]
    return starts, moves


def _optional(value: Any) -> int | None:
    return None if value is None else int(value)
