"""Flows that go by the clock: when they look next, and what they look for."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.automation import engine, entering
from essor.domain.automation.definition import TIMED_TRIGGERS, Trigger, from_json
from essor.domain.automation.models import Flow
from essor.kernel.clock import moment_for, zone_named
from essor.kernel.errors import EssorError, NotFound
from essor.query.actions import segments
from essor.query.tree import All, Compare, Condition, Constant, Path, Query

MISSED = timedelta(days=7)  # how far back a date flow looks after the program stood still
OLDEST = 120  # years of which anniversaries are kept


def first_slot(trigger: Trigger, before: Trigger | None, zone_name: str, now: datetime) -> datetime | None:
    """Return when a trigger looks first once it is in force: a segment is let in at once, unless it was already."""
    if trigger.on == "segment" and (
        before is None or (before.segment, before.where) != (trigger.segment, trigger.where)
    ):
        return now
    return next_slot(trigger, zone_name, now)


def next_slot(trigger: Trigger, zone_name: str, now: datetime) -> datetime | None:
    """Return the first moment after `now` at which the trigger looks; None when it does not go by the clock."""
    if trigger.on not in TIMED_TRIGGERS or (trigger.on == "segment" and trigger.every == "once"):
        return None
    if trigger.on != "date" and trigger.every == "hour":
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    day = now.astimezone(zone_named(zone_name)).date()
    while True:
        slot = datetime.combine(day, time(trigger.at), zone_named(zone_name)).astimezone(UTC)
        if slot > now and _fits(trigger, day):
            return slot
        day += timedelta(days=1)


def _fits(trigger: Trigger, day: date) -> bool:
    if trigger.on == "date" or trigger.every in ("day", "once"):
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
            entering.note_failure(version, str(error))
            return 0
        today = moment_for(actor.timezone, now=now).today
        slot = next_slot(trigger, actor.timezone, now)
        rows = Flow.objects.filter(pk=flow.pk, next_due=flow.next_due)
        if not rows.update(next_due=slot, looked_until=today):
            return 0
        try:
            with transaction.atomic():
                if trigger.on == "date":
                    where: Condition | None = near(trigger, flow.looked_until, today)
                else:
                    where = members_of(trigger, actor, flow.object_name)
                return entering.enter_all(version, Query(flow.object_name, where=where), actor)
        except EssorError as error:
            entering.note_failure(version, str(error))
            return 0


def members_of(trigger: Trigger, actor: Actor, object_name: str) -> Condition | None:
    """Return the condition of those whom a trigger means: its own, and that of its segment (NotFound when it is gone)."""
    if not trigger.segment:
        return trigger.where
    segment = segments.find_segment(actor, trigger.segment)
    if segment.object_name != object_name:
        raise NotFound(_("The segment “%(name)s” is of other records.") % {"name": segment.name})
    steps = segments.conditions(segments.steps_of(segment))
    inner = steps[-1] if steps else None
    return segments.joined(inner, segments.Step("", trigger.where)) if trigger.where is not None else inner


def near(trigger: Trigger, looked_until: date | None, today: date) -> Condition:
    """Return the condition of records whose date has come since the flow last looked."""
    first = max(looked_until or today - timedelta(days=1), today - MISSED)
    # days = -7 means “7 days before”: today is that day for dates 7 days ahead.
    after, until = first - timedelta(days=trigger.days), today - timedelta(days=trigger.days)
    path = Path(tuple(trigger.field.split(".")))
    if trigger.yearly:
        days = [after + timedelta(days=n) for n in range(1, (until - after).days + 1)]
        births = tuple(Constant(one.isoformat(), "date") for day in days for one in _years_before(day))
        parts = [Compare(path, "in", births)]
    else:
        parts = [
            Compare(path, "gt", (Constant(after.isoformat(), "date"),)),
            Compare(path, "lte", (Constant(until.isoformat(), "date"),)),
        ]
    return All((*parts, trigger.where) if trigger.where is not None else tuple(parts))


def _years_before(day: date) -> Iterator[date]:
    """Yield the day itself and those of which it is the anniversary: the 29th of February has it on the 28th in other years."""
    for year in range(day.year, day.year - OLDEST, -1):
        last = calendar.monthrange(year, day.month)[1]
        if day.day <= last:
            yield day.replace(year=year)
        if (day.month, day.day, last) == (2, 28, 29) and not calendar.isleap(day.year):
            yield date(year, 2, 29)
