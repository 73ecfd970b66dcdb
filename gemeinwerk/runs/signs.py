"""Signs of a running job that can be read and written while its big transaction is open.

A job that adopts a million rows holds one transaction for many seconds. What it writes to the database in that time
nobody else can see, and on SQLite nobody else can write at all: not the progress, and not the wish to cancel. So both
travel beside the database, as two small files in `DATA_DIR/runs/`, which all processes of a machine share:

    <id>.json      percent and message, replaced atomically; its age is the sign of life (touched by a thread)
    <id>.cancel    empty; its existence is the wish to cancel

Workers on other machines than the web server need PostgreSQL; there the thread also copies the signs to the row of the
run, over a connection of its own, and fetches the wish to cancel from it (see `execution.Pulse`).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Sign:
    percent: int
    message: str
    seen_at: datetime


def write(run_id: int, percent: int, message: str) -> None:
    """Replace the sign in one step, so that a reader never sees half of it."""
    path = _path(run_id, "json")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    fresh.write_text(json.dumps({"percent": percent, "message": message}), encoding="utf-8")
    fresh.replace(path)


def touch(run_id: int) -> None:
    """Still alive, though no further."""
    path = _path(run_id, "json")
    if path.exists():
        os.utime(path)


def read(run_id: int) -> Sign | None:
    path = _path(run_id, "json")
    try:
        seen_at = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
        facts = json.loads(path.read_text(encoding="utf-8"))
        return Sign(int(facts["percent"]), str(facts["message"]), seen_at)
    except (OSError, ValueError, KeyError):
        return None


def ask_to_cancel(run_id: int) -> None:
    path = _path(run_id, "cancel")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def is_cancel_wanted(run_id: int) -> bool:
    return _path(run_id, "cancel").exists()


def clear(run_id: int) -> None:
    for ending in ("json", "cancel"):
        _path(run_id, ending).unlink(missing_ok=True)


def _path(run_id: int, ending: str) -> Path:
    return Path(settings.DATA_DIR) / "runs" / f"{run_id}.{ending}"
