"""Clicks on the links of a mailing: how many a second the real server leads on, beside the barest redirect under the same server.

One client drives both in turns: kept-alive connections, one thread, as little work a request as Python allows. While one
server is clicked the other stands still, so that verdicts, which come half a minute later, are paid for in our turns. While
it clicks, the client looks at the database over a connection of its own: a click that is not there a second after its answer
is late. There are so many people that nobody clicks twice within twenty seconds, as machines would.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from typing import Self

from django.conf import settings
from django.db.models import Count, Max
from django.utils import timezone

from bench.clock import median
from bench.figure import Figure, per_second, times
from bench.mailing import LINKS, mailing_to
from bench.server import HOST, Server, bare, serving
from bench.stores import Store
from essor.domain.marketing.consent.models import Policy
from essor.domain.marketing.sending import addresses
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import State
from essor.domain.marketing.tracking.models import Hit

MAILINGS, PEOPLE, CONNECTIONS, TURNS, SECONDS, WARM = 10, 20_000, 32, 9, 4.0, 1.0
LOOK_EVERY, LATEST = 0.1, 1.0  # seconds
PROGRAMS = 100  # versions of browsers among those who click
BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: fr,fr-FR;q=0.8,en;q=0.3\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
)


@dataclass(frozen=True, slots=True)
class Rate:
    """Answers a second, and the seconds of CPU that the server needed for one."""

    second: float
    cpu: float


@dataclass(slots=True)
class Ledger:
    """How many clicks were answered when, and how long the database took to have them."""

    have: Callable[[], int]
    answered: int = 0
    waiting: deque[tuple[float, int]] = field(default_factory=deque)
    longest: float = 0.0

    def look(self) -> None:
        """Note where we stand, and how long those were under way that the database has by now."""
        now = time.perf_counter()
        self.waiting.append((now, self.answered))
        have = self.have()
        while self.waiting and self.waiting[0][1] <= have:
            at, _answered = self.waiting.popleft()
            self.longest = max(self.longest, time.perf_counter() - at)

    def settle(self) -> None:
        """Wait until all are there; give up, and say so, after a minute."""
        end = time.perf_counter() + 60
        self.look()
        while self.waiting and time.perf_counter() < end:
            time.sleep(LOOK_EVERY / 4)
            self.look()
        if self.waiting:
            self.longest = float("inf")


def measure(store: Store) -> Iterator[Figure]:
    """Yield the rate of clicks, and how long each took to be counted."""
    Policy.objects.update_or_create(
        pk=1, defaults={"clicks_need_consent": False, "opens_need_consent": False}
    )
    mailings = [mailing_to(PEOPLE) for _number in range(MAILINGS)]
    sent = timezone.now() - timedelta(hours=1)
    Recipient.objects.filter(list_email__in=mailings).update(state=State.SENT, sent_at=sent)
    requests = [one for mailing in mailings for one in _requests(mailing)]
    people, visitors = cycle(requests), cycle(requests)
    before = _newest()
    ledger = Ledger(lambda: _newest() - before)
    ours: list[Rate] = []
    raw: list[Rate] = []
    with serving(store) as essor, bare(store) as other:
        for turn in range(TURNS + 1):
            with essor.awake():
                rates = [clicked(essor, people, ledger)]
            with other.awake():
                rates.append(clicked(other, visitors))
            if turn:  # the first one warms both
                ours.append(rates[0])
                raw.append(rates[1])
        hits = Hit.objects.filter(list_email_id__in=[one.pk for one in mailings])
        counted = hits.aggregate(all=Count("pk"), people=Count("recipient_id", distinct=True))
        assert counted == {"all": ledger.answered, "people": min(len(requests), ledger.answered)}, counted
    fast, bare_fast = median([one.second for one in ours]), median([one.second for one in raw])
    yield Figure(
        f"clicks led on, {CONNECTIONS} connections",
        per_second(fast),
        per_second(bare_fast),
        f"{fast / bare_fast:.0%}",
        ">= 50% of a bare ASGI redirect",
        fast / bare_fast >= 0.5,
    )
    cost, bare_cost = median([one.cpu for one in ours]), median([one.cpu for one in raw])
    yield Figure(
        "the server's CPU for a click, writing and verdicts of earlier ones in it",
        f"{cost * 1e6:.0f} µs",
        f"{bare_cost * 1e6:.0f} µs",
        times(cost / bare_cost),
    )
    yield Figure(
        f"{ledger.answered:,} clicks counted and committed: the latest after its answer",
        f"{ledger.longest:.2f} s",
        target="<= 1 s",
        reached=ledger.longest <= LATEST,
    )


def _newest() -> int:
    """Return the key of the newest hit that is committed; keys have no gaps, as one process writes them."""
    return Hit.objects.aggregate(newest=Max("pk"))["newest"] or 0


def _requests(mailing: ListEmail) -> Iterator[bytes]:
    for place, key in enumerate(mailing.recipients.order_by("pk").values_list("pk", flat=True)):
        path = addresses.click(key, mailing.pk, place % LINKS).removeprefix(settings.SITE_URL)
        yield f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{BROWSER.format(40 + place % PROGRAMS)}\r\n".encode()


def clicked(server: Server, requests: Iterator[bytes], ledger: Ledger | None = None) -> Rate:
    """Follow links for some seconds.

    The answers a second are those under way: what was clicked before is written at its beginning, as much as is left to
    write at its end. CPU is counted until all are written.
    """
    with _Clients(server.port, requests) as clients:
        spent = server.cpu()
        before = clients.run(WARM, ledger)
        begin = time.perf_counter()
        number = clients.run(SECONDS, ledger)
        lasted = time.perf_counter() - begin
        clients.finish(ledger)
    return Rate(number / lasted, (server.cpu() - spent) / (before + number))


class _Clients:
    """Kept-alive connections in one thread, one request at a time on each."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self._port, self._requests = port, requests
        self._selector = selectors.DefaultSelector()
        self._under_way = 0

    def __enter__(self) -> Self:
        for _place in range(CONNECTIONS):
            line = socket.create_connection((HOST, self._port), 30)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(line, selectors.EVENT_READ)
            self._ask(line)
        return self

    def __exit__(self, *_error: object) -> None:
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()

    def run(self, seconds: float, ledger: Ledger | None) -> int:
        """Ask again whenever an answer has come; return how many came."""
        end, look, number = time.perf_counter() + seconds, 0.0, 0
        while (now := time.perf_counter()) < end:
            for line in self._answered():
                number += 1
                self._ask(line)
                if ledger is not None:
                    ledger.answered += 1
            if ledger is not None and now >= look:
                look = now + LOOK_EVERY
                ledger.look()
        return number

    def finish(self, ledger: Ledger | None) -> None:
        """Take the last answers."""
        while self._under_way:
            for _line in self._answered():
                if ledger is not None:
                    ledger.answered += 1
        if ledger is not None:
            ledger.settle()

    def _ask(self, line: socket.socket) -> None:
        line.sendall(next(self._requests))
        self._under_way += 1

    def _answered(self) -> Iterator[socket.socket]:
        for key, _events in self._selector.select(1.0):
            line = key.fileobj
            assert isinstance(line, socket.socket)
            answer = line.recv(4096)
            assert answer.startswith(b"HTTP/1.1 302"), answer
            assert answer.endswith(b"\r\n\r\n"), answer
            self._under_way -= 1
            yield line
