"""Columns are added while people work: at once, undone with the transaction, and never at other people's cost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.db.utils import IntegrityError

from essor.kernel.db import ddl
from essor.kernel.db.indexes import Index, add_index, drop_index
from essor.kernel.db.tests.ground import TABLE, Ground, columns, indexes, run

postgresql_only = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="about PostgreSQL's locks")
ROWS = 2_000


def _add(ground: Ground, **wanted: models.Field) -> None:
    ddl.add_columns(ground.model, [ddl.bind(column, ground.model, name) for name, column in wanted.items()])


def _fill(ground: Ground) -> None:
    things = ground.model._default_manager
    things.bulk_create([ground.model(name=str(number)) for number in range(ROWS)])


def test_a_column_and_its_transaction_are_undone_together(ground: Ground) -> None:
    def change() -> None:
        with transaction.atomic():
            _add(ground, x_score=models.FloatField(null=True), x_parent=_reference(ground))
            add_index(Index(name="rt_thing_score", table=TABLE, columns=("x_score", "id")))
            raise LookupError

    with pytest.raises(LookupError):
        change()
    assert columns() == {"id", "name", "size", "is_deleted"}
    assert "rt_thing_score" not in indexes()


def test_changes_outside_of_a_transaction_are_refused(ground: Ground) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        _add(ground, x_score=models.FloatField(null=True))


def test_a_default_is_given_to_all_rows_at_once_and_no_row_is_lost(ground: Ground) -> None:
    _fill(ground)
    before = _storage()
    with transaction.atomic():
        _add(
            ground,
            x_seven=models.IntegerField(null=True, db_default=7),
            x_no=models.BooleanField(null=True, default=False, db_default=models.Value(value=False)),
            x_rule=models.CharField(max_length=9, null=True, default="a rule"),
        )
    assert _storage() == before, "no row was copied"
    assert run(f"SELECT count(*), min(x_seven), max(x_seven), count(x_rule) FROM {TABLE}") == [
        (ROWS, 7, 7, 0)
    ]
    assert run(f"SELECT DISTINCT x_no FROM {TABLE}")[0][0] in (0, False)


@pytest.mark.parametrize(
    "column",
    [
        models.FloatField(),
        models.FloatField(null=True, unique=True),
        models.DateTimeField(null=True, db_default=Now()),
        models.OneToOneField("self", models.DO_NOTHING, null=True),
    ],
    ids=["not null", "unique", "computed default", "one to one"],
)
def test_what_would_rebuild_the_table_is_refused(ground: Ground, column: models.Field) -> None:
    _fill(ground)
    if isinstance(column, models.OneToOneField):
        column.remote_field.model = ground.model
    with pytest.raises(ddl.WouldRebuild), transaction.atomic():
        _add(ground, x_bad=column)
    assert run(f"SELECT count(*) FROM {TABLE}") == [(ROWS,)]


def test_djangos_editor_would_have_emptied_the_table(ground: Ground) -> None:
    """The trap: on SQLite the editor rebuilds from the class it is given, here one with half of the columns."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL alters tables in place")
    _fill(ground)
    run(f"ALTER TABLE {TABLE} ADD COLUMN x_before real NULL")
    run(f"UPDATE {TABLE} SET x_before = 1")
    column = ddl.bind(models.IntegerField(null=True, default=7), ground.model, "x_seven")
    with transaction.atomic(), ddl._editor() as editor, pytest.raises(ddl.WouldRebuild):
        editor.add_field(ground.model, column)
    assert run(f"SELECT sum(x_before) FROM {TABLE}") == [(ROWS,)]


def test_a_reference_is_enforced_for_new_rows(ground: Ground) -> None:
    _fill(ground)
    with transaction.atomic():
        _add(ground, x_parent=_reference(ground))
    with pytest.raises(IntegrityError), transaction.atomic():
        run(f"UPDATE {TABLE} SET x_parent_id = 999999 WHERE name = '1'")
    run(f"UPDATE {TABLE} SET x_parent_id = (SELECT min(id) FROM {TABLE})")


def test_columns_are_emptied_widened_and_dropped(ground: Ground) -> None:
    _fill(ground)
    with transaction.atomic():
        _add(ground, x_text=models.CharField(max_length=3, null=True), x_parent=_reference(ground))
    run(f"UPDATE {TABLE} SET x_text = 'abc'")
    with transaction.atomic():
        ddl.widen(TABLE, "x_text", 20)
    run(f"UPDATE {TABLE} SET x_text = 'twenty letters, say'")
    with transaction.atomic():
        ddl.empty_columns(TABLE, ["x_text", "x_parent_id"])
        assert run(f"SELECT count(x_text) FROM {TABLE}") == [(0,)]
        ddl.drop_column(TABLE, "x_text")
        ddl.drop_column(TABLE, "x_parent_id")
    assert columns() == {"id", "name", "size", "is_deleted"}


def test_a_unique_index_counts_live_rows_only(ground: Ground) -> None:
    things = ground.model._default_manager
    things.create(name="twice", is_deleted=True)
    things.create(name="twice")
    index = Index(name="rt_thing_name", table=TABLE, columns=("name",), unique=True, filled=True)
    add_index(index)
    with pytest.raises(IntegrityError), transaction.atomic():
        things.create(name="twice")
    drop_index(index.name)
    things.create(name="twice")
    with pytest.raises(IntegrityError):
        add_index(index)
    assert index.name not in indexes()


@postgresql_only
def test_a_slow_reader_is_waited_for_and_nobody_waits_behind_us(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = _count_tries(monkeypatch)
    _fill(ground)

    def change() -> None:
        with transaction.atomic():
            _add(ground, x_score=models.FloatField(null=True))

    with ThreadPoolExecutor(1) as pool:
        with _elsewhere(f"SELECT count(*) FROM {TABLE}"):
            changed = pool.submit(_own_connection(change))
            while len(tries) < 3:  # it tries, gives way, and tries again
                with transaction.atomic():
                    run("SET LOCAL lock_timeout = '10s'")  # a lock queued for all the time would hold this up
                    run(f"SELECT max(size) FROM {TABLE}")
                assert not changed.done(), changed.exception()
        changed.result()
    assert "x_score" in columns()


@postgresql_only
def test_who_waited_in_vain_changed_nothing(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ddl, "PATIENCE", 0.3)
    with _elsewhere(f"SELECT count(*) FROM {TABLE}"), transaction.atomic():
        with pytest.raises(ddl.TableBusy):
            _add(ground, x_score=models.FloatField(null=True))
        assert run("SHOW lock_timeout") == [("0",)]
        ground.model._default_manager.create(name="the transaction goes on")
    assert "x_score" not in columns()


@postgresql_only
def test_an_index_is_built_beside_the_traffic(ground: Ground) -> None:
    _fill(ground)
    with _elsewhere(f"UPDATE {TABLE} SET size = 2 WHERE name = '1'") as over:
        threading.Timer(0.5, over.set).start()
        add_index(Index(name="rt_thing_size", table=TABLE, columns=("-size", "id")))
    assert "rt_thing_size" in indexes()


def _storage() -> list[tuple[Any, ...]]:
    """Return where the table's rows lie: a rebuild moves them."""
    if connection.vendor == "sqlite":
        return run("SELECT rootpage FROM sqlite_master WHERE name = %s", TABLE)
    return run("SELECT pg_relation_filenode(%s::regclass)", TABLE)


def _reference(ground: Ground) -> models.ForeignKey:
    return models.ForeignKey(ground.model, models.DO_NOTHING, null=True, related_name="+")


def _count_tries(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Return a list that grows by each time that a change of tables asks for its locks."""
    tries: list[None] = []
    timed = ddl._short_lock_timeout

    def counted() -> AbstractContextManager[None]:
        tries.append(None)
        return timed()

    monkeypatch.setattr(ddl, "_short_lock_timeout", counted)
    monkeypatch.setattr(ddl, "PATIENCE", 120.0)
    return tries


@contextmanager
def _elsewhere(sql: str) -> Iterator[threading.Event]:
    """Run a statement in another connection's transaction, open while the `with` lasts or until what it gives is set."""
    running, over = threading.Event(), threading.Event()

    def work() -> None:
        with transaction.atomic():
            run(sql)
            running.set()
            over.wait()

    thread = threading.Thread(target=_own_connection(work))
    thread.start()
    assert running.wait(60)
    try:
        yield over
    finally:
        over.set()
        thread.join()


def _own_connection(work: Callable[[], None]) -> Callable[[], None]:
    def closing() -> None:
        try:
            work()
        finally:
            connection.close()

    return closing
