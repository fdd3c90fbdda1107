"""Tasks that come back by the clock: every so often, or each day at a local time.

    SCHEDULE.add("purge outbox", purge_outbox, daily(time(3, 30)))

A slot is claimed and its task enqueued in one transaction, so two workers never run the same slot and a killed one
loses none. Slots missed while no worker ran are made up for once, not one by one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import Task

from essor.jobs.models import ScheduledTask
from essor.kernel.clock import zone_named

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cadence:
    """Either `every` so often, or each day `at` a wall-clock time of `timezone`."""

    every: timedelta | None = None
    at: time | None = None
    timezone: str = "UTC"

    def after(self, due: datetime, *, now: datetime) -> datetime:
        """Return the first slot later than `now`, counted from the slot `due`; aware UTC."""
        if self.every is not None:
            missed = max(0, (now - due) // self.every)
            return due + (missed + 1) * self.every
        return self._next_at(now)

    def first(self, *, now: datetime) -> datetime:
        """Return the first slot of a task that was never scheduled before."""
        return now if self.every is not None else self._next_at(now)

    def _next_at(self, now: datetime) -> datetime:
        """Return the next instant whose wall clock shows `at`.

        A time that the change to summer time skips comes an hour later; one that comes twice counts once.
        """
        zone = zone_named(self.timezone)
        day = now.astimezone(zone).date()
        while True:
            slot = datetime.combine(day, self.at or time(), zone).astimezone(UTC)
            if slot > now:
                return slot
            day += timedelta(days=1)


def every(**period: float) -> Cadence:
    """Return the cadence of a period, given as to timedelta: `every(minutes=10)`."""
    return Cadence(every=timedelta(**period))


def daily(at: time) -> Cadence:
    """Return the cadence of a time of day where the company is."""
    return Cadence(at=at, timezone=settings.TIME_ZONE)


class Schedule:
    """What the program wants to run by the clock; the table follows it whenever a worker starts."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: dict[str, tuple[str, Cadence]] = {}

    @property
    def entries(self) -> Mapping[str, tuple[str, Cadence]]:
        """Return {name: (import path of the task, cadence)}."""
        return MappingProxyType(self._entries)

    def add(self, name: str, task: Task[[], Any], cadence: Cadence) -> None:
        """Run `task`, which takes no arguments, by `cadence` under a name that stays the same for good."""
        if name in self._entries:
            message = f"two scheduled tasks are called {name!r}"
            raise ValueError(message)
        self._entries[name] = (task.module_path, cadence)


SCHEDULE = Schedule()


def synchronize(schedule: Schedule = SCHEDULE) -> None:
    """Make the table hold what the program declares; slots already set stay unless their cadence changed."""
    now = timezone.now()
    for name, (path, cadence) in schedule.entries.items():
        fields = {"task": path, "every": cadence.every, "at": cadence.at, "timezone": cadence.timezone}
        same = ScheduledTask.objects.filter(name=name, **fields)
        if not same.exists():
            ScheduledTask.objects.update_or_create(
                name=name, defaults=fields | {"next_due": cadence.first(now=now)}
            )
    ScheduledTask.objects.exclude(name__in=list(schedule.entries)).delete()


def run_due() -> int:
    """Enqueue each task whose slot has come and set its next slot; return how many this caller enqueued."""
    now = timezone.now()
    return sum(_claim(row, now) for row in ScheduledTask.objects.filter(next_due__lte=now))


def _claim(row: ScheduledTask, now: datetime) -> bool:
    """Move the slot on and enqueue its task, unless somebody else did so first."""
    cadence = Cadence(every=row.every, at=row.at, timezone=row.timezone)
    with transaction.atomic():
        claimed = ScheduledTask.objects.filter(name=row.name, next_due=row.next_due).update(
            next_due=cadence.after(row.next_due, now=now), last_due=row.next_due
        )
        if not claimed:
            return False
        try:
            task = import_string(row.task)
        except ImportError:
            logger.exception("The scheduled task %s is gone", row.task)
            return False
        task.enqueue()
    return True
