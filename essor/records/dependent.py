"""Text fields whose values come from another record of theirs: the status of a member is one of its campaign's.

    Spec(options={"depends_on": "CampaignId"})        # the catalog says on which lookup, in the room's objects.py

    @values("CampaignMember", "Status")               # a room says which values there are
    def statuses(actor: Actor, campaigns: Collection[int]) -> Mapping[int, Sequence[Choice]]: ...

Faces draw such a field as a choice wherever the record beside it is known. What is allowed is a rule of the room's own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from essor.access.actor import Actor
from essor.catalog.definitions import Choice, Field, ObjectDef
from essor.catalog.kinds import kind
from essor.kernel import ids

DEPENDS = "depends_on"
# Returns the values by record of the lookup, for those that the actor may read.
Values = Callable[[Actor, Collection[int]], Mapping[int, Sequence[Choice]]]
_values: dict[tuple[str, str], Values] = {}


def values(object_name: str, field_name: str) -> Callable[[Values], Values]:
    """Register who knows the values of a field that depends on another record."""

    def register(function: Values) -> Values:
        _values[object_name, field_name] = function
        return function

    return register


def lookup_of(obj: ObjectDef, field: Field) -> Field | None:
    """Return the lookup that a field's values depend on, None for any other field."""
    name = str(field.options.get(DEPENDS, ""))
    return obj.field(name) if (field.object_name, field.name) in _values and obj.has(name) else None


def offered(actor: Actor, obj: ObjectDef, field: Field, beside: Mapping[str, object]) -> Field:
    """Return a field as a form offers it: a choice where its record is known (`beside`: values by outside name)."""
    lookup = lookup_of(obj, field)
    return field if lookup is None else among(actor, field, [key_of(lookup, beside.get(lookup.name))])


def among(actor: Actor, field: Field, keys: Iterable[int | None]) -> Field:
    """Return a field as a choice of the values that all of some records know; as it is when they share none."""
    wanted = set(keys)
    known = {key for key in wanted if key is not None}
    if not known or known != wanted:
        return field
    found = _values[field.object_name, field.name](actor, known)
    shared = [{one.value for one in found.get(key, ())} for key in known]
    both = set.intersection(*shared)
    choices = tuple(one for one in found.get(min(known), ()) if one.value in both)
    return replace(field, kind=kind("picklist"), choices=choices) if choices else field


def key_of(lookup: Field, value: object) -> int | None:
    """Return the key of a lookup's value, stored or as a form sends it."""
    if isinstance(value, int):
        return value
    try:
        return ids.decode(str(value))[1] if value and len(lookup.targets) == 1 else None
    except ValueError:
        return None
