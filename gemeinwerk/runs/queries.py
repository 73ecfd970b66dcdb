"""Which runs there are and how far they are."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Model, Q, QuerySet
from django.shortcuts import get_object_or_404

from gemeinwerk.accounts.access import Right, Seat

from . import signs
from .models import Run


def runs(seat: Seat) -> QuerySet[Run]:
    """The runs of the body, newest first."""
    return Run.objects.filter(body=seat.body).select_related("requested_by", "body")


def run(seat: Seat, pk: int) -> Run:
    return get_object_or_404(runs(seat), pk=pk)


def runs_of(seat: Seat, subject: Model) -> QuerySet[Run]:
    """The runs about one thing, newest first."""
    return runs(seat).filter(subject_type=subject._meta.label, subject_id=str(subject.pk))


def progress(run: Run) -> tuple[int, str]:
    """Percent and message: from the sign of the running job if there is one, otherwise from the row."""
    sign = signs.read(run.pk) if run.state == Run.State.RUNNING else None
    percent, message = (sign.percent, sign.message) if sign else (run.progress, run.message)
    return percent, "Der Abbruch ist gewünscht; der Lauf endet gleich." if run.is_canceling else message


def may_cancel(seat: Seat, run: Run) -> bool:
    """Whoever asked for a run may end it, and whoever may import."""
    is_own = seat.user is not None and run.requested_by_id == seat.user.pk
    return not run.is_over and not run.is_canceling and (is_own or seat.may(Right.IMPORT))


def last_seen_at(run: Run) -> datetime | None:
    """The youngest sign of life, from the file or from the row."""
    sign = signs.read(run.pk)
    seen = [moment for moment in (run.started_at, run.heartbeat_at, sign and sign.seen_at) if moment]
    return max(seen, default=None)


def lost(now: datetime, older_than: timedelta) -> list[Run]:
    """Running without a sign of life: the worker was killed. For the operator's reaper, all bodies."""
    old = Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=now - older_than)
    running = Run.objects.filter(old, state=Run.State.RUNNING)
    return [run for run in running if (last_seen_at(run) or run.created_at) < now - older_than]


def stranded(now: datetime, older_than: timedelta) -> list[Run]:
    """Waiting for longer than it should take to be fetched. For the operator's reaper, all bodies."""
    return list(Run.objects.filter(state=Run.State.WAITING, created_at__lt=now - older_than))
