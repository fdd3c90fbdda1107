"""The outbox: an event is written with its deed, and told to whoever asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from essor.kernel import events, wake
from essor.kernel.events import Event, emit
from essor.kernel.models import Delivery, OutboxEvent


@pytest.fixture(autouse=True)
def _no_other_consumers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "CONSUMERS", {})


def _nothing(_events: Sequence[Event]) -> None:
    pass


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_a_transaction() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        emit("record.created", "Contact", [1], {})


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_deed_leaves_no_event() -> None:
    events.consumer("feed")(_nothing)
    with transaction.atomic():
        emit("record.created", "Contact", [1], {})
        transaction.set_rollback(True)
    assert not OutboxEvent.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_only_those_who_asked_get_a_delivery() -> None:
    events.consumer("feed", topics=["record.created"])(_nothing)
    events.consumer("flows")(_nothing)
    events.consumer("mail", topics=["mail.received"])(_nothing)
    emit("record.created", "Contact", [1], {})
    emit("record.updated", "Contact", [1], {})
    asked = Delivery.objects.order_by("event_id", "consumer").values_list("event__topic", "consumer")
    assert list(asked) == [
        ("record.created", "feed"),
        ("record.created", "flows"),
        ("record.updated", "flows"),
    ]


@pytest.mark.django_db
def test_an_event_costs_two_inserts_however_many_listen(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for name in ("feed", "flows", "segments", "webhooks"):
        events.consumer(name)(_nothing)
    emit("record.created", "Contact", [1], {})  # the NOTIFY is once a transaction
    with django_assert_num_queries(2):
        emit("record.created", "Contact", [2], {})


@pytest.mark.django_db
def test_the_payload_keeps_what_json_can_say(monkeypatch: pytest.MonkeyPatch) -> None:
    payload = {
        "name": "Éloïse “Zoé” 😀",
        "amount": Decimal("10.50"),
        "at": datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=UTC),
        "id": UUID(int=7),
        "changes": [{"field": "StageName", "old": None, "new": "Won"}],
    }
    emit("record.updated", "Opportunity", [2**40, 7], payload)
    row = OutboxEvent.objects.get()
    assert row.record_ids == f"[{2**40},7]"
    assert "Éloïse “Zoé” 😀" in row.payload
    assert '"10.50"' in row.payload
    assert "2026-03-01T12:30:00.123456+00:00" in row.payload
    assert isinstance(row.uuid, UUID)
    assert abs((datetime.now(UTC) - row.created).total_seconds()) < 60


def test_two_consumers_cannot_share_a_name() -> None:
    events.consumer("feed")(_nothing)
    with pytest.raises(ValueError, match="feed"):
        events.consumer("feed")(_nothing)


@pytest.mark.django_db(transaction=True)
def test_the_worker_wakes_at_the_commit_and_not_before() -> None:
    events.consumer("feed")(_nothing)
    with wake.Bell(events.WAKE) as bell:
        bell.wait(1)  # the first ring says that listening began
        with transaction.atomic():
            emit("record.created", "Contact", [1], {})
            assert not bell.wait(0.1)
        assert bell.wait(5)


@pytest.mark.django_db(transaction=True)
def test_many_events_of_one_transaction_wake_once() -> None:
    events.consumer("feed")(_nothing)
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        for number in range(10):
            with transaction.atomic():
                emit("record.created", "Contact", [number], {})
        assert len(connection.run_on_commit) == 1
    notices = [query for query in queries if "pg_notify" in query["sql"]]
    assert len(notices) == (1 if connection.vendor == "postgresql" else 0)


@pytest.mark.django_db(transaction=True)
def test_an_event_after_a_rolled_back_one_still_wakes() -> None:
    events.consumer("feed")(_nothing)
    with wake.Bell(events.WAKE) as bell:
        bell.wait(1)
        with transaction.atomic():
            with transaction.atomic():
                emit("record.created", "Contact", [1], {})
                transaction.set_rollback(True)
            emit("record.created", "Contact", [2], {})
        assert bell.wait(5)
    assert OutboxEvent.objects.count() == 1
