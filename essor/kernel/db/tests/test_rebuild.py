"""A migration that rebuilds a table on SQLite keeps everything that was added at run time."""

from __future__ import annotations

import pytest
from django.db import NotSupportedError, connection, connections, migrations, models
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor as DjangosOwn

from essor.kernel.db.sqlite3.belongings import column_definitions
from essor.kernel.db.tests.ground import TABLE, Ground, columns, indexes, run

ALTER = migrations.AlterField("Thing", "name", models.CharField(max_length=80, null=True))
sqlite_only = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL alters columns in place")


def _grow() -> None:
    """Add, as run-time fields do, columns with data, an index on them, and one on a standard column."""
    run(f'ALTER TABLE {TABLE} ADD COLUMN "x_score" double precision NULL')
    run(
        f'ALTER TABLE {TABLE} ADD COLUMN "x_vip" bool NULL DEFAULT {"0" if connection.vendor == "sqlite" else "false"}'
    )
    run(f'ALTER TABLE {TABLE} ADD COLUMN "x_other_id" bigint NULL REFERENCES "{TABLE}" ("id")')
    run(
        f"INSERT INTO {TABLE} (name, size, is_deleted, x_score) VALUES ('a', 1, {_no()}, 1.5), ('b', 2, {_no()}, 2.5)"
    )
    run(f"CREATE INDEX rt_score ON {TABLE} (x_score, id) WHERE NOT is_deleted")
    run(f"CREATE INDEX rt_size ON {TABLE} (size, name)")


def _no() -> str:
    return "0" if connection.vendor == "sqlite" else "false"


def test_altering_a_field_keeps_run_time_columns_data_and_indexes(ground: Ground) -> None:
    _grow()
    ground.migrate(ALTER)
    assert run(f"SELECT name, x_score FROM {TABLE} ORDER BY id") == [("a", 1.5), ("b", 2.5)]
    assert {"x_score", "x_vip", "x_other_id"} <= columns()
    assert {"rt_score", "rt_size", "ground_name"} <= indexes()


def test_adding_and_removing_standard_fields_keeps_run_time_columns(ground: Ground) -> None:
    _grow()
    ground.migrate(migrations.AddField("Thing", "rank", models.IntegerField(default=7)))
    run(f"DROP INDEX rt_size{'' if connection.vendor == 'sqlite' else ' CASCADE'}")
    ground.migrate(migrations.RemoveField("Thing", "size"))
    assert run(f"SELECT name, rank, x_score FROM {TABLE} ORDER BY id") == [("a", 7, 1.5), ("b", 7, 2.5)]
    assert "size" not in columns()


@sqlite_only
def test_djangos_own_editor_would_have_lost_them(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    _grow()
    monkeypatch.setattr(connections["default"], "SchemaEditorClass", DjangosOwn)
    ground.migrate(ALTER)
    assert "x_score" not in columns()


@sqlite_only
def test_definitions_are_carried_word_for_word(ground: Ground) -> None:
    _grow()
    before = _written()
    ground.migrate(ALTER)
    ground.migrate(migrations.AlterField("Thing", "name", models.TextField(null=True)))
    after = _written()
    assert {name: after[name] for name in before if name.startswith("x_")} == {
        name: definition for name, definition in before.items() if name.startswith("x_")
    }


@sqlite_only
def test_triggers_views_and_the_last_key_survive(ground: Ground) -> None:
    _grow()
    run(f"CREATE TABLE {TABLE}_log (name text)")
    run(
        f"CREATE TRIGGER {TABLE}_logged AFTER INSERT ON {TABLE}"
        f" BEGIN INSERT INTO {TABLE}_log VALUES (new.name || new.x_score); END"
    )
    run(f"CREATE VIEW {TABLE}_view AS SELECT x_score FROM {TABLE}")
    run(f"DELETE FROM {TABLE} WHERE id = 2")
    ground.migrate(ALTER)
    run(f"INSERT INTO {TABLE} (name, size, is_deleted, x_score) VALUES ('c', 3, 0, 9)")
    assert run(f"SELECT max(id) FROM {TABLE}") == [(3,)]
    assert run(f"SELECT name FROM {TABLE}_log") == [("c9.0",)]
    assert run(f"SELECT count(*) FROM {TABLE}_view") == [(2,)]
    run(f"DROP VIEW {TABLE}_view")
    run(f"DROP TABLE {TABLE}_log")


@sqlite_only
def test_what_cannot_be_carried_stops_the_migration(ground: Ground) -> None:
    _grow()
    run(f"ALTER TABLE {TABLE} ADD COLUMN x_twice GENERATED ALWAYS AS (x_score * 2)")
    with pytest.raises(NotSupportedError, match="x_twice"):
        ground.migrate(ALTER)
    assert run(f"SELECT x_twice FROM {TABLE} ORDER BY id") == [(3.0,), (5.0,)]


@sqlite_only
def test_an_index_that_no_longer_fits_stops_the_migration(ground: Ground) -> None:
    _grow()
    renamed = migrations.RenameField("Thing", "size", "extent")
    removed = migrations.RemoveField("Thing", "extent")
    ground.migrate(renamed)
    assert "rt_size" in indexes()
    with pytest.raises(NotSupportedError, match="rt_size"):
        ground.migrate(removed)
    assert {"extent", "x_score"} <= columns()


def test_column_definitions_are_read_as_they_were_written() -> None:
    found = column_definitions(
        """CREATE TABLE "t" ("id" integer NOT NULL PRIMARY KEY, -- a comment, with a comma
        "a ""b"" c" text DEFAULT 'a, (b' CHECK (length("a ""b"" c") < 3), [odd one] numeric(3, 1),
        CONSTRAINT "c" CHECK (id > 0), FOREIGN KEY (id) REFERENCES u (id))"""
    )
    assert found == {
        "id": "integer NOT NULL PRIMARY KEY",
        'a "b" c': """text DEFAULT 'a, (b' CHECK (length("a ""b"" c") < 3)""",
        "odd one": "numeric(3, 1)",
    }


def _written() -> dict[str, str]:
    return column_definitions(str(run("SELECT sql FROM sqlite_master WHERE name = %s", TABLE)[0][0]))
