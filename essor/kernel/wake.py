"""Wakes threads that wait for work the moment it is committed, so that they need not ask all the time.

In one process a commit rings the bells directly. On PostgreSQL NOTIFY rings those of the other processes too.
It is a courtesy, never a guarantee: whoever waits also looks by itself at least every second (`POLL`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Self

from django.db import DEFAULT_DB_ALIAS, connections, transaction

if TYPE_CHECKING:
    import psycopg

logger = logging.getLogger(__name__)

POLL = 1.0  # seconds between two looks of somebody whom nobody wakes
_CHANNEL = "essor_wake"
_STOP_CHECK = 0.5  # seconds the listening thread takes at most to see that nobody waits any more
_RECONNECT = 5.0  # seconds before the listening thread tries a lost server again


class Bell:
    """What one thread waits on. Rings for any of its topics; used in a `with`, which takes it down at the end."""

    def __init__(self, *topics: str) -> None:
        """Name what it rings for."""
        self.topics = frozenset(topics)
        self._rung = threading.Event()

    def ring(self) -> None:
        """Wake the thread, now or at its next wait."""
        self._rung.set()

    def wait(self, timeout: float) -> bool:
        """Sleep until it rings, at most `timeout` seconds; tell whether it rang."""
        rang = self._rung.wait(timeout)
        # Cleared before the caller looks for work: a ring during that look counts for the next wait.
        self._rung.clear()
        return rang

    def __enter__(self) -> Self:
        """Hang the bell up."""
        _tower.hang(self)
        return self

    def __exit__(self, *exception: object) -> None:
        """Take it down."""
        _tower.take_down(self)


def notify(topic: str) -> None:
    """Ring every bell of `topic` when the current transaction commits (at once outside of one)."""
    connection = transaction.get_connection()
    hook = _ringer(topic)
    # Django drops the hook with a rolled back savepoint, as PostgreSQL drops the NOTIFY: one tells of the other.
    if any(entry[1] is hook for entry in connection.run_on_commit):
        return
    transaction.on_commit(hook)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [_CHANNEL, topic])


def ring(topic: str) -> None:
    """Ring the bells of `topic` in this process, now."""
    for bell in _tower.bells:
        if topic in bell.topics:
            bell.ring()


@cache
def _ringer(topic: str) -> Callable[[], None]:
    """Return the one hook that rings `topic`, so that it can be recognised among a transaction's hooks."""
    return lambda: ring(topic)


class _Tower:
    """The bells of this process and, on PostgreSQL, the one thread that hears the other processes for them."""

    def __init__(self) -> None:
        self.bells: frozenset[Bell] = frozenset()
        self._lock = threading.Lock()
        self._ear: _Ear | None = None

    def hang(self, bell: Bell) -> None:
        with self._lock:
            self.bells |= {bell}
            if self._ear is None and connections[DEFAULT_DB_ALIAS].vendor == "postgresql":
                self._ear = _Ear()
                self._ear.start()

    def take_down(self, bell: Bell) -> None:
        with self._lock:
            self.bells -= {bell}
            if self.bells or self._ear is None:
                return
            ear, self._ear = self._ear, None
        ear.stop()


class _Ear(threading.Thread):
    """Listens to the other processes on a PostgreSQL connection of its own."""

    def __init__(self) -> None:
        super().__init__(name="essor-ear", daemon=True)
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()
        self.join()

    def run(self) -> None:
        from psycopg import Error  # noqa: PLC0415 -- the driver is there only where PostgreSQL is used

        while not self._stopped.is_set():
            try:
                with _connect() as connection:
                    self._listen(connection)
            except Error as error:
                logger.warning("Cannot listen for wake-ups, looking every second instead: %s", error)
                self._stopped.wait(_RECONNECT)

    def _listen(self, connection: psycopg.Connection) -> None:
        connection.execute(f"LISTEN {_CHANNEL}")
        for bell in _tower.bells:  # whatever was said before the LISTEN went unheard
            bell.ring()
        while not self._stopped.is_set():
            for notice in connection.notifies(timeout=_STOP_CHECK):
                ring(notice.payload)


def _connect() -> psycopg.Connection:
    """Open a connection outside of Django's pool, which would hand it on while it still listens."""
    import psycopg  # noqa: PLC0415 -- the driver is there only where PostgreSQL is used

    parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
    return psycopg.connect(**parameters, autocommit=True)


_tower = _Tower()
