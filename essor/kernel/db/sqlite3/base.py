"""The connection: write-ahead log, a patient queue for the one writer, and the functions that formulas use."""

from __future__ import annotations

import random
import sqlite3
import time
from typing import Any

from django.db.backends.sqlite3 import base

from essor.kernel.db import functions
from essor.kernel.db.sqlite3.features import DatabaseFeatures
from essor.kernel.db.sqlite3.operations import DatabaseOperations
from essor.kernel.db.sqlite3.schema import DatabaseSchemaEditor

# What a settings file need not repeat; one that does wins.
DEFAULTS: dict[str, Any] = {
    "timeout": 20,  # seconds a writer waits for another one
    # A transaction that reads first and writes later cannot wait for its turn; one that asks at once can.
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL",  # readers and the writer do not wait for each other
}

LOOK_EVERY = (
    0.003  # seconds between two looks whether the writer is done: SQLite's own soon come only every 0.1 s
)

TOO_LARGE = 2**63


class RangeCursor(base.SQLiteCursorWrapper):
    """Takes a whole number of any size in a question, as PostgreSQL does: what is stored is never equal to it."""

    def execute(self, query: str, params: Any = None) -> Any:
        """Run a statement; a SELECT with a number beyond 64 bits is asked with the nearest double."""
        try:
            return super().execute(query, params)
        except OverflowError:
            if not query.lstrip().upper().startswith(("SELECT", "WITH")):
                raise
            return super().execute(query, [_within_reach(one) for one in params])


def _within_reach(value: Any) -> Any:
    return float(value) if isinstance(value, int) and abs(value) >= TOO_LARGE else value


class PatientCursor(RangeCursor):
    """Waits for the write lock between two tries, never within one.

    While SQLite itself waits it holds the connection's mutex. Python frees what is garbage in whatever thread comes by;
    when that is the writer, and the garbage a statement of the waiting connection, both would stand still until the
    wait is over.
    """

    patience: float = 0.0  # seconds

    def execute(self, query: str, params: Any = None) -> Any:
        """Run one statement, as often as it takes for the lock to be free."""
        end = time.monotonic() + self.patience
        while True:
            try:
                return super().execute(query, params)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
            time.sleep(LOOK_EVERY * random.uniform(0.5, 1.5))  # noqa: S311 -- no secret


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to one SQLite file. Foreign keys are checked, as Django's own backend sees to."""

    SchemaEditorClass = DatabaseSchemaEditor
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        """Return what `sqlite3.connect` takes, with this house's defaults."""
        for option, value in DEFAULTS.items():
            self.settings_dict["OPTIONS"].setdefault(option, value)
        return super().get_connection_params()

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        """Return an open connection that knows the functions of formulas and searches."""
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        connection.execute("PRAGMA busy_timeout = 0")  # whoever waits, waits in PatientCursor
        functions.register(connection)
        return connection

    def create_cursor(self, name: str | None = None) -> PatientCursor:  # noqa: ARG002 -- Django's signature
        """Return a cursor that waits as long as the setting `timeout` says, in seconds."""
        cursor: PatientCursor = self.connection.cursor(factory=PatientCursor)
        cursor.patience = float(self.settings_dict["OPTIONS"]["timeout"])
        return cursor
