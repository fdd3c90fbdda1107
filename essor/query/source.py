"""The rows that a question starts from: an object the asker may read, its rows outside the bin that they may see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from essor.catalog.definitions import ObjectDef
from essor.kernel.errors import UnknownObject
from essor.query import conditions
from essor.query.access import visible_in
from essor.query.environment import Env, refused
from essor.query.tree import NOWHERE, Position, Query

WHOSE = ("OwnerId", "ActorId")  # who has a record, or is asked for an answer
RECENT = 200
EVERYTHING = frozenset({"", "everything", "scopingrule"})


def object_named(name: str, env: Env, at: Position = NOWHERE) -> ObjectDef:
    """Return the object that a query asks; QueryRefused (INVALID_TYPE) when the asker sees none of that name."""
    try:
        return env.view.object(name)
    except UnknownObject as error:
        raise refused(str(error), at, error.code) from None


def rows(obj: ObjectDef, env: Env, *, deleted: bool = False) -> QuerySet[Any]:
    """Return the asker's rows of `obj`; the recycle bin is left out in the very words of the partial indexes."""
    return _all(obj, env).filter(*_seen(obj, env, deleted=deleted))


def _all(obj: ObjectDef, env: Env) -> QuerySet[Any]:
    return obj.model._base_manager.using(env.using).order_by()


def _seen(obj: ObjectDef, env: Env, *, deleted: bool) -> Iterator[Q]:
    """Yield the conditions of the asker's rows."""
    if not deleted and hasattr(obj.model, "is_deleted"):
        yield Q(is_deleted=False)
    if (seen := visible_in(env, obj)) is not None:
        yield seen


def filtered(query: Query, obj: ObjectDef, env: Env) -> QuerySet[Any]:
    """Return the rows that `query` is about, before columns, order and limit."""
    refuse_clauses(query)
    where = conditions.clause(query.where, conditions.Scope(obj, env))
    met = [*_seen(obj, env, deleted=query.deleted)]
    if scope := in_scope(query, obj, env):
        met.append(scope)
    if where is not True:
        met.append(conditions.as_q(where))
    return _all(obj, env).filter(*met)


def refuse_clauses(query: Query) -> None:
    """Refuse clauses that would change the answer; those about rights ask for what every query does anyway."""
    for clause in query.clauses:
        if clause.upper().startswith("WITH DATA CATEGORY"):
            raise refused(
                _("Data categories are not supported: “%(clause)s”.") % {"clause": clause}, query.at
            )


def in_scope(query: Query, obj: ObjectDef, env: Env) -> Q:
    """Return the condition of USING SCOPE."""
    scope = query.scope.lower()
    if scope in EVERYTHING:
        return Q()
    if scope == "mru" and obj.has("LastModifiedById"):
        return _used_last(obj, env)
    owners = {
        "mine": {env.actor.user_id},
        "team": env.actor.team,
        "mine_and_my_groups": env.actor.groups | {env.actor.user_id},
        "mineandmygroups": env.actor.groups | {env.actor.user_id},
    }.get(scope)
    whose = next((name for name in WHOSE if obj.has(name)), "")
    if owners is None or not whose:
        message = _("The scope “%(scope)s” does not exist here.") % {"scope": query.scope}
        raise refused(message, query.at, "INVALID_QUERY_SCOPE")
    return Q(**{f"{obj.field(whose).attr}__in": sorted(owners)})


def _used_last(obj: ObjectDef, env: Env) -> Q:
    """Return the condition for what the asker saved last: what was only looked at is known to their browser alone."""
    mine = obj.model._base_manager.using(env.using).filter(last_modified_by_id=env.actor.user_id)
    if hasattr(obj.model, "is_deleted"):
        mine = mine.filter(is_deleted=False)
    return Q(pk__in=mine.order_by("-last_modified_date", "-pk").values("pk")[:RECENT])
