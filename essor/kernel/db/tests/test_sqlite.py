"""The SQLite connection is set for many people: log ahead, patience, foreign keys, big statements."""

from __future__ import annotations

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import connection, transaction

from essor.kernel.db import functions
from essor.kernel.db.sqlite3.features import variable_limit
from essor.kernel.db.tests.ground import Ground, run

pytestmark = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="about SQLite")


@pytest.mark.usefixtures("transactional_db")
def test_readers_do_not_wait_for_the_writer_and_writers_wait_their_turn() -> None:
    assert run("PRAGMA journal_mode") == [("wal",)]
    assert connection.settings_dict["OPTIONS"]["timeout"] >= 5
    assert run("PRAGMA foreign_keys") == [(1,)]


@pytest.mark.usefixtures("transactional_db")
def test_a_writer_that_clears_away_what_a_waiting_one_left_is_not_held_up(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience = 30.0  # seconds after which the other thread, held up, gives up
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", patience)
    left: list[object] = []
    begun = threading.Event()

    def write() -> None:
        with closing(connection):
            left.append(connection.cursor().cursor.execute("SELECT 1 UNION SELECT 2"))
            begun.set()
            ground.model._default_manager.create(name="late")

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            late = pool.submit(write)
            begun.wait()
            time.sleep(0.2)  # by now it waits for the lock
            left.clear()
        late.result()
    assert ground.model._default_manager.count() == 1


def test_statements_take_as_many_parameters_as_the_linked_library_allows(ground: Ground) -> None:
    assert connection.features.max_query_params == variable_limit() > 999
    rows = min(variable_limit() // 2, 20_000)
    things = [ground.model(name=str(number)) for number in range(rows)]
    ground.model._default_manager.bulk_create(things, batch_size=5000)
    assert ground.model._default_manager.filter(pk__in=range(1, rows + 1)).count() == rows


def test_formula_functions_are_there_on_every_connection(transactional_db: None) -> None:
    connection.close()
    assert run("SELECT 1") == [(1,)]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA function_list")
        known = {name for name, *_rest in cursor.fetchall()}
    assert known >= {name.lower() for name in functions.FUNCTIONS}


def test_one_column_is_inserted_in_one_statement(ground: Ground) -> None:
    fields = [ground.model._meta.get_field("name")]
    assert connection.ops.bulk_batch_size(fields, range(10_000)) == variable_limit()


def test_limit_follows_the_library() -> None:
    with sqlite3.connect(":memory:") as plain:
        assert variable_limit() <= plain.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)


def test_a_number_beyond_64_bits_is_equal_to_nothing(ground: Ground) -> None:
    ground.model._default_manager.create(name="one")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {ground.model._meta.db_table} WHERE id = %s OR id = %s", [10**20, 1]
        )
        assert cursor.fetchone() == (1,)
    with pytest.raises(OverflowError), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {ground.model._meta.db_table} SET name = %s", [10**20])
