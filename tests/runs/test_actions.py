"""Runs are started with the caller's transaction, carried out once, canceled, and given up when the worker is gone."""

import logging
import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from gemeinwerk.accounts.access import Seat
from gemeinwerk.accounts.models import Activity, Membership
from gemeinwerk.runs import actions, execution, queries, signs
from gemeinwerk.runs.models import Run
from gemeinwerk.runs.worker import Caretaker

from . import jobs
from .working import work_off

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KIND = Run.Kind.BUDGET_READ


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    jobs.calls.clear()


# ---------------------------------------------------------------- starting
def test_a_run_waits_for_the_worker_and_ends_with_its_result(cast):
    run = actions.start(
        cast.anke_seat,
        KIND,
        jobs.good,
        at=NOW,
        subject=cast.altendorf,
        arguments={"rows": 3},
        inputs_digest="ab",
        engine_version="1",
        return_to="/k/99001001/",
    )
    assert run.state == Run.State.WAITING and not jobs.calls
    assert list(queries.runs_of(cast.anke_seat, cast.altendorf)) == [run]
    work_off()
    run.refresh_from_db()
    assert (run.state, run.progress, run.result, run.error) == (Run.State.DONE, 100, {"rows": 3}, "")
    assert run.started_at and run.finished_at and jobs.calls == [("Anke", 3)]
    assert Activity.objects.get().sentence == "hat „Haushaltsdatei lesen und prüfen“ gestartet."
    assert not list((queries.signs._path(1, "json")).parent.iterdir())


def test_what_is_short_is_done_within_the_request(cast):
    run = actions.start(cast.anke_seat, KIND, "tests.runs.jobs.silent", at=NOW, short=True)
    assert run.state == Run.State.DONE and run.result == {}
    assert not DBTaskResult.objects.exists()
    assert str(run) == "Haushaltsdatei lesen und prüfen (fertig)"


def test_the_operator_starts_without_a_body_or_as_the_system(cast):
    actions.start(None, Run.Kind.DIRECTORY, jobs.good, at=NOW, arguments={"rows": 1}, short=True)
    actions.start(Seat.system(cast.altendorf), KIND, jobs.good, at=NOW, arguments={"rows": 2}, short=True)
    assert jobs.calls == [(None, 1), ("System", 2)]


def test_what_rolls_back_is_never_carried_out(cast):
    class RegretError(Exception):
        pass

    with pytest.raises(RegretError), transaction.atomic():
        actions.start(cast.anke_seat, KIND, jobs.silent, at=NOW)
        raise RegretError
    work_off()
    assert not Run.objects.exists() and not DBTaskResult.objects.exists() and not jobs.calls


def test_a_run_is_never_carried_out_twice(cast):
    run = actions.start(cast.anke_seat, KIND, jobs.silent, at=NOW)
    work_off()
    actions.execute(run.pk, "tests.runs.jobs.silent", {})
    assert jobs.calls == [("Anke", "silent")]


def test_the_job_has_the_rights_the_person_has_when_it_runs(cast):
    run = actions.start(cast.anke_seat, KIND, jobs.silent, at=NOW)
    Membership.objects.filter(user=cast.anke).delete()
    work_off()
    run.refresh_from_db()
    assert run.state == Run.State.FAILED and run.error == execution.NO_SEAT and not jobs.calls


# ---------------------------------------------------------------- how a run ends
def test_a_job_that_refuses_tells_the_person_why(cast):
    run = actions.start(cast.anke_seat, KIND, jobs.refusing, at=NOW, short=True)
    assert run.state == Run.State.FAILED and run.error.startswith("In der Datei steht keine Zeile.")
    assert (run.progress, run.message) == (30, "Die Datei wird gelesen.")


@pytest.mark.parametrize("job", ["tests.runs.jobs.broken", "tests.runs.jobs.there_is_none"])
def test_a_fault_of_the_program_stays_in_the_log(cast, caplog, job):
    with caplog.at_level(logging.ERROR, logger="gemeinwerk.runs"):
        run = actions.start(cast.anke_seat, KIND, job, at=NOW, short=True)
    assert run.state == Run.State.FAILED and f": {run.pk}." in run.error
    assert "geheim" not in run.error and "Traceback" in caplog.text


def test_a_worker_told_to_stop_at_once_says_so(cast):
    run = actions.start(cast.anke_seat, KIND, jobs.stopped, at=NOW)
    with pytest.raises(SystemExit):
        actions.execute(run.pk, "tests.runs.jobs.stopped", {}, pulse=False)
    run.refresh_from_db()
    assert run.state == Run.State.FAILED and run.error == execution.STOPPED


def test_the_reaper_has_the_last_word(cast):
    run = actions.start(cast.anke_seat, KIND, jobs.silent, at=NOW)
    Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED, error=actions.LOST)
    execution._finish(run, Run.State.DONE, "", {})
    run.refresh_from_db()
    assert run.state == Run.State.FAILED


# ---------------------------------------------------------------- progress
def test_reports_are_written_seldom_and_never_beyond_the_scale(cast, settings, monkeypatch):
    run = actions.start(cast.anke_seat, KIND, jobs.silent, at=NOW)
    Run.objects.update(state=Run.State.RUNNING)
    run.refresh_from_db()
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    actions.report(run, 140, "x" * 400)
    actions.report(run, 20, "zu früh")
    assert queries.progress(run) == (100, "x" * 300)
    monkeypatch.setattr(time, "monotonic", lambda: 101.0)
    actions.report(run, -3, "weiter")
    assert queries.progress(run) == (0, "weiter")
    execution._written.clear()


@pytest.mark.parametrize("content", [None, "", "{", '{"percent": "x", "message": ""}', "{}"])
def test_a_torn_sign_counts_as_none(settings, content):
    if content is not None:
        signs.write(7, 1, "")
        signs._path(7, "json").write_text(content)
    assert signs.read(7) is None
    signs.touch(8)
    assert signs.read(8) is None


# ---------------------------------------------------------------- canceling
def test_a_waiting_run_is_canceled_at_once(cast):
    run = actions.start(cast.anke_seat, KIND, jobs.silent, at=NOW)
    run = actions.cancel(cast.anke_seat, run, at=NOW)
    work_off()
    run.refresh_from_db()
    assert run.state == Run.State.CANCELED and run.finished_at == NOW and not jobs.calls
    assert not signs.is_cancel_wanted(run.pk)
    assert Activity.objects.first().sentence == "hat „Haushaltsdatei lesen und prüfen“ abgebrochen."


def test_a_running_job_ends_with_its_next_report(cast):
    run = actions.start(cast.anke_seat, KIND, jobs.canceled_while_working, at=NOW)
    work_off()
    run.refresh_from_db()
    assert run.state == Run.State.CANCELED and run.error == "" and not jobs.calls
    assert not signs.is_cancel_wanted(run.pk)


def test_the_wish_to_cancel_is_kept_with_the_run(cast):
    run = actions.start(cast.anke_seat, KIND, jobs.silent, at=NOW)
    Run.objects.update(state=Run.State.RUNNING)
    run.refresh_from_db()
    run = actions.cancel(cast.anke_seat, run, at=NOW)
    assert run.is_canceling and signs.is_cancel_wanted(run.pk)
    assert "Abbruch ist gewünscht" in queries.progress(run)[1]
    with pytest.raises(PermissionDenied):
        actions.cancel(cast.anke_seat, run, at=NOW)


def test_only_who_started_it_or_may_import_cancels(cast):
    run = actions.start(cast.anke_seat, KIND, jobs.silent, at=NOW)
    for seat in (cast.bernd_seat, cast.clara_seat):
        with pytest.raises(PermissionDenied):
            actions.cancel(seat, run, at=NOW)
    assert queries.may_cancel(cast.doris_seat, run)
    own = actions.start(cast.bernd_seat, KIND, jobs.silent, at=NOW)
    assert queries.may_cancel(cast.bernd_seat, own)
    own = actions.cancel(cast.bernd_seat, own, at=NOW)
    assert not queries.may_cancel(cast.bernd_seat, own)


@pytest.mark.django_db(transaction=True)
def test_a_job_in_its_big_transaction_is_seen_and_canceled_from_outside(cast):
    """The heart of signs.py: on SQLite the job holds the only write lock while the web server wants to cancel."""
    run = actions.start(cast.anke_seat, Run.Kind.BUDGET_ADOPT, jobs.adopting, at=NOW)

    def work() -> None:
        try:
            actions.execute(run.pk, "tests.runs.jobs.adopting", {})
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        deadline = time.monotonic() + 10
        while queries.progress(queries.run(cast.anke_seat, run.pk))[0] != 50:
            assert time.monotonic() < deadline, "the progress never came out of the transaction"
            time.sleep(0.01)
        actions.cancel(cast.anke_seat, queries.run(cast.anke_seat, run.pk), at=NOW)
    finally:
        signs.ask_to_cancel(run.pk)
        worker.join(10)
    run.refresh_from_db()
    cast.altendorf.refresh_from_db()
    assert run.state == Run.State.CANCELED and cast.altendorf.source == ""


# ---------------------------------------------------------------- lost workers
def lost_run(cast, *, silent_for: timedelta) -> Run:
    run = actions.start(cast.anke_seat, KIND, jobs.silent, at=NOW)
    then = NOW - silent_for
    Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING, started_at=then, heartbeat_at=then)
    DBTaskResult.objects.update(status="RUNNING", started_at=then)
    run.refresh_from_db()
    return run


def test_a_run_without_a_sign_of_life_fails_with_a_sentence(cast):
    run = lost_run(cast, silent_for=timedelta(minutes=5))
    assert actions.clear_lost(NOW, older_than=timedelta(seconds=90)) == (1, 0)
    run.refresh_from_db()
    assert run.state == Run.State.FAILED and run.error == actions.LOST
    assert DBTaskResult.objects.get().status == "FAILED"
    assert actions.clear_lost(NOW, older_than=timedelta(seconds=90)) == (0, 0)


def test_a_fresh_sign_keeps_a_run_alive(cast):
    run = lost_run(cast, silent_for=timedelta(minutes=5))
    signs.write(run.pk, 30, "Es geht voran.")
    os.utime(signs._path(run.pk, "json"), (NOW.timestamp() - 10, NOW.timestamp() - 10))
    assert actions.clear_lost(NOW, older_than=timedelta(seconds=90)) == (0, 0)
    assert actions.clear_lost(NOW + timedelta(minutes=5), older_than=timedelta(seconds=90)) == (1, 0)


def test_a_run_that_was_fetched_but_never_began_is_put_back_and_done_once(cast):
    run = actions.start(cast.anke_seat, KIND, jobs.silent, at=NOW - timedelta(minutes=5))
    DBTaskResult.objects.update(status="RUNNING", started_at=NOW - timedelta(minutes=5))
    assert actions.clear_lost(NOW, older_than=timedelta(seconds=90)) == (0, 1)
    work_off()
    run.refresh_from_db()
    assert run.state == Run.State.DONE and jobs.calls == [("Anke", "silent")]


def test_a_long_queue_is_no_reason_to_meddle(cast):
    actions.start(cast.anke_seat, KIND, jobs.silent, at=NOW - timedelta(hours=5))
    assert actions.clear_lost(NOW, older_than=timedelta(seconds=90)) == (0, 0)


def test_the_queue_forgets_what_is_long_done(cast):
    actions.start(cast.anke_seat, KIND, jobs.silent, at=NOW)
    work_off()
    now = timezone.now()
    assert actions.prune_queue(now) == 0
    assert actions.prune_queue(now + timedelta(days=15)) == 1
    assert Run.objects.count() == 1


def test_the_caretaker_tidies_and_notices_that_the_server_is_gone(cast, monkeypatch):
    run = lost_run(cast, silent_for=timedelta(days=400))
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own transaction
    caretaker = Caretaker(parent=os.getppid())
    caretaker.tidy(prune=True)
    run.refresh_from_db()
    assert run.state == Run.State.FAILED
    assert not caretaker.is_orphan() and Caretaker(parent=-1).is_orphan() and not Caretaker().is_orphan()


def test_the_pulse_touches_the_sign_while_the_job_is_silent(cast, monkeypatch):
    monkeypatch.setattr(execution, "TOUCH_EVERY", 0.01)
    signs.write(5, 10, "Es rechnet.")
    os.utime(signs._path(5, "json"), (0, 0))
    pulse = execution.Pulse(5)
    deadline = time.monotonic() + 5
    while signs.read(5).seen_at.year < 2000 and time.monotonic() < deadline:
        time.sleep(0.005)
    pulse.stop()
    assert signs.read(5).seen_at.year > 2000


def test_the_pulse_brings_the_signs_to_the_row_and_the_wish_from_it(cast):
    run = lost_run(cast, silent_for=timedelta(minutes=5))
    signs.write(run.pk, 30, "Es geht voran.")
    pulse = execution.Pulse(run.pk)
    pulse.stop()
    pulse.copy()
    run.refresh_from_db()
    assert (run.progress, run.message) == (30, "Es geht voran.") and run.heartbeat_at > NOW - timedelta(minutes=5)
    assert not signs.is_cancel_wanted(run.pk)
    Run.objects.update(cancel_requested_at=NOW)
    pulse.copy()
    assert signs.is_cancel_wanted(run.pk)


def test_the_worker_starts_with_the_caretaker_beside_it(db, monkeypatch):
    from gemeinwerk.runs import worker

    started = []
    monkeypatch.setattr(worker, "call_command", lambda name, **options: started.append((name, options["interval"])))
    monkeypatch.setattr(worker.Caretaker, "start", lambda self: started.append(self.parent))
    worker.work(parent=7)
    assert started == [7, ("db_worker", 0.5)]


def test_the_caretaker_looks_until_the_server_is_gone(monkeypatch):
    from gemeinwerk.runs import worker

    rounds, ends = [], []
    parents = iter([7, 7, 7, 1])
    monkeypatch.setattr(worker.os, "getppid", lambda: next(parents))
    monkeypatch.setattr(worker.os, "kill", lambda pid, number: ends.append(number))
    monkeypatch.setattr(worker, "LOOK_EVERY", 0)
    monkeypatch.setattr(worker.Caretaker, "tidy", lambda self, prune: rounds.append(prune))
    clock = iter([0.0, 1.0, 20.0])
    monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=lambda seconds: None))
    worker.Caretaker(parent=7).run()
    assert rounds == [True, False] and ends == [signal.SIGTERM]


def test_a_locked_database_makes_the_caretaker_wait_for_the_next_round(db, monkeypatch, caplog):
    from gemeinwerk.runs import worker

    def locked(*args, **options):
        raise OperationalError("database is locked")

    monkeypatch.setattr(worker.actions, "clear_lost", locked)
    monkeypatch.setattr(connection, "close", lambda: None)
    Caretaker().tidy(prune=False)
    assert "next round" in caplog.text


def test_a_sign_that_cannot_be_copied_does_not_end_the_job(db, monkeypatch, caplog):
    def gone(**facts):
        raise OperationalError("server closed the connection")

    signs.write(5, 10, "Es rechnet.")
    pulse = execution.Pulse(5)
    pulse.stop()
    monkeypatch.setattr(execution.Run.objects, "filter", lambda **facts: SimpleNamespace(update=gone))
    pulse.copy()
    assert "could not be copied" in caplog.text


def test_the_pulse_copies_on_postgresql_only_from_time_to_time(monkeypatch):
    copied = threading.Event()
    monkeypatch.setattr(execution, "TOUCH_EVERY", 0.001)
    monkeypatch.setattr(execution, "COPY_EVERY", 0.001)
    monkeypatch.setattr(execution.Pulse, "copy", lambda self: copied.set())
    monkeypatch.setattr(execution, "connection", SimpleNamespace(vendor="postgresql", close=lambda: None))
    pulse = execution.Pulse(5)
    assert copied.wait(5)
    pulse.stop()


def test_a_run_that_ends_while_the_reaper_looks_keeps_its_end(cast):
    run = lost_run(cast, silent_for=timedelta(minutes=5))
    Run.objects.update(state=Run.State.DONE)
    assert actions._give_up(run, NOW) == 0
    run.refresh_from_db()
    assert run.state == Run.State.DONE
