"""Starts the web server and, beside it, the embedded worker, and ends both together."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

FINISH_SECONDS = 20.0  # how long a running job may take to finish when the server ends
ROLL_BACK_SECONDS = 10.0
SLOWEST_RESTART = 30.0


def is_free(host: str, port: int) -> bool:
    """Can a server listen there?"""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def collect_static() -> bool:
    """Gather pictures, styles and scripts where they are served from. Says whether there was anything to do."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists() and manifest.stat().st_mtime >= _newest_static():
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=manifest.parent.exists())
    return True


def _newest_static() -> float:
    """When one of the sources changed last; a new version installs new files."""
    newest = Path(__file__).stat().st_mtime
    for finder in get_finders():
        for path, storage in finder.list([]):
            newest = max(newest, Path(storage.path(path)).stat().st_mtime)
    return newest


def serve(host: str, port: int, *, workers: int, threads: int, ready: Callable[[], None], worker: bool) -> None:
    """Serve until SIGTERM or Ctrl+C."""
    connections.close_all()  # the web processes are forks of this one and shall not share its connections
    server = Granian(
        "gemeinwerk.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
    )
    companion = Companion([sys.executable, "-m", "gemeinwerk", "worker"]) if worker else None
    if companion:
        server.on_startup(companion.start)
    server.on_startup(ready)
    try:
        server.serve()
    finally:
        if companion:
            companion.stop()


class Companion(threading.Thread):
    """Keeps one child process alive: started again when it dies, ended with the server.

    The child is made by posix_spawn: the web server forks its processes at the same time, and they would inherit the
    pipe by which subprocess.Popen waits for its child, so that it would wait for ever.
    """

    def __init__(self, command: list[str]) -> None:
        super().__init__(daemon=True, name="companion")
        self.command = command
        self.over = threading.Event()
        self.child = 0

    def run(self) -> None:
        pause = 1.0
        environment = {**os.environ, "GEMEINWERK_PARENT": str(os.getpid())}
        while not self.over.is_set():
            begun = time.monotonic()
            # A session of its own: Ctrl+C reaches the server alone, which then ends the child in order.
            self.child = os.posix_spawn(self.command[0], self.command, environment, setsid=True)
            os.waitpid(self.child, 0)
            self.child = 0
            pause = 1.0 if time.monotonic() - begun > SLOWEST_RESTART else min(pause * 2, SLOWEST_RESTART)
            self.over.wait(pause)

    def stop(self) -> None:
        """Let the running job finish; then end it, so that it rolls back; then be rude."""
        self.over.set()
        rude = (signal.SIGKILL, 5.0)
        for number, patience in ((signal.SIGTERM, FINISH_SECONDS), (signal.SIGTERM, ROLL_BACK_SECONDS), rude):
            if self.child:
                os.kill(self.child, number)
            self.join(patience)
            if not self.is_alive():
                return
