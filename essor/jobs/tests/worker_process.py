"""A worker process for the tests.

`serve`, with a lease in seconds, is `essor worker` with some work to do. `crash` forks workers that kill themselves
(SIGKILL) before their first, second, third … step towards the database, takes over after each, and counts the effects.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

# ruff: noqa: E402 -- Django must be ready before its models are imported
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "essor.project.settings")
django.setup()

from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Now
from django_tasks_db.models import DBTaskResult

from essor.jobs import execution, progress, schedule, worker
from essor.jobs.models import JobRun, JobState, LiveMessage, ScheduledTask, WorkerPulse
from essor.jobs.progress import Progress, job
from essor.jobs.tasks import task
from essor.kernel.events import CONSUMERS, Event, consumer, emit
from essor.kernel.models import Delivery, OutboxEvent

CONSUMERS.clear()
JOB_ROWS = 2


def effect(name: str, number: object) -> None:
    """Leave a trace in the database that can be counted."""
    LiveMessage.objects.create(channel=f"effect:{name}", payload=f"{number}:{os.getpid()}")


def effects(name: str) -> list[str]:
    rows = LiveMessage.objects.filter(channel=f"effect:{name}").order_by("id")
    return [payload.split(":")[0] for payload in rows.values_list("payload", flat=True)]


@consumer("effects", topics=["deed"])
def _hear(events: Sequence[Event]) -> None:
    for event in events:
        effect("event", event.payload["n"])
        if event.payload.get("task"):
            note.enqueue(event.payload["n"])


@consumer("second", topics=["deed"])
def _hear_too(events: Sequence[Event]) -> None:
    for event in events:
        effect("second", event.payload["n"])


@task()
def note(number: int) -> None:
    effect("task", number)


@task()
def tick() -> None:
    effect("tick", 0)


@job("count")
def count(run: Progress) -> dict[str, Any]:
    for number in range(run.position.get("next", 0), run.params["rows"]):
        with transaction.atomic():
            effect("row", number)
            run.save_position({"next": number + 1}, done=number + 1)
        time.sleep(run.params.get("pause", 0))
        run.update()
    return {"rows": run.params["rows"]}


def do_deeds() -> None:
    """What a web process does, killed like the others."""
    for number in range(2):
        with transaction.atomic():
            effect("deed", number)
            emit("deed", "Contact", [number], {"n": number, "task": True})
    progress.start("count", title="Count", owner_id=1, params={"rows": JOB_ROWS})


def work() -> None:
    schedule.run_due()
    worker.drain()


def take_over() -> None:
    """What the next worker does once the dead one's lease is over."""
    WorkerPulse.objects.update(beat=Now() - timedelta(seconds=2 * execution.LEASE))
    work()


class Killer:
    """Kills this process before step number `fatal`: a statement, or the commit that follows, or the moment after."""

    def __init__(self, fatal: int) -> None:
        self.left = fatal

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrap(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if not sql.startswith("SELECT"):  # dead before or after a mere look, the database is the same
            self.step()
        return execute(sql, *arguments)

    def install(self, stack: ExitStack) -> None:
        commit = vars(BaseDatabaseWrapper)["_commit"]

        def killing_commit(wrapper: BaseDatabaseWrapper) -> None:
            self.step()
            commit(wrapper)
            self.step()

        stack.enter_context(mock.patch.object(BaseDatabaseWrapper, "_commit", killing_commit))
        stack.enter_context(connection.execute_wrapper(self.wrap))


def in_child(function: Callable[[], None]) -> int:
    """Run it in a fork of this process; return how that ended (0, or minus the signal).

    PostgreSQL sees a moment later that a killed one is gone, and only then lets go of what that held.
    """
    others = sessions()
    connections.close_all()
    child = os.fork()
    if not child:
        code = 1
        try:
            function()
            code = 0
        finally:
            connections.close_all()
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    while not sessions() <= others:
        time.sleep(0.001)
    return code


def sessions() -> set[int]:
    """Return the other sessions of this database; SQLite has none, the system frees the locks of who dies."""
    if connection.vendor == "sqlite":
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return {pid for (pid,) in cursor.fetchall()}


def live_and_die(fatal: int) -> None:
    with ExitStack() as stack:
        Killer(fatal).install(stack)
        do_deeds()
        work()


def set_the_stage() -> None:
    for model in (Delivery, OutboxEvent, LiveMessage, JobRun, DBTaskResult, WorkerPulse, ScheduledTask):
        model.objects.all().delete()
    plan = schedule.Schedule()
    plan.add("tick", tick, schedule.every(days=1))
    schedule.synchronize(plan)


def check_effects(fatal: int) -> None:
    """Compare with what was committed: a killed process may leave deeds undone, but none half done or done twice."""
    deeds = effects("deed")
    tasks = effects("task")
    found = {
        "events": effects("event") == deeds,
        "second consumer": effects("second") == deeds,
        # A task runs at least once, and here, where its only effect is its last step, twice at most.
        "tasks": sorted(set(tasks)) == deeds and len(tasks) <= len(deeds) + 1,
        "rows of the job": effects("row") == [str(n) for n in range(JOB_ROWS) if JobRun.objects.exists()],
        "the job's end": set(JobRun.objects.values_list("state", "done")) <= {(JobState.DONE, JOB_ROWS)},
        "schedule": 1 <= len(effects("tick")) <= 2,
        "nothing left": not Delivery.objects.exists(),
        "no task left": not DBTaskResult.objects.exclude(status="SUCCESSFUL").exists(),
    }
    wrong = [name for name, right in found.items() if not right]
    if wrong:
        sys.exit(f"killed before step {fatal}: {', '.join(wrong)} wrong")


def crash() -> None:
    logging.disable(logging.WARNING)  # that tasks lost their worker is the point
    execution.FIRST_WAIT = 0.0
    fatal, ending = 0, -signal.SIGKILL
    while ending == -signal.SIGKILL:
        set_the_stage()
        ending = in_child(partial(live_and_die, fatal))
        take_over()
        check_effects(fatal)
        fatal += 1
    if ending != 0:
        sys.exit(f"the worker failed by itself: {ending}")
    sys.stdout.write(f"{fatal - 1} steps\n")


def serve() -> None:
    execution.BEAT, execution.LEASE, execution.FIRST_WAIT = 0.5, float(sys.argv[2]), 0.0
    sys.stdout.write("serving\n")
    sys.stdout.flush()
    worker.run_until_signal()
    sys.stdout.write("stopped\n")


if __name__ == "__main__":
    {"crash": crash, "serve": serve}[sys.argv[1]]()
