"""Workers that die, stop, or work side by side: every effect in the database happens exactly once."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult, get_date_max

from essor.jobs.models import JobRun, JobState, LiveMessage, WorkerPulse
from essor.jobs.tests.conftest import StartWorker
from essor.kernel import delivery, events
from essor.kernel.models import Delivery, OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)


def effects(name: str) -> list[str]:
    rows = LiveMessage.objects.filter(channel=f"effect:{name}").order_by("id")
    return list(rows.values_list("payload", flat=True))


def wait_for(condition: Callable[[], object], *, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def enqueue(function: str, *arguments: object) -> UUID:
    """Enqueue a task that only the worker process knows."""
    row = DBTaskResult.objects.create(
        args_kwargs={"args": arguments, "kwargs": {}},
        task_path=f"__main__.{function}",
        backend_name="default",
        run_after=get_date_max(),
    )
    return row.pk


def start_count(**params: object) -> JobRun:
    row = JobRun.objects.create(kind="count", title="Count", language="en", params=params)
    row.task_id = DBTaskResult.objects.create(
        args_kwargs={"args": [row.pk], "kwargs": {}},
        task_path="essor.jobs.progress.run_job",
        backend_name="default",
        run_after=get_date_max(),
    ).pk
    row.save()
    return row


def test_killed_between_any_two_steps_nothing_is_lost_and_nothing_happens_twice(
    start_worker: StartWorker,
) -> None:
    process = start_worker("crash")
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    assert int(output.splitlines()[-1].split()[0]) > 60, output


def test_two_workers_share_the_work_and_repeat_none_of_it(
    start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("effects", "second"):
        events.consumer(name, topics=["deed"])(lambda _: None)
    with transaction.atomic():
        for number in range(240):
            events.emit("deed", "Contact", [number], {"n": number, "task": number % 10 == 0})
    workers = [start_worker("serve", "60"), start_worker("serve", "60")]
    wait_for(lambda: len(effects("task")) >= 24 and not Delivery.objects.exists())
    numbers = [str(number) for number in range(240)]
    assert [payload.split(":")[0] for payload in effects("event")] == numbers
    assert [payload.split(":")[0] for payload in effects("second")] == numbers
    tasks = Counter(payload.split(":")[0] for payload in effects("task"))
    assert tasks == Counter(str(number) for number in range(0, 240, 10))
    assert OutboxEvent.objects.count() == 240
    assert delivery.backlog() == []
    for process in workers:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 0


def test_a_job_goes_on_where_a_killed_worker_left_it(start_worker: StartWorker) -> None:
    row = start_count(rows=60, pause=1)  # so slow that it cannot be done before it is killed
    first = start_worker("serve", "4")
    wait_for(lambda: len(effects("row")) > 1)
    first.send_signal(signal.SIGKILL)
    first.wait()
    JobRun.objects.filter(pk=row.pk).update(params={"rows": 60})
    start_worker("serve", "4")
    wait_for(lambda: JobRun.objects.get(pk=row.pk).state == JobState.DONE)
    pairs = [payload.split(":") for payload in effects("row")]
    assert [number for number, _ in pairs] == [str(number) for number in range(60)]
    assert len({pid for _, pid in pairs}) == 2


def test_a_stopped_worker_hands_its_work_back_at_once(start_worker: StartWorker) -> None:
    row = start_count(rows=100_000, pause=0.02)
    process = start_worker("serve", "4")
    wait_for(lambda: len(effects("row")) > 3)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=120) == 0
    row.refresh_from_db()
    task = DBTaskResult.objects.get(pk=str(row.task_id))
    assert (row.state, task.status, task.worker_ids) == (JobState.QUEUED, "READY", [])
    assert not WorkerPulse.objects.exists()
    assert row.position["next"] == len(effects("row"))


def test_a_worker_finishes_a_short_task_before_it_stops(start_worker: StartWorker) -> None:
    with transaction.atomic():
        for number in range(300):
            enqueue("note", number)
    process = start_worker("serve", "4")
    wait_for(lambda: len(effects("task")) > 3)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=120) == 0
    notes = DBTaskResult.objects.filter(task_path="__main__.note")
    states = Counter(notes.values_list("status", flat=True))
    assert set(states) <= {"READY", "SUCCESSFUL"}
    assert states["SUCCESSFUL"] == len(effects("task"))
