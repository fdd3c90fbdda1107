"""Row rights as conditions: sharing rules hold query trees, so the room that compiles them hands them to access."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from essor.access import rows
from essor.access.actor import Actor
from essor.access.grants import CompileWhere, Verb
from essor.catalog.definitions import ObjectDef
from essor.query import decode
from essor.query.environment import Env, env_for, system_eyes


def visible_q(actor: Actor, obj: ObjectDef, *, verb: Verb = "read") -> Q | None:
    """Return the condition on `obj.model` for the rows with which `actor` may do `verb`; None when all rows."""
    return visible_in(env_for(actor), obj, verb=verb)


def visible_in(env: Env, obj: ObjectDef, *, verb: Verb = "read") -> Q | None:
    """Return `visible_q` for a question that is being compiled; worked out once per question."""
    if not env.rows_checked:
        return None
    key = ("visible", obj.name, verb)
    if key not in env.memo:
        env.memo[key] = rows.visible(
            env.actor, obj, verb=verb, compile_where=lambda *rule: rule_q(env, *rule)
        )
    found: Q | None = env.memo[key]
    return found


def rule_q(env: Env, obj: ObjectDef, condition: Mapping[str, Any]) -> Q:
    """Return the condition of a sharing rule, over all fields and rows: it decides who sees, not what they see."""
    from essor.query import conditions  # noqa: PLC0415 -- conditions over parents need row rights in their turn

    eyes = system_eyes(env)
    clause = conditions.clause(
        decode.condition(condition), conditions.Scope(eyes.full.object(obj.name), eyes)
    )
    return conditions.as_q(clause)


def compiler(actor: Actor) -> CompileWhere:
    """Return what makes SQL of a sharing rule's condition; it raises QueryRefused or ValueError when that cannot run."""
    env = env_for(actor)
    return lambda obj, condition: rule_q(env, obj, condition)
