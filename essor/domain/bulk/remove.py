"""Puts many records into the recycle bin, in one batch that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import ObjectDef
from essor.domain.bulk.rows import Outcome
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed
from essor.records.change import Source
from essor.records.delete import delete

FEW = 25


def check(actor: Actor, object_name: str) -> ObjectDef:
    """Return the object; Forbidden without the right to delete its records."""
    obj = catalog_for(actor).object(object_name)
    if not row_access.may(actor, obj, "delete"):
        raise Forbidden(_("You may not delete %(plural)s.") % {"plural": obj.plural})
    return obj


def remove(actor: Actor, obj: ObjectDef, keys: Sequence[int], batch: UUID, outcome: Outcome) -> None:
    """Delete the records that may be deleted and add to the outcome; one that refuses does not stop the others."""
    try:
        delete(actor, obj.name, keys, source=Source(name="mass_delete", batch=batch))
        outcome.done += len(keys)
    except (ValidationFailed, Forbidden, NotFound) as error:
        if len(keys) == 1:
            errors = (
                error.errors
                if isinstance(error, ValidationFailed)
                else (FieldError("", error.code, str(error)),)
            )
            outcome.refuse(obj, errors)
            return
        size = max(1, len(keys) // FEW)
        for start in range(0, len(keys), size):
            remove(actor, obj, keys[start : start + size], batch, outcome)
