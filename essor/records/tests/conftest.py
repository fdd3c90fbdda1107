"""A small company with an administrator and a rep, for the tests of the writing road."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from essor.access.actor import Actor
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.catalog.testing import run_time_catalog  # noqa: F401
from essor.records.change import Change
from essor.records.save import save

New = Callable[..., int]
Lose = Callable[[int], None]


@pytest.fixture
def new(admin: Actor) -> New:  # noqa: F811
    """Return a maker of records: object name and values by outside name; gives the key."""

    def make(name: str, **values: Any) -> int:
        return save(admin, Change(name, values, accept_duplicates=True)).id

    return make


def somebody_waits() -> bool:
    """Tell whether a statement of this database, not of the whole server, waits for a lock of somebody else."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot()"
        )  # a transaction sees the same at each look otherwise
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database() AND backend_type = 'client backend'"
        )
        return bool(cursor.fetchone()[0])


@pytest.fixture
def lose() -> Iterator[Lose]:
    """Return what makes the database take back the next `times` transactions that change an account, as in a deadlock."""

    def begin(times: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SEQUENCE lost_turns")  # counts on though a transaction is taken back
            cursor.execute(f"""CREATE FUNCTION lose_turn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('lost_turns') <= {times} THEN
                    RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected';
                END IF;
                RETURN NEW;
            END $$""")
            cursor.execute(
                "CREATE TRIGGER lose_turn BEFORE UPDATE ON sales_account FOR EACH ROW EXECUTE FUNCTION lose_turn()"
            )

    yield begin
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS lose_turn ON sales_account")
        cursor.execute("DROP FUNCTION IF EXISTS lose_turn")
        cursor.execute("DROP SEQUENCE IF EXISTS lost_turns")
