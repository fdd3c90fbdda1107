"""Named locks that end with the transaction, so that nobody has to free them, not even a killed process."""

from __future__ import annotations

from zlib import crc32

from django.db import transaction

_SPACE = 0x4553  # sets our advisory locks apart from those of other programs on the same database


def try_lock(name: str) -> bool:
    """Take the lock `name` until the current transaction ends; False, at once, when another one holds it.

    On SQLite a writing transaction is alone already, so it always holds every lock.
    """
    connection = transaction.get_connection()
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_SPACE, _key(name)])
        return bool(cursor.fetchone()[0])


def lock(name: str) -> None:
    """Take the lock `name` until the current transaction ends, waiting for whoever holds it."""
    connection = transaction.get_connection()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_SPACE, _key(name)])


def _key(name: str) -> int:
    """Return a signed 32-bit number for `name`, as PostgreSQL wants it."""
    return crc32(name.encode()) - 2**31
