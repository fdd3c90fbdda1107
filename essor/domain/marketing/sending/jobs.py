"""What the worker does for mailings: sends a slice of one, wakes those whose time has come, forgets old day counts."""

from __future__ import annotations

from datetime import time, timedelta

from django.db.models import Q
from django.utils import timezone

from essor.domain.marketing.sending import numbers, outbox, runner
from essor.domain.marketing.sending.models import Bucket, DayCount, ListEmail
from essor.domain.marketing.sending.states import SCHEDULED, SENDING
from essor.jobs.schedule import SCHEDULE, daily, every
from essor.jobs.tasks import task
from essor.records import unattended
from essor.records.change import Change

DAYS_KEPT = timedelta(days=60)


@task(retries=20, priority=-10)
def send(list_email_id: int) -> None:
    """Send a slice of a mailing and come back for the next one; after it, other work has its turn."""
    runner.run(list_email_id)
    row = ListEmail.objects.filter(pk=list_email_id, status=SENDING, runner="", is_deleted=False).first()
    if row is None:
        return
    if row.held_until is None or row.held_until <= timezone.now():
        send.enqueue(list_email_id)
    elif row.held_until <= timezone.now() + WAKE_EVERY:
        send.using(run_after=row.held_until).enqueue(list_email_id)


@task()
def wake() -> None:
    """Launch what is scheduled for now, take up again what waited or lost its runner, and tell what a dead one leaves."""
    now = timezone.now()
    numbers.publish(*outbox.bury())
    due = ListEmail.objects.filter(status=SCHEDULED, scheduled_date__lte=now, is_deleted=False)
    changes = [Change("ListEmail", {"Status": SENDING}, id=key) for key in due.values_list("pk", flat=True)]
    unattended.write("ListEmail", changes, source=runner.SOURCE)
    idle = Q(runner="") | Q(beat_at__lt=now - outbox.LEASE)
    ready = Q(held_until=None) | Q(held_until__lte=now)
    mailings = ListEmail.objects.filter(idle, ready, status=SENDING, is_deleted=False)
    for key in mailings.values_list("pk", flat=True):
        send.enqueue(key)


@task()
def purge() -> None:
    """Forget the counts of days long gone, and buckets that nobody has used since."""
    before = timezone.now() - DAYS_KEPT
    DayCount.objects.filter(day__lt=before.date()).delete()
    Bucket.objects.filter(at__lt=before).delete()


WAKE_EVERY = timedelta(seconds=30)
SCHEDULE.add("mailings", wake, every(seconds=30))
SCHEDULE.add("purge mailing counts", purge, daily(time(3, 50)))
