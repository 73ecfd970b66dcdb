"""The worker inside a test."""

from unittest import mock

from django_tasks_db.management.commands import db_worker


def work_off() -> None:
    """Carry out what waits in the queue: the loop alone, on the connection and in the transaction of the test."""
    with mock.patch.object(db_worker, "close_old_connections"):
        db_worker.Worker(
            queue_names=["default"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id="test",
            excluded_queue_names=[],
        ).run()
