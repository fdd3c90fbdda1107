"""Tasks for the tests: a worker finds a task by its import path, so they live in a module of their own."""

from __future__ import annotations

import sys

from django.utils import timezone
from django_tasks import TaskContext
from django_tasks import task as plain_task

from essor.jobs.tasks import check_interrupted, current_task_id, task
from essor.kernel.db import lost

calls: list[object] = []


@task()
def note(value: object) -> object:
    calls.append(value)
    return {"noted": value}


@task()
def travel(zone: str) -> None:
    calls.append(timezone.get_current_timezone_name())
    timezone.activate(zone)


@task(priority=50)
def urgent(value: object) -> None:
    calls.append(value)


@task(retries=2)
def failing(message: str) -> None:
    calls.append(message)
    raise ArithmeticError(message)


@task()
def outdone(times: int) -> None:
    """Meet others at the same records that many times."""
    calls.append(times)
    if len(calls) <= times:
        raise lost.told()


@task(alone=True)
def singly(value: object) -> None:
    calls.append(value)


@task()
def hourly() -> None:
    calls.append("hourly")


@task()
def nightly() -> None:
    calls.append("nightly")


@task()
def leaving() -> None:
    sys.exit("as if this were a program")


@task()
def interruptible() -> None:
    calls.append(current_task_id())
    check_interrupted()


@task()
def unspeakable() -> object:
    return object()


@plain_task(takes_context=True)
def with_context(context: TaskContext, value: object) -> None:
    calls.append((context.attempt, value))


@task()
def chained(left: int) -> None:
    calls.append(left)
    if left:
        chained.enqueue(left - 1)


def on_blocking() -> None:
    """What the task does; a test puts something else here."""


@task()
def blocking() -> None:
    on_blocking()
