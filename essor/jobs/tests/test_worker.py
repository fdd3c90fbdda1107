"""The worker inside another process: prompt, hard to stop by accident, easy to stop on purpose, and small."""

from __future__ import annotations

import gc
import resource
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db import DatabaseError, connection, transaction
from django_tasks_db.models import DBTaskResult

from essor.jobs import backend, execution, housekeeping, schedule, worker
from essor.jobs.models import LiveMessage, ScheduledTask, WorkerPulse
from essor.jobs.tests import sample_tasks
from essor.jobs.tests.sample_tasks import calls
from essor.kernel import events, wake
from essor.kernel.events import Event, emit
from essor.kernel.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 120.0  # seconds until something counts as never to happen, however slow the machine


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work without the program's own schedule, which would run at the first start."""
    monkeypatch.setattr(schedule.SCHEDULE, "_entries", {})
    calls.clear()
    yield
    calls.clear()


def wait_for(condition: Callable[[], object], *, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def emit_number(number: int) -> None:
    with transaction.atomic():
        emit("t", "Contact", [number], {"n": number})


def test_events_and_tasks_are_taken_up_as_soon_as_they_are_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks by itself here: only a commit that rings wakes the worker."""
    monkeypatch.setattr(wake, "POLL", 3600.0)
    waiting: list[frozenset[str]] = []
    wait = wake.Bell.wait

    def noted(bell: wake.Bell, timeout: float) -> bool:
        waiting.append(bell.topics)
        return wait(bell, timeout)

    monkeypatch.setattr(wake.Bell, "wait", noted)

    @events.consumer("feed", topics=["t"])
    def _hear(batch: Sequence[Event]) -> None:
        calls.extend(event.payload["n"] for event in batch)

    with worker.embedded():
        wait_for(lambda: {frozenset({events.WAKE}), frozenset({backend.WAKE})} <= set(waiting))
        emit_number(1)
        wait_for(lambda: calls == [1])
        sample_tasks.note.enqueue("prompt")
        wait_for(lambda: calls == [1, "prompt"])


def test_a_long_task_keeps_neither_events_nor_another_task_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    busy, go_on = threading.Event(), threading.Event()

    @events.consumer("feed", topics=["t"])
    def _hear(batch: Sequence[Event]) -> None:
        calls.extend(event.payload["n"] for event in batch)

    def block() -> None:
        busy.set()
        go_on.wait(PATIENCE)

    monkeypatch.setattr(sample_tasks, "on_blocking", block)
    with worker.embedded():
        sample_tasks.blocking.enqueue()
        assert busy.wait(PATIENCE)
        emit_number(1)
        sample_tasks.note.enqueue("short")
        wait_for(lambda: {1, "short"} <= set(calls))
        go_on.set()


def test_nothing_is_left_when_it_has_stopped() -> None:
    before = threading.active_count()
    with worker.embedded():
        wait_for(WorkerPulse.objects.exists)
        assert threading.active_count() > before
    assert threading.active_count() == before
    assert not WorkerPulse.objects.exists()


def test_what_does_not_end_in_time_is_handed_back(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, busy = threading.Event(), threading.Event()

    def block() -> None:
        busy.set()
        go_on.wait(PATIENCE)

    monkeypatch.setattr(sample_tasks, "on_blocking", block)
    result = sample_tasks.blocking.enqueue()
    running = worker.Worker(runners=1)
    running.start()
    assert busy.wait(PATIENCE)
    running.stop(grace=0.2)
    row = DBTaskResult.objects.get(pk=result.id)
    assert (row.status, row.worker_ids) == ("READY", [])
    go_on.set()
    for thread in running._threads:
        thread.join()
    row.refresh_from_db()
    assert row.status == "READY"  # what it found too late is not written over


def test_it_survives_a_database_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE_AFTER_ERROR", 0.05)

    @events.consumer("feed", topics=["t"])
    def _hear(batch: Sequence[Event]) -> None:
        calls.extend(event.payload["n"] for event in batch)

    with worker.embedded():
        emit_number(1)
        wait_for(lambda: calls == [1] and not Delivery.objects.exists())
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        else:
            failures = iter([DatabaseError("disk I/O error")] * 3)
            claim = execution.claim

            def failing_claim(worker_id: str) -> DBTaskResult | None:
                for failure in failures:
                    raise failure
                return claim(worker_id)

            monkeypatch.setattr(execution, "claim", failing_claim)
        emit_number(2)
        sample_tasks.note.enqueue(3)
        wait_for(lambda: sorted(map(int, map(str, calls))) == [1, 2, 3])


def test_the_program_schedules_its_own_housekeeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert set(schedule.SCHEDULE.entries) >= {"purge outbox", "purge tasks", "purge live messages"}
    schedule.synchronize()
    assert ScheduledTask.objects.get(name="purge outbox").task == housekeeping.purge_outbox.module_path
    for task in (housekeeping.purge_outbox, housekeeping.purge_live, housekeeping.purge_tasks):
        task.call()


def test_memory_stays_flat_however_much_passes_through() -> None:
    @events.consumer("feed", topics=["t"])
    def _hear(batch: Sequence[Event]) -> None:
        LiveMessage.objects.bulk_create(
            LiveMessage(channel="x", payload=event.payload["text"]) for event in batch
        )

    def push_through(count: int) -> int:
        with transaction.atomic():
            for number in range(count):
                emit("t", "Contact", list(range(50)), {"n": number, "text": "x" * 1000})
        for number in range(count // 50):
            sample_tasks.note.enqueue(number)
        worker.drain()
        calls.clear()
        LiveMessage.objects.all().delete()
        gc.collect()
        return len(gc.get_objects())

    push_through(600)
    objects, peak = push_through(600), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    more_objects = push_through(2500)
    assert more_objects - objects < 1000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1.1 * peak
