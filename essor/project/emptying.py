"""Brings the database back to what the migrations made after a test that commits; nothing is announced.

Django's own way truncates every table, makes all content types and permissions anew, which takes longer than most such
tests, and loses the rows that migrations made: what a test finds would hang on the tests before it. Here only tables that
hold something are emptied, and those rows are put back.
"""
# ruff: noqa: SLF001 -- nothing public stores rows with their keys, as they are, all at once

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

KEPT = frozenset({"django_migrations", "django_content_type", "auth_permission"})
_made: list[tuple[type[Model], Sequence[Any], list[Model]]] = []


def remember() -> None:
    """Remember the rows that the migrations made: the database is new, or not made at all where no test asks for it."""
    if "django_migrations" not in connection.introspection.table_names():
        return
    for model in apps.get_models():
        options = model._meta
        if options.managed and options.db_table not in KEPT and (rows := list(model._base_manager.all())):
            fields = [one for one in options.local_concrete_fields if not one.generated]
            _made.append((model, fields, rows))


def empty(_test: Any = None) -> None:
    """Delete all rows that a test may have left, and put back those of the migrations."""
    names = set(connection.introspection.django_table_names(only_existing=True)) - KEPT
    quoted = [connection.ops.quote_name(name) for name in sorted(names)]
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        if (
            connection.vendor == "postgresql"
        ):  # where we may: its constraints ask for every single row otherwise
            cursor.execute(
                "SELECT set_config('session_replication_role', 'replica', true)"
                " WHERE current_setting('is_superuser') = 'on'"
            )
        full = " UNION ALL ".join(
            f"SELECT {place} WHERE EXISTS (SELECT 1 FROM {name})"  # noqa: S608 -- names of our own tables
            for place, name in enumerate(quoted)
        )
        cursor.execute(full)
        for (place,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {quoted[place]}")  # noqa: S608 -- the same
        for model, fields, rows in _made:
            query: Any = model._base_manager.get_queryset()
            query._insert(rows, fields=fields, using="default", raw=True)
