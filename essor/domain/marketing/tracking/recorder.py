"""Takes hits at the speed at which they come, and writes them down by batches within a second.

    recorder.note((recipient_id, list_email_id, 3, None, datetime.now(UTC), False, "Mozilla Firefox", "203.0.113.0"))

A room with hits of another kind has a `Recorder` of its own.

Whoever clicks is led on at once; one thread writes what has come meanwhile. While the database is away, hits wait in
memory.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import Error, connection

from essor.domain.marketing.tracking import keeping

logger = logging.getLogger(__name__)

PAUSE = 0.25  # seconds in which hits gather
AT_ONCE = 5_000
MOST = 200_000  # hits held while the database is away: some 60 MB; the oldest go first
One = TypeVar("One")


class Recorder(Generic[One]):
    """The hits of this process that are not written yet; `keep` writes a batch of them."""

    def __init__(self, keep: Callable[[Sequence[One]], None], name: str = "essor-hits") -> None:
        """Start without a thread: a process that gets no hits needs none. `name` is the thread's."""
        self._keep, self._name = keep, name
        self._waiting: deque[One] = deque(maxlen=MOST)
        self._writing = threading.Lock()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def note(self, seen: One) -> None:
        """Take one hit; never waits for the database."""
        self._waiting.append(seen)
        if self._thread is None:
            self._start()

    def flush(self) -> None:
        """Write down what waits now; raises the database's error and keeps what could not be written.

        What comes meanwhile waits for the next time, so that it gathers: a transaction for a few hits costs as much as one
        for thousands.
        """
        with self._writing:
            left = len(self._waiting)
            while left > 0 and self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(left, len(self._waiting), AT_ONCE))]
                left -= len(batch)
                try:
                    self._keep(batch)
                except Error:
                    self._waiting.extendleft(reversed(batch))
                    raise

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
                atexit.register(self._last)

    def _run(self) -> None:
        while True:
            time.sleep(PAUSE)
            try:
                if self._waiting:
                    _surely()
                    self.flush()
            except Exception:
                # Whatever it is: without this thread no hit would ever be written again.
                logger.exception("%s: %d hits cannot be written yet", self._name, len(self._waiting))
                connection.close()
                time.sleep(PAUSE * 4)

    def _last(self) -> None:
        try:
            self.flush()
        except Error:
            logger.exception("%s: %d hits were lost", self._name, len(self._waiting))


def _surely() -> None:
    """Have what this thread commits survive a power cut too: SQLite otherwise waits for its next checkpoint."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = FULL")


recorder = Recorder(keeping.keep)
