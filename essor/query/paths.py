"""From an outside path to SQL: walks the catalog as the asker sees it, hop by hop.

What is hidden and what does not exist are refused in the same words. A parent of a private object is masked:
its fields, except its name, are empty where the asker may not read its row — in columns, filters and sorts alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.lookups import IsNull
from django.utils.translation import gettext as _

from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.kinds.computed import result_kind
from essor.formula import sql_to_stored
from essor.kernel.errors import QueryRefused
from essor.query import computed, polymorphic
from essor.query.access import visible_in
from essor.query.environment import Env, refused, system_eyes
from essor.query.families import family_of
from essor.query.families.base import Sql
from essor.query.operands import Operand, Pair
from essor.query.tree import Path

CURRENCY = "CurrencyIsoCode"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a path has got: the object, the ORM prefix that leads there, the names so far, the masks so far."""

    obj: ObjectDef
    prefix: str = ""
    names: tuple[str, ...] = ()
    masks: tuple[Q, ...] = ()

    def named(self, name: str) -> str:
        """Return the outside path of a field here."""
        return ".".join((*self.names, name))


def field_of(env: Env, obj: ObjectDef, path: Path) -> Field:
    """Return the field that a path ends at; QueryRefused (INVALID_FIELD) when the asker has none of that name."""
    field = operand(path, obj, env).field
    if field is None:
        raise unknown(obj, str(path), path)
    return field


def operand(path: Path, obj: ObjectDef, env: Env) -> Operand:
    """Return the value at the end of `path` from `obj`; QueryRefused (INVALID_FIELD) when there is none to see."""
    names = path.names
    if (
        len(names) > 1
        and names[0].lower() == obj.name.lower()
        and names[0].lower() not in obj.by_relationship
    ):
        names = names[1:]
    return reach(Place(obj), names, path, env)


def reach(place: Place, names: Sequence[str], path: Path, env: Env) -> Operand:
    """Return the value at the end of `names` from `place`."""
    head, rest = names[0], names[1:]
    if not rest:
        return leaf(place, head, path, env)
    link = place.obj.by_relationship.get(head.lower())
    if link is None:
        raise unknown(place.obj, head, path)
    if link.options.get("polymorphic"):
        return polymorphic.by_prefix(place, link, rest, path, env)
    if polymorphic.has_carrier(link, place.obj, env):
        return polymorphic.by_carrier(place, link, rest, path, env)
    if not link.targets or not env.view.has(link.targets[0]):
        raise unknown(place.obj, head, path)
    return reach(step(place, link, env.view.object(link.targets[0]), rest, env), rest, path, env)


def step(place: Place, link: Field, target: ObjectDef, rest: Sequence[str], env: Env) -> Place:
    """Return the place one hop further up, masked where the asker does not see every parent row."""
    masks = place.masks
    if not (len(rest) == 1 and rest[0].lower() in (target.name_field.lower(), "name", "id")):
        masks = (*masks, *mask(place.prefix, link, target, env))
    return replace(
        place,
        obj=target,
        prefix=f"{place.prefix}{link.relation}__",
        names=(*place.names, link.relationship),
        masks=masks,
    )


def mask(prefix: str, link: Field, target: ObjectDef, env: Env) -> tuple[Q, ...]:
    """Return the condition that the asker may read the parent row; none when they read them all."""
    seen = visible_in(env, target)
    if seen is None:
        return ()
    rows = target.model._base_manager.using(env.using)
    return (Q(Exists(rows.filter(seen, pk=OuterRef(f"{prefix}{link.attr}")))),)


def leaf(place: Place, name: str, path: Path, env: Env) -> Operand:
    """Return the value of one field of the object that the path has reached.

    A parent's `Name` is what it is called by, whatever that field is: a task's or an event's is its subject.
    """
    field = place.obj.by_name.get(name.lower())
    outside = field.name if field is not None else "Name"
    if field is None and place.prefix and name.lower() == "name":
        field = place.obj.by_name.get(place.obj.name_field.lower())
    if field is None:
        raise unknown(place.obj, name, path)
    base = column_of(replace(place, masks=()) if place.masks else place, field.name, outside)
    if place.masks:
        base = replace(base, masks=place.masks)
    if isinstance(base.expression, Pair) or field.has_column or base.family is None:
        return base
    if not field.formula:
        rolled = computed.roll_up(field, env.full.object(place.obj.name), place.prefix, env)
        return replace(base, expression=of_existing(place, rolled))
    made = computed.formula(field, place.obj, env, lambda names: eyes_of_author(place, names, path, env))
    raw = of_existing(place, made)
    return replace(base, expression=sql_to_stored(raw, field), raw=raw)


@lru_cache(maxsize=2048)
def column_of(place: Place, name: str, outside: str) -> Operand:
    """Return a field of an unmasked place as if it had a column; the same for all who see the same `place.obj`."""
    field = place.obj.field(name)
    column = f"{place.prefix}{field.attr}"
    pair = bool(field.options.get("polymorphic"))
    family = family_of(field)
    return Operand(
        expression=Pair(F(f"{column}_type"), F(column)) if pair else F(column),
        family=family,
        field=field,
        name=place.named(outside),
        nullable=pair or not field.has_column or is_nullable(place, field),
        currency=None if pair or family is None else currency_of(place, field),
    )


def of_existing(place: Place, expression: Sql) -> Sql:
    """Return a computed value that is empty where there is no parent to compute it for."""
    if not place.prefix:
        return expression
    return Case(When(Q(IsNull(F(f"{place.prefix}pk"), False)), then=expression))


def eyes_of_author(place: Place, names: Sequence[str], path: Path, env: Env) -> Operand:
    """Return a value inside a formula: its author may see what its reader may not."""
    whole = replace(place, obj=env.full.object(place.obj.name), masks=())
    return reach(whole, names, path, system_eyes(env))


def is_nullable(place: Place, field: Field) -> bool:
    """Tell whether the value may be empty: by its column, or because the parent may be missing."""
    return bool(place.prefix) or place.obj.model._meta.get_field(field.attr).null


def currency_of(place: Place, field: Field) -> F | None:
    """Return where the record keeps the currency of a money field; None where that is the company's own."""
    if result_kind(field).name != "money" or not place.obj.has(CURRENCY) or field.options.get("corporate"):
        return None
    return F(f"{place.prefix}{place.obj.field(CURRENCY).attr}")


def unknown(obj: ObjectDef, name: str, path: Path) -> QueryRefused:
    """Return the one refusal of a field that is missing or hidden."""
    message = _("“%(object)s” has no field “%(field)s”.") % {"object": obj.name, "field": name}
    return refused(message, path.at, "INVALID_FIELD")
