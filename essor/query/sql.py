"""The few pieces of SQL that Django's own expressions do not offer, or not without rules of their own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.backends.base.base import BaseDatabaseWrapper as Connection
from django.db.models import BigIntegerField, BooleanField, CharField, Func, IntegerField
from django.db.models.sql.compiler import SQLCompiler

Compiled = tuple[str, Any]
# The name of a computed column inside a sub-select; no attribute of a record begins so.
VALUE = "essor_value"


class Infix(Func):
    """`(a = b)` and its like over expressions."""

    template = "(%(expressions)s)"
    output_field: ClassVar[Any] = BooleanField()


class RowValue(Func):
    """`(a, b, c)`: several values compared as one."""

    template = "(%(expressions)s)"
    output_field: ClassVar[Any] = CharField()


class CountAll(Func):
    """COUNT(*) without the GROUP BY that Django's own aggregate brings."""

    template = "COUNT(*)"
    output_field: ClassVar[Any] = IntegerField()


class PlaceIn(Func):
    """The place of a text in a list, a number after all of them when it is not there, NULL when it is empty."""

    arity = 1
    output_field: ClassVar[Any] = IntegerField()

    def __init__(self, expression: Any, words: tuple[str, ...]) -> None:
        """Keep the list; no word holds a semicolon."""
        self.words = words
        super().__init__(expression)

    def as_sqlite(self, compiler: SQLCompiler, connection: Connection, **extra: Any) -> Compiled:  # noqa: ARG002
        """Look the word up in one long text, at the speed of a search."""
        sql, params = compiler.compile(self.source_expressions[0])
        found = f"NULLIF(INSTR(%s, ';' || ({sql}) || ';'), 0)"
        whole = f";{';'.join(self.words)};"
        return f"CASE WHEN ({sql}) IS NULL THEN NULL ELSE COALESCE({found}, %s) END", (
            *params,
            whole,
            *params,
            len(whole) + 1,
        )

    def as_postgresql(self, compiler: SQLCompiler, connection: Connection, **extra: Any) -> Compiled:  # noqa: ARG002
        """Look the word up in an array."""
        sql, params = compiler.compile(self.source_expressions[0])
        found = f"ARRAY_POSITION(%s::text[], ({sql})::text)"
        return f"CASE WHEN ({sql}) IS NULL THEN NULL ELSE COALESCE({found}, %s) END", (
            *params,
            list(self.words),
            *params,
            len(self.words) + 1,
        )


class OfGroup(Func):
    """What is worked out of the values that a query groups by: once for a group, as it stands in no GROUP BY itself."""

    arity = 1
    template = "%(expressions)s"

    def get_group_by_cols(self) -> list[Any]:
        """Return nothing to group by: the values inside are grouped by already."""
        return []


class Unordered(Func):
    """A column that SQLite is not to walk an index for, to save itself the sorting into groups.

    Such an index holds nothing else: each row would be fetched from its place in the table, several times slower than
    reading all of it, or an index that holds all columns of the query.
    """

    arity = 1
    template = "%(expressions)s"

    def as_sqlite(self, compiler: SQLCompiler, connection: Connection, **extra: Any) -> Compiled:
        """Write the sign that means nothing but this."""
        return self.as_sql(compiler, connection, template="+%(expressions)s", **extra)


class Held(Func):
    """What is worked out of something plain that an index of SQLite can hold (see `query.gathering`)."""

    def held(self) -> Func:
        """Return what the index holds: SQL of the record's own columns alone, without functions of Python or values."""
        raise NotImplementedError

    def of(self, held: Any) -> Func:
        """Return the same as this expression, worked out of what the index holds."""
        raise NotImplementedError


class Reduce(Func):
    """SUM, MIN or MAX without the GROUP BY that Django's own aggregates bring."""

    arity = 1


class Whole(Func):
    """SUM, MIN or MAX of what was made of values, NULL when one of them could not be made; a sum of none is 0."""

    arity = 2
    output_field: ClassVar[Any] = BigIntegerField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Connection, **_extra: Any) -> Compiled:  # noqa: ARG002
        """Write it out: the second expression stands in it twice."""
        given, given_params = compiler.compile(self.source_expressions[0])
        made, params = compiler.compile(self.source_expressions[1])
        function = self.extra["function"]
        found = f"{function}({made})"
        if function == "SUM":
            found = f"COALESCE({found}, 0)"
        return f"CASE WHEN COUNT({given}) = COUNT({made}) THEN {found} END", (
            *given_params,
            *params,
            *params,
        )

    as_postgresql = as_sqlite
