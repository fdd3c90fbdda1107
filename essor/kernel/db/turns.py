"""Turns at SQLite's one write lock: long work pauses between its transactions, and whoever waits gets in."""

from __future__ import annotations

import time

from django.db import connection

BREATH = 0.02  # seconds; a waiting writer looks several times within it (see `kernel.db.sqlite3.base`)


def breathe() -> None:
    """Let others write, after a transaction of some hundred rows; does nothing inside one, nor on PostgreSQL."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(BREATH)
