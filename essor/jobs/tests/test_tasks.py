"""Tasks: enqueued with their deed, run by priority, tried again, recovered from dead workers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries

from essor.access.models import LoginHistory
from essor.jobs import execution, housekeeping, worker
from essor.jobs.models import WorkerPulse
from essor.jobs.tests import sample_tasks
from essor.jobs.tests.sample_tasks import calls

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    calls.clear()
    yield
    calls.clear()


def run_next() -> bool:
    return execution.run_next("tester", threading.Event())


def make_ready() -> None:
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())


def test_a_task_is_enqueued_with_its_deed_or_not_at_all() -> None:
    with transaction.atomic():
        sample_tasks.note.enqueue("rolled back")
        transaction.set_rollback(True)
    with transaction.atomic():
        sample_tasks.note.enqueue("committed")
    worker.drain()
    assert calls == ["committed"]


def test_the_result_is_kept() -> None:
    result = sample_tasks.note.enqueue("x")
    worker.drain()
    result.refresh()
    assert result.return_value == {"noted": "x"}
    assert result.attempts == 1


def test_urgent_tasks_come_first_and_deferred_ones_in_their_time() -> None:
    sample_tasks.note.using(run_after=timezone.now() + timedelta(hours=1)).enqueue("later")
    sample_tasks.note.enqueue("first")
    sample_tasks.urgent.enqueue("urgent")
    sample_tasks.note.enqueue("second")
    worker.drain()
    assert calls == ["urgent", "first", "second"]
    make_ready()
    worker.drain()
    assert calls[-1] == "later"


def test_a_task_that_runs_alone_waits_for_its_like_and_lets_others_pass() -> None:
    for value in ("first", "second"):
        sample_tasks.singly.enqueue(value)
    under_way = execution.claim("another worker")
    assert under_way is not None
    assert not run_next(), "the first of the two is still at work"
    sample_tasks.note.enqueue("other")
    assert run_next()
    assert calls == ["other"]
    under_way.status = "SUCCESSFUL"
    under_way.save()
    assert run_next()
    assert calls == ["other", "second"]


def test_tasks_that_enqueue_tasks_are_drained_too() -> None:
    sample_tasks.chained.enqueue(3)
    worker.drain()
    assert calls == [3, 2, 1, 0]


def test_a_task_may_ask_for_its_context() -> None:
    sample_tasks.with_context.enqueue("x")
    worker.drain()
    assert calls == [(1, "x")]


def test_a_failing_task_is_tried_again_with_growing_waits_and_then_fails() -> None:
    sample_tasks.failing.enqueue("no")
    waits = []
    for _ in range(3):
        make_ready()
        before = timezone.now()
        assert run_next()
        waits.append((DBTaskResult.objects.get().run_after - before).total_seconds())
    row = DBTaskResult.objects.get()
    assert calls == ["no", "no", "no"]
    assert 1 <= waits[0] <= 2.1
    assert 2 <= waits[1] <= 4.1
    assert row.status == "FAILED"
    assert row.exception_class_path == "builtins.ArithmeticError"
    assert "ArithmeticError: no" in row.traceback


def test_a_task_whose_records_others_were_writing_is_tried_again_without_having_asked_for_it() -> None:
    sample_tasks.outdone.enqueue(1)
    for status in ("READY", "SUCCESSFUL"):
        make_ready()
        assert run_next()
        assert DBTaskResult.objects.get().status == status


def test_a_result_that_json_cannot_say_is_a_failure() -> None:
    sample_tasks.unspeakable.enqueue()
    worker.drain()
    assert DBTaskResult.objects.get().status == "FAILED"


def test_a_task_that_exits_fails_alone() -> None:
    sample_tasks.leaving.enqueue()
    worker.drain()
    assert DBTaskResult.objects.get().status == "FAILED"


def test_a_task_the_program_does_not_know_waits_for_the_upgrade_then_fails() -> None:
    sample_tasks.note.enqueue("x")
    DBTaskResult.objects.update(task_path="essor.jobs.tests.sample_tasks.to_come")
    for attempt in range(1, 5):
        make_ready()
        run_next()
        expected = "READY" if attempt <= execution.CRASHES else "FAILED"
        assert DBTaskResult.objects.get().status == expected


def test_the_tasks_of_a_dead_worker_go_to_others_those_of_a_living_one_do_not() -> None:
    execution.beat("dead")
    execution.beat("alive")
    sample_tasks.note.enqueue("orphan")
    orphan = execution.claim("dead")
    sample_tasks.note.enqueue("kept")
    kept = execution.claim("alive")
    assert orphan
    assert kept
    assert not execution.stopped_pulses()
    assert execution.recover() == 0
    WorkerPulse.objects.filter(pk="dead").update(beat=Now() - timedelta(seconds=execution.LEASE + 1))
    assert execution.stopped_pulses()
    assert execution.recover() == 1
    states = dict(DBTaskResult.objects.values_list("pk", "status"))
    assert states == {orphan.pk: "READY", kept.pk: "RUNNING"}
    make_ready()
    worker.drain()
    assert calls == ["orphan"]


def test_a_task_that_kills_its_worker_each_time_is_given_up() -> None:
    sample_tasks.note.enqueue("deadly")
    for _ in range(execution.CRASHES + 1):
        make_ready()
        assert execution.claim("killed")
        execution.recover()
    row = DBTaskResult.objects.get()
    assert row.status == "FAILED"
    assert "killed" in row.traceback


def test_a_run_that_was_thought_dead_does_not_overwrite_the_next_one() -> None:
    sample_tasks.note.enqueue("x")
    first = execution.claim("asleep")
    assert first
    execution.recover()
    make_ready()
    second = execution.claim("awake")
    assert second
    execution._fail_or_retry(first, ArithmeticError(), "too late")
    row = DBTaskResult.objects.get()
    assert (row.status, row.worker_ids) == ("RUNNING", ["asleep", "awake"])


def test_a_task_leaves_its_zone_to_no_other_one() -> None:
    for zone in ("Asia/Tokyo", "America/Lima"):
        sample_tasks.travel.enqueue(zone)
    worker.drain()
    assert calls == [timezone.get_current_timezone_name()] * 2
    assert calls[0] not in ("Asia/Tokyo", "America/Lima")


def test_an_interrupted_task_is_handed_back_uncounted() -> None:
    sample_tasks.interruptible.enqueue()
    stop = threading.Event()
    stop.set()
    execution.run_next("stopping", stop)
    row = DBTaskResult.objects.get()
    assert calls == [row.pk]
    assert (row.status, row.worker_ids) == ("READY", [])
    assert run_next()
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_an_idle_look_for_tasks_writes_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        assert execution.claim("idle") is None


def test_finished_tasks_are_swept_up_and_failed_ones_kept_longer() -> None:
    for age, status in ((8, "SUCCESSFUL"), (8, "FAILED"), (61, "FAILED"), (1, "SUCCESSFUL")):
        result = sample_tasks.note.enqueue(age)
        DBTaskResult.objects.filter(pk=result.id).update(
            status=status, finished_at=timezone.now() - timedelta(days=age)
        )
    housekeeping.purge_tasks.call()
    kept = sorted((row.status, row.args_kwargs["args"][0]) for row in DBTaskResult.objects.all())
    assert kept == [("FAILED", 8), ("SUCCESSFUL", 1)]


def test_logins_are_forgotten_after_half_a_year(db: None) -> None:
    for days in (182, 184):
        login = LoginHistory.objects.create(login=f"{days}@example.fr", status="Success")
        LoginHistory.objects.filter(pk=login.pk).update(login_time=timezone.now() - timedelta(days=days))
    housekeeping.purge_logins.call()
    assert [login.login for login in LoginHistory.objects.all()] == ["182@example.fr"]
