"""The ladder of rooms, read from pyproject.toml: the tests of the architecture know no list of their own."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "gemeinwerk"
GROUND_ROOMS = {"config", "portal", "runs", "accounts", "bodies", "ui", "engine"}


def contracts() -> list[dict]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]


def contract(name_part: str) -> dict:
    return next(contract for contract in contracts() if name_part in contract["name"])


def layers() -> list[list[str]]:
    """Rooms from top to bottom, rooms beside each other together; a name in parentheses is a room not open yet."""
    return [[name.strip() for name in layer.split("|")] for layer in contract("Rooms")["layers"]]


def height() -> dict[str, int]:
    """How far down each room stands: 0 is the top."""
    return {name.strip("()"): depth for depth, names in enumerate(layers()) for name in names}


def open_rooms() -> set[str]:
    return {name for names in layers() for name in names if not name.startswith("(")}


def subject_rooms() -> set[str]:
    return open_rooms() - GROUND_ROOMS


def python_files(*parts: str) -> list[Path]:
    return sorted(
        path
        for path in PACKAGE.joinpath(*parts).rglob("*.py")
        if "migrations" not in path.parts and path.stat().st_size
    )
