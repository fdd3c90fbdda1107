"""The outbox: what happened is written down where it happened, in the same transaction, and told to consumers later.

    @consumer("feed", topics=("record.created",))
    def post(events: Sequence[Event]) -> None: ...

    with transaction.atomic():
        ...
        emit("record.created", "Contact", [contact.pk], {"name": "Roux"})

`essor.kernel.delivery` hands the events over; each consumer's effects and its receipt commit together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.db import transaction
from django.utils import timezone

from essor.kernel import wake

WAKE = "outbox"
RECORD_TOPICS = ("record.created", "record.updated", "record.deleted", "record.undeleted", "record.merged")
# References that were emptied or moved because the record they name went or came back: nobody edited these records.
RELINKED = "record.relinked"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `uuid` is the same at each attempt: the idempotency key for effects elsewhere."""

    id: int
    uuid: UUID
    topic: str
    object_name: str
    record_ids: tuple[int, ...]
    payload: Mapping[str, Any]
    created: datetime


Handler = Callable[[Sequence[Event]], None]


@dataclass(frozen=True, slots=True)
class Consumer:
    """Somebody who wants to hear of some topics, at most `batch` events at a time."""

    name: str
    topics: frozenset[str]
    batch: int
    handler: Handler


CONSUMERS: dict[str, Consumer] = {}


def consumer(
    name: str, *, topics: Iterable[str] = RECORD_TOPICS, batch: int = 500
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the consumer `name` (a name for good: deliveries are stored under it).

    It gets events oldest first, inside a transaction that also holds the receipt: what it writes to the database
    happens exactly once. Effects elsewhere (a webhook, a mail) it must leave to a task, enqueued here and keyed by
    the event's uuid, as they cannot be rolled back and would hold the transaction open. An exception means
    that none of the batch was handled; it comes back later, in smaller parts.
    """

    def register(handler: Handler) -> Handler:
        if name in CONSUMERS:
            message = f"two outbox consumers are called {name!r}"
            raise ValueError(message)
        CONSUMERS[name] = Consumer(name=name, topics=frozenset(topics), batch=batch, handler=handler)
        return handler

    return register


def emit(topic: str, object_name: str, record_ids: Sequence[int], payload: Mapping[str, Any]) -> None:
    """Tell the consumers of `topic` that this happened to these records, if the current transaction commits.

    `payload` may hold what orjson writes (text, numbers, dates, UUIDs, nested) and Decimal, which becomes text.
    Raises TransactionManagementError outside of a transaction: the event would not depend on the deed.
    """
    if not transaction.get_connection().in_atomic_block:
        message = "emit() must run inside the transaction that it reports on"
        raise transaction.TransactionManagementError(message)
    listeners = [name for name, item in CONSUMERS.items() if topic in item.topics]
    _write(
        topic,
        object_name,
        orjson.dumps(list(record_ids)).decode(),
        orjson.dumps(payload, default=str).decode(),
        listeners,
    )
    if listeners:
        wake.notify(WAKE)


# Every save of a record pays for these two; the ORM would take five times as long.
_INSERT_EVENT = """
INSERT INTO kernel_outboxevent (uuid, topic, object_name, record_ids, payload, created)
VALUES (%s, %s, %s, %s, %s, %s)"""
_INSERT_DELIVERIES = "INSERT INTO kernel_delivery (consumer, event_id, attempts, due, parked, error) VALUES "
_DELIVERY = "(%s, %s, 0, %s, false, '')"


def _write(topic: str, object_name: str, record_ids: str, payload: str, listeners: Sequence[str]) -> None:
    """Insert the event and, in one statement, a delivery for each listener."""
    connection = transaction.get_connection()
    returns = connection.vendor == "postgresql"
    key = uuid4()
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    values = (key if returns else key.hex, topic, object_name, record_ids, payload, now)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_EVENT + " RETURNING id" if returns else _INSERT_EVENT, values)
        event_id = cursor.fetchone()[0] if returns else cursor.lastrowid
        if listeners:
            rows = ", ".join([_DELIVERY] * len(listeners))
            parameters = [value for name in listeners for value in (name, event_id, now)]
            cursor.execute(_INSERT_DELIVERIES + rows, parameters)
