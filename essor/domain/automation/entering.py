"""How records come into a flow: after a change, or all at once that meet a condition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog import current
from essor.domain.automation import again, earlier, engine, failing, loading, numbers
from essor.domain.automation.definition import RECORD_TRIGGERS, Definition, Trigger, from_json
from essor.domain.automation.kinds import Site, site_of
from essor.domain.automation.models import Flow, FlowRun, FlowVersion, RunState
from essor.kernel.errors import EssorError
from essor.kernel.events import Event
from essor.query import limits, run
from essor.query.environment import env_for
from essor.query.tree import Query

DEEPEST = 5  # flows that started one another
PART = 2_000  # records asked about at once
OWN = "own"


@dataclass(frozen=True, slots=True)
class Touched:
    """One change of one record: its revision afterwards, and how many flows deep its cause lies."""

    record_id: int
    revision: int
    created: bool
    depth: int = 0
    flow_id: int = 0
    own: bool = False


def follow(events: Sequence[Event]) -> int:
    """Start the flows that these changes call for, in the caller's transaction; return how many runs began."""
    by_object: dict[str, list[Touched]] = defaultdict(list)
    for event in events:
        by_object[event.object_name].extend(touched(event))
    begun = 0
    catalog = current.get()
    for name, changes in by_object.items():
        if catalog.has(name):
            versions = listening(name)
            begun += sum(_enter(version, changes) for version in versions)
            keys = {one.record_id for one in changes}
            for version in versions:
                _part(version, keys)
            wake(name, keys)
    return begun


def listening(object_name: str) -> list[FlowVersion]:
    """Return the versions in force for an object: one query."""
    rows = FlowVersion.objects.filter(flow__active_id=F("pk"), flow__object_name=object_name)
    return list(rows.select_related("flow__owner").order_by("pk"))


def touched(event: Event) -> Iterable[Touched]:
    """Return the changes that an event tells of."""
    created = event.topic == "record.created"
    revisions = event.payload.get("revisions") or ([1] * len(event.record_ids) if created else [])
    flow, depth, whose = cause_of(event.payload)
    for place, key in enumerate(event.record_ids):
        # Writers that keep no revisions are told apart by their event.
        revision = revisions[place] if place < len(revisions) else -event.id
        yield Touched(key, revision, created, depth, flow, whose == OWN)


def cause_of(payload: Mapping[str, object]) -> tuple[int, int, str]:
    """Return (flow, depth, whose records) of the flow that caused a change; (0, 0, "") when none did."""
    words = str(payload.get("cause", "")).split(":")
    if len(words) != 4 or words[0] != "flow":  # noqa: PLR2004 -- see `Batch.source`
        return 0, 0, ""
    return int(words[1]), int(words[2]), words[3]


def _enter(version: FlowVersion, changes: Sequence[Touched]) -> int:
    definition = from_json(version.definition)
    trigger = definition.trigger
    if trigger.on not in RECORD_TRIGGERS or not definition.first:
        return 0
    candidates: dict[int, list[Touched]] = defaultdict(list)
    for one in changes:
        fits = trigger.on == "saved" or (trigger.on == "created") == one.created
        # What a flow writes into its own record does not start it again.
        if fits and not (one.own and one.flow_id == version.flow_id):
            candidates[one.record_id].append(one)
    keys = sorted(candidates)
    begun = 0
    for start in range(0, len(keys), PART):
        part = {key: candidates[key] for key in keys[start : start + PART]}
        with translation.override(version.flow.owner.language):
            begun += _begin(version, definition, part)
    return begun


def _begin(version: FlowVersion, definition: Definition, candidates: Mapping[int, list[Touched]]) -> int:
    """Start runs for those of the candidates that meet the trigger: a bounded number of queries."""
    try:
        site = site_of(engine.actor_of(version.flow), version.flow.object_name)
        found = meeting(site, definition.trigger, candidates)
    except EssorError as error:
        # The flow cannot even be asked: its owner sees why, once a batch, and the save is none the worse.
        found = set(candidates)
        rows = [_failed(version, definition, candidates[key][-1], str(error)) for key in sorted(found)[:1]]
        FlowRun.objects.bulk_create(rows, ignore_conflicts=True)
        failing.tell(version.flow, str(error), records=sorted(found))
        return 0
    found -= again.barred(version.flow_id, definition.trigger, sorted(found))
    begun = {key: candidates[key][-1] for key in sorted(found)}
    loops = _loops(begun.values())
    rows = [
        _failed(version, definition, last, loops[last.flow_id])
        if last.depth >= DEEPEST
        else _run(version, definition, last)
        for last in begun.values()
    ]
    # A change that is told twice begins one run: only what is new counts.
    before = FlowRun.objects.filter(flow=version.flow_id, record_id__in=found, entry__isnull=False)
    known = set(before.values_list("record_id", "entry"))
    rows = [row for row in rows if (row.record_id, row.entry) not in known]
    FlowRun.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    numbers.entered(version.pk, sum(not row.error for row in rows))
    stopped = [row for row in rows if row.error]
    if stopped:
        failing.tell(version.flow, stopped[0].error, records=[row.record_id for row in stopped])
    return len(rows)


def _loops(changes: Iterable[Touched]) -> Mapping[int, str]:
    """Return {flow that caused a change: what its loop is told as} for changes too deep to start anything; one query if any."""
    causes = {one.flow_id for one in changes if one.depth >= DEEPEST}
    if not causes:
        return {}
    pattern = _("%(limit)d flows in a row had started one another, last “%(name)s”: the loop is stopped.")
    names = dict(Flow.objects.filter(pk__in=causes).values_list("pk", "name"))
    return {key: pattern % {"limit": DEEPEST, "name": names.get(key, "…")} for key in causes}


def meeting(site: Site, trigger: Trigger, candidates: Mapping[int, list[Touched]]) -> set[int]:
    """Return the candidates that meet the trigger's condition now and, where it says so, did not before the change."""
    found = loading.meeting(site, candidates, trigger.where) if candidates else set()
    if not trigger.newly or trigger.where is None or not found:
        return found
    revisions = {key: [(one.revision, one.created) for one in candidates[key]] for key in found}
    return earlier.newly(site, trigger.where, revisions)


def _run(version: FlowVersion, definition: Definition, change: Touched) -> FlowRun:
    return FlowRun(
        flow_id=version.flow_id,
        version_id=version.pk,
        record_id=change.record_id,
        node=definition.first,
        depth=change.depth,
        entry=change.revision,
    )


def _failed(version: FlowVersion, definition: Definition, change: Touched, message: str) -> FlowRun:
    row = _run(version, definition, change)
    row.state, row.due_at, row.ended, row.error = RunState.FAILED, None, timezone.now(), message
    return row


def wake(object_name: str, keys: Iterable[int]) -> int:
    """Let the runs look again that wait for something to happen to these records; return how many.

    Who is just coming to such a step is not seen to watch yet: where that can be, they are waited for.
    """
    looking = Q(watching=True)
    if connection.features.has_select_for_update:
        looking |= Q(state=RunState.WAITING, due_at__lte=timezone.now())
    waiting = FlowRun.objects.filter(looking, flow__object_name=object_name)
    if not waiting.exists():  # one look at an index, before thousands of keys are handed over
        return 0
    ordered = sorted(keys)
    woken = 0
    for start in range(0, len(ordered), PART):
        held = engine.waiting(waiting.filter(record_id__in=ordered[start : start + PART]))
        rows = FlowRun.objects.filter(pk__in=[one.pk for one in held], watching=True)
        woken += rows.filter(state=RunState.WAITING).update(due_at=timezone.now())
    return woken


def _part(version: FlowVersion, keys: Iterable[int]) -> None:
    """Let those leave at once whose change was the goal of the flow, or its exit."""
    if not {"leave", "drop"} & version.definition.keys():
        return
    ordered = sorted(keys)
    by_version: dict[int, list[FlowRun]] = defaultdict(list)
    for start in range(0, len(ordered), PART):
        rows = FlowRun.objects.filter(flow=version.flow_id, record_id__in=ordered[start : start + PART])
        for one in engine.waiting(rows):
            by_version[one.version_id].append(one)
    versions = FlowVersion.objects.select_related("flow__owner").in_bulk(by_version) if by_version else {}
    for key, runs in by_version.items():
        # A flow that cannot be asked says so at its next step, to its owner.
        with suppress(EssorError):
            engine.part(versions[key], runs)


def enter_all(version: FlowVersion, query: Query, actor: Actor) -> int:
    """Start a run for every record of `query`, in one statement however many they are; return how many.

    Runs in the caller's transaction. Segments of campaigns come in the same way.
    """
    limits.check(query)
    inner, values = run.matching(query, env_for(actor)).order_by().values_list("pk").query.sql_with_params()
    return enter_selected(version, inner, values)


def enter_selected(version: FlowVersion, selected: str, values: Sequence[Any]) -> int:
    """Start a run for every record whose key a SELECT of one column gives, as far as the flow lets it in (again)."""
    definition = from_json(version.definition)
    if not definition.first:
        return 0
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    constants: dict[str, Any] = {
        "flow_id": version.flow_id,
        "version_id": version.pk,
        "node": definition.first,
        "state": RunState.WAITING.value,
        "due_at": now,
        "attempts": 0,
        "depth": 0,
        "entered": now,
        "arrived": now,
        "watching": False,
        "parked": False,
        "error": "",
    }
    names = ", ".join([*constants, "record_id"])
    marks = ", ".join(["%s"] * len(constants))
    if again.is_for_those_who_left(definition.trigger):
        again.note_away(version.flow_id, selected, values)
    bars, told = again.barring(version.flow_id, definition.trigger, "chosen.id", looked_up=True)
    only = f"WHERE NOT EXISTS ({bars})" if bars else ""
    sql = (
        f"INSERT INTO automation_flowrun ({names}) WITH chosen(id) AS ({selected}) "  # noqa: S608 -- our own pieces
        f"SELECT {marks}, chosen.id FROM chosen {only}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *constants.values(), *told])
        number = int(cursor.rowcount)
    numbers.entered(version.pk, number)
    return number


def enter_keys(version: FlowVersion, keys: Iterable[int]) -> int:
    """Start runs for those of some records that meet the trigger's condition and may come in; return how many."""
    definition = from_json(version.definition)
    ordered = sorted(set(keys))
    if not ordered or not definition.first:
        return 0
    begun = 0
    with translation.override(version.flow.owner.language):
        try:
            site = site_of(engine.actor_of(version.flow), version.flow.object_name)
            for start in range(0, len(ordered), PART):
                part = ordered[start : start + PART]
                found = loading.meeting(site, part, definition.trigger.where)
                begun += len(enter_some(version.flow, sorted(found)))
        except EssorError as error:
            note_failure(version, str(error))
    return begun


def enter_some(flow: Flow, keys: Iterable[int]) -> list[FlowRun]:
    """Start runs of the version in force for some records, as far as they may come in (again)."""
    version = flow.active
    if version is None:
        return []
    definition = from_json(version.definition)
    wanted = list(dict.fromkeys(keys))
    with transaction.atomic():
        out = again.barred(flow.pk, definition.trigger, wanted)
        rows = [
            FlowRun(flow=flow, version=version, record_id=key, node=definition.first)
            for key in wanted
            if key not in out
        ]
        if not definition.first or not rows:
            return []
        numbers.entered(version.pk, len(rows))
        return FlowRun.objects.bulk_create(rows, batch_size=500)


def note_failure(version: FlowVersion, error: str) -> None:
    """Leave a failed run without a record, so that the owner sees why the flow did not start."""
    FlowRun.objects.create(
        flow=version.flow,
        version=version,
        record_id=0,
        node="",
        state=RunState.FAILED,
        due_at=None,
        ended=timezone.now(),
        error=error[:2000],
    )
    failing.tell(version.flow, error)


def go_on() -> None:
    """Ask the worker to move on whoever is due."""
    from essor.domain.automation.jobs import move_on  # noqa: PLC0415 -- the jobs load the whole room

    move_on.enqueue()
