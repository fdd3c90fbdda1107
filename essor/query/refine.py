"""How a segment narrows: the count behind every step (1 000 → 600 → 450), in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from django.db.models import Case, Count, IntegerField, Q, Value, When

from essor.access.actor import Actor
from essor.query import conditions, execute, limits, source
from essor.query.environment import env_for
from essor.query.run import Binds
from essor.query.sql import Reduce
from essor.query.tree import All, Condition, Query

DEPTH = "essor_depth"


def steps(actor: Actor, query: Query, *, binds: Binds | None = None) -> list[int]:
    """Return the count behind each step of `query.where`, the children of an All: each narrows the one before.

    The first step is the statement's WHERE, where an index serves it; a row then falls out at most once.
    """
    limits.check(query)
    env = env_for(actor, binds=binds)
    obj = source.object_named(query.object, env, query.at)
    first, *others = (
        query.where.children if isinstance(query.where, All) and query.where.children else (query.where,)
    )
    rows = source.filtered(replace(query, where=first), obj, env)
    if not others:
        return [execute.count(env, rows)]
    scope = conditions.Scope(obj, env)
    failing = [
        When(conditions.as_q(conditions.clause(step, scope, negated=True)), then=Value(place))
        for place, step in enumerate(others)
    ]
    passed = Case(*failing, default=Value(len(others)), output_field=IntegerField())
    grouped = rows.annotate(**{DEPTH: passed}).values_list(DEPTH).annotate(n=Count("*"))
    by_depth = {row[0]: int(row[1]) for row in execute.fetch(env, grouped)}
    ends = [by_depth.get(place, 0) for place in range(len(others) + 1)]
    return list(accumulate(reversed(ends)))[::-1]


def counts(
    actor: Actor, object_name: str, wheres: Sequence[Condition | None], *, binds: Binds | None = None
) -> list[int]:
    """Return the counts of several conditions on one object, each on its own, in one statement.

    For a segment's history, whose steps need not narrow: 450 may become 512 when a criterion is relaxed.
    """
    env = env_for(actor, binds=binds)
    obj = source.object_named(object_name, env)
    scope = conditions.Scope(obj, env)
    for where in wheres:
        limits.check(Query(object_name, where=where))
    clauses = [conditions.as_q(conditions.clause(where, scope)) for where in wheres]
    if len(clauses) == 1:
        return [execute.count(env, source.rows(obj, env).filter(clauses[0]))]
    columns = [Reduce(passing(clause), function="SUM") for clause in clauses]
    found = execute.fetch(env, source.rows(obj, env).values_list(*columns)) if columns else []
    return [int(number or 0) for number in found[0]] if found else [0] * len(wheres)


def passing(clause: Q) -> Case:
    """Return 1 for the rows that pass a condition, 0 for the others."""
    whens = [When(clause, then=Value(1))] if clause else []
    return Case(*whens, default=Value(0 if clause else 1), output_field=IntegerField())
