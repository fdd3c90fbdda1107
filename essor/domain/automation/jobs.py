"""What the worker does for flows: hears of changes, moves runs on, sends what waits to leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from essor.domain.approvals.models import APPROVED, REJECTED
from essor.domain.approvals.told import decided
from essor.domain.approvals.writing import COMPLETED
from essor.domain.automation import engine, entering, outcome, outgoing, scheduling
from essor.domain.automation.models import Asked, Flow, FlowRun, FlowStep, RunState
from essor.domain.automation.steps.approval import NO, YES
from essor.jobs.schedule import SCHEDULE, daily, every
from essor.jobs.tasks import check_interrupted, task
from essor.kernel.events import Event, consumer

RUNS_KEPT = timedelta(days=90)
PURGE_BATCH = 2_000
ANSWERS = {APPROVED: YES, REJECTED: NO}
TAKEN_BACK = _("The request was taken back.")


@consumer("flows", topics=("record.created", "record.updated"))
def hear(events: Sequence[Event]) -> None:
    """Start the flows that changes call for; their steps are taken by a task, so nothing here can fail a save."""
    if entering.follow(events) or engine.due().exists():
        move_on.enqueue()


@consumer("flows.approvals", topics=(COMPLETED,))
def answered(events: Sequence[Event]) -> None:
    """Let the runs go on that wait for a request which has ended: a bounded number of queries for each way it ended."""
    ended: dict[str, list[int]] = defaultdict(list)
    for event in events:
        ended[event.payload.get("status", "")].extend(event.record_ids)
    woken = 0
    for status, requests in ended.items():
        runs = dict(Asked.objects.filter(request__in=requests).values_list("run", "request"))
        path = ANSWERS.get(status, outcome.STOP)
        woken += engine.answer(runs, path, said=_said(path, runs))
    if woken:
        move_on.enqueue()


def _said(path: str, runs: Mapping[int, int]) -> Callable[[int], str]:
    """Return what the run log is told of each run that goes on: by whom, and why."""
    if path == outcome.STOP:
        return lambda _run: str(TAKEN_BACK)
    who = decided(set(runs.values()))
    return lambda run: who(runs[run])


@task()
def move_on() -> None:
    """Take steps until nothing is due, then send what the steps put into the out-tray."""
    moved = True
    while moved:
        moved = bool(engine.advance()) or outgoing.send_next()
        check_interrupted()


@task()
def look() -> None:
    """Start the flows whose moment has come, and move on whoever has waited long enough."""
    scheduling.start_due()
    if engine.due().exists() or outgoing.due().exists():
        move_on.enqueue()


@task()
def purge_runs() -> None:
    """Forget runs that ended a quarter ago; failed ones stay until somebody has looked at them.

    Of flows that ask whether somebody was in before, the runs stay, and only their log goes, but for who reached the goal.
    """
    before = timezone.now() - RUNS_KEPT
    old = FlowRun.objects.filter(state__in=(RunState.DONE, RunState.STOPPED), ended__lt=before)
    memory = Flow.objects.filter(versions__definition__trigger__again__in=("never", "days", "ended"))
    remembering = set(memory.values_list("pk", flat=True))
    log = FlowStep.objects.filter(run__in=old.filter(flow__in=remembering).values("pk"))
    log = log.exclude(outcome=outcome.GOAL)  # it tells who reached it
    while keys := list(log.order_by("pk").values_list("pk", flat=True)[:PURGE_BATCH]):
        FlowStep.objects.filter(pk__in=keys).delete()
        check_interrupted()
    old = old.exclude(flow__in=remembering)
    while keys := list(old.order_by("pk").values_list("pk", flat=True)[:PURGE_BATCH]):
        FlowRun.objects.filter(pk__in=keys).delete()
        check_interrupted()


SCHEDULE.add("flows", look, every(minutes=1))
SCHEDULE.add("purge flow runs", purge_runs, daily(time(3, 40)))
