"""Takes a request back, and ends those whose record is gone."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, system_actor
from essor.access.rights import Permission
from essor.catalog.definitions import ObjectDef
from essor.domain.approvals import writing
from essor.domain.approvals.actions.submit import LONGEST_COMMENT
from essor.domain.approvals.models import PENDING, REMOVED, ProcessInstance
from essor.kernel.errors import Conflict, Forbidden, NotFound


def may_recall(actor: Actor, instance: ProcessInstance) -> bool:
    """Tell whether the actor may take a request back: who submitted it, and administrators."""
    return actor.user_id == instance.submitted_by_id or actor.can(Permission.MODIFY_ALL_DATA)


@transaction.atomic
def recall(actor: Actor, instance_id: int, *, comment: str = "") -> ProcessInstance:
    """Take a request back: the record is unlocked as it is. Conflict when it has ended already."""
    rows = ProcessInstance.objects.select_for_update(of=("self",)).select_related("process")
    instance = rows.filter(pk=instance_id).first()
    if instance is None:
        raise NotFound(_("There is no such request."))
    if not may_recall(actor, instance):
        raise Forbidden(_("Only who submitted a request, or an administrator, takes it back."))
    obj = writing.target_of(instance)
    if not writing.is_open(instance) or obj is None:
        raise Conflict(_("This request has ended already."), revision=instance.revision)
    _end(actor, obj, instance, comment.strip()[:LONGEST_COMMENT])
    return instance


@transaction.atomic
def end_of_deleted(obj: ObjectDef, keys: Sequence[int]) -> None:
    """End the open requests of records that are in the bin."""
    rows = ProcessInstance.objects.filter(
        target_object_type=obj.prefix, target_object__in=keys, status=PENDING, is_deleted=False
    )
    gone = obj.model._default_manager.filter(pk__in=keys, is_deleted=True)  # noqa: SLF001 -- Django's name
    for instance in rows.filter(target_object__in=gone.values("pk")).select_related("process"):
        _end(system_actor(), obj, instance, _("The record was deleted."))


def _end(actor: Actor, obj: ObjectDef, instance: ProcessInstance, comment: str) -> None:
    told = writing.close_items(actor, [instance], noted=False)
    writing.line(actor, instance, REMOVED, comment=comment).save()
    writing.finish(actor, obj, [instance], REMOVED)
    writing.refresh_pages(told)
