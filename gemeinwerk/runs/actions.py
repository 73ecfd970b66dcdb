"""Start, cancel and clear away runs. How one is carried out stands in `execution`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django_tasks_db.models import DBTaskResult

from gemeinwerk.accounts import activity
from gemeinwerk.accounts.access import Seat

from . import queries, signs
from .execution import Canceled, RunError, execute, report
from .models import Run
from .tasks import perform

__all__ = ["Canceled", "RunError", "Verb", "cancel", "clear_lost", "execute", "report", "start"]

logger = logging.getLogger("gemeinwerk.runs")

LOST = (
    "Der Lauf wurde unterbrochen, weil der Dienst abgestürzt ist oder neu gestartet wurde; es wurde nichts übernommen. "
    "Bitte starten Sie ihn noch einmal."
)
KEEP_QUEUE = timedelta(days=14)


class Verb(StrEnum):
    STARTED = "hat „{kind}“ gestartet."
    CANCELED = "hat „{kind}“ abgebrochen."


@transaction.atomic
def start(
    seat: Seat | None,
    kind: Run.Kind,
    job: str | Callable[..., Any],
    *,
    at: datetime,
    subject: Model | None = None,
    arguments: dict[str, Any] | None = None,
    inputs_digest: str = "",
    engine_version: str = "",
    return_to: str = "",
    short: bool = False,
) -> Run:
    """Have `job` carried out for the seat: by the worker, or at once if it is `short` (under two seconds).

    `job` is a function or its dotted path, `arguments` its keyword arguments as JSON; it is called as
    `job(seat, run, **arguments)`. The row and its place in the queue are written in one transaction, together with what
    the caller writes in the same: if that rolls back, nothing runs. The operator's runs without a body take no seat.
    """
    path = job if isinstance(job, str) else f"{job.__module__}.{job.__qualname__}"
    run = Run.objects.create(
        body=seat.body if seat else None,
        requested_by=seat.user if seat else None,
        kind=kind,
        subject_type=subject._meta.label if subject else "",
        subject_id=str(subject.pk) if subject else "",
        inputs_digest=inputs_digest,
        engine_version=engine_version,
        return_to=return_to,
        created_at=at,
    )
    signs.clear(run.pk)  # a database made anew counts from 1 again
    if seat:
        activity.record(seat, Verb.STARTED, on=run, at=at, kind=run.get_kind_display())
    if short:
        execute(run.pk, path, arguments or {}, pulse=False)
    else:
        run.task_id = perform.enqueue(run.pk, path, arguments or {}).id
        run.save(update_fields=["task_id"])
    run.refresh_from_db()
    return run


def cancel(seat: Seat, run: Run, *, at: datetime) -> Run:
    """Ask for the end of a run. A waiting one ends at once, a running one with its next report.

    The wish is laid beside the database first: on SQLite the job may hold the only write lock, and lets it go when it
    finds the wish.
    """
    if run.body_id != seat.body.pk or not queries.may_cancel(seat, run):
        raise PermissionDenied
    signs.ask_to_cancel(run.pk)
    with transaction.atomic():
        waiting = Run.objects.filter(pk=run.pk, state=Run.State.WAITING)
        if waiting.update(state=Run.State.CANCELED, cancel_requested_at=at, finished_at=at):
            signs.clear(run.pk)
        else:
            Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).update(cancel_requested_at=at)
        activity.record(seat, Verb.CANCELED, on=run, at=at, kind=run.get_kind_display())
    run.refresh_from_db()
    if run.is_over:
        signs.clear(run.pk)
    return run


def clear_lost(now: datetime, *, older_than: timedelta) -> tuple[int, int]:
    """The reaper: what a killed worker left behind. Returns how many runs were given up and how many were requeued.

    A run that had begun fails with a sentence: only the person knows whether it shall be tried again. A run whose place
    in the queue was fetched but that never began is put back; executing it twice is impossible (`execute` claims it).
    """
    failed = sum(_give_up(run, now) for run in queries.lost(now, older_than))
    requeued = sum(_requeue(run, now - older_than) for run in queries.stranded(now, older_than))
    if failed or requeued:
        logger.warning("Lost runs: %s given up, %s requeued", failed, requeued)
    return failed, requeued


@transaction.atomic
def _give_up(run: Run, now: datetime) -> int:
    changed = Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).update(
        state=Run.State.FAILED, error=LOST, finished_at=now
    )
    if changed:
        DBTaskResult.objects.filter(pk=run.task_id, status="RUNNING").update(
            status="FAILED", finished_at=now, exception_class_path="builtins.SystemExit", traceback=""
        )
        signs.clear(run.pk)
    return changed


@transaction.atomic
def _requeue(run: Run, before: datetime) -> int:
    return DBTaskResult.objects.filter(pk=run.task_id, status="RUNNING", started_at__lt=before).update(
        status="READY", started_at=None
    )


def prune_queue(now: datetime) -> int:
    """Forget what the queue remembers of old jobs; the runs themselves stay."""
    old = DBTaskResult.objects.filter(status__in=["SUCCESSFUL", "FAILED"], finished_at__lt=now - KEEP_QUEUE)
    return old.delete()[0]
