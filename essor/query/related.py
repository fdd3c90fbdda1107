"""Conditions over other records: children that exist, ids that another query finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import Exact, GreaterThanOrEqual, In, IsNull
from django.utils.translation import gettext as _

from essor.catalog.definitions import Field, ObjectDef
from essor.query import conditions, paths, source
from essor.query.environment import Env, refused
from essor.query.families.identity import IdFamily
from essor.query.operands import Operand, Pair
from essor.query.operators.base import Clause, all_of, any_of, none_of
from essor.query.sql import VALUE, CountAll
from essor.query.tree import NOWHERE, Column, InQuery, Path, Position, Query, Related

if TYPE_CHECKING:
    from essor.query.conditions import Scope


def child_of(obj: ObjectDef, relationship: str, env: Env, at: Position = NOWHERE) -> tuple[ObjectDef, Field]:
    """Return the child object and the lookup behind a relationship name; QueryRefused when the asker sees none."""
    for way in obj.children:
        if way.name.lower() == relationship.lower() and env.view.has(way.object_name):
            child = env.view.object(way.object_name)
            return child, child.field(way.field)
    message = _("“%(object)s” has no child relationship “%(name)s”.")
    raise refused(message % {"object": obj.name, "name": relationship}, at, "INVALID_FIELD")


def link_to(obj: ObjectDef, link: Field, key: OuterRef) -> Q:
    """Return the condition that a child's lookup names the record `key` of `obj`."""
    if link.options.get("polymorphic"):
        return Q(**{f"{link.attr}_type": obj.prefix, link.attr: key})
    return Q(**{link.attr: key})


def has_children(condition: Related, scope: Scope, *, negated: bool) -> Clause:
    """Return the clause of records with (or without) enough children."""
    turned = negated != condition.negated
    if condition.at_least <= 0:
        return not turned
    child, link = child_of(scope.obj, condition.relationship, scope.env, condition.at)
    rows = source.rows(child, scope.env).filter(link_to(scope.obj, link, OuterRef("pk")))
    rows = rows.filter(
        conditions.as_q(conditions.clause(condition.where, conditions.Scope(child, scope.env)))
    )
    if condition.at_least == 1:
        found = Q(Exists(rows))
    else:
        counted = Subquery(rows.order_by().annotate(**{VALUE: CountAll()}).values(VALUE))
        found = Q(GreaterThanOrEqual(counted, Value(condition.at_least)))
    return none_of(found) if turned else found


def in_query(condition: InQuery, scope: Scope, *, negated: bool) -> Clause:
    """Return the clause of a semi- or anti-join. Ids of different objects never meet, whatever their integers."""
    turned = negated != condition.negated
    env = scope.env
    left = scope.operand(condition.left)
    child = source.object_named(condition.query.object, env, condition.query.at)
    right = paths.operand(selected(condition.query), child, env)
    rows = source.filtered(condition.query, child, env).filter(*right.masks)
    found = any_of(
        [
            all_of([prefix_is(left, prefix), membership(left, right, rows, prefix, env, negated=turned)])
            for prefix in shared_prefixes(left, right)
        ]
    )
    if not turned:
        return all_of([found, *left.masks])
    return any_of([none_of(found), *conditions.empty(left)])


def selected(query: Query) -> Path:
    """Return the one field that the sub-select yields."""
    column = query.columns[0] if len(query.columns) == 1 else None
    if isinstance(column, Column) and isinstance(column.expression, Path):
        return column.expression
    raise refused(_("The sub-select of IN selects exactly one field."), query.at)


def shared_prefixes(left: Operand, right: Operand) -> tuple[str, ...]:
    """Return the key prefixes that both sides may hold; one "" when neither side's key needs its prefix to be read."""
    ours, theirs = prefixes(left), prefixes(right)
    common = tuple(one for one in ours if one in theirs)
    if isinstance(left.expression, Pair) or isinstance(right.expression, Pair):
        return common
    return ("",) if common or not (ours and theirs) else ()


def prefixes(side: Operand) -> tuple[str, ...]:
    """Return the prefixes of the ids that a side may hold."""
    return side.family.prefixes if isinstance(side.family, IdFamily) else ()


def prefix_is(side: Operand, prefix: str) -> Clause:
    """Return the condition that a key belongs to the object with `prefix`; True where that is clear anyway."""
    return Q(Exact(side.expression.prefix, Value(prefix))) if isinstance(side.expression, Pair) else True


def membership(
    left: Operand, right: Operand, rows: QuerySet[Any], prefix: str, env: Env, *, negated: bool
) -> Clause:
    """Return `left IN (rows)`; where the answer is turned round, PostgreSQL wants NOT EXISTS to plan an anti-join."""
    rows = rows.filter(conditions.as_q(prefix_is(right, prefix)))
    ours = left.expression.key if isinstance(left.expression, Pair) else left.expression
    theirs = right.expression.key if isinstance(right.expression, Pair) else right.expression
    if negated and not env.sqlite and isinstance(ours, F):
        key = OuterRef(ours.name)  # type: ignore[attr-defined]  # the stubs forget it
        return Q(Exists(rows.filter(Exact(theirs, key))))
    return Q(In(ours, rows.filter(IsNull(theirs, False)).annotate(**{VALUE: theirs}).values(VALUE)))
