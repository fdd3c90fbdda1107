"""New rows by the hundred: one prepared statement on SQLite, COPY on PostgreSQL, several times faster than `bulk_create`.

Django builds an expression per value there; here each column is looked at once per batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache, partial
from typing import Any

from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# Values of these fields go to the driver as they are.
PLAIN = frozenset(
    {"CharField", "TextField", "BigIntegerField", "FloatField", "BooleanField", "BigAutoField", "ForeignKey"}
)
Adapt = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of a statement: how its values are adapted (None: not at all), and what an absent value becomes."""

    attr: str
    column: str
    adapt: Adapt | None
    default: Any

    def values(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return the rows' values as the driver takes them."""
        attr, default, adapt = self.attr, self.default, self.adapt
        found = [row.get(attr) for row in rows]
        if default is not None:
            make = default if callable(default) else lambda: default
            found = [make() if value is None else value for value in found]
        if adapt is not None:
            found = [None if value is None else adapt(value) for value in found]
        return found


def insert_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows given as {attribute: value} and return their keys, in order; must run inside a transaction.

    An absent or empty value becomes the field's default, as it does when Django makes an instance. No `save()`, no
    signals, one table: a parent's columns (multi-table inheritance) are not written.
    """
    connection = transaction.get_connection()
    if not rows:
        return []
    columns = _columns(model, frozenset().union(*rows), connection.vendor)
    values = [one.values(rows) for one in columns]
    names = [one.column for one in columns]
    if connection.vendor == "postgresql":
        return _copy(connection, model, names, values)
    return _execute_many(connection, model, names, values)


@lru_cache(maxsize=512)
def _columns(model: type[models.Model], attrs: frozenset[str], vendor: str) -> tuple[_Column, ...]:
    """Return the columns to write: those given, and those to which Django alone gives a default."""
    found = []
    for field in model._meta.concrete_fields:
        if field.primary_key:
            continue
        by_database = field.db_default is not models.NOT_PROVIDED or field.null
        if field.attname in attrs or field.has_default() or not by_database:
            found.append(_Column(field.attname, str(field.column), _adapter(field, vendor), _default(field)))
    unknown = attrs - {one.attr for one in found}
    if unknown:
        message = f"{model.__name__} has no column for {', '.join(sorted(unknown))}"
        raise TypeError(message)
    return tuple(found)


def _adapter(field: models.Field[Any, Any], vendor: str) -> Adapt | None:
    kind = field.get_internal_type()
    if kind in PLAIN or (vendor == "postgresql" and kind in ("DateField", "DateTimeField", "TimeField")):
        return None
    if kind in (
        "IntegerField",
        "PositiveIntegerField",
    ):  # numbers of the catalog come as doubles, and COPY takes no 1.0
        return int
    if kind == "DateField":
        return str
    if kind == "DateTimeField":
        return partial(_moment, field)
    return lambda value: field.get_db_prep_save(value, transaction.get_connection())


def _moment(field: models.Field[Any, Any], value: Any) -> Any:
    """Return an instant as SQLite keeps it: in UTC, which most are already, without saying so."""
    if getattr(value, "tzinfo", None) is UTC:
        return str(value)[: -len("+00:00")]
    return field.get_db_prep_save(value, transaction.get_connection())


def _default(field: models.Field[Any, Any]) -> Any:
    """Return the value, or the function that makes it."""
    if field.has_default():
        return field.default
    if field.db_default is not models.NOT_PROVIDED:
        return getattr(field.db_default, "value", field.db_default)
    return None if field.null else field.get_default()


def _execute_many(
    connection: BaseDatabaseWrapper, model: type[models.Model], names: Sequence[str], columns: list[list[Any]]
) -> list[int]:
    """Number the rows ourselves: the transaction holds the one write lock, so nobody else takes a key meanwhile."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        first = (row[0] if row else 0) + 1
        keys = list(range(first, first + len(columns[0])))
        cursor.executemany(_insert(table, (*names, _key(model))), list(zip(*columns, keys, strict=True)))
    return keys


def _copy(
    connection: BaseDatabaseWrapper, model: type[models.Model], names: Sequence[str], columns: list[list[Any]]
) -> list[int]:
    """Take the keys from the sequence and stream the rows; a single row is one round trip."""
    table, key = model._meta.db_table, _key(model)
    with connection.cursor() as cursor:
        if len(columns[0]) == 1:
            cursor.execute(f'{_insert(table, names)} RETURNING "{key}"', [one[0] for one in columns])
            return [cursor.fetchone()[0]]
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{table}"', key, len(columns[0])],
        )
        keys = [row[0] for row in cursor.fetchall()]
        quoted = ", ".join(f'"{name}"' for name in (*names, key))
        with connection.wrap_database_errors, cursor.copy(f'COPY "{table}" ({quoted}) FROM STDIN') as stream:
            for row in zip(*columns, keys, strict=True):
                stream.write_row(row)
    return keys


def _insert(table: str, names: Sequence[str]) -> str:
    quoted, marks = ", ".join(f'"{name}"' for name in names), ", ".join(["%s"] * len(names))
    return f'INSERT INTO "{table}" ({quoted}) VALUES ({marks})'  # noqa: S608 -- names of our own tables


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)
