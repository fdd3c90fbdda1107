"""Continues series without a near end: each night those whose last occurrence is less than eleven months away.

What was changed, moved or deleted by hand stays as it is: only what lies behind the last occurrence is written, like
that one, and at the rule's times, moved by as much as most of the latest occurrences were.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db.models import F, Max, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from essor.access import snapshot
from essor.access.actor import actor_for
from essor.access.models import User
from essor.catalog import current
from essor.domain.activities import recurrence, series
from essor.domain.activities.models import Event
from essor.jobs.schedule import SCHEDULE, daily
from essor.jobs.tasks import check_interrupted, task
from essor.records.change import Change, Source
from essor.records.load import object_rows
from essor.records.save import save_many

logger = logging.getLogger(__name__)
MARGIN = timedelta(days=30)  # a series is continued when it reaches less far than the horizon by this
CHUNK = 200  # series at once
LATEST = 5  # occurrences that tell how a series stands
NEAR = timedelta(days=4)  # how far from its rule's time an occurrence may have been moved to tell anything
SOURCE = Source(name="series")


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a series goes: its rule, its first start, and the starts of its latest occurrences, last first.

    `zone` is that of its rule, UTC for whole days; `clock` the zone of who made it.
    """

    key: int
    rule: str
    start: datetime
    zone: str
    latest: tuple[datetime, ...]
    like: int
    clock: str


@task()
def extend() -> None:
    """Write the occurrences that the coming year lacks; a bounded number of queries for each owner of series."""
    until = timezone.now() + recurrence.HORIZON
    last = 0
    while chunk := _short(until - MARGIN, last):
        check_interrupted()
        last = chunk[-1].pk
        _continue(chunk, until)


def _short(limit: datetime, behind: int) -> list[Event]:
    """Return series with keys behind `behind` whose last occurrence stands before `limit`."""
    rows = Event.objects.filter(
        pk__gt=behind, is_deleted=False, recurrence_activity=None, recurrence2_pattern_text__isnull=False
    )
    reaching = rows.annotate(reach=Max("occurrences__start_date_time"))
    return list(
        reaching.filter(Q(reach__lt=limit) | Q(reach=None, start_date_time__lt=limit)).order_by("pk")[:CHUNK]
    )


def _continue(chunk: Sequence[Event], until: datetime) -> None:
    owners = {
        one.pk: one for one in User.objects.filter(pk__in={row.owner_id for row in chunk}, is_active=True)
    }
    zones = _zones(chunk)
    latest = _latest([row.pk for row in chunk])
    reaches = [
        _reach(row, zones.get(row.created_by_id or 0, settings.TIME_ZONE), latest.get(row.pk, []))
        for row in chunk
        if row.owner_id in owners
    ]
    names = [one for one in (*series.COPIED, *series.TIMES) if current.get().object("Event").has(one)]
    stored = object_rows(current.get().object("Event"), [one.like for one in reaches], names)
    changes: dict[int, list[Change]] = defaultdict(list)
    closed = recurrence.closed_days((one.rule for one in reaches), snapshot.recent().company)
    for one in reaches:
        values = stored[one.like]
        changes[values["OwnerId"]] += [
            series.occurrence(one.key, values, start, one.clock) for start in further(one, until, closed)
        ]
    for owner, wanted in changes.items():
        if owner in owners and wanted:
            results = save_many(actor_for(owners[owner]), "Event", wanted, source=SOURCE)
            if refused := sum(not one.ok for one in results):
                logger.warning("%d occurrences of series of %s were refused", refused, owners[owner].email)


def _zones(chunk: Collection[Event]) -> Mapping[int, str]:
    """Return the time zones of those who made the series: their clock counts."""
    return dict(
        User.objects.filter(pk__in={row.created_by_id for row in chunk}).values_list("pk", "timezone")
    )


def _latest(keys: Collection[int]) -> dict[int, list[tuple[int, datetime, bool]]]:
    """Return {series: [(occurrence, start, whether it is in the bin)]}, the last ones first: one query."""
    place = Window(RowNumber(), partition_by=F("recurrence_activity"), order_by=F("start_date_time").desc())
    rows = Event.objects.filter(recurrence_activity__in=keys).annotate(place=place).filter(place__lte=LATEST)
    found: dict[int, list[tuple[int, datetime, bool]]] = defaultdict(list)
    for key, first, start, gone in rows.order_by("-start_date_time").values_list(
        "pk", "recurrence_activity_id", "start_date_time", "is_deleted"
    ):
        found[first or 0].append((key, start, gone))
    return found


def _reach(row: Event, zone: str, latest: Sequence[tuple[int, datetime, bool]]) -> Reach:
    alive = [key for key, _start, gone in latest if not gone]
    starts = tuple(start for _key, start, _gone in latest) or (row.start_date_time,)
    return Reach(
        row.pk,
        row.recurrence2_pattern_text or "",
        row.start_date_time,
        "UTC" if row.is_all_day_event else zone,
        starts,
        alive[0] if alive else row.pk,
        zone,
    )


def further(one: Reach, until: datetime, closed: recurrence.Closed = recurrence.never) -> list[datetime]:
    """Return the starts that a series lacks up to an instant."""
    try:
        ruled = recurrence.between(one.rule, one.start, one.zone, min(one.latest) - NEAR, until, closed)
    except ValueError:  # a rule from before a check was made stricter
        return []
    pairs = []
    for start in one.latest:
        near = min(ruled, key=lambda moment: abs(moment - start), default=None)
        if near is not None and abs(near - start) <= NEAR:
            pairs.append((near, start - near))
    if not pairs:
        return []
    shift = Counter(moved for _near, moved in pairs).most_common(1)[0][0]
    last = max(near for near, _moved in pairs)
    return [moment + shift for moment in ruled if moment > last]


SCHEDULE.add("activities.series", extend, daily(time(2, 50)))
