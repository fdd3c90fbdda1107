"""What happens by the clock: reports whose time has come are mailed, one task for each recipient."""

from __future__ import annotations

from datetime import time

from django.db import transaction

from essor.access.models import User
from essor.domain.reports import indexes, mailings
from essor.jobs.schedule import SCHEDULE, daily, every
from essor.jobs.tasks import task


@task()
def mail_reports() -> None:
    """Claim what is due and put one mail for each recipient on the list of tasks."""
    with transaction.atomic():
        for key in mailings.claim_due():
            for user_id in User.objects.filter(mailings=key).values_list("pk", flat=True):
                mail_one.enqueue(key, user_id)


@task(retries=4)
def mail_one(mailing_id: int, user_id: int) -> None:
    """Mail a report to one recipient; a mail server that is away is tried again later."""
    mailings.send(mailing_id, user_id)


@task()
def index_dashboards() -> None:
    """Make the indexes that dashboards over large objects want, and drop those that they no longer do."""
    indexes.follow()
    indexes.learn()


SCHEDULE.add("index dashboards", index_dashboards, daily(time(4, 10)))
SCHEDULE.add("mail reports", mail_reports, every(minutes=1))
