"""Which rows an actor may read, edit, delete or hand over: one SQL condition per object, never a look at each row."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.grants import RIGHT, CompileWhere, Verb, grants, joined
from essor.access.rights import Right
from essor.access.setup import rights_on
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.kernel.errors import Forbidden


def visible(
    actor: Actor, obj: ObjectDef, *, verb: Verb = "read", compile_where: CompileWhere, ordered: bool = True
) -> Q | None:
    """Return the condition on `obj.model` for the rows with which `actor` may do `verb`; None when all rows.

    `transfer` means handing a row to another owner; like deleting it belongs to owners, people above them and
    those who may modify all. `compile_where` turns a sharing rule's condition into SQL. `ordered` is for the
    first rows in some order; without it (counts, sub-selects) the same rows are said so that they are counted fast.
    """
    if not may(actor, obj, RIGHT[verb]):
        return Q(pk__in=())
    whole = current.get().object(obj.name)
    reasons = []
    for reason in grants(actor, whole, verb=verb, compile_where=compile_where):
        if reason.is_all:
            return None
        reasons.append(reason)
    return joined(actor, whole, reasons, ordered=ordered)


def may(actor: Actor, obj: ObjectDef | str, right: Right | str) -> bool:
    """Tell whether the actor has a right ("create", "mass_edit", Right.EXPORT …) on an object, whatever the record."""
    wanted = Right[right.upper()] if isinstance(right, str) else right
    return wanted in rights_on(actor, obj if isinstance(obj, str) else obj.name)


def require_right(actor: Actor, obj: ObjectDef, right: Right | str) -> None:
    """Raise Forbidden, with the object's label, unless the actor has the right."""
    if not may(actor, obj, right):
        raise Forbidden(_("You may not do this with “%(object)s”.") % {"object": obj.plural})
