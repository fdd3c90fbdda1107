"""Keeps the steps of approval processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access import audit
from essor.access.actor import Actor, require
from essor.access.models import Group, User, UserRole
from essor.access.rights import Permission
from essor.catalog import current
from essor.domain.approvals.actions.save_process import NAME_LENGTH, arrange, checked
from essor.domain.approvals.models import ApprovalProcess, ApprovalStep, ProcessInstanceWorkitem
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.query.tree import Condition

To = ApprovalStep.To


@dataclass(frozen=True, slots=True)
class StepText:
    """What an administrator says of a step; which of `people`, `group`, `role` and `field` counts follows from `to`."""

    name: str
    to: str
    people: Sequence[int] = ()
    group: int | None = None
    role: int | None = None
    field: str = ""
    rule: str = ApprovalStep.Rule.UNANIMOUS
    skip_empty: bool = False


def found_step(process: ApprovalProcess, key: int) -> ApprovalStep:
    """Return a step of a process; NotFound when there is none."""
    row = process.steps.filter(pk=key).first()
    if row is None:
        raise NotFound(_("There is no such step."))
    return row


@transaction.atomic
def save_step(
    actor: Actor, process: ApprovalProcess, text: StepText, step: ApprovalStep | None = None
) -> ApprovalStep:
    """Return a new step at the end, or `step` changed; ValidationFailed lists everything wrong."""
    require(actor, Permission.CUSTOMIZE)
    row = step or ApprovalStep(process=process, place=process.steps.count())
    errors = filled(row, text)
    if errors:
        raise ValidationFailed(errors)
    row.save()
    audit.record(actor, "save_approval_process", process, step=row.name)
    return row


def filled(row: ApprovalStep, text: StepText) -> list[FieldError]:
    """Write what is said of a step into its row, not stored yet; return everything wrong."""
    errors: list[FieldError] = []
    row.name = " ".join(text.name.split())
    if not row.name or len(row.name) > NAME_LENGTH:
        errors.append(FieldError("name", "REQUIRED_FIELD_MISSING", _("Enter a name.")))
    row.to = text.to if text.to in To.values else To.ROLE
    row.rule = text.rule if text.rule in ApprovalStep.Rule.values else ApprovalStep.Rule.UNANIMOUS
    row.skip_empty = text.skip_empty
    row.people, row.group, row.role, row.field = [], None, None, None
    _whom(row, text, errors)
    return errors


def _whom(row: ApprovalStep, text: StepText, errors: list[FieldError]) -> None:
    """Set what the kind of approvers needs."""
    if row.to == To.PEOPLE:
        known = User.objects.filter(pk__in=text.people, is_active=True, user_type=User.Kind.STANDARD)
        row.people = sorted(known.values_list("pk", flat=True))
        if not row.people:
            errors.append(FieldError("people", "REQUIRED_FIELD_MISSING", _("Choose at least one person.")))
    elif row.to == To.GROUP:
        row.group = Group.objects.filter(pk=text.group or 0).first()
        if row.group is None:
            errors.append(FieldError("group", "REQUIRED_FIELD_MISSING", _("Choose a group or queue.")))
    elif row.to == To.ROLE:
        row.role = UserRole.objects.filter(pk=text.role or 0).first()
    elif row.to == To.FIELD:
        obj = current.get().object(row.process.object_name)
        if obj.has(text.field) and "User" in obj.field(text.field).targets:
            row.field = obj.field(text.field).name
        else:
            errors.append(
                FieldError("field", "REQUIRED_FIELD_MISSING", _("Choose a field that names a user."))
            )


@transaction.atomic
def set_step_entry(actor: Actor, step: ApprovalStep, where: Condition | None) -> None:
    """Set which records a step is about; others go on to the next one. QueryRefused when the condition cannot run."""
    require(actor, Permission.CUSTOMIZE)
    step.entry = checked(actor, step.process.object_name, where)
    step.save(update_fields=["entry", "last_modified_date"])
    audit.record(actor, "save_approval_process", step.process, step=step.name)


@transaction.atomic
def move_step(actor: Actor, step: ApprovalStep, by: int) -> None:
    """Move a step up (-1) or down (1)."""
    require(actor, Permission.CUSTOMIZE)
    rows = list(step.process.steps.all())
    arrange(rows, step.pk, by)
    ApprovalStep.objects.bulk_update(rows, ["place"])
    audit.record(actor, "save_approval_process", step.process, step=step.name)


@transaction.atomic
def delete_step(actor: Actor, step: ApprovalStep) -> None:
    """Remove a step on which nothing waits; the last step of an active process stays."""
    require(actor, Permission.CUSTOMIZE)
    if ProcessInstanceWorkitem.objects.filter(step=step, is_deleted=False).exists():
        raise _kept(_("Requests wait at this step: they must be answered first."))
    if step.process.active and step.process.steps.count() == 1:
        raise _kept(_("Turn the process off before you remove its last step."))
    audit.record(actor, "save_approval_process", step.process, step=step.name)
    step.delete()


def _kept(message: str) -> ValidationFailed:
    return ValidationFailed([FieldError("", "DELETE_FAILED", message)])
