"""Changing tables while people work: only what is instant, all of it undone with its transaction on both engines.

A column is added without touching a row; what would rebuild or rewrite a table is refused. PostgreSQL waits a
tenth of a second for a table's lock and tries again, because whoever waits longer makes everyone else wait behind.
"""

# ruff: noqa: SLF001 -- a schema editor works on what Django's models are made of
from __future__ import annotations

import copy
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias, cast

from django.db import OperationalError, connection, models, transaction
from django.db.models import NOT_PROVIDED, Value
from django.utils.translation import gettext as _

from essor.kernel.errors import EssorError

LOCK_TIMEOUT = "100ms"
PATIENCE = 20.0  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
LOCK_NOT_AVAILABLE = "55P03"

Column: TypeAlias = "models.Field[Any, Any]"


class TableBusy(EssorError):
    """Somebody's long transaction holds the table; nothing was changed."""

    code = "UNABLE_TO_LOCK_ROW"


class WouldRebuild(ValueError):
    """The change would copy, rewrite or empty a table; run-time changes never do."""


def bind(column: Column, model: type[models.Model], name: str) -> Column:
    """Tell `column` its name and table without changing the class, and return it."""
    column.set_attributes_from_name(name)
    column.model = model
    if isinstance(column, models.ForeignKey) and column.remote_field.field_name is None:
        column.remote_field.field_name = column.remote_field.model._meta.pk.name
    return column


def add_columns(model: type[models.Model], columns: Sequence[Column]) -> None:
    """Add bound, nullable columns to the model's table, with their foreign keys but without indexes.

    Rows already there read the `db_default` (a constant) or NULL. Raises WouldRebuild or TableBusy.
    """
    plain = [_plain(column) for column in columns]

    def work() -> None:
        with _editor() as editor:
            for column in plain:
                editor.add_field(model, column)
        for column in columns:
            if isinstance(column, models.ForeignKey) and _constrains(column) and _is_postgresql():
                _add_foreign_key(model, column)

    _patiently(work)


def _plain(column: Column) -> Column:
    """Return a copy that every engine adds in place; a Python default is a rule and no part of the table."""
    if column.primary_key or column.unique or not column.null or column.generated:
        message = f"{column.column}: a run-time column is nullable and carries no constraint"
        raise WouldRebuild(message)
    plain: Any = copy.copy(column)
    plain.__dict__.pop("_db_default_expression", None)
    plain.default = NOT_PROVIDED
    if plain.has_db_default() and not isinstance(plain.db_default, Value):
        if hasattr(plain.db_default, "resolve_expression"):
            message = f"{column.column}: only a constant can be given to rows already there"
            raise WouldRebuild(message)
        plain.db_default = Value(plain.db_default)
    plain.db_index = False
    if isinstance(column, models.ForeignKey) and _is_postgresql():
        plain.db_constraint = False  # see _add_foreign_key
    return cast("Column", plain)


def _constrains(column: models.ForeignKey[Any, Any]) -> bool:
    return bool(cast("Any", column).db_constraint)


def _add_foreign_key(model: type[models.Model], column: models.ForeignKey[Any, Any]) -> None:
    """Constrain the column from now on; NOT VALID spares reading rows that are all NULL under the lock."""
    with _editor() as editor:
        statement = editor._create_fk_sql(model, column, "_fk_%(to_table)s_%(to_column)s")
        editor.execute(f"{statement} NOT VALID", None)


def create_table(model: type[models.Model]) -> None:
    """Create the table of a model made at run time, with its indexes."""

    def work() -> None:
        with _editor() as editor:
            editor.create_model(model)
            for statement in editor.deferred_sql:
                editor.execute(statement, None)

    _patiently(work)


def drop_column(table: str, column: str) -> None:
    """Drop a column for good. No live process may still have it on its class."""
    _patiently(lambda: _run(f"ALTER TABLE {_quoted(table)} DROP COLUMN {_quoted(column)}"))


def drop_table(table: str) -> None:
    """Drop a run-time table for good; foreign keys that name it must have gone before."""
    _patiently(lambda: _run(f"DROP TABLE {_quoted(table)}"))


def empty_columns(table: str, columns: Sequence[str]) -> None:
    """Set the columns to NULL wherever they are not, in one statement."""
    _require_transaction()
    if not columns:
        return
    names = [_quoted(column) for column in columns]
    changes = ", ".join(f"{name} = NULL" for name in names)
    filled = " OR ".join(f"{name} IS NOT NULL" for name in names)
    _run(f"UPDATE {_quoted(table)} SET {changes} WHERE {filled}")  # noqa: S608 -- quoted names, no values


def widen(table: str, column: str, length: int) -> None:
    """Let a character column hold `length` characters, never fewer than now; SQLite has no such limit."""
    if _is_postgresql():
        change = f"ALTER COLUMN {_quoted(column)} TYPE varchar({length:d})"
        _patiently(lambda: _run(f"ALTER TABLE {_quoted(table)} {change}"))


@contextmanager
def _editor() -> Iterator[Any]:
    """Give a schema editor whose own context is never entered: on SQLite that fails inside a transaction.

    Rolling the transaction back undoes its work on both engines.
    """
    editor: Any = connection.schema_editor(atomic=False)
    editor.deferred_sql = []
    editor._remake_table = _refuse
    yield editor


def _refuse(model: type[models.Model], *_args: object, **_options: object) -> None:
    message = f"{model._meta.db_table}: this change would rebuild the table"
    raise WouldRebuild(message)


def _patiently(work: Callable[[], None]) -> None:
    """Do `work` in a savepoint; on PostgreSQL with a short wait for locks, again and again for PATIENCE seconds.

    Between two tries the savepoint is gone and no lock is held, so nobody queues behind us.
    """
    _require_transaction()
    if not _is_postgresql():
        work()
        return
    deadline, pause = time.monotonic() + PATIENCE, FIRST_PAUSE
    while True:
        try:
            with transaction.atomic(), _short_lock_timeout():
                work()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            if time.monotonic() > deadline:
                message = _("The table is busy with a long task. Nothing was changed: try again later.")
                raise TableBusy(message) from error
        else:
            return
        time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 -- spreads retries, hides nothing
        pause = min(2 * pause, LONGEST_PAUSE)


@contextmanager
def _short_lock_timeout() -> Iterator[None]:
    """Wait LOCK_TIMEOUT at most for any lock taken inside; the former setting stands again afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        yield
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        message = "run-time changes of tables belong inside a transaction"
        raise transaction.TransactionManagementError(message)


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
