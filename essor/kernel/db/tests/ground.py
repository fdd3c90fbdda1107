"""A table of its own for tests that change tables: made by a migration's operations, so it has a history."""

from __future__ import annotations

from typing import Any

from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

TABLE = "ground_thing"


class Ground:
    """A model that exists in migrations only, and the operations that change it."""

    def __init__(self) -> None:
        self.state = ProjectState()

    def migrate(self, *operations: migrations.operations.base.Operation) -> None:
        """Run the operations as `migrate` does."""
        for operation in operations:
            after = self.state.clone()
            operation.state_forwards("ground", after)
            with connection.schema_editor() as editor:
                operation.database_forwards("ground", editor, self.state, after)
            self.state = after

    @property
    def model(self) -> type[models.Model]:
        return self.state.apps.get_model("ground", "Thing")


def run(sql: str, *values: str | float | None) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows, if it gives any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []


def columns() -> set[str]:
    """Return the columns that the table really has."""
    with connection.cursor() as cursor:
        return {one.name for one in connection.introspection.get_table_description(cursor, TABLE)}


def indexes() -> set[str]:
    """Return the names of the table's indexes."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, TABLE)
    return {name for name, facts in found.items() if facts["index"]}
