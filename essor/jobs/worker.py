"""The worker: runs tasks, delivers the outbox, follows the schedule; a process, or threads of the web server.

    with embedded(): …            # in the web process, for as long as it serves
    run_until_signal()            # `essor worker`
    drain()                       # everything there is to do now, in this thread

Any number of workers may share a database; whoever dies, killed or not, leaves its work to the others.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connections

from essor.catalog import current
from essor.jobs import backend, execution, schedule
from essor.kernel import events, wake
from essor.kernel.delivery import Dispatcher

logger = logging.getLogger(__name__)

RUNNERS = 2  # tasks at once: a long import must not keep an export waiting
GRACE = 25.0  # seconds a stop waits for running tasks; most systems kill after 30
PAUSE_AFTER_ERROR = 2.0
CLOCK_WAKE = "clock"


class Worker:
    """Three kinds of threads: one delivers, one keeps the clock, the others run tasks."""

    def __init__(self, *, runners: int = RUNNERS) -> None:
        """Name the worker; nothing runs before `start`."""
        self.id = _new_id()
        self._stop = threading.Event()
        self._dispatcher = Dispatcher(scope=current.scope)
        self._clock = _Clock(self.id)
        self._threads = [
            self._thread("outbox", lambda: self._dispatcher.run_once() > 0, events.WAKE),
            self._thread("clock", self._clock.tick, CLOCK_WAKE),
            *(self._thread(f"tasks-{n}", self._run_task, backend.WAKE) for n in range(runners)),
        ]

    def start(self) -> None:
        """Start working; returns at once."""
        schedule.synchronize()
        self._clock.start()
        for thread in self._threads:
            thread.start()

    def stop(self, *, grace: float = GRACE) -> None:
        """Finish what can be finished in `grace` seconds, hand back the rest, and end."""
        self._stop.set()
        for topic in (events.WAKE, backend.WAKE, CLOCK_WAKE):
            wake.ring(topic)
        deadline = time.monotonic() + grace
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        execution.retire(self.id)

    def _run_task(self) -> bool:
        return execution.run_next(self.id, self._stop)

    def _thread(self, name: str, step: Callable[[], bool], topic: str) -> threading.Thread:
        return threading.Thread(target=self._loop, args=(step, topic), name=f"essor-{name}", daemon=True)

    def _loop(self, step: Callable[[], bool], topic: str) -> None:
        """Repeat `step` while it finds work, wait when it does not; its connection stays open all the time."""
        with wake.Bell(topic) as bell:
            while not self._stop.is_set():
                try:
                    busy = step()
                except Exception:
                    logger.exception("%s stumbled, going on", threading.current_thread().name)
                    connections.close_all()
                    self._stop.wait(PAUSE_AFTER_ERROR)
                    continue
                if not busy:
                    bell.wait(wake.POLL)
        connections.close_all()


class _Clock:
    """Beats, takes over from the dead, starts what is scheduled."""

    def __init__(self, worker_id: str) -> None:
        self._worker_id = worker_id
        self._last_beat = 0.0

    def start(self) -> None:
        execution.beat(self._worker_id)
        self._last_beat = time.monotonic()
        execution.recover()

    def tick(self) -> bool:
        now = time.monotonic()
        if now - self._last_beat >= execution.BEAT:
            # Who overslept itself (a closed laptop) lets the others beat first: they may have slept as well.
            overslept = now - self._last_beat > execution.LEASE / 2
            execution.beat(self._worker_id)
            self._last_beat = now
            if not overslept and execution.stopped_pulses():
                execution.recover()
        schedule.run_due()
        return False


@contextmanager
def embedded(*, runners: int = RUNNERS) -> Iterator[Worker]:
    """Work in threads of this process while the `with` lasts."""
    worker = Worker(runners=runners)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def run_until_signal(*, runners: int = RUNNERS) -> None:
    """Work until SIGTERM or SIGINT, then stop gracefully; a second signal ends it at once. Main thread only."""
    asked = threading.Event()

    def ask(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        asked.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    with embedded(runners=runners):
        asked.wait()


def drain() -> int:
    """Deliver and run everything that is due, tasks that come of it included; return how many steps that took."""
    worker_id = _new_id()
    _Clock(worker_id).start()
    dispatcher = Dispatcher(scope=current.scope)
    steps = 0
    try:
        while dispatcher.run_once() or execution.run_next(worker_id, threading.Event()):
            steps += 1
    finally:
        execution.retire(worker_id)
    return steps


def _new_id() -> str:
    """Name this process for people, and apart from all others."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
