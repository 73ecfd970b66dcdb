"""The process that carries out runs: the loop of the task queue, and beside it the caretaker."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from datetime import timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from . import actions

logger = logging.getLogger("gemeinwerk.runs")

LOOK_EVERY = 2.0  # seconds
REAP_EVERY = 15.0
PRUNE_EVERY = 3600.0


def work(*, interval: float = 0.5, parent: int | None = None) -> None:
    """Carry out runs until SIGTERM; the first lets the running job finish, the second ends it (its work rolls back).

    `parent` is the number of the process that started an embedded worker; when it is gone, the worker ends too.
    """
    Caretaker(parent).start()
    call_command("db_worker", interval=interval, startup_delay=False, reload=False, verbosity=0)


class Caretaker(threading.Thread):
    """Gives up what killed workers left behind, tidies the queue, and watches whether the parent still lives."""

    def __init__(self, parent: int | None = None) -> None:
        super().__init__(daemon=True, name="caretaker")
        self.parent = parent

    def run(self) -> None:
        reaped, pruned = -REAP_EVERY, -PRUNE_EVERY
        while not self.is_orphan():
            now = time.monotonic()
            if now - reaped >= REAP_EVERY:
                self.tidy(prune=now - pruned >= PRUNE_EVERY)
                reaped, pruned = now, now if now - pruned >= PRUNE_EVERY else pruned
            time.sleep(LOOK_EVERY)
        logger.warning("The server is gone; the embedded worker ends.")
        os.kill(os.getpid(), signal.SIGTERM)

    def is_orphan(self) -> bool:
        return self.parent is not None and os.getppid() != self.parent

    def tidy(self, *, prune: bool) -> None:
        """One round. On SQLite a long job may hold the write lock; then the next round does it."""
        try:
            now = timezone.now()
            actions.clear_lost(now, older_than=timedelta(seconds=settings.RUN_LOST_SECONDS))
            if prune:
                actions.prune_queue(now)
        except DatabaseError:
            logger.warning("Lost runs could not be looked for; the next round tries again.", exc_info=True)
        finally:
            connection.close()
