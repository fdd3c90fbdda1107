"""Requests for approval, their trail and who is asked, for the catalog; only the actions of this room write them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from essor.catalog.standard import Spec, Standard, pick
from essor.domain.approvals import models

READ_ONLY = Spec(readonly=True, history=False)
TARGETS = ("Account", "Contact", "Lead", "Opportunity")
PERSON = Spec(readonly=True, history=False)
STATUSES = pick(
    (models.PENDING, pgettext_lazy("approval", "Pending")),
    (models.APPROVED, pgettext_lazy("approval", "Approved")),
    (models.REJECTED, pgettext_lazy("approval", "Refused")),
    (models.REMOVED, pgettext_lazy("approval", "Withdrawn")),
)
ANSWERS = pick(
    (models.STARTED, pgettext_lazy("approval answer", "Submitted")),
    (models.APPROVED, pgettext_lazy("approval answer", "Approved")),
    (models.REJECTED, pgettext_lazy("approval answer", "Refused")),
    (models.REASSIGNED, pgettext_lazy("approval answer", "Handed over")),
    (models.REMOVED, pgettext_lazy("approval answer", "Withdrawn")),
    (models.NO_RESPONSE, pgettext_lazy("approval answer", "Not needed")),
)
TARGET = Spec(
    kind="lookup",
    name="TargetObjectId",
    targets=TARGETS,
    relationship="TargetObject",
    child_relationship="ProcessInstances",
    readonly=True,
    history=False,
    options={"polymorphic": True, "any_activity_object": True},
)


def part_of(children: str) -> Spec:
    """Return the master of a trail's line or of a person asked."""
    return Spec(
        kind="masterdetail", child_relationship=children, on_delete="cascade", readonly=True, history=False
    )


OBJECTS = (
    Standard(
        "approvals.ProcessInstance",
        "04g",
        _("Approval request"),
        _("Approval requests"),
        icon="circle-check",
        tab=False,
        about=_("A request appears here when somebody submits a record for approval."),
        compact=("Status",),
        fields={
            "name": READ_ONLY,
            "target_object": TARGET,
            "status": Spec(kind="picklist", choices=STATUSES, readonly=True),
            "submitted_by": PERSON,
            "last_actor": PERSON,
            "comments": READ_ONLY,
            "completed_date": READ_ONLY,
            "elapsed_time_in_hours": Spec(readonly=True, history=False, options={"scale": 1}),
        },
        hidden=frozenset({"target_object_type", "process", "step", "asked", "currency_iso_code"}),
        createable=False,
    ),
    Standard(
        "approvals.ProcessInstanceStep",
        "04h",
        _("Approval answer"),
        _("Approval answers"),
        icon="check",
        tab=False,
        name_field="StepName",
        fields={
            "process_instance": part_of("Steps"),
            "step_status": Spec(kind="picklist", choices=ANSWERS, readonly=True),
            "step_name": READ_ONLY,
            "actor": PERSON,
            "original_actor": PERSON,
            "comments": READ_ONLY,
            "elapsed_time_in_hours": Spec(readonly=True, history=False, options={"scale": 1}),
        },
        hidden=frozenset({"currency_iso_code"}),
        createable=False,
    ),
    Standard(
        "approvals.ProcessInstanceWorkitem",
        "04i",
        _("Open approval"),
        _("Open approvals"),
        icon="inbox",
        tab=False,
        name_field="StepName",
        fields={
            "process_instance": part_of("Workitems"),
            "step_name": READ_ONLY,
            "actor": PERSON,
            "original_actor": PERSON,
        },
        hidden=frozenset({"step", "reminded", "currency_iso_code"}),
        createable=False,
    ),
)
