"""Questions that every request asks: Django writes the SQL of a query once, later calls only put their values in.

    def waiting() -> QuerySet[Item]:
        return Item.objects.filter(actor=Given("user", IntegerField()))

    WAITING = Written(waiting)
    WAITING.objects(user=7)

Writing a query of three tables takes Django a hundred times as long as asking it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

Row = tuple[Any, ...]
Converter = tuple[int, tuple[Callable[..., Any], ...], Any]
Kept = TypeVar("Kept", bound=models.Model)


class Given(models.Expression):
    """The place of a value that is told when the question is asked; `field` says how the database takes it."""

    def __init__(self, name: str, field: models.Field[Any, Any]) -> None:
        """Keep both."""
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Given]]:  # type: ignore[override]  # noqa: ARG002 -- stands where its value will be
        """Leave a mark and itself among the parameters."""
        return "%s", [self]

    def bound(self, values: dict[str, Any]) -> Any:
        """Return the value as the driver takes it."""
        return self.output_field.get_db_prep_value(values[self.name], connection)


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """SQL, its parameters with the places among them, what makes Python values; `attrs` and `extra` of a query of whole records.

    `extra` are annotations and their places, behind those of the record itself.
    """

    model: Any
    sql: str
    params: tuple[Any, ...]
    converters: tuple[Converter, ...]
    attrs: tuple[str, ...]
    extra: tuple[tuple[str, int], ...]
    columns: object


class Written(Generic[Kept]):
    """A query without `select_related` whose SQL is written at the first call and again when its table has got a column."""

    def __init__(self, make: Callable[[], models.QuerySet[Kept, Any]]) -> None:
        """Keep what makes the query; nothing is written yet."""
        self.make = make
        self._statement: Statement | None = None

    def rows(self, **values: Any) -> list[Row]:
        """Return the rows of a `values_list` query; `values` are those of its `Given`."""
        statement = self._current()
        params = [one.bound(values) if isinstance(one, Given) else one for one in statement.params]
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, params)
            found = cursor.fetchall()
        return [_converted(row, statement.converters) for row in found] if statement.converters else found

    def objects(self, **values: Any) -> list[Kept]:
        """Return the records of a query of whole records."""
        rows = self.rows(**values)
        statement = self._current()
        width = len(statement.attrs)
        records = [
            statement.model.from_db(
                connection.alias, statement.attrs, row[:width] if statement.extra else row
            )
            for row in rows
        ]
        for name, place in statement.extra:
            for record, row in zip(records, rows, strict=True):
                setattr(record, name, row[place])
        return records

    def _current(self) -> Statement:
        """Return the statement; run-time fields may have given the table further columns since it was written."""
        known = self._statement
        if known is None or known.columns is not known.model._meta.concrete_fields:
            known = self._statement = _statement(self.make())
        return known


def _statement(rows: models.QuerySet[Any, Any]) -> Statement:
    columns = rows.model._meta.concrete_fields
    compiler = rows.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    expressions = [expression for expression, _sql, _alias in compiler.select]
    found = compiler.get_converters(expressions)
    whole = compiler.klass_info
    attrs = tuple(expressions[place].target.attname for place in whole["select_fields"]) if whole else ()
    converters = tuple(
        (place, tuple(functions), expression) for place, (functions, expression) in found.items()
    )
    extra = tuple((compiler.annotation_col_map or {}).items())
    return Statement(rows.model, sql, tuple(params), converters, attrs, extra, columns)


def _converted(row: Row, converters: tuple[Converter, ...]) -> Row:
    values = list(row)
    for place, functions, expression in converters:
        for function in functions:
            values[place] = function(values[place], expression, connection)
    return tuple(values)
