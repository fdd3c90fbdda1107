"""The sending loop's way to the network: an event loop in a thread of its own, results as they come."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from django.utils.translation import get_language, override

from essor.domain.marketing.sending.composer import Message
from essor.domain.marketing.sending.results import Result
from essor.domain.marketing.sending.smtp import Pool
from essor.domain.marketing.sending.wire import Address

GOODBYE = 5.0  # seconds


class Courier(Protocol):
    """Hands over batches of messages, one batch at a time."""

    def start(self, messages: Sequence[Message]) -> Future[None]:
        """Begin a batch; the future's exception, if it has one, says why not all of it was tried."""

    def results(self) -> list[Result]:
        """Return the results that came since the last call."""

    def stop(self) -> None:
        """Begin no further message of this batch; those are reported untouched."""

    def close(self) -> None:
        """Let go of all connections."""


class SmtpCourier:
    """A pool of SMTP connections behind an event loop's thread."""

    def __init__(self, address: Address, connections: int) -> None:
        """Start the thread; it ends with `close`. What goes wrong is told in the language of whoever starts it."""
        self._loop = asyncio.new_event_loop()
        self._pool = Pool(address, connections)
        self._found: deque[Result] = deque()
        self._stopped = threading.Event()
        self._language = get_language()
        self._thread = threading.Thread(target=self._loop.run_forever, name="essor-smtp", daemon=True)
        self._thread.start()

    def start(self, messages: Sequence[Message]) -> Future[None]:
        """Begin a batch."""
        self._stopped.clear()
        return self._run(self._pool.send(messages, self._found.append, self._stopped.is_set))

    def results(self) -> list[Result]:
        """Return what became of messages since the last call."""
        return [self._found.popleft() for _place in range(len(self._found))]

    def stop(self) -> None:
        """Begin no further message, and report at once who was not begun with."""
        self._stopped.set()
        self._loop.call_soon_threadsafe(self._pool.let_go)

    def close(self) -> None:
        """Say goodbye to the server and end the thread."""
        try:
            self._run(self._pool.close()).result(GOODBYE)
        except TimeoutError:
            pass
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(GOODBYE)
            if not self._thread.is_alive():
                self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        return asyncio.run_coroutine_threadsafe(self._speaking(work), self._loop)

    async def _speaking(self, work: Coroutine[Any, Any, None]) -> None:
        """Do work in our language: no thread inherits it from another."""
        with override(self._language):
            await work
