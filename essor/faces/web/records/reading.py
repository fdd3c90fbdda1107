"""Reads one record for a page: found by its 18-character id, with the names of its parents, in one query."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.faces.web.display import part_names
from essor.kernel import ids
from essor.kernel.errors import NotFound
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query


@dataclass(frozen=True, slots=True)
class Loaded:
    """A record as its reader sees it: `values` are stored values by outside path, `revision` for conflicts."""

    actor: Actor
    catalog: Catalog
    object: ObjectDef
    key: int
    values: dict[str, Any]
    revision: int

    @property
    def id(self) -> str:
        """Return the 18-character id."""
        return ids.encode(self.object.prefix, self.key)

    @property
    def title(self) -> str:
        """Return the record's name, a field called so before the one that names it in lists; its label without either."""
        return str(self.values.get("Name") or self.values.get(self.object.name_field) or self.object.label)


def actor_of(request: HttpRequest) -> Actor:
    """Return who reads the page; the sign-in middleware lets nobody else in."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


def located(actor: Actor, record_id: str) -> tuple[Catalog, ObjectDef, int]:
    """Return the object and the integer key that an id names; NotFound when it names nothing the actor may know of."""
    seen = catalog_for(actor)
    prefix, key = ids.parts(record_id)
    obj = seen.by_prefix.get(prefix)
    if obj is None:
        raise NotFound(_("There is no such record."))
    return seen, obj, key


def paths_of(fields: Iterable[Field]) -> list[str]:
    """Return what must be read to draw `fields`: parts of compounds, names of parents, comments of jokers."""
    found: list[str] = []
    for field in fields:
        if field.kind.name in ("address", "geolocation"):
            found.extend(part_names(field).values())
            continue
        found.append(field.name)
        found.extend(part.name for part in field.kind.companions(field))
        if field.targets and field.relationship:
            found.append(f"{field.relationship}.Name")
    return list(dict.fromkeys(found))


def load(
    actor: Actor, record_id: str, fields: Iterable[Field] | None = None, *, of: Collection[str] = ()
) -> Loaded:
    """Return the record with the given fields (all that its reader sees without them).

    NotFound when there is none, or none of the objects `of`: a page about campaigns never takes another record's id.
    """
    seen, obj, key = located(actor, record_id)
    if of and obj.name not in of:
        raise NotFound(_("There is no such record."))
    wanted = [field for field in (obj.fields if fields is None else fields) if not field.hidden]
    paths = [
        obj.name_field,
        *paths_of(wanted),
        *(name for name in ("CurrencyIsoCode", "OwnerId") if obj.has(name)),
    ]
    query = Query(
        obj.name,
        columns=tuple(Column(Path(tuple(path.split(".")))) for path in dict.fromkeys(("Id", *paths))),
        where=Compare(Path(("Id",)), "eq", (Constant(key),)),
        limit=1,
    )
    found = run.first(actor, query)
    if found is None:
        raise NotFound(_("There is no such record."))
    return Loaded(actor, seen, obj, key, *found)
