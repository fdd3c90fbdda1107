"""Tries a formula out on one stored record, so that whoever writes it sees what it gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.formula import Formula, evaluate, from_stored
from essor.kernel.clock import moment_for
from essor.kernel.errors import NotFound
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query


def value_on(actor: Actor, formula: Formula, obj: ObjectDef, key: int, catalog: Catalog) -> Any:
    """Return what `formula` gives for the record `key` of `obj`, as `evaluate` does; NotFound when it is not seen."""
    columns = tuple(Column(Path(path)) for path in (("Id",), *formula.paths))
    where = Compare(Path(("Id",)), "eq", (Constant(key),))
    rows = run.rows(actor, Query(obj.name, columns=columns, where=where, limit=1))
    if not rows:
        raise NotFound(_("There is no such record."))
    row = {name.lower(): value for name, value in rows[0].items()}

    def value_of(path: tuple[str, ...]) -> Any:
        value = row.get(".".join(path).lower())
        field = end_of(path, obj, catalog)
        # A query gives a formula field in stored units; a formula reads it in its own.
        return from_stored(value, replace(field, formula="")) if field.formula else value

    return evaluate(formula, value_of, moment=moment_for(actor.timezone))


def end_of(path: tuple[str, ...], obj: ObjectDef, catalog: Catalog) -> Field:
    """Return the field that a checked path ends at."""
    for name in path[:-1]:
        way = obj.by_relationship[name.lower()]
        objects = [catalog.object(target) for target in way.targets if catalog.has(target)]
        obj = next((one for one in objects if one.has(path[-1])), objects[0])
    return obj.field(path[-1])
