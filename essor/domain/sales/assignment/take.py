"""Taking a record from a queue: one click; of two people at once one has it, the other is told who."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection, transaction
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor, in_house
from essor.access.models import Principal
from essor.catalog.definitions import ObjectDef
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed
from essor.records.change import Change, Source
from essor.records.models import History
from essor.records.save import save

SOURCE = Source(name="take")


def queues_of(actor: Actor) -> frozenset[int]:
    """Return the queues that somebody is in."""
    return actor.snapshot.queues_of([actor.user_id])


def take(actor: Actor, obj: ObjectDef, key: int) -> None:
    """Make the actor the owner of a record that lies in one of their queues.

    Raises ValidationFailed with the name of whoever was faster, NotFound when it never lay in a queue of theirs,
    Forbidden when it lies in another one or they may not edit such records.
    """
    row_access.require_right(actor, obj, "edit")
    if not obj.has("OwnerId"):
        raise Forbidden(_("Such records have no owner."))
    with transaction.atomic():
        rows = obj.model._default_manager.filter(pk=key, is_deleted=False)
        if connection.features.has_select_for_update:
            rows = rows.select_for_update(of=("self",))
        owner = rows.values_list("owner_id", flat=True).first()
        if owner is None:
            raise NotFound(_("There is no such record."))
        if owner == actor.user_id:
            raise ValidationFailed([FieldError("", "ALREADY_TAKEN", _("It is yours already."))])
        if owner not in queues_of(actor):
            holder = (
                Principal.objects.filter(pk=owner, type=Principal.Type.USER)
                .values_list("name", flat=True)
                .first()
            )
            if holder is None:
                raise Forbidden(_("This lies in a queue that you are not in."))
            if not _lay_in(queues_of(actor), obj, key):  # whose it is may be none of their business
                raise NotFound(_("There is no such record."))
            text = _("%(name)s was faster: it is no longer in the queue.") % {"name": holder}
            raise ValidationFailed([FieldError("", "ALREADY_TAKEN", text)])
        save(in_house(actor), Change(obj.name, {"OwnerId": actor.user_id}, id=key), source=SOURCE)


def _lay_in(queues: Collection[int], obj: ObjectDef, key: int) -> bool:
    """Tell whether a record has lain in one of some queues before."""
    rows = History.objects.filter(object_name=obj.name, record_id=key, action="updated").order_by("-pk")
    return any(
        changes["OwnerId"][0] in queues
        for changes in rows.values_list("changes", flat=True)
        if "OwnerId" in changes
    )
