"""How much one question may ask, in one place."""

from __future__ import annotations

from collections.abc import Iterator, Sized

from django.utils.translation import gettext_lazy as _

from essor.query.environment import refused
from essor.query.tree import (
    Aggregate,
    All,
    Any,
    ChildRows,
    Column,
    Compare,
    Condition,
    InQuery,
    Not,
    Query,
    Related,
)

MOST_CONDITIONS = 500
MOST_VALUES = 30_000  # SQLite as most people have it takes 32,766 parameters
DEEPEST_CONDITION = 40
DEEPEST_QUERY = 5
MOST_SUBQUERIES = 40
MOST_COLUMNS = 1_000
MOST_KEYS = 20
LARGEST_PAGE = 2_000
SECONDS = 30.0
MOST_CUBED = 4
MOST = (
    (MOST_CONDITIONS, _("A query has at most %(limit)d conditions.")),
    (MOST_VALUES, _("A query names at most %(limit)d values.")),
    (MOST_SUBQUERIES, _("A query has at most %(limit)d sub-selects.")),
    (MOST_COLUMNS, _("A query shows at most %(limit)d columns.")),
    (MOST_KEYS, _("A query is sorted by at most %(limit)d fields.")),
    (MOST_KEYS, _("A query groups by at most %(limit)d fields.")),
)


def check(query: Query, *, depth: int = 1) -> None:
    """Refuse a query that is too large to be meant; QueryRefused names the limit."""
    if depth > DEEPEST_QUERY:
        raise refused(_("Sub-selects go at most %(limit)d levels deep.") % {"limit": DEEPEST_QUERY}, query.at)
    leaves = [
        *walk(query.where),
        *walk(query.having),
        *(leaf for one in counted(query) for leaf in walk(one)),
    ]
    children = [column.query for column in query.columns if isinstance(column, ChildRows)]
    inner = [*children, *(leaf.query for leaf in leaves if isinstance(leaf, InQuery))]
    values = [value for leaf in leaves if isinstance(leaf, Compare) for value in leaf.values]
    counts: tuple[Sized, ...] = (leaves, values, inner, query.columns, query.order_by, query.group_by)
    most = (*MOST[:-1], (MOST_CUBED, MOST[-1][1])) if query.grouping else MOST
    for found, (limit, message) in zip(counts, most, strict=True):
        if len(found) > limit:
            raise refused(message % {"limit": limit}, query.at, "QUERY_TOO_COMPLICATED")
    for one in inner:
        check(one, depth=depth + 1)


def counted(query: Query) -> Iterator[Condition | None]:
    """Yield the conditions of the columns that count only some rows."""
    for column in query.columns:
        if isinstance(column, Column) and isinstance(column.expression, Aggregate):
            yield column.expression.where


def walk(condition: Condition | None, depth: int = 1) -> Iterator[Compare | InQuery | Related]:
    """Yield the leaves of a condition, those below related records too; QueryRefused when it is nested too deep."""
    if depth > DEEPEST_CONDITION:
        message = _("Conditions are nested at most %(limit)d deep.")
        raise refused(message % {"limit": DEEPEST_CONDITION}, code="QUERY_TOO_COMPLICATED")
    if isinstance(condition, (All, Any, Not)):
        for child in condition.children:
            yield from walk(child, depth + 1)
    elif condition is not None:
        yield condition
        if isinstance(condition, Related):
            yield from walk(condition.where, depth + 1)
