"""Answers a request: yes or no of one approver, and what follows from it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.models import User
from essor.access.rights import Permission
from essor.catalog.definitions import ObjectDef
from essor.domain.approvals import absences, writing
from essor.domain.approvals.actions.submit import LONGEST_COMMENT
from essor.domain.approvals.models import (
    APPROVED,
    REJECTED,
    ApprovalProcess,
    ApprovalStep,
    ProcessInstance,
    ProcessInstanceStep,
    ProcessInstanceWorkitem,
)
from essor.domain.approvals.routes import BEGINNING, routes
from essor.kernel.errors import Conflict, FieldError, Forbidden, NotFound, ValidationFailed

ANSWERS = {APPROVED, REJECTED, "NoResponse", "Removed", "Reassigned"}


def may_answer(actor: Actor, instance: ProcessInstance, asked: int | None) -> bool:
    """Tell whether the actor may answer for the person asked: oneself, who stands in, administrators; never the submitter."""
    if actor.user_id == instance.submitted_by_id:
        return False
    if actor.can(Permission.MODIFY_ALL_DATA):
        return True
    return asked is not None and absences.seats(actor.user_id).filter(pk=asked).exists()


@transaction.atomic
def decide(actor: Actor, item_id: int, *, approve: bool, comment: str = "") -> ProcessInstance:
    """Answer an open work item and return the request as it stands then.

    Raises Conflict when it was answered meanwhile, Forbidden for anybody else's, ValidationFailed for a refusal without
    a reason, when the next step has nobody to ask, or when the record refuses what follows.
    """
    item, instance, obj = opened(item_id)
    if not may_answer(actor, instance, item.actor_id):
        raise Forbidden(_("This request is not put to you."))
    comment = comment.strip()[:LONGEST_COMMENT]
    if not approve and not comment:
        text = _("Say why: whoever asked reads it.")
        raise ValidationFailed([FieldError("comment", "REQUIRED_FIELD_MISSING", text)])
    writing.line(actor, instance, APPROVED if approve else REJECTED, comment=comment, item=item).save()
    ProcessInstanceWorkitem.objects.filter(pk=item.pk).update(is_deleted=True)
    told = [instance.submitted_by_id] if instance.submitted_by_id else []
    if approve:
        told += _approved(actor, obj, instance, item)
    else:
        told += _refused(actor, obj, instance)
    writing.refresh_pages([*told, item.actor_id or actor.user_id])
    return instance


def opened(item_id: int) -> tuple[ProcessInstanceWorkitem, ProcessInstance, ObjectDef]:
    """Lock and return an open work item, its request and the object of its record; Conflict when it is not open any more."""
    item = ProcessInstanceWorkitem.objects.filter(pk=item_id).first()
    if item is None:
        raise NotFound(_("There is no such request."))
    instance = (
        ProcessInstance.objects.select_for_update(of=("self",))
        .select_related("process")
        .get(pk=item.process_instance_id)
    )
    item.refresh_from_db()
    obj = writing.target_of(instance)
    if item.is_deleted or not writing.is_open(instance) or obj is None:
        raise Conflict(over(instance), revision=instance.revision)
    return item, instance, obj


def over(instance: ProcessInstance) -> str:
    """Return the sentence that a request needs no answer any more, with the last one that was given."""
    last = ProcessInstanceStep.objects.filter(
        process_instance=instance, step_status__in=ANSWERS - {"NoResponse"}
    )
    row = last.order_by("-pk").first()
    name = User.objects.filter(pk=row.actor_id or 0).values_list("name", flat=True).first() if row else None
    if row is None or name is None:
        return _("This request needs no answer any more.")
    texts = {
        APPROVED: _("%(name)s has approved this request."), REJECTED: _("%(name)s has refused this request."),
        "Reassigned": _("This request was handed to %(name)s."),
    }  # fmt: skip
    return texts.get(row.step_status, _("%(name)s has taken this request back.")) % {"name": name}


def _approved(
    actor: Actor, obj: ObjectDef, instance: ProcessInstance, item: ProcessInstanceWorkitem
) -> list[int]:
    """Go on when the step has all it needs; return whose open pages change."""
    step = item.step
    if (
        step is not None
        and step.rule == ApprovalStep.Rule.UNANIMOUS
        and instance.workitems.filter(is_deleted=False).exists()
    ):
        return []
    told = writing.close_items(actor, instance)
    _go_on(actor, obj, instance, after=step.place if step is not None else BEGINNING)
    return told


def _refused(actor: Actor, obj: ObjectDef, instance: ProcessInstance) -> list[int]:
    told = writing.close_items(actor, instance)
    first = instance.process.steps.first()
    back = instance.process.after_refusal == ApprovalProcess.AfterRefusal.START
    if back and first is not None and instance.step_id != first.pk:
        _go_on(actor, obj, instance, after=BEGINNING)
    else:
        writing.finish(actor, obj, [instance], REJECTED)
    return told


def _go_on(actor: Actor, obj: ObjectDef, instance: ProcessInstance, *, after: int) -> None:
    """Ask the next step, or end with a yes."""
    submitters = {instance.target_object: instance.submitted_by_id or 0}
    way = routes(instance.process, obj, submitters, after=after)[instance.target_object]
    if way.problem:
        raise ValidationFailed([FieldError("", "NO_APPROVER", way.problem)])
    if way.step is None:
        writing.finish(actor, obj, [instance], APPROVED)
        return
    instance.step = way.step
    ProcessInstance.objects.filter(pk=instance.pk).update(step=way.step)
    writing.ask(actor, [(instance, way.step, way.approvers)])
