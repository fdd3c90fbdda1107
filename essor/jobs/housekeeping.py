"""What the background rooms sweep up after themselves."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from essor.access.models import LoginHistory
from essor.catalog.actions import filling
from essor.jobs import live
from essor.jobs.schedule import SCHEDULE, daily, every
from essor.jobs.tasks import check_interrupted, task
from essor.kernel import delivery
from essor.query import advice
from essor.records import undelete

EVENTS_KEPT = timedelta(days=7)
TASKS_KEPT = timedelta(days=7)
FAILED_TASKS_KEPT = timedelta(days=60)
LOGINS_KEPT = timedelta(days=183)


@task()
def purge_outbox() -> None:
    """Delete events that everybody has handled."""
    delivery.purge(EVENTS_KEPT)


@task()
def purge_live() -> None:
    """Delete messages that no page can still be waiting for."""
    live.purge()


@task()
def purge_tasks() -> None:
    """Delete finished tasks; failed ones stay longer, somebody may ask why."""
    now = timezone.now()
    for status, kept in (
        (TaskResultStatus.SUCCESSFUL, TASKS_KEPT),
        (TaskResultStatus.FAILED, FAILED_TASKS_KEPT),
    ):
        DBTaskResult.objects.filter(status=status, finished_at__lt=now - kept).delete()


@task()
def advise_indexes() -> None:
    """Make the indexes that people's lists and segments ask for, and drop those that nobody needs any more."""
    advice.follow()


@task()
def finish_fields() -> None:
    """Compute the roll-ups that a process died over, right after somebody had defined or changed them."""
    filling.finish()


@task()
def empty_bin() -> None:
    """Remove for good what has been in the recycle bin for a month."""
    for _piece in undelete.purging():
        check_interrupted()


@task()
def purge_logins() -> None:
    """Forget who logged in when, half a year later: personal data are not kept without need."""
    LoginHistory.objects.filter(login_time__lt=timezone.now() - LOGINS_KEPT).delete()


SCHEDULE.add("advise indexes", advise_indexes, every(hours=6))
SCHEDULE.add("empty recycle bin", empty_bin, daily(time(3, 30)))
SCHEDULE.add("purge outbox", purge_outbox, daily(time(3, 10)))
SCHEDULE.add("purge logins", purge_logins, daily(time(3, 15)))
SCHEDULE.add("purge tasks", purge_tasks, daily(time(3, 20)))
SCHEDULE.add("finish roll-ups", finish_fields, every(minutes=10))
SCHEDULE.add("purge live messages", purge_live, every(minutes=15))
