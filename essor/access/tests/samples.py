"""What the tests of this room share: records, the rows somebody gets, a small compiler of conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model, Q

from essor.access.actor import Actor
from essor.access.grants import Verb
from essor.access.models import User
from essor.access.rows import visible
from essor.catalog import current
from essor.catalog.definitions import ObjectDef

MakeUser = Callable[..., User]


def equals(obj: ObjectDef, condition: Mapping[str, Any]) -> Q:
    """Compile the conditions of these tests, {field: value}; the room that reads compiles whole query trees."""
    return Q(**{obj.field(name).attr: value for name, value in condition.items()})


def rows_of(actor: Actor, name: str, verb: Verb = "read") -> set[str]:
    """Return the names of the records with which the actor may do `verb`."""
    obj = current.get().object(name)
    condition = visible(actor, obj, verb=verb, compile_where=equals)
    rows = obj.model._default_manager.all()
    attr = obj.field(obj.name_field).attr
    return set((rows if condition is None else rows.filter(condition)).values_list(attr, flat=True))


def new(name: str, /, **values: Any) -> Model:
    """Store a record of an object without any rule."""
    return current.get().object(name).model._default_manager.create(**values)
