"""Groups in two steps on SQLite, where an index holds the rows of finer groups side by side.

SQLite sorts all rows to group them, which is most of the work. Rows of an index that holds every column of the question,
and begins with what it groups by, come sorted: they are added up as they pass, and only the sums of these finer groups
are sorted and added up again. A third of the time where a group of the first step has a hundred rows. An index may begin
with the month of an instant, which is worked out when a record is written and not for every question.

Which index, the database says itself: its statistics how many rows such a group has, its plan whether they come sorted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Aggregate as Adding
from django.db.models import BigIntegerField, Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Window
from django.db.models.expressions import Expression
from django.db.models.sql.datastructures import BaseTable

from essor.query import execute
from essor.query.environment import Env
from essor.query.families.base import Sql
from essor.query.sql import Held

WORTH = 10  # rows in a group of the first step, from which the second has little left to do
LARGE = 20_000  # rows, below which sorting all of them is quick
AGAIN: dict[type[Adding], type[Adding]] = {Count: Sum, Sum: Sum, Min: Min, Max: Max}
STATISTICS = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'"
INDEXES = (
    "SELECT known.idx, known.stat, part.name FROM sqlite_stat1 AS known, pragma_index_info(known.idx) AS part"
    " WHERE known.tbl = ? AND CAST(known.stat AS INTEGER) >= ? ORDER BY known.idx, part.seqno"
)


class OneStepError(Exception):
    """The question does not add up in two steps."""


class Gathered(BaseTable):
    """The sums of the first step, in the table's place and under its name."""

    def __init__(self, table: str, sql: str, params: tuple[Any, ...]) -> None:
        """Keep the statement."""
        super().__init__(table, table)
        self.sql, self.params = sql, params

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ARG002 -- Django's signature
        """Write the statement as a table."""
        return f"({self.sql}) {connection.ops.quote_name(self.table_alias)}", self.params


class OfFirst(Expression):
    """One column of the first step."""

    def __init__(self, table: str, name: str) -> None:
        """Keep where it stands."""
        super().__init__(output_field=BigIntegerField())
        self.table, self.name = table, name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ARG002 -- Django's signature
        """Name its column."""
        quoted = connection.ops.quote_name
        return f"{quoted(self.table)}.{quoted(self.name)}", ()


@dataclass(slots=True)
class Split:
    """Expressions taken apart: `columns` that they group by, what indexes hold in a column's place, `sums` of the first step."""

    meta: Any
    columns: set[str] = field(default_factory=set)
    held: dict[str, Expression] = field(default_factory=dict)
    sums: dict[str, Expression] = field(default_factory=dict)

    def second(self, expression: Any) -> Any:
        """Return an expression over the first step's sums; OneStepError where they do not add up to it."""
        if type(expression) is F:
            self.columns.add(self.column(vars(expression)["name"]))
            return expression
        if isinstance(expression, Held):
            return expression.of(self.first(self.held, "held", expression.held()))
        if isinstance(expression, Adding):
            again = AGAIN.get(type(expression))
            if again is None or vars(expression)["distinct"] or vars(expression)["default"] is not None:
                raise OneStepError
            return again(self.first(self.sums, "sum", expression))
        if isinstance(expression, (Subquery, Window, F, OuterRef, Q)) or not isinstance(
            expression, Expression
        ):
            raise OneStepError
        copy = expression.copy()
        copy.set_source_expressions([self.second(one) for one in expression.get_source_expressions()])
        return copy

    def first(self, named: dict[str, Expression], kind: str, expression: Expression) -> OfFirst:
        """Return what stands for an expression that the first step selects, once however often it is asked for."""
        name = next((known for known, one in named.items() if one == expression), "")
        name = name or f"essor_{kind}{len(named)}"
        named[name] = expression
        return OfFirst(self.meta.db_table, name)

    def column(self, attr: str) -> str:
        """Return the column of one of the object's own attributes."""
        for one in self.meta.concrete_fields:
            if attr in (one.attname, one.name):
                return str(one.column)
        raise OneStepError


@dataclass(frozen=True, slots=True)
class Sorted:
    """The first columns of an index, expressions left out, and how many rows have the same values in all of them."""

    index: str
    columns: tuple[str, ...]
    rows: int


def in_two_steps(
    env: Env,
    found: QuerySet[Any],
    by: Mapping[str, Sql],
    sources: Mapping[str, Sql],
    sorts: Mapping[str, Sql],
) -> tuple[QuerySet[Any], dict[str, Sql], dict[str, Sql], dict[str, Sql]] | None:
    """Return what stands for the rows, and for the expressions over them (`by` groups); None where one step is as good."""
    if not env.sqlite or not by:
        return None
    split = Split(found.model._meta)
    try:
        grouped = {name: split.second(one) for name, one in by.items()}
        if split.sums or not (split.columns or split.held):
            return None
        again = [{name: split.second(one) for name, one in named.items()} for named in (sources, sorts)]
        statement = _first_step(env, found, split)
    except (OneStepError, EmptyResultSet):
        return None
    if statement is None:
        return None
    rows = found.model._base_manager.using(env.using).order_by()
    table = rows.query.get_initial_alias()
    rows.query.alias_map[table] = Gathered(table, *statement)
    return rows, grouped, again[0], again[1]


def _first_step(env: Env, found: QuerySet[Any], split: Split) -> tuple[str, tuple[Any, ...]] | None:
    """Return the statement of the first step over the best index for it: one that is searched, with the largest groups."""
    attrs = {one.column: one.attname for one in split.meta.concrete_fields}
    best: tuple[str, tuple[Any, ...]] | None = None
    for one in sorted(_sorted(env, split), key=lambda each: -each.rows):
        fine = found.annotate(**split.held).values(*split.held, *(attrs[column] for column in one.columns))
        fine = fine.annotate(**split.sums)
        statement = execute.statement(env, fine)
        plan = [row[3] for row in execute.run(env, f"EXPLAIN QUERY PLAN {statement[0]}", statement[1])]
        if any("TEMP B-TREE FOR GROUP BY" in line for line in plan):
            continue
        if any(line.startswith("SEARCH") and f"COVERING INDEX {one.index} " in line for line in plan):
            return statement
        if best is None and any(f"COVERING INDEX {one.index}" in line for line in plan):
            best = statement
    return best


def _sorted(env: Env, split: Split) -> Iterator[Sorted]:
    """Yield the indexes that begin with all that is grouped by, up to the last of it, if their groups are large enough.

    An expression in an index has no name: whether it is the one that is asked for, the plan tells.
    """
    connection = connections[env.using]
    connection.ensure_connection()
    driver = (
        connection.connection
    )  # which is asked in no time: so small a question is not worth a cursor of Django's
    if driver.execute(STATISTICS).fetchone() is None:
        return
    listed = driver.execute(INDEXES, (split.meta.db_table, LARGE))
    for (index, stat), parts in groupby(listed, key=lambda row: (row[0], row[1])):
        columns = [name for _index, _stat, name in parts]
        if split.columns <= set(columns) and columns.count(None) == len(split.held):
            held = [place for place, name in enumerate(columns) if name is None]
            begins = columns[: 1 + max((*held, *map(columns.index, split.columns)))]
            rows = _rows(stat.split(), len(begins))
            if rows >= WORTH:
                yield Sorted(index, tuple(name for name in begins if name is not None), rows)


def _rows(stat: Iterable[str], count: int) -> int:
    """Return how many rows share the first `count` columns, from SQLite's “all first second …”."""
    numbers = [int(word) for word in stat if word.isdigit()]
    return numbers[count] if len(numbers) > count else 0
