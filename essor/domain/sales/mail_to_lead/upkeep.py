"""Sweeps up: what became of mails is told for a quarter; a mail is held back as long as the mailroom keeps it."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone

from essor.domain.mailroom import keeping
from essor.domain.sales.mail_to_lead.models import Arrival, Outcome
from essor.jobs.schedule import SCHEDULE, daily
from essor.jobs.tasks import task

KEPT = timedelta(days=90)


@task()
def forget_arrivals() -> None:
    """Delete old entries; mails that nobody let in count as discarded when they are gone."""
    now = timezone.now()
    Arrival.objects.filter(outcome=Outcome.HELD, at__lt=now - keeping.KEPT).update(outcome=Outcome.DROPPED)
    # What was taken is remembered longer: the same mail may come again from a mailbox that counts anew.
    Arrival.objects.filter(at__lt=now - KEPT).delete()


SCHEDULE.add("forget mail arrivals", forget_arrivals, daily(time(3, 45)))
