"""The schedule: each slot once, by the wall clock, whoever and however many look."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from essor.jobs import schedule
from essor.jobs.models import ScheduledTask
from essor.jobs.schedule import Cadence, Schedule
from essor.jobs.tests.sample_tasks import hourly, nightly

PARIS = "Europe/Paris"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-01-10 01:00", "2026-01-10 01:30"),
        ("2026-01-10 01:30", "2026-01-11 01:30"),
        ("2026-07-10 01:00", "2026-07-11 00:30"),
        # The night to summer time has no 02:30: the slot is an hour later by the clock, once.
        ("2026-03-28 12:00", "2026-03-29 01:30"),
        ("2026-03-29 01:30", "2026-03-30 00:30"),
        # The night to winter time has it twice: the first one counts.
        ("2026-10-24 12:00", "2026-10-25 00:30"),
        ("2026-10-25 00:30", "2026-10-26 01:30"),
        ("2026-12-31 23:30", "2027-01-01 01:30"),
    ],
)
def test_a_daily_task_follows_the_wall_clock(now: str, expected: str) -> None:
    cadence = Cadence(at=time(2, 30), timezone=PARIS)
    assert cadence.after(at("2026-01-01 00:00"), now=at(now)) == at(expected)


def test_a_period_keeps_its_beat_and_skips_what_was_missed() -> None:
    cadence = schedule.every(minutes=10)
    due = at("2026-01-01 00:00")
    assert cadence.after(due, now=due) == at("2026-01-01 00:10")
    assert cadence.after(due, now=at("2026-01-01 00:09")) == at("2026-01-01 00:10")
    assert cadence.after(due, now=at("2026-01-01 05:00:01")) == at("2026-01-01 05:10")


@pytest.fixture
def plan() -> Schedule:
    plan = Schedule()
    plan.add("hourly", hourly, schedule.every(hours=1))
    plan.add("nightly", nightly, Cadence(at=time(3), timezone=PARIS))
    schedule.synchronize(plan)
    return plan


@pytest.mark.django_db(transaction=True)
def test_a_due_slot_is_enqueued_once_and_moves_on(plan: Schedule) -> None:
    assert schedule.run_due() == 1
    assert schedule.run_due() == 0
    assert list(DBTaskResult.objects.values_list("task_path", flat=True)) == [hourly.module_path]
    row = ScheduledTask.objects.get(name="hourly")
    assert row.last_due is not None
    assert row.next_due == row.last_due + timedelta(hours=1)


@pytest.mark.django_db(transaction=True)
def test_after_a_long_stop_a_task_is_made_up_for_once(plan: Schedule) -> None:
    ScheduledTask.objects.update(next_due=timezone.now() - timedelta(days=3))
    assert schedule.run_due() == 2
    assert schedule.run_due() == 0
    assert not ScheduledTask.objects.filter(next_due__lte=timezone.now()).exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_runs_the_slot(plan: Schedule) -> None:
    start = threading.Barrier(8)
    counts: list[int] = []

    def look() -> None:
        start.wait()
        counts.append(schedule.run_due())
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0] * 7 + [1]
    assert DBTaskResult.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_table_follows_the_program_and_keeps_the_slots(plan: Schedule) -> None:
    schedule.run_due()
    before = ScheduledTask.objects.get(name="hourly").next_due
    schedule.synchronize(plan)
    assert ScheduledTask.objects.get(name="hourly").next_due == before
    changed = Schedule()
    changed.add("hourly", hourly, schedule.every(minutes=5))
    schedule.synchronize(changed)
    assert ScheduledTask.objects.get().every == timedelta(minutes=5)


@pytest.mark.django_db(transaction=True)
def test_a_task_that_is_gone_does_not_stop_the_others(plan: Schedule) -> None:
    ScheduledTask.objects.update(next_due=timezone.now())
    ScheduledTask.objects.filter(name="hourly").update(task="essor.jobs.gone")
    schedule.run_due()
    assert list(DBTaskResult.objects.values_list("task_path", flat=True)) == [nightly.module_path]
    assert not ScheduledTask.objects.filter(next_due__lte=timezone.now()).exists()


def test_two_tasks_cannot_share_a_name() -> None:
    plan = Schedule()
    plan.add("hourly", hourly, schedule.every(hours=1))
    with pytest.raises(ValueError, match="hourly"):
        plan.add("hourly", nightly, schedule.every(hours=1))
