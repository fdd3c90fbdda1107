"""The rows of requests: open work items, lines of the trail, and what is told to the rest of the house."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor, system_actor
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.approvals.models import (
    NO_RESPONSE,
    PENDING,
    ApprovalStep,
    ProcessInstance,
    ProcessInstanceStep,
    ProcessInstanceWorkitem,
)
from essor.jobs import live
from essor.kernel import events
from essor.kernel.errors import FieldError, ValidationFailed
from essor.records.change import Change, Source
from essor.records.load import object_rows
from essor.records.save import save_many

REQUESTED, COMPLETED = "approval.requested", "approval.completed"
SOURCE = Source(name="approval")
DECIMALS = 2


def stamps(actor: Actor) -> dict[str, int | None]:
    """Return who writes a row."""
    return {"created_by_id": actor.user_id or None, "last_modified_by_id": actor.user_id or None}


def line(  # a row has this many columns
    actor: Actor,
    instance: ProcessInstance,
    status: str,
    *,
    step: str = "",
    comment: str = "",
    item: ProcessInstanceWorkitem | None = None,
    to: int | None = None,
) -> ProcessInstanceStep:
    """Return one line of the trail, not stored yet; `item` is what was answered, `to` whom it was handed to."""
    return ProcessInstanceStep(
        process_instance=instance,
        step_status=status,
        step_name=step or (item.step_name if item else None),
        actor_id=to or actor.user_id or None,
        comments=comment or None,
        original_actor_id=item.actor_id if item else actor.user_id or None,
        elapsed_time_in_hours=hours_since(item.created_date) if item else None,
        **stamps(actor),
    )


def hours_since(moment: datetime) -> float:
    """Return the hours from a moment to now."""
    return round((timezone.now() - moment).total_seconds() / 3600, DECIMALS)


def ask(
    actor: Actor, asked: Iterable[tuple[ProcessInstance, ApprovalStep, Sequence[int]]]
) -> list[ProcessInstanceWorkitem]:
    """Open a work item per approver, and tell them."""
    items = ProcessInstanceWorkitem.objects.bulk_create(
        ProcessInstanceWorkitem(
            process_instance=instance,
            step=step,
            step_name=step.name,
            actor_id=user,
            original_actor_id=user,
            **stamps(actor),
        )
        for instance, step, users in asked
        for user in users
    )
    tell_asked(actor, items)
    return items


def tell_asked(actor: Actor, items: Sequence[ProcessInstanceWorkitem]) -> None:
    """Announce new work items: to the outbox, from which mails follow, and to open pages."""
    if not items:
        return
    users = sorted({item.actor_id for item in items if item.actor_id})
    payload = {"user_id": actor.user_id, "asked": users}
    events.emit(REQUESTED, "ProcessInstanceWorkitem", [item.pk for item in items], payload)
    refresh_pages(users)


def refresh_pages(user_ids: Iterable[int]) -> None:
    """Let open pages of some people load anew what is about approvals."""
    live.publish_many(
        (f"user:{user}", {"changed": {"object": "ProcessInstance"}}) for user in sorted(set(user_ids))
    )


def close_items(actor: Actor, instances: Sequence[ProcessInstance], *, noted: bool = True) -> set[int]:
    """Close what is still open of requests; with `noted` their trails say who did not have to answer. Returns whom."""
    open_items = ProcessInstanceWorkitem.objects.filter(process_instance__in=instances, is_deleted=False)
    left = list(open_items.order_by("pk"))
    if noted:
        ProcessInstanceStep.objects.bulk_create(
            ProcessInstanceStep(
                process_instance_id=item.process_instance_id,
                step_status=NO_RESPONSE,
                step_name=item.step_name,
                actor_id=item.actor_id,
                original_actor_id=item.original_actor_id,
                **stamps(actor),
            )
            for item in left
        )
    open_items.filter(pk__in=[item.pk for item in left]).update(is_deleted=True)
    return {item.actor_id for item in left if item.actor_id}


def finish(actor: Actor, obj: ObjectDef, instances: Sequence[ProcessInstance], status: str) -> None:
    """End requests of one process: the record is unlocked, and written as the process says; the submitter is told.

    Raises ValidationFailed when a record refuses the values, and nothing has happened then.
    """
    if not instances:
        return
    now = timezone.now()
    for one in instances:
        one.status, one.completed_date, one.step = status, now, None
        one.elapsed_time_in_hours = hours_since(one.created_date)
        one.last_actor_id, one.last_modified_date, one.system_modstamp = actor.user_id or None, now, now
    ProcessInstance.objects.bulk_update(
        instances,
        [
            "status",
            "completed_date",
            "step",
            "elapsed_time_in_hours",
            "last_actor",
            "last_modified_date",
            "system_modstamp",
        ],
    )
    process = instances[0].process
    updates = {"Approved": process.on_approve, "Rejected": process.on_refuse}.get(status, [])
    if updates:
        _write(obj, [one.target_object for one in instances], updates)
    events.emit(
        COMPLETED,
        "ProcessInstance",
        [one.pk for one in instances],
        {"user_id": actor.user_id, "status": status},
    )
    refresh_pages(one.submitted_by_id for one in instances if one.submitted_by_id)


def _write(obj: ObjectDef, keys: Sequence[int], updates: Sequence[Mapping[str, object]]) -> None:
    """Write the final values as the system; one that is copied is read set-wise."""
    known = [
        one for one in updates if obj.has(str(one["field"])) and obj.has(str(one.get("copy") or one["field"]))
    ]
    copied = {obj.field(str(one["copy"])).name for one in known if one.get("copy")}
    stored = object_rows(obj, keys, copied) if copied else {}
    by_key: dict[int, dict[str, object]] = defaultdict(dict)
    for key in keys:
        for one in known:
            name, source = str(one["field"]), one.get("copy")
            field = obj.field(str(source)) if source else None
            by_key[key][name] = (
                field.kind.to_json(stored[key][field.name], field) if field else one.get("value")
            )
    results = save_many(
        system_actor(),
        obj.name,
        [Change(obj.name, by_key[key], id=key) for key in keys],
        all_or_none=True,
        source=SOURCE,
    )
    wrong = next((one for one in results if not one.ok), None)
    if wrong is not None:
        text = _("The answer could not be applied to the record: %(reason)s")
        reason = " ".join(error.message for error in wrong.errors)
        raise ValidationFailed([FieldError("", wrong.errors[0].code, text % {"reason": reason})])


def target_of(instance: ProcessInstance) -> ObjectDef | None:
    """Return the object of the record that a request is about, None when it is hidden by now."""
    return current.get().by_prefix.get(instance.target_object_type)


def is_open(instance: ProcessInstance) -> bool:
    """Tell whether a request still waits."""
    return instance.status == PENDING and not instance.is_deleted
