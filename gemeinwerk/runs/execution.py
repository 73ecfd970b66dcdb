"""Carries out one run: claim it, keep it alive, call the job, write down how it ended.

A job is a function in a module `jobs` of a room above:

    def read_file(seat: Seat | None, run: Run, *, import_id: int) -> dict | None:
        report(run, 10, "Die Datei wird gelesen.")
        …
        return {"rows": 4711}

It must be idempotent: after a kill the person starts it again, and nothing may be there twice. So it does its lasting
work in one transaction. It ends early in one of three ways: `Canceled` (raised by `report`, let it pass), `RunError`
with a German sentence for the person, or any other exception, which is a fault of the program: the person reads a
general sentence, the log holds the traceback.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.module_loading import import_string

from gemeinwerk.accounts.access import Seat

from . import signs
from .models import Run

logger = logging.getLogger("gemeinwerk.runs")

REPORT_EVERY = 0.2  # seconds between two written signs
TOUCH_EVERY = 2.0
COPY_EVERY = 10.0

BROKEN = (
    "Der Lauf ist an einem Fehler im Programm gescheitert; es wurde nichts übernommen. Bitte versuchen Sie es noch "
    "einmal. Scheitert er wieder, nennen Sie dem Betrieb die Nummer des Laufs: {pk}."
)
STOPPED = "Der Lauf wurde beendet, weil der Dienst angehalten wurde. Bitte starten Sie ihn noch einmal."
NO_SEAT = "Die Person, die den Lauf veranlasst hat, gehört nicht mehr zu dieser Körperschaft."
NO_RIGHT = (
    "Die Person, die den Lauf veranlasst hat, hat nicht mehr das Recht dazu; es wurde nichts übernommen. Bitte lassen "
    "Sie den Lauf von jemandem starten, der es hat."
)
NEARLY_DONE = 95  # percent from which on no sign of a lost seat may be overlooked

Job = Callable[..., "dict[str, Any] | None"]


class Canceled(Exception):  # noqa: N818 - a wish of the person, not an error
    """The run shall end. Raised by `report`; a job lets it pass, so that its work rolls back."""


class RunError(Exception):
    """The job cannot do what was asked; the text is a German sentence that says what to do."""


_written: dict[int, float] = {}


def report(run: Run, percent: int, message: str) -> None:
    """Say how far the job is; raises Canceled if it shall end. Cheap enough for inner loops.

    Raises RunError where the person has lost the seat meanwhile: nothing is finished for somebody who was shown out.
    """
    if signs.is_cancel_wanted(run.pk):
        raise Canceled
    is_due = time.monotonic() - _written.get(run.pk, -1e9) >= REPORT_EVERY
    if is_due or percent >= NEARLY_DONE:
        _seat(run)
    if is_due:
        _written[run.pk] = time.monotonic()
        signs.write(run.pk, max(0, min(100, percent)), message[:300])


def execute(run_id: int, job: str, arguments: dict[str, Any], *, pulse: bool = True) -> None:
    """Carry out a waiting run. Does nothing where another worker has it, or where it was canceled before."""
    now = timezone.now()
    waiting = Run.objects.filter(pk=run_id, state=Run.State.WAITING)
    if not waiting.update(state=Run.State.RUNNING, started_at=now, heartbeat_at=now):
        return
    run = Run.objects.select_related("body", "requested_by").get(pk=run_id)
    signs.write(run.pk, 0, "Der Lauf hat begonnen.")
    beat = Pulse(run.pk) if pulse else None
    try:
        state, error, result = _call(run, job, arguments)
    except BaseException:  # the worker is told to stop at once
        _finish(run, Run.State.FAILED, STOPPED, {})
        raise
    finally:
        _written.pop(run.pk, None)
        if beat:
            beat.stop()
    _finish(run, state, error, result)


def _call(run: Run, job: str, arguments: dict[str, Any]) -> tuple[Run.State, str, dict[str, Any]]:
    try:
        function: Job = import_string(job)
        return Run.State.DONE, "", function(_seat(run), run, **arguments) or {}
    except Canceled:
        return Run.State.CANCELED, "", {}
    except RunError as error:
        return Run.State.FAILED, str(error), {}
    except PermissionDenied:
        return Run.State.FAILED, NO_RIGHT, {}
    except Exception:
        logger.exception("Run %s (%s) failed", run.pk, job)
        return Run.State.FAILED, BROKEN.format(pk=run.pk), {}


def _seat(run: Run) -> Seat | None:
    """The job acts for the person who asked, with the rights that person has now."""
    if run.body is None:
        return None
    if run.requested_by is None:
        return Seat.system(run.body)
    seat = Seat.member(run.requested_by, run.body)
    if seat is None:
        raise RunError(NO_SEAT)
    return seat


def _finish(run: Run, state: Run.State, error: str, result: dict[str, Any]) -> None:
    """Write the end, unless the reaper gave the run up meanwhile."""
    sign = signs.read(run.pk)
    Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).update(
        state=state,
        error=error,
        result=result,
        progress=100 if state == Run.State.DONE else (sign.percent if sign else 0),
        message=sign.message if sign and state != Run.State.DONE else "",
        finished_at=timezone.now(),
    )
    signs.clear(run.pk)


class Pulse(threading.Thread):
    """The sign of life of a run, beside the job, so that long steps without a report count as alive."""

    def __init__(self, run_id: int) -> None:
        super().__init__(daemon=True, name=f"pulse-{run_id}")
        self.run_id = run_id
        self.over = threading.Event()
        self.copies = connection.vendor == "postgresql"  # on SQLite a second writer would wait for the job
        self.start()

    def run(self) -> None:
        copied = time.monotonic()
        try:
            while not self.over.wait(TOUCH_EVERY):
                signs.touch(self.run_id)
                if self.copies and time.monotonic() - copied >= COPY_EVERY:
                    self.copy()
                    copied = time.monotonic()
        finally:
            connection.close()

    def copy(self) -> None:
        """Bring the signs to the row and the wish to cancel from it, for web servers on other machines."""
        sign = signs.read(self.run_id)
        row = Run.objects.filter(pk=self.run_id, state=Run.State.RUNNING)
        try:
            if sign:
                row.update(heartbeat_at=timezone.now(), progress=sign.percent, message=sign.message)
            if row.filter(cancel_requested_at__isnull=False).exists():
                signs.ask_to_cancel(self.run_id)
        except DatabaseError:
            logger.warning("Run %s: the sign of life could not be copied", self.run_id, exc_info=True)

    def stop(self) -> None:
        self.over.set()
        self.join()
