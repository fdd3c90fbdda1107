"""Queries of groups: COUNT, SUM … by GROUP BY, with HAVING, and the subtotals of ROLLUP and CUBE.

Each set of subtotals is one grouped query; the database adds up, Python only puts the sets together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key
from itertools import combinations
from typing import Any

from django.db.models import CharField, Count, F, QuerySet, Value
from django.utils.translation import gettext as _

from essor.catalog.definitions import EMPTY, ObjectDef
from essor.query import conditions, execute, functions, gathering, limits, ordering, outputs, source, usage
from essor.query.environment import Env, refused
from essor.query.families.numbers import NumberFamily
from essor.query.folding import fold
from essor.query.functions import aggregates
from essor.query.operands import Operand, Pair
from essor.query.ordering import Key
from essor.query.outputs import Output
from essor.query.plan import Record, whole
from essor.query.sql import OfGroup, Unordered
from essor.query.tree import Aggregate, Call, Column, Expression, Order, Path, Query


@dataclass(frozen=True, slots=True)
class Groups:
    """One set of groups: which of GROUP BY's expressions count in it; the others are subtotalled away."""

    query: Query
    obj: ObjectDef
    env: Env
    kept: tuple[int, ...]

    def operand(self, expression: Expression) -> Operand:
        """Return a grouped expression, an aggregate, or a display function of one; QueryRefused for anything else."""
        place = self.place(expression)
        if place is not None:
            found = functions.operand(self.query.group_by[place], self.obj, self.env)
            if place not in self.kept:
                return found.computed(Value(None, CharField()), found.family, masks=())
            if isinstance(found.expression, F) and adds_up(self.query):
                return replace(found, expression=Unordered(found.expression))
            return found
        if isinstance(expression, Aggregate):
            return self.aggregate(expression)
        if isinstance(expression, Call):
            return functions.function_of(expression).operand(expression, self.operand, self.env)
        message = _("“%(field)s” must stand in GROUP BY or inside COUNT, SUM, MIN, MAX …")
        raise refused(message % {"field": expression}, expression.at)

    def aggregate(self, expression: Aggregate) -> Operand:
        """Return an aggregate over the rows of a group; GROUPING tells whether its field is subtotalled away."""
        if expression.function.upper() != "GROUPING":
            only = conditions.clause(expression.where, conditions.Scope(self.obj, self.env))
            return aggregates.operand(
                expression,
                lambda inner: functions.operand(inner, self.obj, self.env),
                only=None if only is True else conditions.as_q(only),
            )
        place = self.place(expression.argument)
        if place is None or not self.query.grouping:
            raise refused(_("GROUPING() takes a field of GROUP BY ROLLUP or CUBE."), expression.at)
        return Operand(Value(int(place not in self.kept)), NumberFamily(), nullable=False)

    def place(self, expression: Expression | None) -> int | None:
        """Return where an expression stands in GROUP BY; names in any case are the same."""
        wanted = spelled(expression)
        return next((at for at, one in enumerate(self.query.group_by) if spelled(one) == wanted), None)


def is_grouped(query: Query) -> bool:
    """Tell whether a query yields one row per group instead of one per record."""
    return bool(query.group_by) or any(
        isinstance(column, Column) and has_aggregate(column.expression) for column in query.columns
    )


def has_aggregate(expression: Expression) -> bool:
    """Tell whether an expression counts or adds up rows."""
    if isinstance(expression, Call):
        return any(has_aggregate(argument) for argument in expression.arguments)
    return isinstance(expression, Aggregate)


def adds_up(query: Query) -> bool:
    """Tell whether a grouped query reads more of each row than what it groups by."""
    columns = [one.expression for one in query.columns if isinstance(one, Column)]
    return any(isinstance(one, Aggregate) and (one.argument or one.where) for one in columns)


def spelled(expression: Expression | None) -> str:
    """Return what tells two expressions of GROUP BY apart."""
    if isinstance(expression, Call):
        return f"{expression.function}({','.join(map(spelled, expression.arguments))})".lower()
    return str(expression).lower()


def rows(query: Query, env: Env) -> list[Record]:
    """Return the groups of `query` as records, sorted and limited."""
    limits.check(query)
    obj = source.object_named(query.object, env, query.at)
    usage.note_query(query, obj)
    sets = [Groups(query, obj, env, kept) for kept in kept_sets(query)]
    limit = whole(query.limit, query.limit_bind, env)
    offset = whole(query.offset, query.offset_bind, env) or 0
    end = None if limit is None else offset + limit
    if len(sets) == 1:
        return list(records(sets[0], start=offset, end=end))
    found = [pair for one in sets for pair in with_keys(one)]
    keys = sort_keys(sets[0])

    def order(left: tuple[Record, list[Any]], right: tuple[Record, list[Any]]) -> int:
        return compare(left[1], right[1], keys)

    return [record for record, _values in sorted(found, key=cmp_to_key(order))[offset:end]]


def kept_sets(query: Query) -> Iterator[tuple[int, ...]]:
    """Yield the sets of GROUP BY's places to group by: all of them, then what ROLLUP or CUBE leave out."""
    places = tuple(range(len(query.group_by)))
    if query.grouping == "rollup":
        yield from (places[:length] for length in range(len(places), -1, -1))
    elif query.grouping == "cube":
        yield from (kept for length in range(len(places), -1, -1) for kept in combinations(places, length))
    else:
        yield places


def records(groups: Groups, *, start: int = 0, end: int | None = None) -> Iterator[Record]:
    """Yield the groups of one set, sorted by the database."""
    shown = list(columns(groups))
    keys = sort_keys(groups)
    named = {f"k{at}": key for at, key in enumerate(keys)}
    grouped = grouped_rows(groups, shown, {name: key.sql for name, key in named.items()})
    grouped = grouped.order_by(*(replace(key, sql=F(name)).order_by() for name, key in named.items()))
    for row in execute.fetch(groups.env, grouped[start:end]):
        yield record_of(row, shown)


def with_keys(groups: Groups) -> Iterator[tuple[Record, list[Any]]]:
    """Yield the groups of one set with the values they are to be sorted by in Python."""
    shown = list(columns(groups))
    keys = [outputs.Output("", (key.value,)) for key in sort_keys(groups)]
    for row in execute.fetch(groups.env, grouped_rows(groups, [*shown, *keys])):
        yield record_of(row, shown), list(row[len(row) - len(keys) :])


def grouped_rows(groups: Groups, shown: Sequence[Output], sorts: Mapping[str, Any] = EMPTY) -> QuerySet[Any]:
    """Return one row per group with the sources of `shown` as columns; `sorts` are there to be sorted by."""
    found = source.filtered(groups.query, groups.obj, groups.env)
    by: dict[str, Any] = {}
    for place in groups.kept:
        expression = groups.operand(groups.query.group_by[place])
        parts = (
            (expression.expression.prefix, expression.expression.key)
            if isinstance(expression.expression, Pair)
            else (expression.shown,)
        )
        by.update({f"g{place}_{at}": part for at, part in enumerate(parts)})
    sources: dict[str, Any] = {
        f"s{at}": sql for at, sql in enumerate(sql for output in shown for sql in output.sources)
    }
    having = conditions.clause(groups.query.having, conditions.Scope(groups.obj, groups.env, groups.operand))
    if having is True and (steps := gathering.in_two_steps(groups.env, found, by, sources, sorts)):
        found, by, sources, sorts = steps
    # A constant groups by nothing: one row for all, as aggregates without GROUP BY want it.
    found = found.annotate(**(by or {"g": Value(1)})).values(*(by or ("g",)))
    # Without any aggregate Django would not group; this one is not selected.
    found = found.annotate(rows=Count("*"), **sources, **sorts)
    if having is not True:
        found = found.filter(conditions.as_q(having))
    selected: QuerySet[Any] = found.values_list(*sources)
    return selected


def outputs_of(query: Query, env: Env) -> list[Output]:
    """Return the columns of a query of groups."""
    obj = source.object_named(query.object, env, query.at)
    return list(columns(Groups(query, obj, env, tuple(range(len(query.group_by))))))


def columns(groups: Groups) -> Iterator[Output]:
    """Yield the columns of one set of groups."""
    unnamed = 0
    for column in groups.query.columns:
        if not isinstance(column, Column):
            raise refused(_("A grouped query shows grouped fields and aggregates only."), groups.query.at)
        operand = groups.operand(column.expression)
        name = column.alias or (operand.name if isinstance(column.expression, Path) else "")
        yield outputs.of_operand(name or f"expr{unnamed}", operand, groups.env)
        unnamed += not name


def sort_keys(groups: Groups) -> list[Key]:
    """Return the sort keys; without ORDER BY groups are sorted by what they are grouped by, as people expect."""
    orders = groups.query.order_by or tuple(Order(expression) for expression in groups.query.group_by)
    found = ordering.keys(orders, groups.operand, groups.env)
    return [replace(one, value=OfGroup(one.value), sql=OfGroup(one.sql)) for one in found]


def record_of(row: Sequence[Any], shown: Sequence[Output]) -> Record:
    """Return a group as a record."""
    record: Record = {}
    at = 0
    for output in shown:
        values = row[at : at + len(output.sources)]
        at += len(values)
        if output.read is None or (len(values) == 1 and values[0] is None):
            record[output.name] = values[0]
        else:
            record[output.name] = output.read(*values)
    return record


def compare(left: Sequence[Any], right: Sequence[Any], keys: Sequence[Key]) -> int:
    """Return how two groups are sorted, as the database would: negative when `left` comes first."""
    for ours, theirs, key in zip(left, right, keys, strict=True):
        if ours is None or theirs is None:
            if ours is not theirs:
                return -1 if (ours is None) == key.nulls_first else 1
            continue
        one, other = (fold(ours), fold(theirs)) if isinstance(ours, str) else (ours, theirs)
        if one != other:
            return -1 if (one < other) != key.descending else 1
    return 0
