"""Work for later: declare a function as a task, enqueue it in the transaction that calls for it.

    @task(retries=3)
    def send(mail_id: int) -> None: ...

    send.enqueue(mail_id)                                    # runs once this transaction is committed
    send.using(run_after=in_an_hour).enqueue(mail_id)

A task runs at least once: a killed worker's task is run again from its start.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

from django_tasks import task as declare

from essor.jobs.backend import RetriedTask

P = ParamSpec("P")
T = TypeVar("T")


class Interrupted(BaseException):
    """The worker is stopping: the task gives up here and is taken up again by the next worker, uncounted.

    No failure, so `except Exception` lets it pass.
    """


@dataclass(frozen=True, slots=True)
class _Run:
    task_id: UUID
    stop: threading.Event


ALONE: set[str] = set()  # import paths of tasks of which one runs at a time
_run: ContextVar[_Run | None] = ContextVar("essor_task_run", default=None)


def task(
    *, queue: str = "default", retries: int = 0, priority: int = 0, alone: bool = False
) -> Callable[[Callable[P, T]], RetriedTask[P, T]]:
    """Declare a module-level function as a task.

    `retries`: further attempts after an exception, with growing waits. `priority`: -100 to 100, higher first. `alone`:
    two runs of it never overlap, the second waits for the first: for what marks its work only after it is done.
    """
    decorate = cast(
        "Callable[[Callable[P, T]], RetriedTask[P, T]]",
        declare(queue_name=queue, priority=priority, retries=retries),
    )

    def declared(function: Callable[P, T]) -> RetriedTask[P, T]:
        found = decorate(function)
        if alone:
            ALONE.add(found.module_path)
        return found

    return declared


def current_task_id() -> UUID | None:
    """Return the id of the task that this code runs in, None outside of a worker."""
    run = _run.get()
    return run.task_id if run else None


def check_interrupted() -> None:
    """Raise Interrupted when the worker wants to stop; long tasks ask now and then, between two transactions."""
    run = _run.get()
    if run and run.stop.is_set():
        raise Interrupted


@contextmanager
def running(task_id: UUID, *, stop: threading.Event) -> Iterator[None]:
    """Make a task's run known to the code it calls (for the worker)."""
    token = _run.set(_Run(task_id, stop))
    try:
        yield
    finally:
        _run.reset(token)
