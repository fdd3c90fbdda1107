"""Requests as pages show them: what waits for somebody, and the trail of a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, DateField, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from essor.access import principals
from essor.access.actor import Actor
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.absences.away import deputies, seats, today
from essor.domain.approvals.actions.decide import may_answer
from essor.domain.approvals.actions.recall import may_recall
from essor.domain.approvals.conditions import meeting
from essor.domain.approvals.facts import Facts, facts_of
from essor.domain.approvals.locks import locked_for, objects_concerned, pending
from essor.domain.approvals.models import (
    APPROVED,
    NO_RESPONSE,
    PENDING,
    REASSIGNED,
    REJECTED,
    REMOVED,
    STARTED,
    ApprovalProcess,
    ProcessInstance,
    ProcessInstanceStep,
    ProcessInstanceWorkitem,
)
from essor.domain.approvals.routes import routes
from essor.kernel import ids
from essor.kernel.db.written import Given, Written
from essor.query.names import names as names_of
from essor.query.sql import CountAll

MOST = 100
EARLIER = (APPROVED, REJECTED, REASSIGNED)
SENTENCES: Mapping[str, Promise] = {
    STARTED: gettext_lazy("Submitted by %(name)s"),
    APPROVED: gettext_lazy("Approved by %(name)s"),
    REJECTED: gettext_lazy("Refused by %(name)s"),
    REASSIGNED: gettext_lazy("Handed over to %(name)s"),
    REMOVED: gettext_lazy("Withdrawn by %(name)s"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a trail: `sentence` says who did what."""

    status: str
    sentence: str
    when: datetime
    comment: str = ""
    step: str = ""
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One open request as the person asked sees it. `instead_of` names whom they stand in for; `title` is the record's name.

    `earlier` are the answers that others have given to it.
    """

    item: ProcessInstanceWorkitem
    instance: ProcessInstance
    object: ObjectDef
    title: str
    facts: Facts
    submitter: str
    instead_of: str = ""
    earlier: tuple[Entry, ...] = ()

    @property
    def days(self) -> int:
        """Return for how many whole days the person has been asked."""
        return (timezone.now() - self.item.created_date).days

    @property
    def late(self) -> bool:
        """Tell whether it has waited longer than its process allows."""
        allowed = self.instance.process.remind_after
        return allowed is not None and self.days >= allowed

    @property
    def record_id(self) -> str:
        """Return the 18-character id of the record."""
        return ids.encode(self.object.prefix, self.instance.target_object)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who is asked now; `item` when the reader may answer it."""

    who: str
    step: str
    since: datetime
    stand_in: str = ""
    item: int | None = None
    reminded: datetime | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One request of a record: its trail, who did not have to answer, on whom it waits."""

    instance: ProcessInstance
    label: str
    entries: tuple[Entry, ...]
    not_needed: tuple[str, ...]
    waiting: tuple[Waiting, ...]
    may_recall: bool


def open_items(actor: Actor) -> QuerySet[ProcessInstanceWorkitem]:
    """Return the open work items that are put to the actor or to somebody they stand in for, the oldest first."""
    return _open(actor.user_id).order_by("pk")


def _open(user: int | Given, day: Given | None = None) -> QuerySet[ProcessInstanceWorkitem]:
    rows = ProcessInstanceWorkitem.objects.filter(
        actor__in=seats(user, day), is_deleted=False, process_instance__is_deleted=False
    )
    return rows.exclude(process_instance__submitted_by=user)


_WAITING: Written[ProcessInstanceWorkitem] = Written(
    lambda: _open(Given("user", BigIntegerField()), Given("day", DateField())).values_list(CountAll())
)


def open_count(actor: Actor) -> int:
    """Return how many requests wait for the actor: one query, asked by every page."""
    return int(_WAITING.rows(user=actor.user_id, day=today())[0][0])


def inbox(actor: Actor, most: int = MOST) -> list[Request]:
    """Return what waits for the actor, the oldest first, so many at most; a bounded number of queries."""
    rows = open_items(actor).select_related("process_instance__process")[:most]
    return requests_of(actor, list(rows))


def requests_of(actor: Actor, items: Sequence[ProcessInstanceWorkitem]) -> list[Request]:
    """Return work items with what is shown of them."""
    catalog = current.get()
    instances = [item.process_instance for item in items]
    facts = facts_of(actor, instances)
    answers = ProcessInstanceStep.objects.filter(
        process_instance__in=instances, step_status__in=EARLIER, is_deleted=False
    )
    lines = list(answers.order_by("pk"))
    people = principals.names(
        {one.submitted_by_id for one in instances} | {item.actor_id for item in items} | _of_lines(lines)
    )
    by_lines = _grouped(lines)
    keys = {(one.target_object_type, one.target_object) for one in instances}
    known = [
        (catalog.by_prefix[prefix].name, key) for prefix, key in sorted(keys) if prefix in catalog.by_prefix
    ]
    titles = names_of(actor, known)
    found = []
    for item in items:
        instance = item.process_instance
        obj = catalog.by_prefix.get(instance.target_object_type)
        if obj is not None:
            title = titles.get((obj.name, instance.target_object)) or instance.name
            instead = people.get(item.actor_id or 0, "") if item.actor_id != actor.user_id else ""
            found.append(
                Request(
                    item,
                    instance,
                    obj,
                    title,
                    facts[instance.pk],
                    people.get(instance.submitted_by_id or 0, ""),
                    instead,
                    tuple(_entry(one, people) for one in by_lines[instance.pk]),
                )
            )
    return found


def _of_lines(lines: Iterable[ProcessInstanceStep]) -> set[int | None]:
    return {key for one in lines for key in (one.actor_id, one.original_actor_id)}


def _entry(line: ProcessInstanceStep, people: Mapping[int, str]) -> Entry:
    """Return a line of a trail as it is read: who asks in somebody else's name, as a flow does, asks for that person."""
    doer, other = line.actor_id, line.original_actor_id
    if line.step_status == STARTED and other:
        doer, other = other, doer
    who = people.get(doer or 0, "")
    instead = people.get(other or 0, "") if other != doer else ""
    sentence = str(SENTENCES.get(line.step_status, line.step_status)) % {"name": who}
    return Entry(
        line.step_status, sentence, line.created_date, line.comments or "", line.step_name or "", instead
    )


def trail(actor: Actor, obj: ObjectDef, key: int) -> list[Round]:
    """Return the requests of a record that the actor may read, the newest first; a bounded number of queries."""
    rows = ProcessInstance.objects.filter(target_object_type=obj.prefix, target_object=key, is_deleted=False)
    return rounds(actor, list(rows.select_related("process").order_by("-pk")[:MOST]))


def rounds(actor: Actor, instances: Sequence[ProcessInstance]) -> list[Round]:
    """Return requests with their trails; four queries."""
    if not instances:
        return []
    lines = list(
        ProcessInstanceStep.objects.filter(process_instance__in=instances, is_deleted=False).order_by("pk")
    )
    items = list(
        ProcessInstanceWorkitem.objects.filter(process_instance__in=instances, is_deleted=False).order_by(
            "pk"
        )
    )
    away = deputies([item.actor_id for item in items if item.actor_id])
    people = principals.names(_of_lines(lines) | {one.actor_id for one in items} | set(away.values()))
    by_lines, by_items = _grouped(lines), _grouped(items)
    return [_round(actor, one, by_lines[one.pk], by_items[one.pk], people, away) for one in instances]


def _grouped(rows: Iterable[object]) -> dict[int, list]:
    found: dict[int, list] = defaultdict(list)
    for row in rows:
        found[row.process_instance_id].append(row)  # type: ignore[attr-defined]  # lines and work items both have it
    return found


def _round(
    actor: Actor,
    instance: ProcessInstance,
    lines: Sequence[ProcessInstanceStep],
    items: Sequence[ProcessInstanceWorkitem],
    people: dict[int, str],
    away: dict[int, int],
) -> Round:
    statuses = current.get().object("ProcessInstance").field("Status")

    def name(key: int | None) -> str:
        return people.get(key or 0, "")

    entries = tuple(_entry(one, people) for one in lines if one.step_status != NO_RESPONSE)
    waiting = tuple(
        Waiting(
            name(one.actor_id),
            one.step_name if one.step_name and one.step_name != instance.process.name else "",
            one.created_date,
            name(away.get(one.actor_id or 0)),
            one.pk if may_answer(actor, instance, one.actor_id) else None,
            one.reminded,
        )
        for one in items
    )
    spared = tuple(name(one.actor_id) for one in lines if one.step_status == NO_RESPONSE)
    label = str(statuses.choice(instance.status) or instance.status)
    return Round(instance, label, entries, spared, waiting, bool(items) and may_recall(actor, instance))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a record stands: does it wait, may the reader change it meanwhile, has its object any process?"""

    waits: bool = False
    locked: bool = False
    has_process: bool = False


def standing(actor: Actor, obj: ObjectDef, key: int) -> Standing:
    """Return where a record stands: no query for objects without a process, one otherwise, some more while it waits."""
    if obj.name not in objects_concerned(actor.version):
        return Standing()
    record = (obj.prefix, key)
    waits = bool(pending([record]))
    return Standing(waits, waits and bool(locked_for(actor, [record])), has_process=True)


@dataclass(frozen=True, slots=True)
class Preview:
    """What submitting a record would start: the process, and each step with whom it asks, as the record stands now.

    `problem` when it cannot start, or would be stuck on the way.
    """

    process: ApprovalProcess
    steps: tuple[tuple[str, tuple[str, ...]], ...] = ()
    problem: str = ""


def preview(actor: Actor, obj: ObjectDef, key: int) -> Preview | None:
    """Return what the actor's submission of a record would start, None when no process fits."""
    rows = ApprovalProcess.drawn.filter(object_name=obj.name, active=True)
    process = next((one for one in rows if meeting(obj, [key], one.entry)), None)
    if process is None:
        return None
    ways = [routes(process, obj, {key: actor.user_id})[key]]
    while ways[-1].step is not None:
        ways.append(routes(process, obj, {key: actor.user_id}, after=ways[-1].step.place)[key])
    people = principals.names({one for way in ways for one in way.approvers})
    steps = tuple(
        (way.step.name, tuple(people[one] for one in way.approvers if one in people))
        for way in ways
        if way.step is not None
    )
    return Preview(process, steps, ways[-1].problem)


def needs_approval(obj: ObjectDef, key: int) -> bool:
    """Tell whether a record meets the condition of any active process."""
    rows = ApprovalProcess.drawn.filter(object_name=obj.name, active=True)
    return any(meeting(obj, [key], process.entry) for process in rows)


def submitted_by(actor: Actor) -> list[Round]:
    """Return the actor's own requests that wait, the newest first."""
    rows = ProcessInstance.objects.filter(submitted_by=actor.user_id, status=PENDING, is_deleted=False)
    return rounds(actor, list(rows.select_related("process").order_by("-pk")[:MOST]))
