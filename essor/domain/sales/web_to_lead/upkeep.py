"""Sweeps up old entries: what was sent is counted for a quarter, then forgotten."""

from __future__ import annotations

from datetime import time

from essor.domain.public_forms.strangers import forget
from essor.domain.sales.web_to_lead.models import Sending
from essor.jobs.schedule import SCHEDULE, daily
from essor.jobs.tasks import task


@task()
def forget_sendings() -> None:
    """Delete the entries of attempts that nobody counts any more."""
    forget(Sending)


SCHEDULE.add("forget web form entries", forget_sendings, daily(time(3, 40)))
