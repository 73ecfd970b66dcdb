"""The one module that knows where the task queue comes from: Django 6 brings it, before it is a package."""

from __future__ import annotations

from typing import Any

from .execution import execute

try:
    from django.tasks import task
except ImportError:  # Django < 6
    from django_tasks import task


@task()
def perform(run_id: int, job: str, arguments: dict[str, Any]) -> None:
    """What the worker calls for every run."""
    execute(run_id, job, arguments)
