"""The connection: write-ahead log, a patient queue for the one writer, and the functions that formulas use."""

from __future__ import annotations

import random
import sqlite3
import time
from typing import Any

from django.db import OperationalError
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
    0.003  # seconds between two looks whether the writer is done: SQLite itself soon looks only every 0.1 s
)

TOO_LARGE = 2**63


class Cursor(base.SQLiteCursorWrapper):
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
        functions.register(connection)
        return connection

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ARG002 -- SQLite's cursors have no names
        """Return a cursor of our kind."""
        return self.connection.cursor(factory=Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        """Take the write lock, looking often: who waits gets in when a long piece of work pauses between two writes."""
        patience = float(self.settings_dict["OPTIONS"]["timeout"])
        end = time.monotonic() + patience
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    super()._start_transaction_under_autocommit()  # type: ignore[misc]  # Django has it, its stubs do not
                except OperationalError as error:
                    if "locked" not in str(error) or time.monotonic() > end:
                        raise
                    time.sleep(LOOK_EVERY * random.uniform(0.5, 1.5))  # noqa: S311 -- no secret
                else:
                    return
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
