"""Questions put to people without a process drawn for them: whoever asks says whom, as a flow's step does.

process = process_for("Opportunity", StepText("May we start?", "people", people=(7,)))
submit_many(actor, "Opportunity", keys, process=str(process.pk), submitters=owners)
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access import version
from essor.domain.approvals.actions.save_step import StepText, filled
from essor.domain.approvals.models import ApprovalProcess, ApprovalStep
from essor.kernel.errors import FieldError, ValidationFailed


def errors_of(object_name: str, text: StepText) -> Sequence[FieldError]:
    """Return what is wrong with a question, by the names of `StepText`."""
    return filled(ApprovalStep(process=ApprovalProcess(object_name=object_name)), text)


@transaction.atomic
def process_for(object_name: str, text: StepText) -> ApprovalProcess:
    """Return the process of one step that puts a question, its name, to those whom `text` names; the same for the same.

    Nobody else starts it and no page lists it. ValidationFailed when nobody is named.
    """
    step = ApprovalStep(process=ApprovalProcess(object_name=object_name, direct=True, active=True))
    errors = filled(step, text)
    if errors:
        raise ValidationFailed(errors)
    same = ApprovalStep.objects.filter(
        process__direct=True,
        process__object_name=object_name,
        name=step.name,
        to=step.to,
        people=step.people,
        group=step.group,
        role=step.role,
        field=step.field,
        rule=step.rule,
    )
    known = same.select_related("process").order_by("pk").first()
    if known is not None:
        return known.process
    step.process.name, step.process.description = step.name, _("Asked by a flow")
    step.process.save()
    step.save()
    version.bump()  # which objects have a process is remembered by version
    return step.process
