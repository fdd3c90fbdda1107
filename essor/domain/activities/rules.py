"""What follows from an activity: closed, the account it belongs to, and the last activity of its records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date
from textwrap import shorten
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from essor.domain.activities.reminders import counted_from
from essor.kernel.clock import zone_named
from essor.records import rollups
from essor.records.batch import Batch, Row
from essor.records.load import object_rows
from essor.records.rules import after, before

LINKS = ("WhoId", "WhatId")
TITLE = 80  # letters of a note's title


@before(
    "Task", reads=("Status", "Priority", "IsClosed", "TaskSubtype", "CompletedDateTime", "IsHighPriority")
)
def task_facts(batch: Batch) -> None:
    """Set closed, completed and high priority from the status and the priority."""
    statuses, priorities = batch.object.field("Status"), batch.object.field("Priority")
    for row in batch:
        status, priority = (
            statuses.choice(row.get("Status") or ""),
            priorities.choice(row.get("Priority") or ""),
        )
        closed = bool(status and status.facts.get("closed"))
        if closed != bool(row.get("IsClosed")):
            row.set("IsClosed", closed)
            row.set("CompletedDateTime", batch.now if closed else None)
        high = bool(priority and priority.facts.get("high"))
        if high != bool(row.get("IsHighPriority")):
            row.set("IsHighPriority", high)


@before("Event", reads=("StartDateTime", "EndDateTime", "ActivityDate", "IsAllDayEvent"))
def event_facts(batch: Batch) -> None:
    """Set the day from the start, as the writer's clock shows it, and refuse an end before it.

    An event of whole days starts and ends at midnight UTC, in every zone the same days.
    """
    zone = zone_named(batch.context.timezone)
    for row in batch:
        start, end = row.get("StartDateTime"), row.get("EndDateTime")
        if start is not None and (row.changes("StartDateTime") or row.changes("IsAllDayEvent")):
            row.set("ActivityDate", (start if row.get("IsAllDayEvent") else start.astimezone(zone)).date())
        if start is not None and end is not None and end < start:
            row.refuse("EndDateTime", _("An event cannot end before it starts."))


@before("Event", reads=("StartDateTime", "IsAllDayEvent", "IsReminderSet", "ReminderDateTime"))
def reminder_moves(batch: Batch) -> None:
    """Let the reminder of an event that is moved keep its distance; whole days begin in the morning."""
    zone = batch.context.timezone
    for row in batch:
        was, start, reminder = (
            row.prior("StartDateTime"),
            row.get("StartDateTime"),
            row.prior("ReminderDateTime"),
        )
        moved = row.changes("StartDateTime") or row.changes("IsAllDayEvent")
        if not moved or None in (was, start, reminder) or row.changes("ReminderDateTime"):
            continue
        before_ = counted_from(was, zone, whole=bool(row.prior("IsAllDayEvent"))) - reminder
        row.set("ReminderDateTime", counted_from(start, zone, whole=bool(row.get("IsAllDayEvent"))) - before_)


@before("Task", reads=("ActivityDate", "IsReminderSet", "ReminderDateTime"))
def reminder_of_task_moves(batch: Batch) -> None:
    """Let the reminder of a task that is put on another day keep its hour and its distance in days."""
    zone = zone_named(batch.context.timezone)
    for row in batch:
        was, day, reminder = row.prior("ActivityDate"), row.get("ActivityDate"), row.prior("ReminderDateTime")
        moved = row.changes("ActivityDate") and not row.changes("ReminderDateTime")
        if moved and None not in (was, day, reminder):
            wall = reminder.astimezone(zone).replace(tzinfo=None) + (day - was)
            row.set("ReminderDateTime", wall.replace(tzinfo=zone).astimezone(UTC))


@before("Note", reads=("Title", "Body"))
def note_title(batch: Batch) -> None:
    """Call a note without a title by its first line."""
    for row in batch:
        lines = (row.get("Body") or "").strip().splitlines()
        if lines and not row.get("Title"):
            row.set("Title", shorten(lines[0], TITLE, placeholder="…"))


@before("Task", "Event", reads=(*LINKS, "AccountId"))
def account_of(batch: Batch) -> None:
    """Set AccountId: the account itself, that of the deal or record, or that of the contact."""
    rows = [row for row in batch if any(row.changes(name) for name in LINKS)]
    accounts = accounts_of(batch, {row.get(name) for row in rows for name in LINKS if row.get(name)})
    for row in rows:
        row.set("AccountId", accounts.get(row.get("WhatId")) or accounts.get(row.get("WhoId")))


def accounts_of(batch: Batch, links: set[tuple[str, int]]) -> dict[tuple[str, int] | None, int]:
    """Return {(prefix, key): account key}, one query per object."""
    found: dict[tuple[str, int] | None, int] = {}
    by_prefix: dict[str, list[int]] = defaultdict(list)
    for prefix, key in links:
        by_prefix[prefix].append(key)
    for prefix, keys in by_prefix.items():
        obj = batch.catalog.by_prefix.get(prefix)
        if obj is None:
            continue
        if obj.name == "Account":
            found.update({(prefix, key): key for key in keys})
        elif obj.has("AccountId"):
            values = object_rows(obj, keys, ["AccountId"])
            found.update({(prefix, key): row["AccountId"] for key, row in values.items() if row["AccountId"]})
    return found


@after("Task", "Event", reads=(*LINKS, "AccountId", "ActivityDate", "IsClosed"))
def last_activity(batch: Batch) -> None:
    """Move the last activity date of the records concerned forward: one UPDATE per object and day."""
    moved: dict[tuple[str, date], set[int]] = defaultdict(set)
    for row in batch:
        day = _day(batch, row)
        if day is None:
            continue
        for name in LINKS:
            link = row.get(name)
            if link:
                moved[link[0], day].add(link[1])
        if row.get("AccountId"):
            moved["001", day].add(row.get("AccountId"))
    bring_forward(batch, moved)


def bring_forward(batch: Batch, moved: Mapping[tuple[str, date], set[int]]) -> None:
    """Let the last activity of records ({(prefix, day): keys}) be that day, unless it is a later one."""
    _hold(batch, moved)
    for (prefix, day), keys in moved.items():
        obj = batch.catalog.by_prefix.get(prefix)
        if obj is not None and obj.has("LastActivityDate"):
            older = Q(last_activity_date__lt=day) | Q(last_activity_date__isnull=True)
            obj.model._default_manager.filter(older, pk__in=keys).update(last_activity_date=day)


def _hold(batch: Batch, moved: Mapping[tuple[str, date], set[int]]) -> None:
    """Lock the records in one order: others write activities of the same ones."""
    touched: dict[str, set[int]] = defaultdict(set)
    for (prefix, _on), keys in moved.items():
        touched[prefix] |= keys
    for prefix, keys in sorted(touched.items()):
        obj = batch.catalog.by_prefix.get(prefix)
        if obj is not None and obj.has("LastActivityDate"):
            rollups.hold(obj, keys)


def _day(batch: Batch, row: Row) -> date | None:
    """Return the day an activity counts for: an event's own once it is past, a closed task's."""
    today = batch.today
    day: Any = row.get("ActivityDate")
    if batch.object.name == "Event":
        return day if day is not None and day <= today else None
    if not row.get("IsClosed"):
        return None
    return min(day, today) if day is not None else today
