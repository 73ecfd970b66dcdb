"""`directory FILE`: sums and facts of an official directory, or the changes of territory in one of their workbooks."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gemeinwerk.engine import VERSION
from gemeinwerk.engine.directory import Changes, Directory, read_changes, read_directory
from gemeinwerk.engine.problems import Problem, Severity, worst

SUMMARY = "Gemeindeverzeichnis (Auszug GV, GV100AD) oder Gebietsänderungen lesen und Summen zeigen"


def main(arguments: Sequence[str]) -> int:
    """0 if the file was understood, 1 if not, 2 if the call was wrong."""
    parser = argparse.ArgumentParser("python -m gemeinwerk.engine directory", description=SUMMARY)
    parser.add_argument("file", help="Auszug GV (xlsx), GV100AD (txt) oder, mit --changes, Gebietsänderungen (xlsx)")
    parser.add_argument("--changes", action="store_true", help="die Datei enthält Gebietsänderungen")
    parser.add_argument("--units", action="store_true", help="mit --json auch jeden Satz ausgeben")
    parser.add_argument("--json", action="store_true", help="alles als JSON ausgeben")
    options = parser.parse_args(arguments)
    path = Path(options.file)
    if not path.is_file():
        print(f"Die Datei „{path}“ gibt es nicht.", file=sys.stderr)
        return 2
    found = read_changes(path.read_bytes()) if options.changes else read_directory(path.read_bytes())
    content = changes_json(found) if isinstance(found, Changes) else directory_json(found, with_units=options.units)
    if options.json:
        print(json.dumps(content, ensure_ascii=False, indent=2, default=str))
    else:
        _print(content, found.problems)
    return 1 if worst(found.problems) == Severity.ERROR else 0


def directory_json(directory: Directory, *, with_units: bool = False) -> dict[str, Any]:
    content: dict[str, Any] = {
        "engine_version": VERSION,
        "facts": asdict(directory.facts),
        "sums": asdict(directory.sums),
        "problems": [problem.as_dict() for problem in directory.problems],
    }
    if with_units:
        content["units"] = [asdict(unit) for unit in directory.units]
    return content


def changes_json(changes: Changes) -> dict[str, Any]:
    return {
        "engine_version": VERSION,
        "facts": {"title": changes.title, "source": changes.source},
        "sums": {"changes": len(changes.changes)},
        "changes": [asdict(change) for change in changes.changes],
        "problems": [problem.as_dict() for problem in changes.problems],
    }


def _print(content: dict[str, Any], problems: Sequence[Problem]) -> None:
    for part in ("facts", "sums"):
        for name, value in content[part].items():
            print(f"{name}: {value}")
    for problem in problems:
        place = f" [{problem.place}]" if str(problem.place) else ""
        print(f"{problem.severity}: {problem.text}{place}")
