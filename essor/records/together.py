"""Writes a record together with values of its parents: the parents first, then the record, all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.kinds import ParseContext
from essor.kernel.db import lost
from essor.kernel.errors import FieldError, NotFound, UnknownField, ValidationFailed
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query
from essor.records.change import Change, Saved, Source
from essor.records.save import save


@lost.again
def save_with_parents(
    actor: Actor, change: Change, parents: Mapping[str, Mapping[str, Any]], *, source: Source
) -> Saved:
    """Write `parents` ({relationship: {field: raw value}}) of an existing record, then the record itself.

    ValidationFailed carries every error of the parents under their paths (“Account.Industry”), or those of the record.
    """
    obj = catalog_for(actor).object(change.object)
    with transaction.atomic():
        errors: list[FieldError] = []
        for relationship, values in parents.items():
            way = obj.by_relationship.get(relationship.lower())
            if way is None or len(way.targets) != 1:
                raise UnknownField(
                    _("“%(object)s” has no field “%(field)s”.") % {"object": obj.name, "field": relationship}
                )
            key = _parent_key(actor, change, way.name)
            try:
                save(actor, Change(way.targets[0], values, id=key), source=source)
            except ValidationFailed as refused:
                errors.extend(
                    replace(one, field=f"{way.relationship}.{one.field}" if one.field else "")
                    for one in refused.errors
                )
        if errors:
            raise ValidationFailed(errors)
        return save(actor, change, source=source)


def _parent_key(actor: Actor, change: Change, name: str) -> int:
    """Return the key of the parent that a lookup names, as this change leaves it or as it is stored."""
    offered = change.values.get(name)
    if offered:
        field = current.get().object(change.object).field(name)
        return int(field.kind.parse(offered, field, ParseContext()))
    rows = run.rows(
        actor,
        Query(
            change.object,
            columns=(Column(Path((name,))),),
            where=Compare(Path(("Id",)), "eq", (Constant(change.id),)),
            limit=1,
        ),
    )
    key = rows[0][name] if rows else None
    if key is None:
        raise NotFound(_("There is no such record."))
    return int(key)
