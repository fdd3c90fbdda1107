"""Live updates: messages in the database, streamed to whoever listens, resumed by id without loss or repetition.

    live.publish(f"user:{user.pk}", {"job": …})                       # in the transaction that changes something
    async for message in live.stream({f"user:{user.pk}"}, last_id):   # None every so often: a sign of life
        ...

One thread a process reads the messages for all its streams, so a thousand open pages cost one query a wake-up.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from essor.jobs.models import LiveMessage
from essor.kernel import locks, wake

logger = logging.getLogger(__name__)

WAKE = "live"
RESET = "reset"
KEPT = timedelta(hours=1)
PING = 15.0  # seconds of silence after which a stream shows that it lives
PAGE = 200  # messages read or held at once for one stream
READ = 1000  # messages read at once for all of them


@dataclass(frozen=True, slots=True)
class Message:
    """What a page hears. `id` resumes the stream after it; `payload` is JSON text.

    On the channel "reset", messages were missed that are no longer kept: the page should load itself anew.
    """

    id: int
    channel: str
    payload: str


def publish(channel: str, payload: Mapping[str, Any]) -> None:
    """Send to everybody who listens on `channel` ("user:5", "job:7"), once the current transaction is committed."""
    with transaction.atomic():
        LiveMessage.objects.create(channel=channel, payload=orjson.dumps(payload, default=str).decode())
        wake.notify(WAKE)


def publish_many(messages: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Send (channel, payload) pairs by one INSERT, once the current transaction is committed."""
    rows = [
        LiveMessage(channel=one, payload=orjson.dumps(what, default=str).decode()) for one, what in messages
    ]
    if rows:
        with transaction.atomic():
            LiveMessage.objects.bulk_create(rows)
            wake.notify(WAKE)


def position() -> int:
    """Return the id of the last message now, to be written into a page whose stream shall begin after it."""
    if not connection.in_atomic_block:  # the caller's transaction would keep the lock, and everybody waiting
        _put_in_order()
    return LiveMessage.objects.aggregate(last=Max(_place()))["last"] or 0


async def stream(
    channels: Collection[str], last_id: int | None = None
) -> AsyncGenerator[Message | None, None]:
    """Yield the messages of `channels` after `last_id` (from now on when None), and None after each PING of silence.

    Ends when the server stops (`close`). The caller decides who may listen to which channel.
    """
    listener = _Listener(asyncio.get_running_loop(), frozenset(channels), last_id)
    _hub.join(listener)
    try:
        while True:
            try:
                async with asyncio.timeout(PING):
                    message = await listener.queue.get()
            except TimeoutError:
                yield None
                continue
            if message is None:
                return
            yield message
            if listener.behind and listener.queue.empty():
                wake.ring(WAKE)
    finally:
        _hub.leave(listener)


def close() -> None:
    """End all streams of this process and the thread that feeds them."""
    _hub.close()


def purge() -> None:
    """Delete messages that are older than KEPT, save the last of them: it shows how far the purge has come."""
    _put_in_order()
    old = LiveMessage.objects.filter(created__lt=timezone.now() - KEPT)
    last = old.aggregate(last=Max(_place()))["last"]
    if last is not None:
        old.filter(**{f"{_place()}__lt": last}).delete()


def _place() -> str:
    """Name the column that follows the order of commits: SQLite has one writer at a time, so there it is the id."""
    return "seq" if connection.vendor == "postgresql" else "id"


def _put_in_order() -> None:
    """Number the messages committed since the last time (PostgreSQL).

    A number is given after the commit and under a lock held until the numbers are committed too: whoever sees one
    sees all the smaller ones. The ids cannot promise that, two transactions may commit in the other order.
    """
    if connection.vendor != "postgresql" or not LiveMessage.objects.filter(seq=None).exists():
        return
    with transaction.atomic():
        locks.lock("live messages")
        with connection.cursor() as cursor:
            cursor.execute(_NUMBER)


# Numbers come from the sequence of the ids, which never goes back, whatever is purged.
_NUMBER = """
WITH fresh AS MATERIALIZED (SELECT id FROM jobs_livemessage WHERE seq IS NULL ORDER BY id),
     numbered AS MATERIALIZED
         (SELECT id, nextval(pg_get_serial_sequence('jobs_livemessage', 'id')) AS number FROM fresh)
UPDATE jobs_livemessage SET seq = number FROM numbered WHERE jobs_livemessage.id = numbered.id
"""


def _read(
    *,
    after: int = 0,
    up_to: int | None = None,
    channels: Collection[str] | None = None,
    limit: int,
    newest_first: bool = False,
) -> list[Message]:
    """Return messages in the order of commits, or backwards."""
    place = _place()
    rows = LiveMessage.objects.filter(**{f"{place}__gt": after})
    if up_to is not None:
        rows = rows.filter(**{f"{place}__lte": up_to})
    if channels is not None:
        rows = rows.filter(channel__in=channels)
    order = f"-{place}" if newest_first else place
    return [Message(*row) for row in rows.order_by(order).values_list(place, "channel", "payload")[:limit]]


@dataclass(slots=True, eq=False)
class _Listener:
    """One open stream. The hub's thread owns `last` (the id it handed over last) and `behind`."""

    loop: asyncio.AbstractEventLoop
    channels: frozenset[str]
    last: int | None
    behind: bool = True  # to be fed from the table until it has caught up
    queue: asyncio.Queue[Message | None] = field(default_factory=asyncio.Queue)


_Parcel = tuple[_Listener, Sequence[Message | None]]


def _send(parcels: Iterable[_Parcel]) -> list[_Listener]:
    """Pass messages to the event loops of their streams; return the streams whose loop is closed."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Parcel]] = defaultdict(list)
    for listener, messages in parcels:
        by_loop[listener.loop].append((listener, messages))
    lost = []
    for loop, content in by_loop.items():
        try:
            loop.call_soon_threadsafe(_fill, content)
        except RuntimeError:
            lost += [listener for listener, _ in content]
    return lost


def _fill(parcels: Iterable[_Parcel]) -> None:
    """Fill the queues, in the thread of their event loop."""
    for listener, messages in parcels:
        for message in messages:
            listener.queue.put_nowait(message)


class _Hub:
    """Reads new messages once and hands them to the streams of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: set[_Listener] = set()
        self._thread: threading.Thread | None = None
        # The rest belongs to the thread alone.
        self._head = 0
        self._recent: deque[Message] = deque(maxlen=READ)
        self._recent_after = 0  # `_recent` holds every message after this one
        self._parcels: list[_Parcel] = []

    def join(self, listener: _Listener) -> None:
        with self._lock:
            self._listeners.add(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="essor-live", daemon=True)
                self._thread.start()
        wake.ring(WAKE)

    def leave(self, listener: _Listener) -> None:
        with self._lock:
            self._listeners.discard(listener)

    def close(self) -> None:
        with self._lock:
            thread, listeners = self._thread, tuple(self._listeners)
            self._listeners.clear()
        _send([(listener, [None]) for listener in listeners])
        wake.ring(WAKE)
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        """Feed the streams until there is none left."""
        with wake.Bell(WAKE) as bell:
            started = False
            while listeners := self._present():
                try:
                    if not started:
                        self._begin()
                        started = True
                    self._feed(listeners)
                except Exception:
                    # Whatever it is: without this thread all streams would fall silent for good.
                    logger.exception("Cannot read live messages, trying again")
                    connection.close()
                bell.wait(wake.POLL)
        connection.close()

    def _begin(self) -> None:
        """Take what was said lately into memory: after a restart all pages come back at once and ask for it."""
        self._head = position()
        self._recent.clear()
        self._recent.extend(reversed(_read(up_to=self._head, limit=READ, newest_first=True)))
        self._recent_after = self._recent[0].id if self._recent else self._head

    def _present(self) -> tuple[_Listener, ...]:
        with self._lock:
            if not self._listeners:
                self._thread = None
            return tuple(self._listeners)

    def _feed(self, listeners: Sequence[_Listener]) -> None:
        """Hand out what is new since the head, then let those behind catch up with it."""
        _put_in_order()
        more = True
        while more:
            fresh = _read(after=self._head, limit=READ)
            if fresh:
                self._spread(listeners, fresh)
                self._remember(fresh)
            more = len(fresh) == READ
        for listener in listeners:
            if listener.behind and listener.queue.empty():
                self._catch_up(listener)
        parcels, self._parcels = self._parcels, []
        for lost in _send(parcels):
            self.leave(lost)

    def _remember(self, fresh: Sequence[Message]) -> None:
        self._recent.extend(fresh)
        if len(self._recent) == READ:
            self._recent_after = self._recent[0].id
        self._head = fresh[-1].id

    def _spread(self, listeners: Sequence[_Listener], fresh: Sequence[Message]) -> None:
        by_channel: dict[str, list[Message]] = defaultdict(list)
        for message in fresh:
            by_channel[message.channel].append(message)
        for listener in listeners:
            if listener.behind:
                continue
            # It has had everything up to here, even if nothing was for it.
            listener.last = max(listener.last or 0, self._head)
            wanted = [message for channel in listener.channels for message in by_channel.get(channel, ())]
            if listener.queue.qsize() + len(wanted) > PAGE:  # a slow reader: its messages stay in the table
                listener.behind = True
            elif wanted:
                wanted.sort(key=lambda message: message.id)
                self._put(listener, wanted)

    def _catch_up(self, listener: _Listener) -> None:
        """Feed a stream what it missed, a page at a time, until nothing up to the head is left."""
        last = self._head if listener.last is None else listener.last
        listener.last = last
        if self._recent_after <= last <= self._head:
            missed = [item for item in self._recent if item.id > last and item.channel in listener.channels]
        else:
            if _is_lost(last, self._head):
                self._put(listener, [Message(self._head, RESET, "{}")])
            missed = _read(after=listener.last, up_to=self._head, channels=listener.channels, limit=PAGE)
        page = missed[:PAGE]
        listener.behind = len(page) == PAGE
        if page:
            self._put(listener, page)

    def _put(self, listener: _Listener, messages: Sequence[Message]) -> None:
        listener.last = messages[-1].id
        self._parcels.append((listener, messages))


def _is_lost(last: int, head: int) -> bool:
    """Tell whether messages after `last` may have been purged, or the database is another one than then."""
    oldest = _read(after=0, limit=1)
    return last > head or bool(oldest and 0 < last < oldest[0].id)


_hub = _Hub()
