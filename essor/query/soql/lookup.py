"""Names looked up in a catalog without complaint, for `write` and `complete`; what a query may do is said elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from essor.catalog.definitions import Catalog, Field, ObjectDef


def object_named(catalog: Catalog | None, name: str) -> ObjectDef | None:
    """Return the object called `name` in any case, None when there is none or no catalog."""
    return catalog.by_lower.get(name.lower()) if catalog else None


def targets(catalog: Catalog, way: Field) -> tuple[ObjectDef, ...]:
    """Return the objects that a lookup may point to and that this catalog has."""
    return tuple(catalog.object(name) for name in way.targets if catalog.has(name))


def parents(
    catalog: Catalog, start: Sequence[ObjectDef], relationships: Sequence[str]
) -> tuple[ObjectDef, ...]:
    """Return the objects reached from any of `start` over `relationships`, each once; several for "Who" or "What"."""
    reached = tuple(start)
    for name in relationships:
        ways = (one.by_relationship.get(name.lower()) for one in reached)
        found = {target.name: target for way in ways if way for target in targets(catalog, way)}
        reached = tuple(found.values())
    return reached


def field_at(catalog: Catalog, start: Sequence[ObjectDef], names: Sequence[str]) -> Field | None:
    """Return the field at the end of a path from any of `start`, None when the path leads nowhere."""
    for parent in parents(catalog, start, names[:-1]):
        if parent.has(names[-1]):
            return parent.field(names[-1])
    return None


def children(catalog: Catalog, parent: ObjectDef, relationship: str) -> ObjectDef | None:
    """Return the object that `relationship` of `parent` leads down to."""
    for way in parent.children:
        if way.name.lower() == relationship.lower():
            return object_named(catalog, way.object_name)
    return None
