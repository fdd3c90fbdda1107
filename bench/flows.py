"""Flows at the size of marketing: a million records waiting of which 10,000 are due, and 10,000 changed at once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.clock import clock
from bench.figure import Figure
from bench.people import actor
from essor.catalog import current
from essor.domain.automation import actions, engine, entering
from essor.domain.automation.definition import from_json
from essor.domain.automation.models import Flow, FlowRun, RunState
from essor.domain.sales.models import Lead
from essor.kernel.db.insert import insert_rows
from essor.kernel.delivery import Dispatcher
from essor.query.tree import Query
from essor.records.change import Change
from essor.records.save import save_many

DUE, CHANGED, CHUNK = 10_000, 10_000, 20_000
WAIT = {"id": "s1", "kind": "wait", "settings": {"for": "time", "amount": 3, "unit": "days"}}
FORK = {
    "id": "s2",
    "kind": "branch",
    "paths": [
        {
            "id": "p1",
            "label": "Large",
            "where": {"field": "NumberOfEmployees", "op": "gte", "values": [250]},
            "steps": [],
        },
        {"id": "else", "label": "Otherwise", "steps": []},
    ],
}
AGAIN = {"id": "s3", "kind": "wait", "settings": {"for": "time", "amount": 7, "unit": "days"}}
WRITE = {
    "id": "s4",
    "kind": "update",
    "settings": {
        "values": [
            {"field": "Description", "from": "formula", "value": 'Company & " followed up"'},
        ]
    },
}


def flow_of(trigger: dict[str, Any], *steps: dict[str, Any]) -> Flow:
    """Put a flow over leads in force."""
    me = actor()
    definition = from_json({"trigger": trigger, "steps": list(steps)})
    flow = actions.create_flow(me, name="Bench", object_name="Lead", definition=definition)
    actions.activate(me, flow, flow.versions.get())
    return flow


def wait_for_later(flow: Flow, count: int) -> None:
    """Let `count` runs wait at the fork, 10,000 of them due."""
    now, rng = timezone.now(), random.Random(7)  # noqa: S311 -- no secret
    keys = list(Lead.objects.values_list("pk", flat=True)[:DUE])
    for first in range(0, count, CHUNK):
        with transaction.atomic():
            insert_rows(
                FlowRun,
                [
                    {
                        "flow_id": flow.pk,
                        "version_id": flow.active_id,
                        "record_id": keys[n % len(keys)],
                        "node": "s2",
                        "state": RunState.WAITING.value,
                        "due_at": now if n < DUE else now + timedelta(hours=1 + rng.random() * 700),
                    }
                    for n in range(first, min(first + CHUNK, count))
                ],
            )


def drained() -> int:
    """Move on everything that is due; return how many steps were taken."""
    moved = 0
    while found := engine.advance():
        moved += found
    return moved


def measure(leads: int) -> Iterator[Figure]:
    """Yield the figures; `leads` is also how many wait."""
    waiting = max(leads, 2 * DUE)
    flow = flow_of({"on": "manual"}, WAIT, FORK, AGAIN, WRITE)
    wait_for_later(flow, waiting)
    assert engine.advance()  # one batch warms up what is read once per process
    begin = clock()
    moved = drained()
    spent = clock() - begin
    assert moved >= DUE, moved
    yield Figure(
        f"{DUE:,} due of {waiting:,} waiting: a fork and a wait each",
        f"{spent:.2f} s",
        target="<= 5 s",
        reached=spent <= 5,
    )
    begin = clock()
    with transaction.atomic():
        entered = entering.enter_all(flow.active, Query("Lead"), actor())
    yield Figure(f"{entered:,} leads enter a flow at once", f"{clock() - begin:.2f} s", "one INSERT … SELECT")
    FlowRun.objects.all().delete()
    yield from changed_at_once()


def changed_at_once() -> Iterator[Figure]:
    """Yield what a flow over 10,000 changed rows costs: statements for each step, and the time for all."""
    me = actor()
    flow = flow_of(
        {"on": "updated", "where": {"field": "Title", "op": "eq", "values": ["Bench"]}, "newly": True},
        FORK,
        WRITE,
    )
    keys = list(Lead.objects.values_list("pk", flat=True)[:CHANGED])
    save_many(me, "Lead", [Change("Lead", {"Title": "Bench"}, id=key) for key in keys])
    dispatcher = Dispatcher(scope=current.scope)
    begin = clock()
    with CaptureQueriesContext(connection) as captured:
        while dispatcher.run_once():
            pass
        entry = len(captured)
        drained()
    spent = clock() - begin
    assert flow.runs.filter(state=RunState.DONE).count() == len(keys)
    batches = -(-len(keys) // engine.BATCH)
    per_batch = (len(captured) - entry) / (2 * batches)
    yield Figure(f"a flow of two steps over {len(keys):,} changed leads", f"{spent:.2f} s")
    yield Figure(
        "its statements a step for 500 rows", f"{per_batch:.0f}", target="bounded", reached=per_batch < 40
    )
