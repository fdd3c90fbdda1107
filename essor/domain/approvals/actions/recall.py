"""Takes a request back, and ends those whose record is gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, system_actor
from essor.access.rights import Permission
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.approvals import writing
from essor.domain.approvals.actions.submit import LONGEST_COMMENT
from essor.domain.approvals.models import PENDING, REMOVED, ProcessInstance, ProcessInstanceStep
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
        raise Forbidden(_("Only the person who submitted a request, or an administrator, can withdraw it."))
    obj = writing.target_of(instance)
    if not writing.is_open(instance) or obj is None:
        raise Conflict(_("This request has already ended."), revision=instance.revision)
    _end(actor, [instance], comment.strip()[:LONGEST_COMMENT])
    return instance


@transaction.atomic
def end_requests(actor: Actor, instance_ids: Collection[int], comment: str) -> None:
    """End those of some requests that are open, for a reason of the program's own; their records are unlocked as they are."""
    rows = ProcessInstance.objects.select_for_update(of=("self",)).select_related("process").order_by("pk")
    _end(actor, list(rows.filter(pk__in=instance_ids, status=PENDING, is_deleted=False)), comment)


@transaction.atomic
def end_of_deleted(obj: ObjectDef, keys: Sequence[int]) -> None:
    """End the open requests of records that are in the bin."""
    gone = obj.model._default_manager.filter(pk__in=keys, is_deleted=True)
    rows = ProcessInstance.objects.filter(
        target_object_type=obj.prefix, target_object__in=gone.values("pk"), status=PENDING, is_deleted=False
    )
    _end(system_actor(), list(rows.select_related("process")), _("The record was deleted."))


def _end(actor: Actor, instances: Sequence[ProcessInstance], comment: str) -> None:
    told = writing.close_items(actor, instances, noted=False)
    ProcessInstanceStep.objects.bulk_create(
        writing.line(actor, one, REMOVED, comment=comment) for one in instances
    )
    by_prefix = current.get().by_prefix
    groups: dict[tuple[int, str], list[ProcessInstance]] = defaultdict(list)
    for one in instances:
        groups[one.process_id, one.target_object_type].append(one)
    for (_process, prefix), some in groups.items():
        if prefix in by_prefix:
            writing.finish(actor, by_prefix[prefix], some, REMOVED)
    writing.refresh_pages(told)
