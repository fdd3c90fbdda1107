"""What forecasts do by the clock."""

from __future__ import annotations

from datetime import time

from essor.domain.forecasts import snapshots
from essor.jobs.schedule import SCHEDULE, daily
from essor.jobs.tasks import task


@task(retries=3)
def take_snapshot() -> None:
    """Keep how all deals stand this night, and forget pictures that are too old."""
    snapshots.take()
    snapshots.thin_out()


SCHEDULE.add("forecast snapshot", take_snapshot, daily(time(0, 30)))
