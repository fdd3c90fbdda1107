"""Records as JSON: outside names, 18-character ids, parents' fields under their path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.kernel import ids
from essor.query.tree import Column, Path

Writer = Callable[[Any], Any]


def shown(obj: ObjectDef) -> tuple[str, ...]:
    """Return the fields that a record is shown with when none are chosen: all but compounds, whose parts are there."""
    return tuple(
        field.name
        for field in obj.fields
        if not field.hidden and field.kind.name not in ("address", "geolocation")
    )


def columns(paths: Iterable[str]) -> tuple[Column, ...]:
    """Return query columns for dotted paths."""
    return tuple(Column(Path(tuple(path.split(".")))) for path in paths)


@lru_cache(maxsize=1024)
def writers(catalog: Catalog, name: str, paths: tuple[str, ...]) -> tuple[tuple[str, Writer], ...]:
    """Return (name in the catalog's own writing, function to JSON) for each path; worked out once per catalog."""
    return tuple(_writer(catalog, catalog.object(name), path) for path in paths)


def _writer(catalog: Catalog, obj: ObjectDef, path: str) -> tuple[str, Writer]:
    names: list[str] = []
    *ways, last = path.split(".")
    for way in ways:
        link = obj.by_relationship.get(way.lower())
        if link is None:  # the query room refuses it in its own words
            return path, _as_is
        names.append(link.relationship)
        obj = next(
            (
                catalog.object(one)
                for one in link.targets
                if catalog.has(one) and catalog.object(one).has(last)
            ),
            obj,
        )
    field = obj.by_name.get(last.lower())
    if field is None:
        return path, _as_is
    return ".".join((*names, field.name)), to_json(field)


def to_json(field: Field) -> Writer:
    """Return the function that turns a stored value of the field into JSON."""
    prefixes = field.options.get("prefixes", ())
    if field.kind.name == "id" and prefixes:
        return lambda key: None if key is None else ids.encode(prefixes[0], key)
    return lambda value: field.kind.to_json(value, field)


def _as_is(value: Any) -> Any:
    return value


def record(row: Mapping[str, Any], with_writers: Sequence[tuple[str, Writer]]) -> dict[str, Any]:
    """Return one row as JSON."""
    return {name: write(row[name]) for name, write in with_writers}
