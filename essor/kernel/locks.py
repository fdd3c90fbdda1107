"""Locks that nobody has to free, not even a killed process: named ones of a transaction, and one of all the tables."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from django.db import connection

_SPACE = 0x4553  # sets our advisory locks apart from those of other programs on the same database
_TABLES = "tables"
_TRY, _TAKE = "SELECT pg_try_advisory_xact_lock(%s, %s)", "SELECT pg_advisory_xact_lock(%s, %s)"


def try_lock(name: str) -> bool:
    """Take the lock `name` until the current transaction ends; False, at once, when another one holds it.

    On SQLite a writing transaction is alone already, so it always holds every lock.
    """
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(_TRY, [_SPACE, _key(name)])
        return bool(cursor.fetchone()[0])


def lock(name: str) -> None:
    """Take the lock `name` until the current transaction ends, waiting for whoever holds it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [_SPACE, _key(name)])


@contextmanager
def alone_with_tables(waiting: Callable[[], None]) -> Iterator[None]:
    """Be the only process that makes or changes tables here, across transactions.

    While another one does, `waiting` is called once, and this one waits for it, however long it takes.
    """
    with _in_the_server(waiting) if connection.vendor == "postgresql" else _in_the_folder(waiting):
        yield


@contextmanager
def _in_the_server(waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock in a transaction of its own connection: a session's lock would get lost behind PgBouncer."""
    beside = connection.copy()
    try:
        beside.set_autocommit(False)
        with beside.cursor() as cursor:
            cursor.execute(_TRY, [_SPACE, _key(_TABLES)])
            if not cursor.fetchone()[0]:
                waiting()
                cursor.execute(_TAKE, [_SPACE, _key(_TABLES)])
        yield
    finally:
        beside.close()


@contextmanager
def _in_the_folder(waiting: Callable[[], None]) -> Iterator[None]:
    """Lock the folder of the SQLite file itself, which leaves no file behind."""
    folder = os.open(Path(connection.settings_dict["NAME"]).parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _key(name: str) -> int:
    """Return a signed 32-bit number for `name`, as PostgreSQL wants it."""
    return crc32(name.encode()) - 2**31
