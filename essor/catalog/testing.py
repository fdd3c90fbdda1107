"""For tests that define objects and fields: `run_time_catalog` gives back a catalog as the code defines it.

Run-time columns are attached when their transaction commits, so these tests commit; afterwards the fixture drops
what they made and, alone in the house, detaches it from the classes. A room's conftest imports the fixture:

    from essor.catalog.testing import run_time_catalog  # noqa: F401
"""
# ruff: noqa: SLF001 -- takes apart what only a test takes apart

from __future__ import annotations

from collections.abc import Iterator

import pytest

COLUMNS = {
    "sqlite": (
        "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c"
        " WHERE m.type = 'table' AND (substr(m.name, 1, 2) = 'x_' OR substr(c.name, 1, 2) = 'x_')"
    ),
    "postgresql": (
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND (substr(table_name, 1, 2) = 'x_' OR substr(column_name, 1, 2) = 'x_')"
    ),
}


@pytest.fixture
def run_time_catalog(transactional_db: None) -> Iterator[None]:  # noqa: ARG001 -- asked for its effect
    """Start from the standard catalog and come back to it."""
    forget()
    yield
    detach()
    drop()
    forget()


def forget() -> None:
    """Let the process look at the stored definitions anew."""
    from essor.catalog import current  # noqa: PLC0415 -- Django is set up only now

    current.end()
    current._latest = None


def detach() -> None:
    """Take the run-time columns and classes out of the process again."""
    from django.apps import apps  # noqa: PLC0415

    from essor.catalog import attach  # noqa: PLC0415

    for model in apps.get_models():
        options = model._meta
        for field in [one for one in options.local_fields if (one.column or "").startswith("x_")]:
            options.local_fields.remove(field)
            for name in {field.name, field.attname} & vars(model).keys():
                delattr(model, name)
    apps.all_models[attach.LABEL].clear()
    attach._made.clear()
    apps.clear_cache()


def drop() -> None:
    """Drop the run-time indexes, columns and tables of the test."""
    from django.db import connection  # noqa: PLC0415

    from essor.catalog.models import FieldIndex  # noqa: PLC0415

    cascade = " CASCADE" if connection.vendor == "postgresql" else ""
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for name in FieldIndex.objects.values_list("name", flat=True):
            cursor.execute(f'DROP INDEX IF EXISTS "{name}"')
        cursor.execute(COLUMNS[connection.vendor])
        made = cursor.fetchall()
        for table, column in made:
            if column.startswith("x_") and not table.startswith("x_"):
                cursor.execute(f'ALTER TABLE "{table}" DROP COLUMN "{column}"{cascade}')
        for table in {table for table, _column in made if table.startswith("x_")}:
            cursor.execute(f'DROP TABLE "{table}"{cascade}')
