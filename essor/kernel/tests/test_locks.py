"""Whoever changes the tables is alone, in this process and among others."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from essor.kernel import locks

pytestmark = pytest.mark.django_db


def test_the_second_who_changes_tables_waits_for_the_first() -> None:
    told: list[str] = []
    waits = threading.Event()

    def second() -> None:
        with locks.alone_with_tables(waits.set):
            told.append("second")
        connection.close()

    other = threading.Thread(target=second)
    with locks.alone_with_tables(lambda: told.append("the first waits")):
        other.start()
        assert waits.wait(60)
        told.append("first")
    other.join(60)
    assert told == ["first", "second"]
