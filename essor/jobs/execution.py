"""One task from claim to end, and the tasks of workers that died.

The row says RUNNING from the claim on and names the worker; a worker proves that it lives by its pulse. When the
pulse stops, the task is READY again. A run that was thought dead and ends after all changes nothing: `started_at`
tells its claim from the later one.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from traceback import format_exception
from typing import Any

from django.db import Error, InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks.base import TaskContext, TaskResultStatus
from django_tasks.utils import normalize_json
from django_tasks_db.models import DBTaskResult, get_date_max

from essor.catalog import current
from essor.jobs import progress
from essor.jobs.models import WorkerPulse
from essor.jobs.tasks import ALONE, Interrupted, running
from essor.kernel.errors import Busy
from essor.kernel.locks import try_lock

logger = logging.getLogger(__name__)

BEAT = 5.0  # seconds between two beats
LEASE = 60.0  # seconds without a beat until a worker counts as dead: thrice what a write may have to wait
CRASHES = 3  # times a task may take its worker down before it counts as failed
SETTLE_ATTEMPTS = 60  # five minutes or so
FIRST_WAIT, LONGEST_WAIT = 2.0, 3600.0  # seconds before a failed task is tried again


def claim(worker_id: str) -> DBTaskResult | None:
    """Take the next task that is ready, highest priority first; None when there is none."""
    under_way = DBTaskResult.objects.running().filter(task_path__in=sorted(ALONE))
    ready = DBTaskResult.objects.ready().exclude(task_path__in=under_way.values("task_path"))
    if not ready.exists():  # on SQLite, looking must not cost the write lock
        return None
    with transaction.atomic():
        row = ready.select_for_update(skip_locked=True).first()
        if row is None or not _has_its_turn(row):
            return None
        row.claim(worker_id)
    return row


def _has_its_turn(row: DBTaskResult) -> bool:
    """Tell whether a task that runs alone still may: another worker could have claimed one since we looked."""
    if row.task_path not in ALONE:
        return True
    same = DBTaskResult.objects.running().filter(task_path=row.task_path)
    return try_lock(f"task {row.task_path}") and not same.exists()


def run_next(worker_id: str, stop: threading.Event) -> bool:
    """Claim one task and run it to its end; tell whether there was one."""
    row = claim(worker_id)
    if row is None:
        return False
    try:
        # The zone of the person whom a task works for (`person`) ends with it: this thread has others to run.
        with running(row.pk, stop=stop), current.scope(), timezone.override(None):
            value = normalize_json(_call(row))
    except Interrupted:
        _settle(row, lambda: _release(row))
    except (Exception, SystemExit) as error:
        logger.warning("Task %s failed", row.task_path, exc_info=error)
        failure, text = error, "".join(format_exception(error))
        # No task is to blame for a database that went away, nor for others who were in the way.
        crashes = CRASHES if isinstance(error, OperationalError | InterfaceError | Busy) else 0
        _settle(row, lambda: _fail_or_retry(row, failure, text, crashes=crashes))
    else:
        _settle(row, lambda: _succeed(row, value))
    return True


def _call(row: DBTaskResult) -> Any:
    task, result = row.task, row.task_result
    # The stubs take the backport's result for another one than Django 6's.
    context = (TaskContext(task_result=result),) if task.takes_context else ()  # type: ignore[arg-type]
    return task.call(*context, *result.args, **result.kwargs)


def _settle(row: DBTaskResult, write: Callable[[], object]) -> None:
    """Write down how the task ended, however long the database is away: nobody else can."""
    for attempt in range(SETTLE_ATTEMPTS):
        try:
            write()
        except Error:
            logger.exception("Cannot write the end of task %s yet", row.pk)
            connection.close()
            time.sleep(min(attempt, 5))
        else:
            return


def _update(row: DBTaskResult, **values: Any) -> bool:
    """Change the task unless it is no longer this run's; tell whether it was."""
    mine = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING, started_at=row.started_at)
    return bool(mine.update(**values))


def _succeed(row: DBTaskResult, value: Any) -> None:
    _update(
        row,
        status=TaskResultStatus.SUCCESSFUL,
        finished_at=timezone.now(),
        return_value=value,
        exception_class_path="",
        traceback="",
    )


def _release(row: DBTaskResult) -> None:
    """Hand the task back as if it had not been claimed."""
    _update(
        row,
        status=TaskResultStatus.READY,
        started_at=None,
        run_after=get_date_max(),
        worker_ids=row.worker_ids[:-1],
    )


def _fail_or_retry(row: DBTaskResult, error: BaseException | None, text: str, *, crashes: int = 0) -> None:
    """Let the task be tried again later while it has attempts left, else leave it as failed."""
    attempts = len(row.worker_ids)
    if attempts <= _retries(row) + crashes:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempts - 1)) * random.uniform(0.5, 1.0)  # noqa: S311 -- no secret
        again = timezone.now() + timedelta(seconds=wait)
        _update(row, status=TaskResultStatus.READY, run_after=again, traceback=text)
        return
    name = f"{type(error).__module__}.{type(error).__qualname__}" if error else ""
    with transaction.atomic():
        if _update(
            row,
            status=TaskResultStatus.FAILED,
            finished_at=timezone.now(),
            exception_class_path=name,
            traceback=text,
        ):
            progress.give_up(row.pk)


def _retries(row: DBTaskResult) -> int:
    try:
        return getattr(row.task, "retries", 0)
    except ImportError:  # a program being upgraded may not know the task yet, or no longer
        return CRASHES


def beat(worker_id: str) -> None:
    """Say that the worker lives."""
    if not WorkerPulse.objects.filter(pk=worker_id).update(beat=Now()):
        WorkerPulse.objects.create(pk=worker_id)


def retire(worker_id: str) -> None:
    """End a worker: what it has not finished is for others, at once."""
    with transaction.atomic():
        WorkerPulse.objects.filter(pk=worker_id).delete()
        for row in _running():
            if row.worker_ids[-1:] == [worker_id]:
                _release(row)


def recover() -> int:
    """Hand out again the tasks of workers whose pulse has stopped; return how many."""
    with transaction.atomic():
        WorkerPulse.objects.filter(beat__lt=Now() - timedelta(seconds=LEASE)).delete()
        alive = set(WorkerPulse.objects.values_list("pk", flat=True))
        orphans = [row for row in _running() if alive.isdisjoint(row.worker_ids[-1:])]
        for row in orphans:
            logger.warning("Task %s (%s) lost its worker", row.pk, row.task_path)
            _fail_or_retry(row, None, "The worker that ran this task was killed.", crashes=CRASHES)
    return len(orphans)


def stopped_pulses() -> bool:
    """Tell whether some worker's pulse has stopped (a look that writes nothing)."""
    return WorkerPulse.objects.filter(beat__lt=Now() - timedelta(seconds=LEASE)).exists()


def _running() -> list[DBTaskResult]:
    return list(
        DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).select_for_update(skip_locked=True)
    )
