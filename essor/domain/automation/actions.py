"""What people do with flows: make them, change a draft, put a version in force, turn off, look after failed runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access import audit
from essor.access.actor import Actor, require
from essor.access.models import User
from essor.access.rights import Permission
from essor.catalog import current
from essor.domain.approvals.actions.recall import end_requests
from essor.domain.automation import checking, engine, jobs, numbers, outcome, past, scheduling
from essor.domain.automation.definition import Definition, from_json, to_json
from essor.domain.automation.keepers import require_keeper
from essor.domain.automation.kinds import STEPS, site_of
from essor.domain.automation.models import Asked, Flow, FlowRun, FlowStep, FlowVersion, RunState
from essor.kernel.errors import FieldError, ValidationFailed

State = FlowVersion.State
LONGEST_NAME = 120
MOST_RETRIED = 10_000
DELETED_AT_ONCE = 2_000


def create_flow(
    actor: Actor, *, name: str, object_name: str, definition: Definition | None = None, description: str = ""
) -> Flow:
    """Make a flow that is off, with a first draft; its owner is whoever makes it."""
    require(actor, Permission.CUSTOMIZE)
    return new_flow(actor, name=name, object_name=object_name, definition=definition, description=description)


def new_flow(
    actor: Actor, *, name: str, object_name: str, definition: Definition | None = None, description: str = ""
) -> Flow:
    """Make a flow for somebody who may: rooms with flows of their own ask that themselves."""
    catalog = current.get()
    if not catalog.has(object_name):
        raise _refused("object", _("Choose which records the flow is about."))
    obj = catalog.object(object_name)
    if not obj.is_record:
        raise _refused("object", _("Flows are made for records."))
    with transaction.atomic():
        flow = Flow.objects.create(
            name=_named(name), object_name=obj.name, owner_id=actor.user_id, description=description.strip()
        )
        FlowVersion.objects.create(
            flow=flow, number=1, definition=to_json(definition or Definition()), changed_by_id=actor.user_id
        )
        _note(actor, "create_flow", flow)
    return flow


def save_settings(
    actor: Actor, flow: Flow, *, name: str, description: str, owner_id: int, acting: str, mail_errors: bool
) -> None:
    """Rename a flow, give it to another owner, say as whom it acts and whether its failures are mailed."""
    require(actor, Permission.CUSTOMIZE)
    owner = User.objects.filter(pk=owner_id, is_active=True, user_type=User.Kind.STANDARD).first()
    if owner is None:
        raise _refused("owner", _("Choose an active user."))
    if acting not in Flow.Acting.values:
        raise _refused("acting", _("Choose as whom the flow acts."))
    flow.name, flow.description = _named(name), description.strip()
    flow.owner, flow.acting, flow.mail_errors = owner, acting, mail_errors
    with transaction.atomic():
        flow.save(update_fields=["name", "description", "owner", "acting", "mail_errors"])
        _note(actor, "save_flow", flow)


def rename(actor: Actor, flow: Flow, *, name: str, description: str) -> None:
    """Give a flow another name, and tell what it is for."""
    require_keeper(actor, flow)
    flow.name, flow.description = _named(name), description.strip()
    with transaction.atomic():
        flow.save(update_fields=["name", "description"])
        _note(actor, "save_flow", flow)


def draft_of(actor: Actor, flow: Flow) -> FlowVersion:
    """Return the flow's draft; made from the version in force, or the last one, when there is none."""
    require_keeper(actor, flow)
    with transaction.atomic():
        draft = flow.versions.filter(state=State.DRAFT).order_by("-number").first()
        if draft is not None:
            return draft
        last = flow.active or flow.versions.order_by("-number").first()
        number = (flow.versions.aggregate(last=Max("number"))["last"] or 0) + 1
        return FlowVersion.objects.create(
            flow=flow,
            number=number,
            definition=last.definition if last else to_json(Definition()),
            changed_by_id=actor.user_id,
        )


def save_draft(
    actor: Actor, flow: Flow, definition: Definition, *, seen: FlowVersion | None = None
) -> FlowVersion:
    """Keep a draft, finished or not; what is in force stays as it is.

    Raises Conflict when the version that the caller `seen` is not the draft any more, or was saved since.
    """
    plain = to_json(definition)
    from_json(plain)  # refuses what could not be read again
    with transaction.atomic():
        draft = past.locked(draft_of(actor, flow))
        if seen is not None:
            past.require_seen(seen, draft)
        past.keep(draft, plain)
        draft.definition, draft.changed_by_id, draft.changed_date = plain, actor.user_id, timezone.now()
        draft.save(update_fields=["definition", "edit", "revision", "changed_by", "changed_date"])
    return draft


def activate(actor: Actor, flow: Flow, version: FlowVersion) -> None:
    """Put a version in force; runs under way stay in theirs. ValidationFailed with everything that is unfinished."""
    require_keeper(actor, flow)
    definition = from_json(version.definition)
    acting = engine.actor_of(flow)
    found = checking.problems(acting, flow.object_name, definition, flow)
    if found:
        raise ValidationFailed([one.error for one in found])
    now = timezone.now()
    with transaction.atomic():
        before = from_json(flow.active.definition).trigger if flow.active is not None else None
        flow.versions.filter(state=State.ACTIVE).exclude(pk=version.pk).update(state=State.RETIRED)
        version.state, version.activated_date = State.ACTIVE, now
        version.save(update_fields=["state", "activated_date"])
        past.forget(version)
        flow.active = version
        flow.next_due = scheduling.first_slot(definition.trigger, before, acting.timezone, now)
        flow.looked_until = None
        flow.save(update_fields=["active", "next_due", "looked_until"])
        site = site_of(acting, flow.object_name, flow, definition)
        for step in definition.walk():
            STEPS[step.kind].prepare(version, step, site)
        if flow.next_due == now:
            jobs.look.enqueue()
        _note(actor, "activate_flow", flow)


def deactivate(actor: Actor, flow: Flow, *, stop_runs: bool = False) -> int:
    """Turn a flow off: nothing starts any more; runs under way go on unless they are stopped. Return how many were."""
    require_keeper(actor, flow)
    with transaction.atomic():
        flow.versions.filter(state=State.ACTIVE).update(state=State.RETIRED)
        flow.active, flow.next_due = None, None
        flow.save(update_fields=["active", "next_due"])
        _note(actor, "deactivate_flow", flow)
        if not stop_runs:
            return 0
        under_way = flow.runs.filter(state__in=(RunState.WAITING, RunState.HELD))
        return _stopped(actor, under_way)


def delete_flow(actor: Actor, flow: Flow) -> None:
    """Remove a flow that is off, with its versions and its log."""
    require_keeper(actor, flow)
    if flow.active_id is not None:
        raise _refused("", _("Turn the flow off first."))
    stop(actor, flow, flow.runs.filter(state=RunState.HELD).values_list("pk", flat=True))
    while keys := list(flow.runs.values_list("pk", flat=True)[:DELETED_AT_ONCE]):
        FlowRun.objects.filter(pk__in=keys).delete()
    with transaction.atomic():
        _note(actor, "delete_flow", flow)
        flow.delete()


def retry(actor: Actor, flow: Flow, run_ids: Iterable[int] | None = None) -> int:
    """Let failed runs (all when None are named) take their step again; return how many."""
    require_keeper(actor, flow)
    rows = _failed(flow, run_ids)
    with transaction.atomic():
        count = rows.update(
            state=RunState.WAITING,
            due_at=timezone.now(),
            attempts=0,
            error="",
            ended=None,
            depth=0,
            parked=False,
        )
        if count:
            jobs.move_on.enqueue()
    return count


def skip(actor: Actor, flow: Flow, run_ids: Iterable[int]) -> int:
    """Let failed runs go on with the step behind the one that failed; return how many."""
    require_keeper(actor, flow)
    now = timezone.now()
    with transaction.atomic():
        runs = list(_failed(flow, run_ids).select_related("version"))
        left = Counter((run.version_id, run.node, numbers.SKIPPED) for run in runs)
        steps = [FlowStep(run=run, node=run.node, outcome=numbers.SKIPPED, detail=actor.name) for run in runs]
        for run in runs:
            after = from_json(run.version.definition).after(run.node)
            run.state, run.node, run.due_at = (
                (RunState.WAITING, after, now) if after else (RunState.DONE, run.node, None)
            )
            run.attempts, run.error, run.ended, run.arrived = 0, "", None if after else now, now
        numbers.add(left)
        FlowRun.objects.bulk_update(
            runs,
            ["state", "node", "due_at", "attempts", "error", "ended", "arrived"],
            batch_size=200,
        )
        FlowStep.objects.bulk_create(steps)
        if runs:
            jobs.move_on.enqueue()
    return len(runs)


def stop(actor: Actor, flow: Flow, run_ids: Iterable[int]) -> int:
    """End runs where they stand; return how many."""
    require_keeper(actor, flow)
    rows = flow.runs.filter(pk__in=list(run_ids)).exclude(state__in=(RunState.DONE, RunState.STOPPED))
    with transaction.atomic():
        return _stopped(actor, rows)


def _stopped(actor: Actor, rows: QuerySet[FlowRun]) -> int:
    """End runs, and the requests for approval that some of them wait for; return how many."""
    held = rows.filter(state=RunState.HELD).values("pk")
    asked = list(Asked.objects.filter(run__in=held).values_list("request", flat=True))
    numbers.ended(rows, outcome.STOP)
    count = rows.update(
        state=RunState.STOPPED, due_at=None, ended=timezone.now(), watching=False, parked=False
    )
    if asked:
        end_requests(actor, asked, _("The flow was stopped."))
    return count


def may_start(actor: Actor, flow: Flow) -> bool:
    """Tell whether somebody may start a flow by its button: it is in force and waits for one."""
    active = flow.active
    return active is not None and from_json(active.definition).trigger.on == "manual" and not actor.system


def _failed(flow: Flow, run_ids: Iterable[int] | None) -> QuerySet[FlowRun]:
    rows = flow.runs.filter(state=RunState.FAILED).exclude(node="").order_by("pk")
    if run_ids is not None:
        return rows.filter(pk__in=list(run_ids))
    return flow.runs.filter(pk__in=rows.values("pk")[:MOST_RETRIED])


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise _refused("name", _("Enter a name of at most %(limit)d characters.") % {"limit": LONGEST_NAME})
    return name


def _refused(field: str, message: str) -> ValidationFailed:
    return ValidationFailed([FieldError(field, "FIELD_INTEGRITY_EXCEPTION", message)])


def _note(actor: Actor, action: str, flow: Flow) -> None:
    audit.record(actor, action, flow.name, id=flow.pk)
