"""Checks a query as far as it can be without asking the database: every name, every type, every limit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from essor.access.actor import Actor
from essor.query import children, execute, grouped, limits, run, source
from essor.query.environment import Env, env_for
from essor.query.plan import Plan, plan
from essor.query.tree import Query


def check(actor: Actor, query: Query) -> None:
    """Raise QueryRefused, with code and position, unless `query` could run in the eyes of `actor`."""
    env = env_for(actor)
    for rows in _statements(query, env):
        try:
            execute.statement(env, rows)
        except EmptyResultSet:
            continue


def _statements(query: Query, env: Env) -> Iterable[QuerySet[Any]]:
    """Yield what would be run, compiled from the tree."""
    limits.check(query)
    if run.is_bare_count(query):
        yield run.matching(query, env)
    elif grouped.is_grouped(query):
        obj = source.object_named(query.object, env, query.at)
        for kept in grouped.kept_sets(query):
            groups = grouped.Groups(query, obj, env, kept)
            sorts = {f"k{at}": key.value for at, key in enumerate(grouped.sort_keys(groups))}
            yield grouped.grouped_rows(groups, list(grouped.columns(groups)), sorts)
    else:
        yield from _plans(plan(query, env))


def _plans(found: Plan) -> Iterable[QuerySet[Any]]:
    yield found.select(limit=found.limit)
    for column in found.children:
        inner, _link = children.child_plan(found, column)
        yield from _plans(inner)
