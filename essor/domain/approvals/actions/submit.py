"""Asks for approval of records: the first process that fits is started, and the record is locked until it ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.approvals import asked, writing
from essor.domain.approvals.conditions import meeting
from essor.domain.approvals.models import (
    APPROVED,
    PENDING,
    STARTED,
    ApprovalProcess,
    ProcessInstance,
    ProcessInstanceStep,
)
from essor.domain.approvals.routes import Route, routes
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed
from essor.query.access import visible_q

CHUNK = 500
LONGEST_COMMENT = 4000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record: the request and whom it asks (`items` are keys of work items), or why there is none."""

    key: int
    instance: ProcessInstance | None = None
    items: tuple[int, ...] = ()
    users: tuple[int, ...] = ()
    error: FieldError | None = None


def submit(actor: Actor, object_name: str, key: int, *, comment: str = "", process: str = "") -> Outcome:
    """Ask for approval of one record. ValidationFailed, Forbidden or NotFound when there is nothing to ask or no right to."""
    outcome = submit_many(actor, object_name, [key], comment=comment, process=process)[0]
    if outcome.error is None:
        return outcome
    if outcome.error.code == "NOT_FOUND":
        raise NotFound(outcome.error.message)
    if outcome.error.code == "INSUFFICIENT_ACCESS_OR_READONLY":
        raise Forbidden(outcome.error.message)
    raise ValidationFailed([outcome.error])


def submit_many(
    actor: Actor,
    object_name: str,
    keys: Sequence[int],
    *,
    comment: str = "",
    process: str = "",
    submitters: Mapping[int, int] | None = None,
    comments: Mapping[int, str] | None = None,
) -> list[Outcome]:
    """Ask for approval of many records, set-wise in transactions of a few hundred; one outcome per record, in order.

    `process` names one process (by name or key); without it the first active one whose condition a record meets is taken.
    `submitters` ({record: user}) says in whose names the actor asks, where it is not the actor's own, `comments`
    ({record: text}) what is said of each, where it is not the same for all.
    """
    obj = current.get().object(catalog_for(actor).object(object_name).name)
    if not obj.is_record:
        return [Outcome(key, error=_no_process(obj)) for key in keys]
    found: dict[int, Outcome] = {}
    unique = list(dict.fromkeys(keys))
    asking = Asking(actor, obj, comment, process, submitters or {}, comments or {})
    for start in range(0, len(unique), CHUNK):
        found.update(_together(asking, unique[start : start + CHUNK]))
    return [found[key] for key in keys]


@dataclass(frozen=True, slots=True)
class Asking:
    """What is the same for all records that are submitted together."""

    actor: Actor
    obj: ObjectDef
    comment: str
    process: str
    submitters: Mapping[int, int]
    comments: Mapping[int, str]

    def said(self, key: int) -> str:
        """Return what is said of a record to those asked."""
        return self.comments.get(key, self.comment).strip()[:LONGEST_COMMENT]

    def submitter(self, key: int) -> int:
        """Return in whose name a record is submitted."""
        return self.submitters.get(key, self.actor.user_id)


def _together(asking: Asking, keys: Sequence[int]) -> dict[int, Outcome]:
    """Submit in one transaction; where a record refuses, or somebody was faster, one by one."""
    try:
        with transaction.atomic():
            return _submit(asking, keys)
    except (IntegrityError, ValidationFailed) as error:
        if len(keys) == 1:
            refused = error.errors[0] if isinstance(error, ValidationFailed) else _pending()
            return {keys[0]: Outcome(keys[0], error=refused)}
    return {key: one for key in keys for key, one in _together(asking, [key]).items()}


def _submit(asking: Asking, keys: Sequence[int]) -> dict[int, Outcome]:
    obj = asking.obj
    names, found = _locked(asking.actor, obj, keys)
    waiting = set(
        ProcessInstance.objects.filter(
            target_object_type=obj.prefix, target_object__in=list(names), status=PENDING, is_deleted=False
        ).values_list("target_object", flat=True)
    )
    found |= {key: Outcome(key, error=_pending()) for key in waiting}
    left = {key for key in names if key not in found}
    for one in _processes(obj, asking.process):
        met = meeting(obj, left, one.entry)
        if met:
            found |= _start(asking, one, {key: names[key] for key in sorted(met)})
        left -= met
    return found | {key: Outcome(key, error=_no_process(obj)) for key in left}


def _locked(actor: Actor, obj: ObjectDef, keys: Sequence[int]) -> tuple[dict[int, str], dict[int, Outcome]]:
    """Lock the records that the actor may change: {key: name}, and the outcomes of the others."""
    rows = obj.model._default_manager.filter(pk__in=keys, is_deleted=False)
    readable = visible_q(actor, obj, verb="read")
    seen = set((rows if readable is None else rows.filter(readable)).values_list("pk", flat=True))
    names: dict[int, str] = {}
    if row_access.may(actor, obj, "edit"):
        editable = visible_q(actor, obj, verb="edit")
        mine = rows if editable is None else rows.filter(editable)
        if connection.features.has_select_for_update:
            mine = mine.order_by("pk").select_for_update(no_key=True, of=("self",))
        names = {
            key: str(name or obj.label)
            for key, name in mine.values_list("pk", obj.field(obj.name_field).attr)
        }
    errors = {}
    for key in keys:
        if key not in seen:
            errors[key] = Outcome(key, error=FieldError("", "NOT_FOUND", _("There is no such record.")))
        elif key not in names:
            text = _("You may read this record but not change it.")
            errors[key] = Outcome(key, error=FieldError("", "INSUFFICIENT_ACCESS_OR_READONLY", text))
    return {key: name for key, name in names.items() if key in seen}, errors


def _processes(obj: ObjectDef, wanted: str) -> Iterable[ApprovalProcess]:
    rows = ApprovalProcess.objects.filter(object_name=obj.name, active=True).prefetch_related("steps")
    if not wanted:
        return rows.filter(direct=False)
    named = wanted.strip().lower()
    return [one for one in rows if str(one.pk) == named or (one.name.lower() == named and not one.direct)]


def _start(asking: Asking, process: ApprovalProcess, names: dict[int, str]) -> dict[int, Outcome]:
    """Start one process for some records."""
    actor, obj = asking.actor, asking.obj
    ways = routes(process, obj, {key: asking.submitter(key) for key in names})
    found = {
        key: Outcome(key, error=FieldError("", "NO_APPROVER", way.problem))
        for key, way in ways.items()
        if way.problem
    }
    going = [key for key in names if key not in found]
    changes = asked.changes(obj, process, going)
    made = ProcessInstance.objects.bulk_create(
        ProcessInstance(
            name=f"{process.name} – {names[key]}"[:255],
            target_object=key,
            target_object_type=obj.prefix,
            process=process,
            step=ways[key].step,
            submitted_by_id=asking.submitter(key) or None,
            comments=asking.said(key) or None,
            asked=changes.get(key, {}),
            **writing.stamps(actor),
        )
        for key in going
    )
    ProcessInstanceStep.objects.bulk_create(
        writing.line(actor, one, STARTED, comment=one.comments or "", to=one.submitted_by_id) for one in made
    )
    items = _ask(actor, made, ways)
    writing.finish(actor, obj, [one for one in made if ways[one.target_object].step is None], APPROVED)
    return found | {
        one.target_object: Outcome(one.target_object, one, items[one.pk], ways[one.target_object].approvers)
        for one in made
    }


def _ask(actor: Actor, made: Sequence[ProcessInstance], ways: dict[int, Route]) -> dict[int, tuple[int, ...]]:
    routed = [(one, ways[one.target_object]) for one in made]
    opened = writing.ask(
        actor, [(one, way.step, way.approvers) for one, way in routed if way.step is not None]
    )
    found: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for item in opened:
        found[item.process_instance_id] += (item.pk,)
    return found


def _pending() -> FieldError:
    return FieldError("", "ALREADY_IN_PROCESS", _("This record is already waiting for approval."))


def _no_process(obj: ObjectDef) -> FieldError:
    text = _("No approval is needed: the record does not meet the condition of any process for “%(plural)s”.")
    return FieldError("", "NO_APPLICABLE_PROCESS", text % {"plural": obj.plural})
