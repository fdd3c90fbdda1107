"""What pages say of an object of which there is nothing yet, and the button that begins."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.faces.web import addresses
from essor.faces.web.shapes import Action
from essor.query import run
from essor.query.tree import Query


@dataclass(frozen=True, slots=True)
class Bare:
    """The sentence for the place of the records, with the button for those who may make the first."""

    icon: str
    text: str
    begin: Action | None


def bare(actor: Actor, object_name: str) -> Bare | None:
    """Return what to say while the reader sees no record of an object at all, None once there is one; one bounded query."""
    catalog = catalog_for(actor)
    if not catalog.has(object_name) or run.count_up_to(actor, Query(object_name), 1):
        return None
    obj = catalog.object(object_name)
    named = _("No %(plural)s yet") % {"plural": str(obj.plural).lower()}
    text = named if obj.createable else _("Nothing to show yet")
    return Bare(obj.icon, text, beginning(actor, object_name))


def beginning(actor: Actor, object_name: str) -> Action | None:
    """Return the button that opens the form of a new record, None for those who may not make one."""
    catalog = catalog_for(actor)
    if not catalog.has(object_name):
        return None
    obj = catalog.object(object_name)
    if not (obj.is_record and obj.createable and row_access.may(actor, obj, "create")):
        return None
    label = _("New %(object)s") % {"object": str(obj.label).lower()}
    return Action(label, addresses.new_record(object_name), obj.icon)
