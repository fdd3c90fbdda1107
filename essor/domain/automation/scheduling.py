"""Flows that go by the clock: when they look next, and what they look for."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from essor.domain.automation import engine, outcome
from essor.domain.automation.definition import TIMED_TRIGGERS, Trigger, from_json
from essor.domain.automation.entering import enter_all
from essor.domain.automation.models import Flow, FlowRun, RunState
from essor.kernel.clock import moment_for, zone_named
from essor.kernel.errors import EssorError
from essor.query.tree import All, Compare, Condition, Constant, Path, Query

MISSED = timedelta(days=7)  # how far back a date flow looks after the program stood still


def next_slot(trigger: Trigger, zone_name: str, now: datetime) -> datetime | None:
    """Return the first moment after `now` at which the trigger looks; None when it does not go by the clock."""
    if trigger.on not in TIMED_TRIGGERS:
        return None
    if trigger.on == "schedule" and trigger.every == "hour":
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    day = now.astimezone(zone_named(zone_name)).date()
    while True:
        slot = datetime.combine(day, time(trigger.at), zone_named(zone_name)).astimezone(UTC)
        if slot > now and _fits(trigger, day):
            return slot
        day += timedelta(days=1)


def _fits(trigger: Trigger, day: date) -> bool:
    if trigger.on == "date" or trigger.every == "day":
        return True
    if trigger.every == "week":
        return day.isoweekday() == min(trigger.day, 7)
    # The 31st of a short month is its last day.
    return day.day == min(trigger.day, calendar.monthrange(day.year, day.month)[1])


def start_due() -> int:
    """Start every timed flow whose moment has come; return how many runs began."""
    flows = Flow.objects.filter(next_due__lte=timezone.now(), active__isnull=False)
    return sum(_start(flow) for flow in flows.select_related("active", "owner"))


def _start(flow: Flow) -> int:
    """Claim the slot, start the runs and set the next slot in one transaction: no slot runs twice, none is lost."""
    version = flow.active
    if version is None:
        return 0
    now = timezone.now()
    trigger = from_json(version.definition).trigger
    with transaction.atomic():
        try:
            actor = engine.actor_of(flow)
        except EssorError as error:
            Flow.objects.filter(pk=flow.pk, next_due=flow.next_due).update(next_due=now + timedelta(hours=1))
            _note_failure(flow, str(error))
            return 0
        today = moment_for(actor.timezone, now=now).today
        slot = next_slot(trigger, actor.timezone, now)
        rows = Flow.objects.filter(pk=flow.pk, next_due=flow.next_due)
        if not rows.update(next_due=slot, looked_until=today):
            return 0
        where = trigger.where if trigger.on == "schedule" else near(trigger, flow.looked_until, today)
        try:
            with transaction.atomic():
                return enter_all(version, Query(flow.object_name, where=where), actor)
        except EssorError as error:
            _note_failure(flow, str(error))
            return 0


def near(trigger: Trigger, looked_until: date | None, today: date) -> Condition:
    """Return the condition of records whose date has come since the flow last looked."""
    first = max(looked_until or today - timedelta(days=1), today - MISSED)
    # days = -7 means “7 days before”: today is that day for dates 7 days ahead.
    after, until = first - timedelta(days=trigger.days), today - timedelta(days=trigger.days)
    path = Path(tuple(trigger.field.split(".")))
    parts = [
        Compare(path, "gt", (Constant(after.isoformat(), "date"),)),
        Compare(path, "lte", (Constant(until.isoformat(), "date"),)),
    ]
    return All((*parts, trigger.where) if trigger.where is not None else tuple(parts))


def _note_failure(flow: Flow, error: str) -> None:
    """Leave a failed run without a record, so that the owner sees why the flow did not start."""
    if flow.active is None:
        return
    FlowRun.objects.create(
        flow=flow, version=flow.active, record_id=0, node="", state=RunState.FAILED, due_at=None,
        ended=timezone.now(), error=error[:2000],
    )  # fmt: skip
    outcome.tell(flow, 1, error)
