"""Gives many records the same values, in one batch that can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import ObjectDef
from essor.domain.bulk.rows import Outcome
from essor.kernel.errors import FieldError, Forbidden, ValidationFailed
from essor.records.change import Change, Source
from essor.records.save import save_many


def check(actor: Actor, object_name: str, values: Mapping[str, Any]) -> ObjectDef:
    """Return the object; Forbidden without the right to edit many, ValidationFailed when no field was chosen."""
    obj = catalog_for(actor).object(object_name)
    if not row_access.may(actor, obj, "mass_edit"):
        raise Forbidden(_("You may not change many %(plural)s at once.") % {"plural": obj.plural})
    if not values:
        raise ValidationFailed([FieldError("", "REQUIRED_FIELD_MISSING", _("Choose a field to change."))])
    for name in values:
        if not obj.field(name).updateable:
            raise Forbidden(_("You may not write “%(field)s”.") % {"field": obj.field(name).label})
    return obj


def edit(
    actor: Actor,
    obj: ObjectDef,
    keys: Sequence[int],
    values: Mapping[str, Any],
    batch: UUID,
    outcome: Outcome,
) -> None:
    """Write the values into the records and add to the outcome."""
    changes = [Change(obj.name, values, id=key) for key in keys]
    for result in save_many(actor, obj.name, changes, source=Source(name="mass_edit", batch=batch)):
        if result.ok:
            outcome.done += 1
        else:
            outcome.refuse(obj, result.errors)
