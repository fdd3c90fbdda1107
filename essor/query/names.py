"""The names of records of any objects in one statement, for chips, search results and "last seen"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast

from essor.access.actor import Actor
from essor.query import execute, source
from essor.query.environment import env_for

Key = tuple[str, int]


def names(actor: Actor, keys: Iterable[Key]) -> Mapping[Key, str]:
    """Return {(object name, key): name} of those records that the actor may see and that are not in the bin."""
    env = env_for(actor)
    wanted: dict[str, set[int]] = defaultdict(set)
    for name, key in keys:
        if env.view.has(name):
            wanted[env.view.object(name).name].add(key)
    parts = []
    for name, ids in wanted.items():
        obj = env.view.object(name)
        attr = obj.field(obj.name_field).attr
        rows = source.rows(obj, env).filter(pk__in=ids)
        shown = Cast(F(attr), CharField())
        parts.append(rows.annotate(s0=Value(name, CharField()), s1=shown).values_list("s0", "pk", "s1"))
    if not parts:
        return {}
    first, *others = parts
    found = first.union(*others, all=True) if others else first
    return {(name, key): text or "" for name, key, text in execute.fetch(env, found)}
