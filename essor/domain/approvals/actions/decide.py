"""Answers requests: yes or no of one approver to one of them or to many together, and what follows from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.models import User
from essor.access.rights import Permission
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.absences.away import seats
from essor.domain.approvals import writing
from essor.domain.approvals.actions.submit import CHUNK, LONGEST_COMMENT
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
from essor.kernel.db import lost
from essor.kernel.errors import Conflict, EssorError, FieldError, Forbidden, NotFound, ValidationFailed

ANSWERS = {APPROVED, REJECTED, "NoResponse", "Removed", "Reassigned"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one answer: the request as it stands then, or why it was not taken."""

    item: int
    instance: ProcessInstance | None = None
    error: EssorError | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """An open work item with its request, which is locked, and the object of its record."""

    item: ProcessInstanceWorkitem
    instance: ProcessInstance
    obj: ObjectDef


@dataclass(frozen=True, slots=True)
class Answer:
    """Who says yes or no, and what to it."""

    actor: Actor
    approve: bool
    comment: str


def may_answer(actor: Actor, instance: ProcessInstance, asked: int | None) -> bool:
    """Tell whether the actor may answer for the person asked: oneself, who stands in, administrators; never the submitter."""
    return bool(_allowed(actor, [(instance, asked)]))


def _allowed(actor: Actor, pairs: Sequence[tuple[ProcessInstance, int | None]]) -> list[int]:
    """Return the places of those pairs that the actor may answer: one query at most."""
    places = [
        place for place, (instance, _asked) in enumerate(pairs) if instance.submitted_by_id != actor.user_id
    ]
    if not places or actor.can(Permission.MODIFY_ALL_DATA):
        return places
    asked = {pairs[place][1] or 0 for place in places}
    mine = set(seats(actor.user_id).filter(pk__in=asked))
    return [place for place in places if pairs[place][1] in mine]


def decide(actor: Actor, item_id: int, *, approve: bool, comment: str = "") -> ProcessInstance:
    """Answer an open work item and return the request as it stands then.

    Raises Conflict when it was answered meanwhile, Forbidden for anybody else's, ValidationFailed for a refusal without
    a reason, when the next step has nobody to ask, or when the record refuses what follows.
    """
    (decision,) = decide_many(actor, [item_id], approve=approve, comment=comment)
    if decision.instance is None:
        raise decision.error or NotFound(_("There is no such request."))
    return decision.instance


def decide_many(actor: Actor, item_ids: Sequence[int], *, approve: bool, comment: str = "") -> list[Decision]:
    """Answer many open work items alike, set-wise; one decision per item, in order, its error as `decide` raises it."""
    answer = Answer(actor, approve, comment.strip()[:LONGEST_COMMENT])
    found: dict[int, Decision] = {}
    unique = list(dict.fromkeys(item_ids))
    for start in range(0, len(unique), CHUNK):
        found |= _together(answer, unique[start : start + CHUNK])
    return [found[key] for key in item_ids]


@lost.again
def _together(answer: Answer, keys: Sequence[int]) -> dict[int, Decision]:
    """Answer in one transaction; where a record refuses what follows, one by one."""
    try:
        with transaction.atomic():
            return _decide(answer, keys)
    except ValidationFailed as refused:
        if len(keys) == 1:
            return {keys[0]: Decision(keys[0], error=refused)}
    return {key: one for key in keys for key, one in _together(answer, [key]).items()}


def _decide(answer: Answer, keys: Sequence[int]) -> dict[int, Decision]:
    found, rows = {}, []
    for key, one in opened_many(keys).items():
        if isinstance(one, EssorError):
            found[key] = Decision(key, error=one)
        else:
            rows.append(one)
    allowed = set(_allowed(answer.actor, [(one.instance, one.item.actor_id) for one in rows]))
    mine: dict[int, Opened] = {}  # one item of each request; the others find it answered, or go on
    later = []
    for place, one in enumerate(rows):
        error = _wrong(answer, allowed=place in allowed)
        if error is not None:
            found[one.item.pk] = Decision(one.item.pk, error=error)
        elif one.instance.pk in mine:
            later.append(one.item.pk)
        else:
            mine[one.instance.pk] = one
    if mine:
        _answer(answer, list(mine.values()))
    found |= {one.item.pk: Decision(one.item.pk, one.instance) for one in mine.values()}
    return found | (_decide(answer, later) if later else {})


def _wrong(answer: Answer, *, allowed: bool) -> EssorError | None:
    if not allowed:
        return Forbidden(_("You are not asked to answer this request."))
    if not answer.approve and not answer.comment:
        text = _("Please give a reason: the person who asked will read it.")
        return ValidationFailed([FieldError("comment", "REQUIRED_FIELD_MISSING", text)])
    return None


def _answer(answer: Answer, rows: Sequence[Opened]) -> None:
    """Note the answers and do what follows from them."""
    actor, status = answer.actor, APPROVED if answer.approve else REJECTED
    ProcessInstanceStep.objects.bulk_create(
        writing.line(actor, one.instance, status, comment=answer.comment, item=one.item) for one in rows
    )
    ProcessInstanceWorkitem.objects.filter(pk__in=[one.item.pk for one in rows]).update(is_deleted=True)
    told = {one.instance.submitted_by_id for one in rows} | {
        one.item.actor_id or actor.user_id for one in rows
    }
    told |= _approved(actor, rows) if answer.approve else _refused(actor, rows)
    writing.refresh_pages(user for user in told if user)


def opened_many(item_ids: Collection[int]) -> dict[int, Opened | EssorError]:
    """Lock the requests of work items; each with why it cannot be answered: NotFound, or Conflict when it is not open."""
    rows = ProcessInstanceWorkitem.objects.filter(pk__in=item_ids)
    wanted = set(rows.values_list("process_instance", flat=True))
    locked = ProcessInstance.objects.select_for_update(of=("self",)).select_related("process").order_by("pk")
    instances = {one.pk: one for one in locked.filter(pk__in=wanted)}
    items = {one.pk: one for one in rows.select_related("step")}
    by_prefix = current.get().by_prefix
    return {key: _opened(items.get(key), instances, by_prefix) for key in item_ids}


def _opened(
    item: ProcessInstanceWorkitem | None,
    instances: Mapping[int, ProcessInstance],
    by_prefix: Mapping[str, ObjectDef],
) -> Opened | EssorError:
    if item is None:
        return NotFound(_("There is no such request."))
    instance = instances[item.process_instance_id]
    obj = by_prefix.get(instance.target_object_type)
    if item.is_deleted or not writing.is_open(instance) or obj is None:
        return Conflict(over(instance), revision=instance.revision)
    return Opened(item, instance, obj)


def opened(item_id: int) -> Opened:
    """Lock and return an open work item; NotFound or Conflict otherwise."""
    found = opened_many([item_id])[item_id]
    if isinstance(found, EssorError):
        raise found
    return found


def over(instance: ProcessInstance) -> str:
    """Return the sentence that a request needs no answer any more, with the last one that was given."""
    last = ProcessInstanceStep.objects.filter(
        process_instance=instance, step_status__in=ANSWERS - {"NoResponse"}
    )
    row = last.order_by("-pk").first()
    name = User.objects.filter(pk=row.actor_id or 0).values_list("name", flat=True).first() if row else None
    if row is None or name is None:
        return _("This request no longer needs an answer.")
    texts = {
        APPROVED: _("%(name)s has approved this request."),
        REJECTED: _("%(name)s has refused this request."),
        "Reassigned": _("This request was handed to %(name)s."),
    }
    return texts.get(row.step_status, _("%(name)s has withdrawn this request.")) % {"name": name}


def _approved(actor: Actor, rows: Sequence[Opened]) -> set[int]:
    """Go on where a step has all it needs; return whose open pages change."""
    unanimous = [
        one.instance.pk
        for one in rows
        if one.item.step is not None and one.item.step.rule == ApprovalStep.Rule.UNANIMOUS
    ]
    others = ProcessInstanceWorkitem.objects.filter(process_instance__in=unanimous, is_deleted=False)
    waiting = set(others.values_list("process_instance", flat=True))
    going = [one for one in rows if one.instance.pk not in waiting]
    told = writing.close_items(actor, [one.instance for one in going])
    places: dict[int, list[Opened]] = defaultdict(list)
    for one in going:
        places[one.item.step.place if one.item.step is not None else BEGINNING].append(one)
    for place, some in places.items():
        _go_on(actor, some, after=place)
    return told


def _refused(actor: Actor, rows: Sequence[Opened]) -> set[int]:
    told = writing.close_items(actor, [one.instance for one in rows])
    firsts: dict[int, int] = {}
    steps = ApprovalStep.objects.filter(process__in={one.instance.process_id for one in rows})
    for process, key in steps.order_by("place", "pk").values_list("process", "pk"):
        firsts.setdefault(process, key)
    back: list[Opened] = []
    ended: list[Opened] = []
    for one in rows:
        again = one.instance.process.after_refusal == ApprovalProcess.AfterRefusal.START
        first = firsts.get(one.instance.process_id)
        (back if again and first not in (None, one.instance.step_id) else ended).append(one)
    _go_on(actor, back, after=BEGINNING)
    for obj, instances in _by_process(ended):
        writing.finish(actor, obj, instances, REJECTED)
    return told


def _by_process(rows: Iterable[Opened]) -> list[tuple[ObjectDef, list[ProcessInstance]]]:
    groups: dict[tuple[int, str], tuple[ObjectDef, list[ProcessInstance]]] = {}
    for one in rows:
        _obj, some = groups.setdefault((one.instance.process_id, one.obj.name), (one.obj, []))
        some.append(one.instance)
    return list(groups.values())


def _go_on(actor: Actor, rows: Sequence[Opened], *, after: int) -> None:
    """Ask the next step, or end with a yes: some queries for each process."""
    for obj, instances in _by_process(rows):
        submitters = {one.target_object: one.submitted_by_id or 0 for one in instances}
        ways = routes(instances[0].process, obj, submitters, after=after)
        problem = next((way.problem for way in ways.values() if way.problem), "")
        if problem:
            raise ValidationFailed([FieldError("", "NO_APPROVER", problem)])
        asked = []
        for one in instances:
            way = ways[one.target_object]
            if way.step is not None:
                one.step = way.step
                asked.append((one, way.step, way.approvers))
        ProcessInstance.objects.bulk_update([one for one, _step, _people in asked], ["step"])
        writing.ask(actor, asked)
        ended = [one for one in instances if ways[one.target_object].step is None]
        writing.finish(actor, obj, ended, APPROVED)
