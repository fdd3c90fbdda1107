"""Live updates: every message once and in order, whatever breaks in between."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial

import orjson
import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from essor.jobs import live
from essor.jobs.live import Message, publish
from essor.jobs.models import LiveMessage
from essor.kernel import wake

pytestmark = pytest.mark.django_db(transaction=True)


def numbers(messages: Collection[Message]) -> list[int]:
    return [orjson.loads(message.payload)["n"] for message in messages]


async def listen(
    channels: Collection[str], last_id: int | None, *, count: int, seconds: float = 120
) -> list[Message]:
    """Take `count` messages from a new stream and leave it."""
    got: list[Message] = []
    stream = live.stream(channels, last_id)
    async with asyncio.timeout(seconds):
        async for message in stream:
            if message is not None:
                got.append(message)
            if len(got) == count:
                break
    await stream.aclose()
    return got


def in_thread(function: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            function()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


async def until(condition: Callable[[], object], *, seconds: float = 120) -> None:
    """Let others go on until something is true."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 -- what it looks at belongs to a thread
            await asyncio.sleep(0.01)


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Let nobody look by themselves, so that only what is said wakes them; grows each time the hub goes to rest."""
    monkeypatch.setattr("essor.kernel.wake.POLL", 3600.0)
    found: list[None] = []
    wait = wake.Bell.wait

    def noted(bell: wake.Bell, timeout: float) -> bool:
        found.append(None)
        return wait(bell, timeout)

    monkeypatch.setattr(wake.Bell, "wait", noted)
    return found


def settled(count: int) -> bool:
    """Tell whether so many streams are open and have all that was said before."""
    listeners = live._hub._listeners
    return len(listeners) == count and not any(listener.behind for listener in listeners)


def publish_numbers(channel: str, wanted: Collection[int]) -> None:
    for number in wanted:
        publish(channel, {"n": number})


def test_a_stream_gets_its_channels_and_no_others() -> None:
    start = live.position()
    publish_numbers("user:1", [1])
    publish_numbers("user:2", [2])
    publish_numbers("job:7", [3])
    got = asyncio.run(listen({"user:1", "job:7"}, start, count=2))
    assert numbers(got) == [1, 3]
    assert [message.channel for message in got] == ["user:1", "job:7"]


def test_a_new_message_arrives_at_once(rests: list[None]) -> None:
    async def scenario() -> list[Message]:
        reader = asyncio.create_task(listen({"user:1"}, start, count=2))
        for number in (1, 2):
            await until(lambda: settled(1) and rests)
            rests.clear()
            await asyncio.to_thread(say, number)
        return await reader

    def say(number: int) -> None:
        publish_numbers("user:1", [number])
        connections.close_all()

    start = live.position()
    assert numbers(asyncio.run(scenario())) == [1, 2]


def test_what_is_rolled_back_is_never_heard() -> None:
    start = live.position()
    with transaction.atomic():
        publish_numbers("user:1", [1])
        transaction.set_rollback(True)
    publish_numbers("user:1", [2])
    assert numbers(asyncio.run(listen({"user:1"}, start, count=1))) == [2]


def test_a_connection_that_breaks_all_the_time_misses_nothing_and_repeats_nothing() -> None:
    """Writers commit in another order than they insert; the reader is cut off after a few messages each time."""
    dice = random.Random(7)  # noqa: S311 -- no secret
    total, writers = 300, 4

    def write(first: int) -> None:
        own = random.Random(first)  # noqa: S311 -- no secret
        for number in range(first, total, writers):
            with transaction.atomic():
                publish("user:1", {"n": number})
                if connection.vendor == "postgresql":  # SQLite's writers are alone, so they commit in order
                    time.sleep(own.random() * 0.02)

    async def read() -> list[Message]:
        got: list[Message] = []
        last = start
        while len(got) < total:
            got += await listen({"user:1"}, last, count=min(dice.randint(1, 9), total - len(got)))
            last = got[-1].id
        return got

    start = live.position()
    threads = [in_thread(partial(write, n)) for n in range(writers)]
    got = asyncio.run(read())
    for thread in threads:
        thread.join()
    assert sorted(numbers(got)) == list(range(total))
    assert [message.id for message in got] == sorted({message.id for message in got})


def test_a_message_inserted_early_and_committed_late_is_not_missed() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    inserted, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            publish("user:1", {"n": 1})
            inserted.set()
            go_on.wait(120)

    async def scenario() -> list[Message]:
        first = await listen({"user:1"}, start, count=1)
        go_on.set()
        return first + await listen({"user:1"}, first[-1].id, count=1)

    start = live.position()
    thread = in_thread(slow)
    inserted.wait()
    publish("user:1", {"n": 2})
    got = asyncio.run(scenario())
    thread.join()
    assert numbers(got) == [2, 1]
    assert got[0].id < got[1].id


def test_a_slow_reader_gets_everything_and_holds_little() -> None:
    async def scenario() -> tuple[list[Message], int]:
        stream = live.stream({"user:1"}, start)
        got: list[Message] = []
        largest = 0
        async for message in stream:
            if message is not None:
                got.append(message)
                (listener,) = live._hub._listeners
                largest = max(largest, listener.queue.qsize())
            if len(got) == 1:
                await asyncio.to_thread(burst)
            if len(got) == 1 + burst_size:
                break
        await stream.aclose()
        return got, largest

    def burst() -> None:
        publish_in_one_go(range(1, 1 + burst_size))
        connections.close_all()

    burst_size = 3 * live.PAGE + 50
    start = live.position()
    publish_numbers("user:1", [0])
    got, largest = asyncio.run(scenario())
    assert numbers(got) == list(range(1 + burst_size))
    assert largest <= 2 * live.PAGE


def publish_in_one_go(wanted: Collection[int]) -> None:
    with transaction.atomic():
        publish_numbers("user:1", wanted)


def test_silence_shows_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async for message in live.stream({"user:1"}):
            assert message is None
            break

    monkeypatch.setattr(live, "PING", 0.05)
    asyncio.run(scenario())


def test_streams_end_when_the_server_stops_and_nothing_is_left_running() -> None:
    async def scenario() -> int:
        async def read() -> int:
            return len([message async for message in live.stream({"user:1"}, 0) if message])

        readers = [asyncio.create_task(read()) for _ in range(5)]
        await asyncio.sleep(0.2)
        await asyncio.to_thread(live.close)
        return sum(await asyncio.gather(*readers))

    assert asyncio.run(scenario()) == 0
    assert not [thread for thread in threading.enumerate() if thread.name == "essor-live"]


def test_the_purge_keeps_the_last_hour_and_one_mark() -> None:
    publish_numbers("user:1", range(5))
    live.position()
    LiveMessage.objects.update(created=timezone.now() - 2 * live.KEPT)
    publish_numbers("user:1", [5, 6])
    live.purge()
    left = [
        orjson.loads(payload)["n"]
        for payload in LiveMessage.objects.order_by("id").values_list("payload", flat=True)
    ]
    assert left == [4, 5, 6]


def test_a_page_that_was_away_too_long_is_told_to_load_itself_anew() -> None:
    publish_numbers("user:1", [1])
    (first,) = asyncio.run(listen({"user:1"}, 0, count=1))
    publish_numbers("user:1", [2, 3])
    asyncio.run(listen({"user:1"}, first.id, count=2))  # all have their place now
    LiveMessage.objects.update(created=timezone.now() - live.KEPT - timedelta(minutes=1))
    live.purge()
    live.close()  # what the process still had in memory
    publish_numbers("user:1", [4])
    got = asyncio.run(listen({"user:1"}, first.id, count=1))
    assert [message.channel for message in got] == [live.RESET]
    publish_numbers("user:1", [5])
    assert numbers(asyncio.run(listen({"user:1"}, got[0].id, count=1))) == [5]


def test_an_id_from_another_database_resets_the_page() -> None:
    publish_numbers("user:1", [1])
    got = asyncio.run(listen({"user:1"}, 10**9, count=1))
    assert [message.channel for message in got] == [live.RESET]
    assert got[0].id < 10**9


def test_a_page_whose_channels_are_quiet_is_not_reset() -> None:
    async def scenario() -> list[Message]:
        reader = asyncio.create_task(listen({"user:1"}, start, count=1))
        await until(lambda: settled(1))
        last = await asyncio.to_thread(publish_elsewhere)
        await until(lambda: live._hub._head == last)
        await asyncio.to_thread(clear_and_publish)
        return await reader

    def publish_elsewhere() -> int:
        publish_numbers("user:2", range(5))
        last = live.position()
        connections.close_all()
        return last

    def clear_and_publish() -> None:
        LiveMessage.objects.update(created=timezone.now() - live.KEPT - timedelta(minutes=1))
        live.purge()
        publish_in_one_go(range(2 * live.PAGE))
        connections.close_all()

    publish_numbers("user:1", [0])
    start = live.position()
    assert [message.channel for message in asyncio.run(scenario())] == ["user:1"]


def test_a_database_that_goes_away_for_a_moment_breaks_no_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_sometimes(*arguments: object, **named: object) -> list[Message]:
        if dice.random() < 0.5:
            raise OperationalError("gone")
        return read(*arguments, **named)  # type: ignore[arg-type]

    dice = random.Random(3)  # noqa: S311 -- no secret
    read = live._read
    monkeypatch.setattr(live, "_read", fail_sometimes)
    monkeypatch.setattr("essor.kernel.wake.POLL", 0.05)
    start = live.position()
    publish_numbers("user:1", range(20))
    assert numbers(asyncio.run(listen({"user:1"}, start, count=20))) == list(range(20))


def test_a_thousand_pages_hear_the_same_message_from_one_look(
    rests: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> list[list[Message]]:
        readers = [asyncio.create_task(listen({"all"}, start, count=1)) for _ in range(1000)]
        await until(lambda: settled(1000) and rests)
        looks.clear()
        await asyncio.to_thread(send)
        return await asyncio.gather(*readers)

    def counted(*arguments: object, **named: object) -> list[Message]:
        looks.append(None)
        return read(*arguments, **named)  # type: ignore[arg-type]

    def send() -> None:
        publish_numbers("all", [1])
        connections.close_all()

    looks: list[None] = []
    read = live._read
    monkeypatch.setattr(live, "_read", counted)
    start = live.position()
    heard = asyncio.run(scenario())
    assert [numbers(one) for one in heard] == [[1]] * 1000
    assert len(looks) < 5, "one look for all of them, or a few: the commit, and what PostgreSQL repeats of it"
