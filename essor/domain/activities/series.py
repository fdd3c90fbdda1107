"""Events that repeat: each occurrence is an event of its own, tied to the first; changes reach one, the rest, or all.

So every list, report, reminder and timeline knows occurrences without knowing of recurrence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.activities import recurrence
from essor.domain.activities.models import Event
from essor.domain.activities.reminders import counted_from
from essor.kernel import ids
from essor.kernel.clock import zone_named
from essor.kernel.errors import NotFound
from essor.query import run
from essor.query.tree import Any as AnyOf
from essor.query.tree import Column, Compare, Condition, Constant, Order, Path, Query
from essor.records.batch import Batch, Row
from essor.records.change import Change, Source
from essor.records.delete import delete
from essor.records.rules import after, before
from essor.records.save import save, save_many

Scope = Literal["this", "following", "all"]
RULE, SERIES, WHOLE = "Recurrence2PatternText", "RecurrenceActivityId", "IsAllDayEvent"
# What every occurrence takes over from the first.
COPIED = (
    "Subject",
    "WhoId",
    "WhatId",
    "Description",
    "IsAllDayEvent",
    "Location",
    "ShowAs",
    "OwnerId",
    "IsReminderSet",
)
TIMES = ("StartDateTime", "EndDateTime", "ReminderDateTime")
TASK_COPIED = (
    "Subject",
    "WhoId",
    "WhatId",
    "Description",
    "Priority",
    "OwnerId",
    "TaskSubtype",
    "CallType",
    "IsReminderSet",
)
TASK_TIMES = ("ActivityDate", "ReminderDateTime")
DEFAULT = Source()


@before("Event", "Task", reads=(RULE,))
def rule_is_sound(batch: Batch) -> None:
    """Refuse a rule that is none."""
    for row in batch:
        if row.get(RULE) and row.changes(RULE):
            try:
                recurrence.checked(row.get(RULE), batch.now, batch.context.timezone)
            except ValueError as error:
                row.refuse(RULE, str(error))


@after("Event", reads=(RULE, SERIES, *COPIED, *TIMES))
def unfold(batch: Batch) -> None:
    """Write the occurrences of new series; where the rule of one is changed, renew what is still to come of it."""
    rows = [row for row in batch if row.changes(RULE) and row.get(SERIES) is None]
    had = _moments({row.id for row in rows if not row.is_new and row.id})
    rules = [rule for row in rows for rule in (row.get(RULE), row.prior(RULE))]
    closed = recurrence.closed_days(rules, batch.actor.company)
    changes: list[Change] = []
    gone: list[int] = []
    for row in rows:
        known = had.get(row.id or 0)
        if known:
            dropped, moments = _renewed(batch, row, known, closed)
            gone += dropped
        else:
            moments = _starts(batch, row, closed) if row.get(RULE) else []
        values = {name: row.get(name) for name in (*COPIED, *TIMES) if batch.object.has(name)}
        clock = batch.context.timezone
        changes += [occurrence(row.id or 0, values, moment, clock) for moment in moments]
    if gone:
        delete(batch.actor, "Event", gone, source=batch.source)
    if changes:
        save_many(batch.actor, "Event", changes, all_or_none=True, source=batch.source)


def _moments(series: Collection[int]) -> dict[int, dict[int, tuple[datetime, bool]]]:
    """Return {series: {occurrence: (its start, whether it is in the bin)}}: one query."""
    found: dict[int, dict[int, tuple[datetime, bool]]] = defaultdict(dict)
    if series:
        rows = Event.objects.filter(recurrence_activity__in=series)
        for key, first, start, gone in rows.values_list(
            "pk", "recurrence_activity_id", "start_date_time", "is_deleted"
        ):
            found[first or 0][key] = start, gone
    return found


def _starts(batch: Batch, row: Row, closed: recurrence.Closed) -> list[datetime]:
    return recurrence.starts(row.get(RULE), row.get("StartDateTime"), _zone(batch, row), closed)


def _renewed(
    batch: Batch, row: Row, known: Mapping[int, tuple[datetime, bool]], closed: recurrence.Closed
) -> tuple[list[int], list[datetime]]:
    """Return what a changed rule takes away and what it adds of the coming year.

    Only what one of the two rules has and the other has not is touched, so that an occurrence moved or deleted by
    hand stays as it is.
    """

    def ruled(rule: str | None, begun: datetime) -> set[datetime]:
        span = batch.now, batch.now + recurrence.HORIZON
        return set(recurrence.between(rule, begun, _zone(batch, row), *span, closed)) if rule else set()

    start: datetime = row.get("StartDateTime")
    before_, after_ = ruled(row.prior(RULE), row.prior("StartDateTime") or start), ruled(row.get(RULE), start)
    dropped = [key for key, (at, gone) in known.items() if not gone and at in before_ - after_]
    return dropped, sorted(after_ - before_ - {at for at, _gone in known.values()} - {start})


def _zone(batch: Batch, row: Row) -> str:
    return "UTC" if row.get("IsAllDayEvent") else batch.context.timezone


def occurrence(series: int, values: Mapping[str, Any], start: datetime, clock: str) -> Change:
    """Return what writes an occurrence at `start` like the one with the stored `values` (of COPIED and TIMES).

    Whole days remind at the same hour on the `clock` (a time zone) of who is reminded, summer and winter.
    """
    was, whole = values["StartDateTime"], bool(values.get("IsAllDayEvent"))
    copied = {name: _outside(values[name]) for name in COPIED if name in values}
    times = {name: values[name] + (start - was) for name in TIMES if values.get(name) is not None}
    if values.get("ReminderDateTime") is not None:
        before_ = counted_from(was, clock, whole=whole) - values["ReminderDateTime"]
        times["ReminderDateTime"] = counted_from(start, clock, whole=whole) - before_
    return Change("Event", {**copied, **times, SERIES: series})


def _outside(value: Any) -> Any:
    """Return a stored reference as the road takes it in."""
    return ids.encode(*value) if isinstance(value, tuple) else value


def change(
    actor: Actor, key: int, values: Mapping[str, Any], scope: Scope = "this", *, source: Source = DEFAULT
) -> int:
    """Change an event, or with it the following ones or all of its series; return how many were changed.

    New times move the others by as much as this one moves on the actor's clock. Raises what `save` raises; all or nothing.
    """
    if scope == "this":
        save(actor, Change("Event", dict(values), id=key), source=source)
        return 1
    rows = siblings(actor, key, scope)
    mine = next(row for row in rows if row["Id"] == key)
    shared = {name: value for name, value in values.items() if name not in TIMES}
    with transaction.atomic():
        save(actor, Change("Event", dict(values), id=key), source=source)
        moved = next(row for row in siblings(actor, key, "this"))
        changes = [
            Change("Event", {**shared, **_shifted(row, mine, moved, actor.timezone)}, id=row["Id"])
            for row in rows
            if row["Id"] != key
        ]
        if changes:
            save_many(actor, "Event", changes, all_or_none=True, source=source)
    return len(rows)


def _shifted(
    row: Mapping[str, Any], before_: Mapping[str, Any], after_: Mapping[str, Any], zone: str
) -> dict[str, Any]:
    """Return the times of another occurrence after this one went from `before_` to `after_`, as the wall clock tells.

    So a meeting at nine is at nine on both sides of a change of the clocks; where whole days begin, only days count.
    """
    found: dict[str, Any] = {}
    for name in ("StartDateTime", "EndDateTime"):
        if None in (row[name], before_[name], after_[name]) or not _differ(before_, after_, name):
            continue
        here, was, now = _wall(row, name, zone), _wall(before_, name, zone), _wall(after_, name, zone)
        if after_[WHOLE]:
            found[name] = datetime.combine(here.date() + (now.date() - was.date()), time(), UTC)
        else:
            found[name] = (here + (now - was)).replace(tzinfo=zone_named(zone)).astimezone(UTC)
    return found


def _differ(before_: Mapping[str, Any], after_: Mapping[str, Any], name: str) -> bool:
    return (before_[name], before_[WHOLE]) != (after_[name], after_[WHOLE])


def _wall(row: Mapping[str, Any], name: str, zone: str) -> datetime:
    """Return a time of an event as clocks show it: whole days stand at midnight UTC."""
    moment: datetime = row[name]
    return moment.astimezone(UTC if row[WHOLE] else zone_named(zone)).replace(tzinfo=None)


def remove(actor: Actor, key: int, scope: Scope = "this", *, source: Source = DEFAULT) -> int:
    """Put an event, the following ones, or all of its series into the recycle bin; return how many."""
    rows = siblings(actor, key, scope)
    first = rows[0][SERIES]
    with transaction.atomic():
        delete(actor, "Event", [row["Id"] for row in rows], source=source)
        if scope == "following" and first is not None:
            _end(actor, first, rows[0]["StartDateTime"], source)
    return len(rows)


def _end(actor: Actor, first: int, start: datetime, source: Source) -> None:
    """Let a series end before an instant, so that it is not continued."""
    row = Event.objects.filter(pk=first, is_deleted=False).values_list("recurrence2_pattern_text", flat=True)
    if rule := row.first():
        ended = recurrence.ended(rule, start - timedelta(minutes=1), actor.timezone)
        save(actor, Change("Event", {RULE: ended}, id=first), source=source)


def siblings(actor: Actor, key: int, scope: Scope) -> list[dict[str, Any]]:
    """Return the occurrences that a scope reaches, this one included, by their start: id, start and end."""
    one = _rows(actor, Compare(Path(("Id",)), "eq", (Constant(key),)))
    if not one:
        raise NotFound(_("There is no such record."))
    first = one[0][SERIES] or key
    if scope == "this":
        return one
    here = (Constant(ids.encode("00U", first)),)
    rows = _rows(actor, AnyOf((Compare(Path(("Id",)), "eq", here), Compare(Path((SERIES,)), "eq", here))))
    if scope == "following":
        rows = [row for row in rows if row["StartDateTime"] >= one[0]["StartDateTime"]]
    return rows


def _rows(actor: Actor, where: Condition) -> list[dict[str, Any]]:
    names = ("Id", "StartDateTime", "EndDateTime", WHOLE, SERIES)
    query = Query(
        "Event",
        columns=tuple(Column(Path((name,))) for name in names),
        where=where,
        order_by=(Order(Path(("StartDateTime",))),),
        limit=recurrence.MOST + 1,
    )
    return run.rows(actor, query)


@after("Task", reads=(RULE, "IsClosed", *TASK_COPIED, *TASK_TIMES))
def repeat_task(batch: Batch) -> None:
    """Plan the next one when a task that repeats is done, with its reminder as long before it."""
    changes = []
    done = [row for row in batch if row.get(RULE) and row.get("IsClosed") and row.changes("IsClosed")]
    closed = recurrence.closed_days((row.get(RULE) for row in done), batch.actor.company)
    for row in done:
        day = row.get("ActivityDate") or batch.today
        if following := recurrence.next_day(row.get(RULE), day, batch.today, closed):
            due, rule = following
            values = {name: _outside(row.get(name)) for name in TASK_COPIED}
            if row.get("ReminderDateTime"):
                values["ReminderDateTime"] = row.get("ReminderDateTime") + (due - day)
            changes.append(Change("Task", {**values, RULE: rule, "ActivityDate": due.isoformat()}))
    if changes:
        save_many(batch.actor, "Task", changes, all_or_none=True, source=batch.source)
