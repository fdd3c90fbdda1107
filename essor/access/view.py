"""The catalog as one actor may see it: what is hidden is absent, what is read-only is marked.

Every face and every query that a user wrote goes through this view, so that nobody can tell a
hidden field from one that does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from essor.access.actor import Actor
from essor.access.rights import FieldAccess, Right
from essor.access.setup import GUARDED, OPEN, rights_on
from essor.catalog import current
from essor.catalog.definitions import Catalog, Field, ObjectDef

# Identity, ownership and history of a record: without them no page, no sync and no audit works.
ALWAYS_SHOWN = frozenset(
    {
        "Id",
        "OwnerId",
        "CreatedDate",
        "CreatedById",
        "LastModifiedDate",
        "LastModifiedById",
        "SystemModstamp",
        "IsDeleted",
        "RecordTypeId",
        "CurrencyIsoCode",
    }
)

MOST_VIEWS = 200

_views: dict[tuple[int, int, tuple[int, ...]], Catalog] = {}


def catalog_for(actor: Actor) -> Catalog:
    """Return the actor's view of the catalog; people with the same rights share one, made once per version."""
    whole = current.get()
    if actor.system:
        return whole
    key = (whole.version, actor.version, actor.rights.signature)
    known = _views.get(key)
    if known is None:
        _forget(*key[:2])
        known = _views[key] = _build(whole, actor)
    return known


def _forget(catalog_version: int, access_version: int) -> None:
    """Drop the views of other versions: nobody asks for them any more."""
    for key in tuple(_views):
        if key[:2] != (catalog_version, access_version) or len(_views) >= MOST_VIEWS:
            _views.pop(key, None)


def field_access(actor: Actor, obj: ObjectDef, field: Field) -> FieldAccess:
    """Return what the actor may do with a field of `obj` of the whole catalog, rights on the object left aside.

    As in Salesforce nobody hides what a record cannot be without: required fields, masters, the name. What lets another
    field be reckoned (`seen_with`, “Opportunity.Amount”) is hidden with that one.
    """
    if field.compound and obj.has(field.compound):
        return field_access(actor, obj, obj.field(field.compound))
    if is_pinned(obj, field) or obj.name in OPEN | GUARDED:
        return FieldAccess.EDIT
    other = str(field.options.get("seen_with", ""))
    if other and actor.rights.access(*other.split(".")) == FieldAccess.HIDDEN:
        return FieldAccess.HIDDEN
    return actor.rights.access(obj.name, field.name)


def is_pinned(obj: ObjectDef, field: Field) -> bool:
    """Tell whether a field can be neither hidden nor made read-only."""
    return (
        field.required
        or field.kind.name == "masterdetail"
        or field.name == obj.name_field
        or field.name in ALWAYS_SHOWN
    )


def _build(whole: Catalog, actor: Actor) -> Catalog:
    readable = frozenset(obj.name for obj in whole if Right.READ in rights_on(actor, obj.name))
    fields = {obj.name: tuple(_fields(actor, obj, readable)) for obj in whole if obj.name in readable}
    shown = {name: frozenset(field.name for field in kept) for name, kept in fields.items()}
    objects = {}
    for name, kept in fields.items():
        obj = whole.objects[name]
        objects[name] = replace(
            obj,
            fields=kept,
            children=tuple(way for way in obj.children if way.field in shown.get(way.object_name, ())),
            compact=tuple(path for path in obj.compact if path in shown[name]),
            search_fields=tuple(path for path in obj.search_fields if _is_open(path, obj, whole, shown)),
            createable=obj.createable and Right.CREATE in rights_on(actor, name),
        )
    return Catalog(version=whole.version, objects=objects)


def _is_open(path: str, obj: ObjectDef, whole: Catalog, shown: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether every step of a path such as "Account.Name" is shown."""
    *ways, last = path.split(".")
    for way in ways:
        field = obj.by_relationship[way.lower()]
        if field.name not in shown.get(obj.name, ()):
            return False
        obj = whole.objects[field.targets[0]]
    return last in shown.get(obj.name, ())


def _fields(actor: Actor, obj: ObjectDef, readable: frozenset[str]) -> Iterator[Field]:
    rights = rights_on(actor, obj.name)
    for field in obj.fields:
        access = field_access(actor, obj, field)
        if access == FieldAccess.HIDDEN or field.hidden:
            continue
        narrowed = _narrowed(field, readable)
        if narrowed is None:
            continue
        createable = field.createable and access == FieldAccess.EDIT and Right.CREATE in rights
        updateable = field.updateable and access == FieldAccess.EDIT and Right.EDIT in rights
        if (createable, updateable) != (narrowed.createable, narrowed.updateable):
            narrowed = replace(narrowed, createable=createable, updateable=updateable)
        yield narrowed


def _narrowed(field: Field, readable: frozenset[str]) -> Field | None:
    """Return a lookup without the objects that the actor may not read; None when nothing is left to refer to."""
    targets = tuple(target for target in field.targets if target in readable)
    if targets == field.targets:
        return field
    if targets:
        return replace(field, targets=targets)
    return replace(field, targets=(), relationship="") if field.required else None
