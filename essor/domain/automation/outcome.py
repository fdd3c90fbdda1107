"""What became of runs, written down: where they stand now, and the run log."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from essor.domain.automation import failing, numbers
from essor.domain.automation.definition import Definition
from essor.domain.automation.kinds import Member
from essor.domain.automation.models import Flow, FlowRun, FlowStep, RunState
from essor.kernel.db.insert import insert_rows

STOP, GOAL, EXIT = "stop", "goal", "exit"
LEAVING = frozenset({STOP, GOAL, EXIT})
WAITS, GOES_ON = "waits", "done"  # words of the run log
MOST_TIMES = 20  # different moments of a batch up to which each has an UPDATE of its own


def settle(flow: Flow, definition: Definition, node: str, members: Sequence[Member]) -> None:
    """Write where each run stands now: one UPDATE for each fate, one INSERT for the log, one for the arrows."""
    now = timezone.now()
    groups: dict[tuple[str, str], list[Member]] = defaultdict(list)
    moves: Counter[tuple[int, str, str]] = Counter()
    for one in members:
        found = fate(definition, node, one)
        groups[found].append(one)
        if found not in ((RunState.WAITING, node), (RunState.HELD, node)):
            moves[one.run.version_id, node, numbers.FAILED if one.error else one.outcome] += 1
    for (state, next_node), some in groups.items():
        if state == RunState.FAILED:
            _fail(some, now)
        elif state == RunState.WAITING and next_node == node:
            _stay(some, now)
        elif state == RunState.WAITING:
            _runs(some).update(
                state=state,
                node=next_node,
                due_at=now,
                arrived=now,
                attempts=0,
                watching=False,
                parked=False,
                error="",
            )
        else:
            ended = None if state == RunState.HELD else now
            _runs(some).update(state=state, due_at=None, ended=ended, watching=False, parked=False)
    numbers.add(moves)
    insert_rows(
        FlowStep,
        [
            {
                "run_id": one.run.pk,
                "node": node,
                "outcome": _word(one),
                "detail": (one.error or one.detail)[:2000],
                "at": now,
            }
            for one in members
            if _is_news(one)
        ],
    )
    failed = [one for one in members if one.error]
    if failed:
        failing.tell(
            flow,
            failed[0].error,
            records=[one.run.record_id for one in failed],
            step=definition.step(node),
            run_id=failed[0].run.pk if len(failed) == 1 else None,
        )


def fate(definition: Definition, node: str, one: Member) -> tuple[str, str]:
    """Return the state of a run after a step, and the step it stands at."""
    if one.error:
        return RunState.FAILED, node
    if one.outcome in LEAVING:
        return RunState.STOPPED, node
    if one.held:
        return RunState.HELD, node
    after = definition.after(node, one.outcome)
    # A wait at the very end of a flow has nothing left to wait for.
    if one.stay or (one.until and after):
        return RunState.WAITING, node
    return (RunState.WAITING, after) if after else (RunState.DONE, node)


def _is_news(one: Member) -> bool:
    """Tell whether the run log does not know it yet: who comes again, has waited or was held is in it already."""
    if one.stay and one.until:
        return bool(one.detail)
    if one.run.state == RunState.HELD:  # let go on: worth a line only with something to say
        return bool(one.error or one.outcome or one.detail)
    return not one.run.parked or bool(one.error or one.outcome)


def _word(one: Member) -> str:
    if one.error:
        return "failed"
    return one.outcome or ("held" if one.held else WAITS if one.until else GOES_ON)


def _runs(members: Sequence[Member]) -> QuerySet[FlowRun]:
    return FlowRun.objects.filter(pk__in=[one.run.pk for one in members])


def _stay(members: Sequence[Member], now: datetime) -> None:
    """Let runs wait at their step: until they look again, or until they go on."""
    by_time: dict[tuple[datetime, bool, bool], list[Member]] = defaultdict(list)
    for one in members:
        by_time[one.until or now, one.stay and one.watches, not one.stay].append(one)
    if len(by_time) <= MOST_TIMES:
        for (until, watching, parked), some in by_time.items():
            _runs(some).update(
                state=RunState.WAITING, due_at=until, watching=watching, parked=parked, attempts=0
            )
        return
    adapt = connection.ops.adapt_datetimefield_value
    sql = (
        "UPDATE automation_flowrun SET state = %s, due_at = %s, watching = %s, parked = %s, attempts = 0"
        " WHERE id = %s"
    )
    state = RunState.WAITING.value
    rows = [
        (state, adapt(until), watching, parked, one.run.pk)
        for (until, watching, parked), some in by_time.items()
        for one in some
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def _fail(members: Sequence[Member], now: datetime) -> None:
    sql = (
        "UPDATE automation_flowrun SET state = %s, error = %s, ended = %s, due_at = NULL, watching = %s, parked = %s"
        " WHERE id = %s"
    )
    ended = connection.ops.adapt_datetimefield_value(now)
    rows = [(RunState.FAILED.value, one.error[:2000], ended, False, False, one.run.pk) for one in members]
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)
