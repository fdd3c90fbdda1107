"""What must be loaded of an object's own row before a formula can read its paths."""

from __future__ import annotations

from collections.abc import Iterable

from essor.catalog.definitions import Catalog, ObjectDef
from essor.query.computed import formula_of

Names = tuple[str, ...]


def stored_paths(paths: Iterable[Names], obj: ObjectDef, catalog: Catalog) -> Iterable[Names]:
    """Yield `paths` with what the object's own formula fields are worked out of in the place of those fields."""
    for path in paths:
        field = obj.by_name.get(path[0].lower()) if len(path) == 1 else None
        if field is not None and field.formula:
            yield from stored_paths(formula_of(field, obj, catalog).paths, obj, catalog)
        else:
            yield path


def own_fields(paths: Iterable[Names], obj: ObjectDef, catalog: Catalog) -> set[str]:
    """Return the names of the object's own fields that `paths` read or start from."""
    found: set[str] = set()
    for path in stored_paths(paths, obj, catalog):
        if len(path) > 1:
            way = obj.by_relationship.get(path[0].lower())
            found.add(way.name if way else path[0])
        else:
            found.add(path[0])
    return found
