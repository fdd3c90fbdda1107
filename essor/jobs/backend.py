"""The task port: django-tasks-db's rows, plus how often a task may be tried and a wake-up for the worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from django_tasks.base import Task
from django_tasks_db.backend import DatabaseBackend, TaskResult

from essor.kernel import wake

WAKE = "tasks"
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetriedTask(Task[P, T]):
    """A task that is tried again, `retries` times at most, when it raises."""

    retries: int = 0


# The stubs know `django.tasks` of Django 6, this is its backport.
class Backend(DatabaseBackend):
    """Enqueues in the caller's transaction: no task without its deed, no deed without its task."""

    task_class = RetriedTask  # type: ignore[assignment]

    def enqueue(self, task: Task[P, T], args: Any, kwargs: Any) -> TaskResult[P, T]:  # type: ignore[override]
        """Write the row and wake a worker when it is committed."""
        result: TaskResult[P, T] = super().enqueue(task, args, kwargs)  # type: ignore[arg-type]
        wake.notify(WAKE)
        return result
