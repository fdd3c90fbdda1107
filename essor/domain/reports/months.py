"""What the database should know of the months and bands that reports group by.

PostgreSQL takes every instant for a month of its own, every amount for a band, expects half a million groups, and sorts all
rows one after the other instead of adding them up side by side. Statistics over the very expression tell it that there are
some thirty. SQLite sorts whatever it is told. So that neither works a month out for every row, an index holds those of
instants (`indexes.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection

from essor.access.actor import system_actor
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.domain.reports import cohort
from essor.domain.reports.definition import Definition, Grouping
from essor.domain.reports.tree import STARTS, expression_of, family_name
from essor.query import functions
from essor.query.environment import env_for
from essor.query.sql import Held
from essor.query.tree import Call

PREFIX = "months_"
KNOWN = (
    "SELECT stxname FROM pg_statistic_ext WHERE starts_with(stxname, %s) AND pg_table_is_visible(stxrelid)"
)


def follow(catalog: Catalog, reports: Iterable[Definition]) -> None:
    """Keep statistics of the periods that these reports group instants by, and of no others."""
    if connection.vendor != "postgresql":
        return
    wanted: dict[str, tuple[str, str]] = {}
    for definition in reports:
        obj = catalog.object(definition.object)
        table = obj.model._meta.db_table
        for _field, call in periods(definition, obj):
            sql = written(call, obj)
            digest = hashlib.blake2b(f"{table} {sql}".encode(), digest_size=6).hexdigest()
            wanted[f"{PREFIX}{digest}"] = (table, sql)
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [PREFIX])
        known = {name for (name,) in cursor.fetchall()}
        for name in known - wanted.keys():
            cursor.execute(f"DROP STATISTICS IF EXISTS {quoted(name)}")
        fresh = {name: one for name, one in wanted.items() if name not in known}
        for name, (table, sql) in fresh.items():
            cursor.execute(f"CREATE STATISTICS IF NOT EXISTS {quoted(name)} ON ({sql}) FROM {quoted(table)}")
        for table in sorted({table for table, _sql in fresh.values()}):
            cursor.execute(f"ANALYZE {quoted(table)}")


def groupings(definition: Definition, obj: ObjectDef) -> Iterator[tuple[Field, Grouping]]:
    """Yield the object's own stored fields that a report groups by; a cohort does by two months."""
    found = list(definition.groupings)
    if definition.type == "cohort" and obj.name in cohort.ENDS:
        found += [Grouping(path, "month") for path in (cohort.CREATED, cohort.ENDS[obj.name][0])]
    for one in found:
        field = obj.by_name.get(one.path.lower())
        if field is not None and field.has_column:
            yield field, one


def periods(definition: Definition, obj: ObjectDef) -> Iterator[tuple[Field, Call]]:
    """Yield what a report groups instants and numbers of its own object by: days have few values as they are."""
    for field, one in groupings(definition, obj):
        family = family_name(field)
        found = expression_of(one, family)
        if family != "date" and isinstance(found, Call) and (one.unit in STARTS or one.bands):
            yield field, found


def written(call: Call, obj: ObjectDef) -> str:
    """Return PostgreSQL's SQL of an expression exactly as queries in the company's time zone write it."""
    sql, params = _compiled(_expression(call, obj), obj)
    operations: Any = connection.ops  # of PostgreSQL: other databases have no such thing
    return str(operations.compose_sql(sql, params))


def held(call: Call, obj: ObjectDef) -> str:
    """Return what an index can hold of a period in the company's time zone, in brackets; empty of anything else.

    PostgreSQL holds what queries ask for, SQLite what that is worked out of: nothing that Python has to answer.
    """
    expression = _expression(call, obj)
    if not isinstance(expression, Held):
        return ""
    sql = written(call, obj) if connection.vendor == "postgresql" else _compiled(expression.held(), obj)[0]
    table = connection.ops.quote_name(obj.model._meta.db_table)
    return f"({sql.replace(f'{table}.', '')})"  # an index names no table


def _expression(call: Call, obj: ObjectDef) -> Any:
    return functions.operand(call, obj, env_for(system_actor())).expression


def _compiled(expression: Any, obj: ObjectDef) -> tuple[str, Any]:
    query = obj.model._default_manager.all().query
    return query.get_compiler(connection.alias).compile(expression.resolve_expression(query))
