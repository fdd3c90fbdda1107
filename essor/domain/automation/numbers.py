"""The numbers on the arrows of a flow, and how many stand at each step.

An arrow is counted in the transaction of the move. Who stands where is asked of an index that holds nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import connection
from django.db.models import Count, QuerySet

from essor.domain.automation.models import FlowCount, FlowRun, FlowVersion, RunState

Arrow = tuple[str, str]
ENTERED: Arrow = ("", "")  # the arrow into the first step
FAILED, SKIPPED, MOVED = "failed", "skipped", "moved"
TAKEN_OVER: Arrow = ("", MOVED)  # into any step, out of an earlier version
INSIDE = (RunState.WAITING, RunState.HELD)
_ADD = """
INSERT INTO automation_flowcount (version_id, node, outcome, count) VALUES {rows}
ON CONFLICT (version_id, node, outcome) DO UPDATE SET count = automation_flowcount.count + excluded.count"""


def add(moves: Mapping[tuple[int, str, str], int]) -> None:
    """Count {(version, step, outcome): runs}, in the caller's transaction: one statement."""
    # In one order whoever counts: so two of them never wait for one another.
    rows = [(*key, number) for key, number in sorted(moves.items()) if number]
    if rows:
        statement = _ADD.format(rows=", ".join(["(%s, %s, %s, %s)"] * len(rows)))
        with connection.cursor() as cursor:
            cursor.execute(statement, [value for row in rows for value in row])


def entered(version_id: int, number: int) -> None:
    """Count runs that began."""
    add({(version_id, *ENTERED): number})


def ended(runs: QuerySet[FlowRun], outcome: str) -> None:
    """Count runs that are about to be ended where they stand: two statements."""
    rows = runs.order_by().values_list("version_id", "node").annotate(number=Count("pk"))
    add({(version, node, outcome): number for version, node, number in rows})


def arrows(version: FlowVersion) -> dict[Arrow, int]:
    """Return how many runs left each step with each outcome: {(step, outcome): runs}.

    An outcome is the id of a path, empty for the one way on, a word of the step's kind (“sent”), or how a run ended here:
    “goal”, “exit”, “stop”, “failed”, “moved” (to a newer version). `ENTERED` is how many came in,
    `TAKEN_OVER` how many came out of earlier versions.
    """
    rows = FlowCount.objects.filter(version=version).values_list("node", "outcome", "count")
    return {(node, outcome): number for node, outcome, number in rows}


def standing(version: FlowVersion) -> dict[str, int]:
    """Return how many stand at each step now: {step: runs}."""
    rows = FlowRun.objects.filter(version=version, state__in=INSIDE).order_by()
    return dict(rows.values_list("node").annotate(number=Count("*")))


def inside(flow_ids: Iterable[int]) -> dict[int, int]:
    """Return how many are under way in each flow, whichever their version."""
    rows = FlowRun.objects.filter(flow__in=list(flow_ids), state__in=INSIDE).order_by()
    return dict(rows.values_list("flow_id").annotate(number=Count("*")))
