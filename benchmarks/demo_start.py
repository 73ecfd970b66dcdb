"""How long the demo takes from an empty folder to its first page, beside the plain migration of an empty database.

    .venv/bin/python benchmarks/demo_start.py

Promise: the first page answers within 60 seconds after installation.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PYTHON = sys.executable
ROOT = Path(__file__).resolve().parent.parent
PROMISE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def migrate_seconds() -> float:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"GEMEINWERK_DATA_DIR": folder}
        begun = time.perf_counter()
        subprocess.run([PYTHON, "manage.py", "migrate", "-v0"], check=True, env=environment, cwd=ROOT)
        return time.perf_counter() - begun


def demo_seconds() -> float:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"GEMEINWERK_DATA_DIR": folder, "PORT": str(port)}
        begun = time.perf_counter()
        server = subprocess.Popen(
            [PYTHON, "-m", "gemeinwerk", "demo"], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
        )
        try:
            return wait_for(f"http://localhost:{port}/", begun)
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(address: str, begun: float) -> float:
    while time.perf_counter() - begun < 5 * PROMISE:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return time.perf_counter() - begun
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The demo did not answer.")


if __name__ == "__main__":
    plain, demo = migrate_seconds(), demo_seconds()
    print(f"plain migration of an empty database   {plain:6.1f} s")
    print(f"demo, empty folder to first page       {demo:6.1f} s   ratio {demo / plain:.1f}")
    print(f"promise of {PROMISE:.0f} s: {'kept' if demo <= PROMISE else 'NOT KEPT'}")
