"""Wake-ups: at the commit, in this process and, on PostgreSQL, from another one."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from essor.kernel import wake

pytestmark = pytest.mark.django_db(transaction=True)


PATIENCE = 60.0  # seconds until a ring counts as lost, however slow the machine


def _settled(bell: wake.Bell) -> None:
    """Wait for the one ring that nobody asked for: of the thread that hears the other processes, once it does."""
    if connection.vendor == "postgresql":
        assert bell.wait(PATIENCE)


def test_a_ring_between_two_waits_is_not_lost() -> None:
    with wake.Bell("a", "b") as bell:
        _settled(bell)
        wake.ring("a")
        assert bell.wait(0)
        assert not bell.wait(0)
        wake.ring("c")
        assert not bell.wait(0)


def test_a_notice_outside_of_a_transaction_rings_at_once() -> None:
    with wake.Bell("a") as bell:
        _settled(bell)
        wake.notify("a")
        assert bell.wait(PATIENCE)


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
        _settled(bell)
        _notify_as_another_process()
        assert bell.wait(PATIENCE)


def test_listening_survives_the_loss_of_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    _only_on_postgresql()
    monkeypatch.setattr(wake, "_RECONNECT", 0.1)
    with wake.Bell("a") as bell:
        _settled(bell)
        with connection.cursor() as cursor:  # other tests listen on this server, in databases of their own
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        assert bell.wait(PATIENCE)  # it listens again
        _notify_as_another_process()
        assert bell.wait(PATIENCE)
