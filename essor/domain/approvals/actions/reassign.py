"""Hands an open request to somebody else."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.models import User
from essor.domain.approvals import writing
from essor.domain.approvals.actions.decide import may_answer, opened
from essor.domain.approvals.actions.submit import LONGEST_COMMENT
from essor.domain.approvals.models import REASSIGNED, ProcessInstanceWorkitem
from essor.kernel.errors import FieldError, Forbidden, ValidationFailed


@transaction.atomic
def reassign(actor: Actor, item_id: int, user_id: int, *, comment: str = "") -> ProcessInstanceWorkitem:
    """Put a request to `user_id` instead; links in mails of the first one stop working. Returns the new work item."""
    found = opened(item_id)
    item, instance = found.item, found.instance
    if not may_answer(actor, instance, item.actor_id):
        raise Forbidden(_("You are not asked to answer this request."))
    user = User.objects.filter(pk=user_id).first()
    if user is None or not user.may_enter:
        raise _wrong(_("Choose somebody who may sign in."))
    if user.pk == instance.submitted_by_id:
        raise _wrong(_("Nobody approves what they submitted themselves."))
    if instance.workitems.filter(is_deleted=False, actor_id=user.pk).exists():
        raise _wrong(_("%(name)s is already asked.") % {"name": user.name})
    comment = comment.strip()[:LONGEST_COMMENT]
    writing.line(actor, instance, REASSIGNED, comment=comment, item=item, to=user.pk).save()
    ProcessInstanceWorkitem.objects.filter(pk=item.pk).update(is_deleted=True)
    new = ProcessInstanceWorkitem.objects.create(
        process_instance=instance,
        step=item.step,
        step_name=item.step_name,
        actor=user,
        original_actor_id=item.original_actor_id,
        **writing.stamps(actor),
    )
    writing.tell_asked(actor, [new])
    if item.actor_id:
        writing.refresh_pages([item.actor_id])
    return new


def _wrong(message: str) -> ValidationFailed:
    return ValidationFailed([FieldError("user", "INVALID_FIELD_VALUE", message)])
