"""Hands the outbox over to its consumers: in order, each effect together with its receipt, one bad event alone.

A batch is one transaction: read what is due, run the handler, delete the deliveries. A process killed anywhere in
between leaves the batch undelivered as a whole. A batch that fails is halved until the failing events stand alone;
these wait longer and longer and are parked at last, the others pass.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from django.db import connection, transaction
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from essor.kernel import locks, wake
from essor.kernel.db import lost, turns
from essor.kernel.events import CONSUMERS, WAKE, Consumer, Event
from essor.kernel.models import Delivery, OutboxEvent

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 12  # with the waits below: about two hours until an event is parked
FIRST_WAIT, LONGEST_WAIT = 1.0, 3600.0  # seconds
FIRST_BATCH = 20  # events, in case a consumer is slow
TARGET = 0.1  # seconds a batch may hold its transaction; batches shrink and grow around it
HELPLESS = 3  # single failures without one success: then the consumer is ill, not the events
PURGE_BATCH = 2000


@dataclass(slots=True)
class _Pace:
    """How one consumer fares in this process: events a batch, failed rounds in a row, when it may try again."""

    size: int
    failures: int = 0
    rests_until: float = 0.0


class Dispatcher:
    """Delivers the outbox; one per worker. Several may run at once: a consumer is served by one at a time."""

    def __init__(self, *, scope: Callable[[], AbstractContextManager[object]]) -> None:
        """Each batch, with its transaction, runs inside a `scope()`."""
        self._scope = scope
        self._paces: dict[str, _Pace] = {}

    def run_once(self) -> int:
        """Give each consumer at most one batch of what is due; return how many deliveries were made.

        Database failures that are nobody's fault (server gone, lock timeout) are raised, nothing is lost by them.
        """
        read: dict[int, Event] = {}
        return sum(self._serve(CONSUMERS[name], read) for name in _awaited())

    def _serve(self, consumer: Consumer, read: dict[int, Event]) -> int:
        pace = self._paces.setdefault(consumer.name, _Pace(size=min(FIRST_BATCH, consumer.batch)))
        if time.monotonic() < pace.rests_until:
            return 0
        due = Delivery.objects.filter(consumer=consumer.name, parked=False, due__lte=timezone.now())
        ids = list(due.order_by("event_id").values_list("event_id", flat=True)[: pace.size])
        if not ids:
            return 0
        started = time.monotonic()
        with self._scope():
            delivered, helpless = _deliver(consumer, ids, read)
        elapsed = time.monotonic() - started
        if helpless:
            pace.failures += 1
            pace.rests_until = time.monotonic() + _wait_after(pace.failures, longest=60)
        else:
            pace.failures = 0
        if delivered == len(ids) == pace.size:
            turns.breathe()
        if elapsed > TARGET:
            pace.size = max(1, pace.size // 2)
        elif delivered == pace.size:
            pace.size = min(consumer.batch, pace.size * 2)
        return delivered


# A look costs one cheap statement, however many consumers there are: one probe of the key for each.
_AWAITED = """
WITH consumers (name) AS (VALUES {names})
SELECT name FROM consumers WHERE EXISTS (
  SELECT 1 FROM kernel_delivery d WHERE d.consumer = consumers.name AND NOT d.parked AND d.due <= %s
)"""


def _awaited() -> list[str]:
    """Return the consumers that have something to hear now, in the order in which they were registered."""
    if not CONSUMERS:
        return []
    names = ", ".join(["(%s)"] * len(CONSUMERS))
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_AWAITED.format(names=names), [*CONSUMERS, now])
        found = {name for (name,) in cursor.fetchall()}
    return [name for name in CONSUMERS if name in found]


def _deliver(consumer: Consumer, ids: Sequence[int], read: dict[int, Event]) -> tuple[int, bool]:
    """Deliver these events in as few transactions as they allow: (how many went well, whether all seems lost).

    `read` holds the events of this round that another consumer heard already: they never change.
    """
    delivered = failed = 0
    parts = [ids]
    while parts:
        part = parts.pop()
        try:
            delivered += _attempt(consumer, part, read)
        except Exception as error:
            if lost.is_away(error):
                raise
            if len(part) > 1:
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
                continue
            _put_off(consumer, part[0], error)
            failed += 1
            if failed >= HELPLESS and not delivered:
                return delivered, True
    return delivered, False


def _attempt(consumer: Consumer, ids: Collection[int], read: dict[int, Event]) -> int:
    """Run the handler and write the receipts in one transaction; return the number of events it got."""
    with transaction.atomic():
        if not locks.try_lock(f"outbox {consumer.name}"):
            return 0
        # Read again under the lock: another process may have delivered some since.
        waiting = Delivery.objects.filter(consumer=consumer.name, event_id__in=ids, parked=False)
        due = list(waiting.order_by("event_id").values_list("event_id", flat=True))
        if due:
            missing = [one for one in due if one not in read]
            read.update((row.pk, _event(row)) for row in OutboxEvent.objects.filter(pk__in=missing))
            consumer.handler([read[one] for one in due])
            waiting.filter(event_id__in=due).delete()
    return len(due)


def _event(row: OutboxEvent) -> Event:
    return Event(
        id=row.pk,
        uuid=row.uuid,
        topic=row.topic,
        object_name=row.object_name,
        record_ids=tuple(orjson.loads(row.record_ids)),
        payload=orjson.loads(row.payload),
        created=row.created,
    )


def _put_off(consumer: Consumer, event_id: int, error: Exception) -> None:
    """Let a failing event wait, longer each time, and park it after the last attempt."""
    logger.warning("Consumer %s failed on event %s", consumer.name, event_id, exc_info=error)
    row = Delivery.objects.filter(consumer=consumer.name, event_id=event_id, parked=False)
    attempts = row.values_list("attempts", flat=True).first()
    if attempts is None:  # delivered by another process meanwhile
        return
    attempts += 1
    row.update(
        attempts=attempts,
        due=timezone.now() + timedelta(seconds=_wait_after(attempts, longest=LONGEST_WAIT)),
        parked=attempts >= MAX_ATTEMPTS,
        error=f"{type(error).__name__}: {error}"[:2000],
    )


def _wait_after(failures: int, *, longest: float) -> float:
    """Return seconds to wait: doubled by each failure, shortened at random so that not all come back together."""
    full: float = min(longest, FIRST_WAIT * 2 ** (failures - 1))
    return full * random.uniform(0.5, 1.0)  # noqa: S311 -- no secret


@dataclass(frozen=True, slots=True)
class Backlog:
    """What one consumer has still to hear: waiting (retries included), parked, and the oldest of them."""

    consumer: str
    waiting: int
    parked: int
    oldest: datetime


def backlog() -> list[Backlog]:
    """Return the consumers that are behind; an empty list is good news."""
    rows = Delivery.objects.values("consumer").annotate(
        waiting=Count("event_id", filter=Q(parked=False)),
        parked_count=Count("event_id", filter=Q(parked=True)),
        oldest=Min("event__created"),
    )
    return [
        Backlog(
            consumer=row["consumer"], waiting=row["waiting"], parked=row["parked_count"], oldest=row["oldest"]
        )
        for row in rows.order_by("consumer")
    ]


def parked(consumer: str | None = None) -> QuerySet[Delivery]:
    """Return the deliveries given up, with their last error and their event, oldest first."""
    rows = Delivery.objects.filter(parked=True).select_related("event").order_by("event_id")
    return rows.filter(consumer=consumer) if consumer else rows


def restart(consumer: str | None = None, *, event_ids: Collection[int] | None = None) -> int:
    """Give parked deliveries (all, one consumer's, those of some events) all their attempts again; return how many."""
    rows = Delivery.objects.filter(parked=True)
    if consumer is not None:
        rows = rows.filter(consumer=consumer)
    if event_ids is not None:
        rows = rows.filter(event_id__in=event_ids)
    with transaction.atomic():
        wake.notify(WAKE)
        return rows.update(parked=False, attempts=0, due=timezone.now())


def purge(older_than: timedelta) -> int:
    """Delete events of that age that nobody waits for any more; return how many.

    Deliveries to consumers that this program no longer has go too. Short transactions: others write in between.
    """
    before = timezone.now() - older_than
    Delivery.objects.filter(event__created__lt=before).exclude(consumer__in=list(CONSUMERS)).delete()
    return sum(_purge_batches(before))


def _purge_batches(before: datetime) -> Iterator[int]:
    waiting = Delivery.objects.filter(event_id=OuterRef("pk"))
    done = OutboxEvent.objects.filter(~Exists(waiting), created__lt=before).order_by("pk")
    while ids := list(done.values_list("pk", flat=True)[:PURGE_BATCH]):
        yield OutboxEvent.objects.filter(pk__in=ids).delete()[0]
