"""`neighbors FILE`: who borders on whom, and over how many metres, from GeoJSON or a zipped shapefile."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from gemeinwerk.engine import VERSION
from gemeinwerk.engine.geometry import Shape, read_boundaries
from gemeinwerk.engine.neighbors import SHORTEST_M, TOLERANCE_M, Border, borders
from gemeinwerk.engine.problems import Severity, worst

SUMMARY = "Nachbarn und Längen gemeinsamer Grenzen aus Gebietsgrenzen berechnen"


def main(arguments: Sequence[str]) -> int:
    """0 if boundaries were read, 1 if not, 2 if the call was wrong."""
    parser = argparse.ArgumentParser("python -m gemeinwerk.engine neighbors", description=SUMMARY)
    parser.add_argument("file", help="GeoJSON oder ZIP mit Shapefile")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE_M, help="Abstand in Metern, der als gleich gilt")
    parser.add_argument("--shortest", type=float, default=SHORTEST_M, help="kürzeste Grenze in Metern, die zählt")
    parser.add_argument("--json", action="store_true", help="alles als JSON ausgeben")
    options = parser.parse_args(arguments)
    path = Path(options.file)
    if not path.is_file() or options.tolerance <= 0:
        print(f"Die Datei „{path}“ gibt es nicht, oder der Abstand ist nicht größer als 0.", file=sys.stderr)
        return 2
    found = read_boundaries(path.read_bytes())
    pairs = _by_level(found.shapes, options.tolerance, options.shortest)
    if options.json:
        content = {
            "engine_version": VERSION,
            "shapes": len(found.shapes),
            "left_out": found.left_out,
            "crs": found.crs,
            "borders": [asdict(border) for border in pairs],
            "problems": [problem.as_dict() for problem in found.problems],
        }
        print(json.dumps(content, ensure_ascii=False, indent=2))
    else:
        print(f"Flächen: {len(found.shapes)}, ausgelassen: {found.left_out}, gemeinsame Grenzen: {len(pairs)}")
        for problem in found.problems:
            print(f"{problem.severity}: {problem.text}")
    return 1 if worst(found.problems) == Severity.ERROR else 0


def _by_level(shapes: Sequence[Shape], tolerance_m: float, shortest_m: float) -> list[Border]:
    """Levels are told by the length of the key; areas of different levels overlap and are no neighbors."""
    levels: dict[int, list[Shape]] = defaultdict(list)
    for shape in shapes:
        levels[len(shape.key)].append(shape)
    return [
        border
        for _, level in sorted(levels.items())
        for border in borders(level, tolerance_m=tolerance_m, shortest_m=shortest_m)
    ]
