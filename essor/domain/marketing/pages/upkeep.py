"""Attempts to send a page's form are kept for a quarter."""

from __future__ import annotations

from datetime import time

from essor.domain.marketing.pages.models import PageAttempt
from essor.domain.public_forms.strangers import forget
from essor.jobs.schedule import SCHEDULE, daily
from essor.jobs.tasks import task


@task()
def forget_page_attempts() -> None:
    """Delete the old ones."""
    forget(PageAttempt)


SCHEDULE.add("forget page attempts", forget_page_attempts, daily(time(3, 45)))
