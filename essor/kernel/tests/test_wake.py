"""Wake-ups: at the commit, in this process and, on PostgreSQL, from another one."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection

from essor.kernel import wake

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_ring_between_two_waits_is_not_lost() -> None:
    with wake.Bell("a", "b") as bell:
        bell.wait(1)
        wake.ring("a")
        assert bell.wait(0)
        assert not bell.wait(0)
        wake.ring("c")
        assert not bell.wait(0)


def test_a_notice_outside_of_a_transaction_rings_at_once() -> None:
    with wake.Bell("a") as bell:
        bell.wait(1)
        wake.notify("a")
        assert bell.wait(1)


def test_nothing_listens_once_the_last_bell_is_down() -> None:
    with wake.Bell("a"):
        pass
    assert not [thread for thread in threading.enumerate() if thread.name == "essor-ear"]


def _only_on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no NOTIFY: other processes look every second")


def _notify_as_another_process() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('essor_wake', 'a')")


def test_another_process_wakes_us() -> None:
    _only_on_postgresql()
    with wake.Bell("a") as bell:
        assert bell.wait(5)
        started = time.monotonic()
        _notify_as_another_process()
        assert bell.wait(5)
        assert time.monotonic() - started < 0.5


def test_listening_survives_the_loss_of_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    _only_on_postgresql()
    monkeypatch.setattr(wake, "_RECONNECT", 0.1)
    with wake.Bell("a") as bell:
        assert bell.wait(5)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            )
        assert bell.wait(5)  # it listens again
        _notify_as_another_process()
        assert bell.wait(5)
