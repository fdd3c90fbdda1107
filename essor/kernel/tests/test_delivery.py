"""Delivery: in order, exactly once in effect, and a bad event stands aside for the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from essor.kernel import delivery, events
from essor.kernel.delivery import Dispatcher
from essor.kernel.events import Event, emit
from essor.kernel.models import Delivery, OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_other_consumers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "CONSUMERS", {})
    monkeypatch.setattr(delivery, "CONSUMERS", events.CONSUMERS)


class Listener:
    """A consumer that notes what it hears and fails where it is told to."""

    def __init__(
        self, name: str, *, batch: int = 500, fails_on: Callable[[Event], bool] = lambda _: False
    ) -> None:
        self.heard: list[int] = []
        self.batches: list[int] = []
        self.fails_on = fails_on
        events.consumer(name, topics=["t"], batch=batch)(self._hear)

    def _hear(self, batch: Sequence[Event]) -> None:
        for event in batch:
            if self.fails_on(event):
                message = f"cannot do {event.payload['n']}"
                raise ArithmeticError(message)
        self.heard += [event.payload["n"] for event in batch]
        self.batches.append(len(batch))


def emit_numbers(numbers: range | Sequence[int]) -> None:
    with transaction.atomic():
        for number in numbers:
            emit("t", "Contact", [number], {"n": number})


def dispatch_all(dispatcher: Dispatcher | None = None) -> None:
    dispatcher = dispatcher or Dispatcher(scope=nullcontext)
    while dispatcher.run_once():
        pass


def make_all_due() -> None:
    Delivery.objects.update(due=timezone.now())


def test_each_consumer_hears_everything_once_and_in_order() -> None:
    first, second = Listener("first"), Listener("second", batch=7)
    emit_numbers(range(100))
    dispatch_all()
    dispatch_all()
    assert first.heard == second.heard == list(range(100))
    assert max(second.batches) <= 7
    assert not Delivery.objects.exists()
    assert delivery.backlog() == []


def test_a_look_is_one_question_and_only_those_who_have_something_to_hear_are_asked_more() -> None:
    waiting, *_idle = Listener("waiting"), *(Listener(f"idle {n}") for n in range(5))
    dispatcher = Dispatcher(scope=nullcontext)
    with CaptureQueriesContext(connection) as asked:
        assert dispatcher.run_once() == 0
    assert len(asked) == 1
    emit_numbers([1])
    Delivery.objects.filter(consumer="idle 0").update(parked=True)
    Delivery.objects.filter(consumer="idle 1").update(due=timezone.now() + timedelta(hours=1))
    Delivery.objects.filter(consumer__gt="idle 1", consumer__startswith="idle").delete()
    assert delivery._awaited() == ["waiting"]
    assert waiting.heard == []


def test_an_event_says_what_when_and_to_which_records() -> None:
    heard: list[Event] = []
    beside: list[Event] = []
    events.consumer("feed", topics=["t"])(heard.extend)
    events.consumer("search", topics=["t"])(beside.extend)
    with transaction.atomic():
        emit("t", "Contact", [3, 5], {"a": [1, {"b": None}]})
    dispatch_all()
    assert beside[0] is heard[0], "it is read once for all who hear of it"
    row = OutboxEvent.objects.get()
    assert heard == [
        Event(
            id=row.pk,
            uuid=row.uuid,
            topic="t",
            object_name="Contact",
            record_ids=(3, 5),
            payload={"a": [1, {"b": None}]},
            created=row.created,
        )
    ]


def test_batches_grow_while_the_handler_is_quick_and_shrink_when_it_is_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listener = Listener("feed", batch=64)
    dispatcher = Dispatcher(scope=nullcontext)
    emit_numbers(range(150))
    monkeypatch.setattr(delivery, "TARGET", 3600.0)
    dispatch_all(dispatcher)
    assert listener.batches[0] == delivery.FIRST_BATCH
    assert max(listener.batches) == 64
    monkeypatch.setattr(delivery, "TARGET", -1)
    listener.batches.clear()
    emit_numbers(range(100))
    dispatch_all(dispatcher)
    assert listener.batches[:3] == [64, 32, 4]


def test_one_poison_event_does_not_hold_up_the_others() -> None:
    listener = Listener("feed", fails_on=lambda event: event.payload["n"] == 37)
    healthy = Listener("healthy")
    emit_numbers(range(100))
    dispatch_all()
    assert listener.heard == [n for n in range(100) if n != 37]
    assert healthy.heard == list(range(100))
    left = Delivery.objects.get()
    assert (left.consumer, left.attempts, left.parked) == ("feed", 1, False)
    assert left.error == "ArithmeticError: cannot do 37"
    assert left.due > timezone.now()


def test_what_a_failed_handler_wrote_is_rolled_back() -> None:
    def half_way(batch: Sequence[Event]) -> None:
        for event in batch:
            OutboxEvent.objects.create(
                topic="effect", object_name="", record_ids="[]", payload=str(event.payload["n"])
            )
            if event.payload["n"] == 3:
                raise ArithmeticError

    events.consumer("feed", topics=["t"])(half_way)
    emit_numbers(range(6))
    dispatch_all()
    effects = OutboxEvent.objects.filter(topic="effect").values_list("payload", flat=True)
    assert sorted(effects) == ["0", "1", "2", "4", "5"]


def test_a_failing_event_is_tried_again_later_and_later_then_parked(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = Listener("feed", fails_on=lambda _: True)
    emit_numbers([1])
    waits = []
    for _ in range(delivery.MAX_ATTEMPTS):
        make_all_due()
        before = timezone.now()
        Dispatcher(scope=nullcontext).run_once()
        waits.append((Delivery.objects.get().due - before).total_seconds())
    assert waits[0] < 2
    assert 500 < waits[10] <= 1025
    row = delivery.parked("feed").get()
    assert row.attempts == delivery.MAX_ATTEMPTS
    make_all_due()
    dispatch_all()
    assert delivery.backlog() == [
        delivery.Backlog(consumer="feed", waiting=0, parked=1, oldest=row.event.created)
    ]

    listener.fails_on = lambda _: False
    assert delivery.restart("feed", event_ids=[row.event_id]) == 1
    dispatch_all()
    assert listener.heard == [1]
    assert delivery.backlog() == []


def test_a_consumer_that_fails_on_everything_rests_instead_of_burning_all_events() -> None:
    calls: list[int] = []

    def always(event: Event) -> bool:
        calls.append(event.id)
        return True

    Listener("ill", fails_on=always)
    healthy = Listener("healthy")
    emit_numbers(range(200))
    dispatch_all()
    assert Delivery.objects.filter(consumer="ill", attempts__gt=0).count() == delivery.HELPLESS
    assert len(calls) < 50
    assert healthy.heard == list(range(200))


def test_events_that_all_failed_first_do_not_keep_back_the_rest() -> None:
    listener = Listener("feed", fails_on=lambda event: event.payload["n"] < 10)
    emit_numbers(range(30))
    for _ in range(10):  # each time a new process, which knows nothing of the rest that the last one took
        dispatch_all()
    assert listener.heard == list(range(10, 30))


def test_a_database_that_goes_away_is_nobodys_fault() -> None:
    def away(_batch: Sequence[Event]) -> None:
        message = "database is locked"
        raise OperationalError(message)

    events.consumer("feed", topics=["t"])(away)
    emit_numbers([1, 2])
    with pytest.raises(OperationalError):
        Dispatcher(scope=nullcontext).run_once()
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}


def test_a_handlers_own_database_error_counts_against_the_event() -> None:
    def broken(batch: Sequence[Event]) -> None:
        if any(event.payload["n"] == 1 for event in batch):
            OutboxEvent.objects.extra(where=["no_such_column = 1"]).first()

    events.consumer("feed", topics=["t"])(broken)
    emit_numbers([0, 1, 2])
    dispatch_all()
    assert Delivery.objects.get().event.payload == '{"n":1}'


def test_a_consumer_may_emit_events_itself() -> None:
    second = Listener("second")

    def passing_on(batch: Sequence[Event]) -> None:
        for event in batch:
            emit("t", "Contact", [], {"n": event.payload["n"] + 1})

    events.consumer("first", topics=["start"])(passing_on)
    with transaction.atomic():
        emit("start", "Contact", [], {"n": 1})
    dispatch_all()
    assert second.heard == [2]


def test_old_delivered_events_are_purged_and_no_others() -> None:
    listener = Listener("feed", fails_on=lambda event: event.payload["n"] == 1)
    emit_numbers([1, 2])
    dispatch_all()
    OutboxEvent.objects.update(created=timezone.now() - timedelta(days=30))
    emit_numbers([3])
    dispatch_all()
    assert listener.heard == [2, 3]
    assert delivery.purge(timedelta(days=7)) == 1
    assert list(OutboxEvent.objects.order_by("id").values_list("payload", flat=True)) == [
        '{"n":1}',
        '{"n":3}',
    ]


def test_deliveries_to_a_consumer_that_is_gone_are_purged_with_their_events() -> None:
    Listener("gone")
    emit_numbers([1])
    del events.CONSUMERS["gone"]
    assert delivery.purge(timedelta(days=7)) == 0
    OutboxEvent.objects.update(created=timezone.now() - timedelta(days=30))
    assert delivery.purge(timedelta(days=7)) == 1
