"""What follows rates: roll-ups over several currencies, when rates were written and on the day from which one holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta

from django.utils import timezone

from essor.domain.currencies.models import DatedConversionRate
from essor.domain.currencies.rules import CURRENCY, RATE
from essor.jobs.schedule import SCHEDULE, daily
from essor.jobs.tasks import check_interrupted, task
from essor.kernel.events import RECORD_TOPICS, Event, consumer
from essor.records import revaluing

MISSED = timedelta(days=8)  # that long a worker may have stood still


@consumer("rollups.rates", topics=RECORD_TOPICS)
def rates_changed(events: Sequence[Event]) -> None:
    """Bring roll-ups along once currencies or rates were written."""
    if any(one.object_name in (CURRENCY, RATE) for one in events):
        revalue.enqueue()


@task(retries=3)
def revalue() -> None:
    """Recompute the roll-ups of records with children in other currencies, a piece at a time."""
    for _piece in revaluing.pieces():
        check_interrupted()


@task(retries=3)
def new_day() -> None:
    """Do the same when rates hold from today on, or from one of the last days."""
    today = timezone.localdate()
    begun = DatedConversionRate.objects.filter(start_date__lte=today, start_date__gt=today - MISSED)
    if begun.filter(is_deleted=False).exists():
        revalue.call()


SCHEDULE.add("rates of the day", new_day, daily(time(0, 10)))
