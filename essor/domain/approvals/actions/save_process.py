"""Keeps approval processes as administrators draw them; what waits already goes on by the process as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from essor.access import audit
from essor.access.actor import Actor, require
from essor.access.rights import Permission
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.catalog.kinds import ParseContext, ParseError
from essor.domain.approvals.models import PENDING, ApprovalProcess
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.query import checking, codec
from essor.query.tree import Column, Condition, Path, Query

NAME_LENGTH, MOST_UPDATES, LONGEST_REMINDER = 120, 20, 365
Errors = list[FieldError]


@dataclass(frozen=True, slots=True)
class Update:
    """A field that is written at the end: a value as typed, or the value of another field (`copy`)."""

    field: str
    value: str = ""
    copy: str = ""


@dataclass(frozen=True, slots=True)
class ProcessText:
    """What an administrator says of a process; its condition and steps are kept by themselves."""

    name: str
    object_name: str
    description: str = ""
    active: bool = False
    after_refusal: str = ApprovalProcess.AfterRefusal.FINAL
    remind_after: int | None = None
    facts: Sequence[str] = ()
    on_approve: Sequence[Update] = ()
    on_refuse: Sequence[Update] = ()


def found(key: int) -> ApprovalProcess:
    """Return a process; NotFound when there is none."""
    row = ApprovalProcess.drawn.filter(pk=key).first()
    if row is None:
        raise NotFound(_("There is no such approval process."))
    return row


@transaction.atomic
def save_process(actor: Actor, text: ProcessText, process: ApprovalProcess | None = None) -> ApprovalProcess:
    """Return a new process, or `process` changed (its object stays); ValidationFailed lists everything wrong."""
    require(actor, Permission.CUSTOMIZE)
    obj = current.get().object(process.object_name if process else text.object_name)
    row = process or ApprovalProcess(object_name=obj.name, place=_last() + 1)
    errors: Errors = []
    row.name = _named(text.name, row, errors)
    row.description, row.active = text.description.strip() or None, text.active
    row.after_refusal = (
        text.after_refusal if text.after_refusal in ApprovalProcess.AfterRefusal.values else "final"
    )
    row.remind_after = text.remind_after
    if text.remind_after is not None and not 1 <= text.remind_after <= LONGEST_REMINDER:
        message = _("Enter a number of days from 1 to %(limit)d.") % {"limit": LONGEST_REMINDER}
        errors.append(FieldError("remind_after", "NUMBER_OUTSIDE_VALID_RANGE", message))
    row.facts = [obj.field(name).name for name in text.facts if obj.has(name)]
    row.on_approve = list(_updates(actor, obj, text.on_approve, "approve", errors))
    row.on_refuse = list(_updates(actor, obj, text.on_refuse, "refuse", errors))
    if row.active and (process is None or not row.steps.exists()):
        if process is not None:
            errors.append(
                FieldError(
                    "active", "REQUIRED_FIELD_MISSING", _("Add a step before you turn the process on.")
                )
            )
        row.active = False
    if errors:
        raise ValidationFailed(errors)
    row.save()
    audit.record(actor, "save_approval_process", row, object=obj.name, active=row.active)
    return row


def _last() -> int:
    return ApprovalProcess.objects.aggregate(last=Max("place"))["last"] or 0


def _named(name: str, row: ApprovalProcess, errors: Errors) -> str:
    name = " ".join(name.split())
    if not name:
        errors.append(FieldError("name", "REQUIRED_FIELD_MISSING", _("Enter a name.")))
    elif len(name) > NAME_LENGTH:
        errors.append(
            FieldError("name", "STRING_TOO_LONG", _("At most %(limit)d characters.") % {"limit": NAME_LENGTH})
        )
    elif ApprovalProcess.drawn.filter(name__iexact=name).exclude(pk=row.pk).exists():
        errors.append(FieldError("name", "DUPLICATE_VALUE", _("There is already a process of this name.")))
    return name


def writable(obj: ObjectDef) -> list[str]:
    """Return the names of the fields that a process may write."""
    return [
        one.name
        for one in obj.fields
        if one.updateable and one.has_column and not one.hidden and one.name != "OwnerId"
    ]


def _updates(
    actor: Actor, obj: ObjectDef, updates: Sequence[Update], verb: str, errors: Errors
) -> Iterable[Mapping[str, Any]]:
    """Yield the updates as they are stored, each value as JSON carries it."""
    known = set(writable(obj))
    context = ParseContext(
        language=actor.language, timezone=actor.timezone, region=actor.company.phone_region
    )
    for place, one in enumerate(updates[:MOST_UPDATES]):
        if not one.field:
            continue
        if not obj.has(one.field) or obj.field(one.field).name not in known:
            errors.append(
                FieldError(f"{verb}.field.{place}", "INVALID_FIELD", _("This field cannot be written."))
            )
            continue
        field = obj.field(one.field)
        if one.copy:
            if obj.has(one.copy) and obj.field(one.copy).kind.name == field.kind.name:
                yield {"field": field.name, "copy": obj.field(one.copy).name}
            else:
                text = _("Choose a field of the same type to copy from.")
                errors.append(FieldError(f"{verb}.copy.{place}", "INVALID_FIELD", text))
            continue
        try:
            value = field.kind.to_json(field.kind.parse(one.value, field, context), field)
        except ParseError as error:
            errors.append(FieldError(f"{verb}.value.{place}", error.code, f"{field.label}: {error}"))
            continue
        yield {
            "field": field.name,
            "value": value
            if isinstance(value, (str, int, float, bool, list)) or value is None
            else value.isoformat(),
        }


@transaction.atomic
def set_entry(actor: Actor, process: ApprovalProcess, where: Condition | None) -> None:
    """Set which records need approval; QueryRefused when the condition cannot run."""
    require(actor, Permission.CUSTOMIZE)
    process.entry = checked(actor, process.object_name, where)
    process.save(update_fields=["entry", "last_modified_date"])
    audit.record(actor, "save_approval_process", process, object=process.object_name)


def checked(actor: Actor, object_name: str, where: Condition | None) -> Mapping[str, Any] | None:
    """Return a condition as it is stored, None for all records; QueryRefused when it cannot run."""
    if where is None:
        return None
    checking.check(actor, Query(object_name, columns=(Column(Path(("Id",))),), where=where))
    return codec.to_json(where)


@transaction.atomic
def move_process(actor: Actor, process: ApprovalProcess, by: int) -> None:
    """Move a process up (-1) or down (1) among those of its object: the first that fits is taken."""
    require(actor, Permission.CUSTOMIZE)
    rows = list(ApprovalProcess.drawn.filter(object_name=process.object_name))
    arrange(rows, process.pk, by)
    ApprovalProcess.objects.bulk_update(rows, ["place"])
    audit.record(actor, "save_approval_process", process, object=process.object_name)


def arrange(rows: list[Any], key: int, by: int) -> None:
    """Swap the row `key` with its neighbour and number all of them anew."""
    at = next(place for place, row in enumerate(rows) if row.pk == key)
    to = at + (1 if by > 0 else -1)
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    for place, row in enumerate(rows):
        row.place = place


@transaction.atomic
def delete_process(actor: Actor, process: ApprovalProcess) -> None:
    """Remove a process that was never used; ValidationFailed for one with requests, whose trail would lose its name."""
    require(actor, Permission.CUSTOMIZE)
    if process.instances.exists():
        waiting = process.instances.filter(status=PENDING, is_deleted=False).count()
        text = _("There are requests of this process (%(waiting)d of them wait). Turn it off instead.") % {
            "waiting": waiting
        }
        raise ValidationFailed([FieldError("", "DELETE_FAILED", text)])
    audit.record(actor, "delete_approval_process", process, object=process.object_name)
    process.delete()
