"""Moves the runs on, set-wise: all that are due at the same step of the same version, a few hundred in a transaction.

What a step writes and where its runs stand afterwards commit together, so a process killed anywhere repeats nothing
and forgets nothing. A batch that fails for no reason of its rows is halved until the bad ones stand alone; those are
tried again later, then fail for their flow's owner to see.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from essor.access.actor import Actor, actor_for, system_actor
from essor.domain.automation import loading, outcome
from essor.domain.automation.definition import Definition, Step, from_json
from essor.domain.automation.kinds import STEPS, Batch, Member, Site, site_of
from essor.domain.automation.models import Flow, FlowRun, FlowVersion, RunState
from essor.kernel.clock import moment_for
from essor.kernel.db import lost, turns
from essor.kernel.errors import EssorError

logger = logging.getLogger(__name__)

BATCH = 500
MOST_ATTEMPTS = 4
FIRST_WAIT = timedelta(seconds=30)


def advance() -> int:
    """Take one step with one batch of runs that are due; return how many were moved, 0 when there is nothing to do."""
    first = due().order_by("due_at").values_list("version_id", "node").first()
    if first is None:
        return 0
    parts: list[list[int] | None] = [None]
    moved = 0
    while parts:
        keys = parts.pop()
        try:
            moved += _attempt(*first, keys)
        except Exception as error:
            if lost.is_away(error):
                raise
            keys = keys or _keys(*first)
            if len(keys) > 1:
                middle = len(keys) // 2
                parts += [keys[middle:], keys[:middle]]
            elif keys:
                _put_off(keys[0], error)
                moved += 1
    if moved >= BATCH:
        turns.breathe()
    return moved


def due() -> QuerySet[FlowRun]:
    """Return the runs whose time has come, without those of flows that are paused."""
    rows = FlowRun.objects.filter(state=RunState.WAITING, due_at__lte=timezone.now())
    return rows.exclude(flow__in=Flow.objects.filter(paused=True))


def waiting(rows: QuerySet[FlowRun]) -> list[FlowRun]:
    """Return those of some runs that are under way, held for the caller's transaction where they stand.

    Who is just taking a step is waited for, so that nobody leaves a step twice.
    """
    found = rows.filter(state=RunState.WAITING).order_by("pk")
    if connection.features.has_select_for_update:
        found = found.select_for_update(of=("self",))
    return list(found)


def _keys(version_id: int, node: str) -> list[int]:
    rows = due().filter(version_id=version_id, node=node).order_by("due_at")
    return list(rows.values_list("pk", flat=True)[:BATCH])


def _attempt(version_id: int, node: str, keys: Sequence[int] | None) -> int:
    """Claim a batch, take the step, write down what became of it: one transaction."""
    with transaction.atomic():
        rows = due().filter(version_id=version_id, node=node)
        rows = rows.order_by("due_at") if keys is None else rows.filter(pk__in=keys)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        runs = list(rows[:BATCH])
        if runs:
            version = FlowVersion.objects.select_related("flow__owner").get(pk=version_id)
            take(version, node, runs)
    return len(runs)


def take(version: FlowVersion, node: str, runs: list[FlowRun], *, rehearsal: bool = False) -> list[Member]:
    """Take the step `node` for some runs, in the caller's transaction; return what became of each."""
    flow = version.flow
    definition = from_json(version.definition)
    step = definition.step(node)
    members = [Member(run, {}) for run in runs]
    try:
        actor = actor_of(flow)
        with translation.override(actor.language):
            if step is None or step.kind not in STEPS:
                raise _gone()
            site = site_of(actor, flow.object_name, flow, definition)
            members = _taken(flow, definition, step, site, members, rehearsal=rehearsal)
            outcome.settle(flow, definition, node, members)
    except EssorError as error:
        # The same for all of them: there is nothing to gain by trying them one by one.
        for one in members:
            one.error = str(error)
        outcome.settle(flow, definition, node, members)
    return members


def _taken(
    flow: Flow, definition: Definition, step: Step, site: Site, members: list[Member], *, rehearsal: bool
) -> list[Member]:
    with transaction.atomic():  # a refusal in the middle takes back what the step has written so far
        keys = {one.run.record_id for one in members}
        rows = loading.records(site, step, keys)
        ends = _ends(site, definition, keys)
        going: list[Member] = []
        waited: list[Member] = []
        for one in members:
            found = rows.get(one.run.record_id)
            if found is None:
                one.outcome, one.detail = outcome.STOP, _("The record is gone, or out of sight for the flow.")
            elif one.run.record_id in ends:
                one.outcome, one.detail = ends[one.run.record_id]
            else:
                one.row, one.shown = found.row, found.shown
                (waited if one.run.parked else going).append(one)
        moment = moment_for(site.actor.timezone)
        if going:
            STEPS[step.kind].run(Batch(flow, definition, step, site, moment, going, rehearsal))
        if waited:
            STEPS[step.kind].end_wait(Batch(flow, definition, step, site, moment, waited, rehearsal))
    return members


def _ends(site: Site, definition: Definition, keys: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return {record: (outcome, why)} of those that have no business in the flow any more: at most two queries."""
    found: dict[int, tuple[str, str]] = {}
    if definition.drop is not None:
        word = outcome.EXIT, _("The criteria for leaving are met.")
        found |= dict.fromkeys(loading.meeting(site, keys, definition.drop), word)
    if definition.leave is not None:
        word = outcome.GOAL, _("The goal is reached.")
        found |= dict.fromkeys(loading.meeting(site, keys, definition.leave), word)
    return found


def part(version: FlowVersion, runs: Collection[FlowRun]) -> int:
    """Let waiting runs of a version leave at once whose record has reached the goal or meets the exit; return how many."""
    definition = from_json(version.definition)
    flow = version.flow
    actor = actor_of(flow)
    with translation.override(actor.language):
        site = site_of(actor, flow.object_name)
        ends = _ends(site, definition, {run.record_id for run in runs})
        return end(version, {run: ends[run.record_id] for run in runs if run.record_id in ends})


def end(version: FlowVersion, runs: Mapping[FlowRun, tuple[str, str]]) -> int:
    """End waiting runs of a version where they stand, each with an outcome and why; return how many."""
    by_node: dict[str, list[Member]] = defaultdict(list)
    for run, (word, why) in runs.items():
        by_node[run.node].append(Member(run, {}, outcome=word, detail=why))
    definition = from_json(version.definition)
    for node, members in by_node.items():
        outcome.settle(version.flow, definition, node, members)
    return len(runs)


def _gone() -> EssorError:
    return EssorError(_("This step does not exist any more."))


def actor_of(flow: Flow) -> Actor:
    """Return as whom a flow acts; EssorError when its owner may not enter any more."""
    if flow.acting == Flow.Acting.SYSTEM:
        return system_actor()
    if not flow.owner.may_enter:
        raise EssorError(_("The flow’s owner is not active any more: give the flow another owner."))
    return actor_for(flow.owner)


def answer(run_ids: Collection[int], path: str, *, said: Callable[[int], str] | None = None) -> int:
    """Let held runs go on by `path` (“yes” or “no” of an approval); return how many of them were still held.

    `said` gives what the run log is told of a run (its key), in the language of the flow's owner. Set-wise:
    a bounded number of statements for each step and version that they stand at.
    """
    with transaction.atomic():
        rows = FlowRun.objects.filter(pk__in=run_ids, state=RunState.HELD)
        if connection.features.has_select_for_update:
            rows = rows.select_for_update(of=("self",))
        places: dict[tuple[int, str], list[FlowRun]] = defaultdict(list)
        for run in rows.order_by("pk"):
            places[run.version_id, run.node].append(run)
        known = {version for version, _node in places}
        versions = FlowVersion.objects.select_related("flow__owner").in_bulk(known) if known else {}
        for (version_id, node), runs in places.items():
            version = versions[version_id]
            with translation.override(version.flow.owner.language):
                members = [Member(run, {}, outcome=path, detail=said(run.pk) if said else "") for run in runs]
                outcome.settle(version.flow, from_json(version.definition), node, members)
    return sum(map(len, places.values()))


def _put_off(key: int, error: Exception) -> None:
    """Let a run that stumbles wait, longer each time, and fail at last."""
    logger.warning("Flow run %s stumbled", key, exc_info=error)
    with transaction.atomic():
        run = FlowRun.objects.select_related("version__flow").filter(pk=key, state=RunState.WAITING).first()
        if run is None:
            return
        if run.attempts + 1 >= MOST_ATTEMPTS:
            member = Member(run, {}, error=f"{type(error).__name__}: {error}"[:2000])
            outcome.settle(run.version.flow, from_json(run.version.definition), run.node, [member])
            return
        wait = FIRST_WAIT * 2**run.attempts
        FlowRun.objects.filter(pk=key).update(attempts=F("attempts") + 1, due_at=timezone.now() + wait)
