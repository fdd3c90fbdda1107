"""Rows by key through SQL that Django writes once: what every save asks again must not be compiled again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, models

AT_ONCE = 900  # keys of one statement
Row = tuple[Any, ...]
Converter = tuple[int, tuple[Callable[..., Any], ...], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A statement up to its keys, and what makes Python values of the driver's."""

    sql: str
    params: tuple[Any, ...]
    converters: tuple[Converter, ...]

    def rows(self, keys: Collection[Any]) -> Iterator[Row]:
        """Yield the rows of these keys, in no order."""
        ordered = list(keys)
        for start in range(0, len(ordered), AT_ONCE):
            some = ordered[start : start + AT_ONCE]
            with connection.cursor() as cursor:
                cursor.execute(f"{self.sql} ({', '.join(['%s'] * len(some))})", (*self.params, *some))
                found = cursor.fetchall()
            yield from map(self._converted, found) if self.converters else found

    def _converted(self, row: Row) -> Row:
        values = list(row)
        for place, functions, expression in self.converters:
            for function in functions:
                values[place] = function(values[place], expression, connection)
        return tuple(values)


def prepare(rows: models.QuerySet[Any, Any], column: str = "") -> Prepared:
    """Return the statement of a `values_list` query with neither order nor limit, to be asked by keys.

    `column` of the query's own table is compared with the keys: the primary key unless another is named.
    """
    query = rows.order_by().query
    compiler = query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    meta, quote = rows.model._meta, connection.ops.quote_name
    by = f"{quote(meta.db_table)}.{quote(column or str(meta.pk.column))}"
    found = compiler.get_converters([expression for expression, _sql, _alias in compiler.select])
    converters = tuple(
        (place, tuple(functions), expression) for place, (functions, expression) in found.items()
    )
    return Prepared(f"{sql} {'AND' if query.where else 'WHERE'} {by} IN", tuple(params), converters)


@lru_cache(maxsize=512)
def by_key(model: type[models.Model], attrs: tuple[str, ...], *, live: bool = False) -> Prepared:
    """Return the statement for attributes of one table by primary key; `live` leaves the recycle bin out."""
    rows = model._base_manager.values_list(*attrs)
    return prepare(rows.filter(is_deleted=False) if live else rows)
