"""How long the suite without browser and processes takes, beside merely collecting it.

    .venv/bin/python benchmarks/suite.py

Promise: under 90 seconds on two cores. The engine runs alone, as in `make test`, then everything else on SQLite.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

PYTHON = sys.executable
ROOT = Path(__file__).resolve().parent.parent
PROMISE = 90.0
REST = ["-m", "pytest", "-q", "-m", "not browser and not process", "--ignore=tests/engine"]


def seconds(*command: str) -> float:
    begun = time.perf_counter()
    subprocess.run([PYTHON, *command], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


if __name__ == "__main__":
    collecting = seconds("-m", "pytest", "-q", "--collect-only", "-m", "not browser and not process")
    engine = seconds("scripts/engine_alone.py")
    rest = seconds(*REST, "-n", "auto")
    total = engine + rest
    print(f"collecting only   {collecting:6.1f} s")
    print(f"engine alone      {engine:6.1f} s")
    print(f"all else, SQLite  {rest:6.1f} s")
    print(f"together          {total:6.1f} s   ratio {total / collecting:.1f}")
    print(f"promise of {PROMISE:.0f} s: {'kept' if total <= PROMISE else 'NOT KEPT'}")
