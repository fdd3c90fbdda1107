"""Paths over a reference that may name records of several objects.

Either the objects share a table that the foreign key names (an owner is a principal: a user or a group),
or a bare key stands beside the prefix of its object (the What of a task).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models import Case, CharField, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, IsNull

from essor.catalog.definitions import Field, ObjectDef
from essor.kernel.errors import QueryRefused
from essor.query import paths
from essor.query.access import visible_in
from essor.query.environment import Env
from essor.query.families.text import TextFamily
from essor.query.operands import Operand
from essor.query.sql import VALUE
from essor.query.tree import Path

if TYPE_CHECKING:
    from django.db.models import Model

    from essor.query.paths import Place

TYPE = "type"


def has_carrier(link: Field, obj: ObjectDef, env: Env) -> bool:
    """Tell whether the lookup's foreign key names a table that its objects only share."""
    carrier = _carrier(link, obj)
    return carrier is not None and all(
        env.full.object(target).model is not carrier for target in link.targets if env.full.has(target)
    )


def _carrier(link: Field, obj: ObjectDef) -> type[Model] | None:
    if not link.relation:
        return None
    related = obj.model._meta.get_field(link.relation).related_model
    return related if isinstance(related, type) else None


def by_carrier(place: Place, link: Field, rest: Sequence[str], path: Path, env: Env) -> Operand:
    """Return a value behind an owner: what the shared table holds, else what each object's own table adds."""
    found = list(_behind_carrier(place, link, rest, path, env))
    if not found:
        raise paths.unknown(place.obj, ".".join((link.relationship, *rest)), path)
    first = found[0]
    distinct = {str(one.expression): one for one in found}
    if len(distinct) == 1:
        return first
    return first.computed(Coalesce(*(one.shown for one in found)), first.family, masks=())


def _behind_carrier(
    place: Place, link: Field, rest: Sequence[str], path: Path, env: Env
) -> Iterator[Operand]:
    """Yield the value as each object that the asker may see has it."""
    carrier = _carrier(link, place.obj)
    if carrier is None:
        return
    shared = {column.attname for column in carrier._meta.concrete_fields}
    for target in _targets(link, env):
        name = target.name_field if rest[0].lower() == "name" else rest[0]
        own = target.by_name.get(name.lower())
        hop = paths.step(place, link, target, rest, env)
        if len(rest) > 1 or own is None or own.attr not in shared:
            parent = target.model._meta.get_ancestor_link(carrier)
            if parent is None:
                continue
            hop = replace(hop, prefix=f"{hop.prefix}{parent.related_query_name()}__")
        try:
            yield paths.reach(hop, (name, *rest[1:]), path, env)
        except QueryRefused:
            continue


def by_prefix(place: Place, link: Field, rest: Sequence[str], path: Path, env: Env) -> Operand:
    """Return a value behind a bare key: looked up by key in the one table that the prefix names."""
    kind, key = f"{place.prefix}{link.attr}_type", f"{place.prefix}{link.attr}"
    targets = list(_targets(link, env))
    names = (*place.names, link.relationship)
    if len(rest) == 1 and rest[0].lower() == TYPE and targets:
        whens = [When(Q(Exact(F(kind), target.prefix)), then=Value(target.name)) for target in targets]
        return Operand(Case(*whens), TextFamily(), name=".".join((*names, "Type")), masks=place.masks)
    whens = []
    first: Operand | None = None
    for target in targets:
        name = target.name_field if rest[0].lower() == "name" else rest[0]
        try:
            inner = paths.reach(paths.Place(target), (name, *rest[1:]), path, env)
        except QueryRefused:
            continue
        first = first or inner
        rows = target.model._base_manager.using(env.using).filter(pk=OuterRef(key))
        seen = None if len(rest) == 1 and name in (target.name_field, "Id") else visible_in(env, target)
        rows = rows if seen is None else rows.filter(seen)
        looked_up = Subquery(rows.annotate(**{VALUE: inner.shown}).values(VALUE))
        whens.append(When(Q(Exact(F(kind), target.prefix)), then=looked_up))
    if first is None:
        raise paths.unknown(place.obj, ".".join((link.relationship, *rest)), path)
    name = ".".join((*names, "Name" if rest[0].lower() == "name" else first.name))
    return Operand(Case(*whens), first.family, first.field, name, place.masks)


def link_of(path: Path, obj: ObjectDef, env: Env) -> tuple[Place, Field]:
    """Return where a reference named by its relationship stands, and its lookup field."""
    place = paths.Place(obj)
    names = (
        path.names[1:] if path.names[0].lower() == obj.name.lower() and len(path.names) > 1 else path.names
    )
    for head, tail in itertools.pairwise(names):
        link = place.obj.by_relationship.get(head.lower())
        if link is None or len(link.targets) != 1 or not env.view.has(link.targets[0]):
            raise paths.unknown(place.obj, head, path)
        place = paths.step(place, link, env.view.object(link.targets[0]), (tail,), env)
    found = place.obj.by_relationship.get(names[-1].lower())
    if found is None:
        raise paths.unknown(place.obj, names[-1], path)
    return place, found


def kind_of(place: Place, link: Field, env: Env) -> Operand:
    """Return the name of the object that a reference's record belongs to."""
    targets = list(_targets(link, env))
    key, name = F(f"{place.prefix}{link.attr}"), place.named(link.relationship)
    if link.options.get("polymorphic"):
        tag, marks = F(f"{place.prefix}{link.attr}_type"), {target.name: target.prefix for target in targets}
    elif has_carrier(link, place.obj, env):
        # A principal's type is User for a person; every other type is some kind of group.
        tag, marks = F(f"{place.prefix}{link.relation}__type"), {"User": "User"}
    else:
        tag, marks = key, {}
    whens = [When(Q(Exact(tag, Value(mark))), then=Value(target)) for target, mark in marks.items()]
    others = [target.name for target in targets if target.name not in marks]
    if others:
        whens.append(When(Q(IsNull(key, False)), then=Value(others[0])))
    return Operand(Case(*whens, output_field=CharField()), TextFamily(), name=name, masks=place.masks)


def behind(place: Place, link: Field, target: str, way: Path, env: Env) -> Operand | None:
    """Return a value behind a reference for records of `target` only, None when that object has no such field."""
    narrowed = replace(link, targets=(target,))
    try:
        if link.options.get("polymorphic"):
            return by_prefix(place, narrowed, way.names, way, env)
        if has_carrier(link, place.obj, env):
            return by_carrier(place, narrowed, way.names, way, env)
        return paths.reach(
            paths.step(place, link, env.view.object(target), way.names, env), way.names, way, env
        )
    except QueryRefused:
        return None


def _targets(link: Field, env: Env) -> Iterator[ObjectDef]:
    """Yield the objects that the lookup may name and the asker may see."""
    for target in link.targets:
        if env.view.has(target):
            yield env.view.object(target)
