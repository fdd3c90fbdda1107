"""Runs the SQL of a QuerySet on a plain cursor, with an end to a person's patience and errors in words."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, DataError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet, Value
from django.utils.translation import gettext as _

from essor.kernel.errors import QueryRefused
from essor.query import limits
from essor.query.environment import Env, refused
from essor.query.sql import CountAll

Row = Sequence[Any]
STEPS_BETWEEN_LOOKS = 1_000_000  # some 40 ms; each look waits for its turn among the threads
CANCELED = "57014"


def fetch(env: Env, rows: QuerySet[Any], *, seconds: float | None = None) -> list[Row]:
    """Return all rows of a `values_list` query as the driver hands them out.

    `seconds` defaults to the limit for a person's question and to none for the system's own; QueryRefused
    (QUERY_TIMEOUT) when it takes longer.
    """
    return ready(env, rows)(seconds=seconds)


class Ask(Protocol):
    """A compiled question: what it returns when asked."""

    def __call__(self, *, seconds: float | None = None) -> list[Row]: ...


def ready(env: Env, rows: QuerySet[Any]) -> Ask:
    """Return a `values_list` query compiled now, to be asked later."""
    try:
        sql, params = statement(env, rows)
    except EmptyResultSet:
        return _nothing
    return partial(run, env, sql, params)


def _nothing(*, seconds: float | None = None) -> list[Row]:  # noqa: ARG001 -- as every `Ask`
    return []


def run(env: Env, sql: str, params: Sequence[Any], *, seconds: float | None = None) -> list[Row]:
    """Return all rows of a statement, under the same limit."""
    connection = connections[env.using]
    patience = limits.SECONDS if seconds is None and not env.actor.system else seconds
    with understandable_errors(connection), connection.cursor() as cursor:
        if patience is None:
            cursor.execute(sql, tuple(params))
            return list(cursor.fetchall())
        if connection.vendor == "postgresql":
            return _timed_by_server(connection, cursor, (sql, tuple(params)), patience)
        with _interrupted_after(connection, patience):
            cursor.execute(sql, tuple(params))
            return list(cursor.fetchall())


def asking(rows: QuerySet[Any], named: Mapping[str, Any]) -> QuerySet[Any]:
    """Return `rows` with these expressions as their only columns, none of them an aggregate of Django's.

    The names are ours: what `annotate` does to compare them with those of all fields is left out.
    """
    asked = rows.all()
    for name, expression in named.items():
        asked.query.add_annotation(expression, name)
    found: QuerySet[Any] = asked.values_list(*named)
    return found


def counting(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the question how many rows there are."""
    return asking(rows, {"n": CountAll()})


def count(env: Env, rows: QuerySet[Any]) -> int:
    """Return how many rows there are."""
    found = fetch(env, counting(rows))
    return int(found[0][0]) if found else 0


def count_up_to(env: Env, rows: QuerySet[Any], limit: int) -> int:
    """Return how many rows there are, or `limit` when there are more: the database stops looking there."""
    try:
        sql, params = statement(env, rows.values_list(Value(1))[:limit])
    except EmptyResultSet:
        return 0
    return int(run(env, f"SELECT COUNT(*) FROM ({sql}) AS matching", params)[0][0])  # noqa: S608 -- Django's own SQL


def statement(env: Env, rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL and its parameters; EmptyResultSet when no row can match."""
    sql, params = rows.query.get_compiler(env.using).as_sql()
    return sql, tuple(params)


def _timed_by_server(
    connection: BaseDatabaseWrapper, cursor: Any, statement: tuple[str, tuple[Any, ...]], seconds: float
) -> list[Row]:
    """Send the limit and the query in one message: no further round trip, and it ends with the query.

    Inside a transaction the limit is lifted again behind the query.
    """
    sql, params = statement
    lift = "; SET LOCAL statement_timeout = DEFAULT" if connection.in_atomic_block else ""
    cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}; {sql}{lift}", params)
    cursor.nextset()
    return list(cursor.fetchall())


@contextmanager
def _interrupted_after(connection: BaseDatabaseWrapper, seconds: float) -> Iterator[None]:
    """Let SQLite look at the clock every so many steps of its machine."""
    end = time.monotonic() + seconds
    driver = connection.connection
    driver.set_progress_handler(lambda: time.monotonic() > end, STEPS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


@contextmanager
def understandable_errors(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Turn what the database says of a question it cannot answer into QueryRefused."""
    try:
        with transaction.mark_for_rollback_on_error(using=connection.alias):
            yield
    except (OperationalError, DataError) as error:
        raise _refusal(error) from error


def _refusal(error: DatabaseError) -> Exception:
    cause = error.__cause__
    if getattr(cause, "sqlstate", "") == CANCELED or str(error) == "interrupted":
        message = _("The query took too long and was stopped. Narrow it down or ask for fewer columns.")
        return refused(message, code="QUERY_TIMEOUT")
    if isinstance(error, DataError) or getattr(cause, "sqlite_errorname", "") in (
        "SQLITE_ERROR",
        "SQLITE_TOOBIG",
    ):
        message = _("The database cannot answer this query: %(reason)s")
        return QueryRefused(message % {"reason": str(error).splitlines()[0]}, code="QUERY_TOO_COMPLICATED")
    return error
