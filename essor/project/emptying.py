"""Empties the database after a test that commits: only tables that hold something, and nothing is announced.

Django's own way truncates every table and makes all content types and permissions anew, which takes longer than most
such tests. Here they stay as the migrations made them; everything else is gone, as it is there.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

KEPT = frozenset({"django_migrations", "django_content_type", "auth_permission"})


def empty(_test: Any = None) -> None:
    """Delete all rows that a test may have left."""
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
