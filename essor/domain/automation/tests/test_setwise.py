"""A flow over thousands of changed rows costs statements per step, not per row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from essor.access.actor import Actor
from essor.domain.automation import engine, entering
from essor.domain.automation.definition import from_json
from essor.domain.automation.models import Flow, FlowRun, FlowStep, RunState
from essor.domain.automation.tests.conftest import MakeFlow, saved, update, where, work
from essor.domain.notifications.models import Notification
from essor.kernel.db.insert import insert_rows
from essor.query import decode
from essor.query.tree import Query

Lead = apps.get_model("sales", "Lead")
pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 3_000  # six batches
STEPS = (
    {
        "kind": "branch",
        "paths": [
            {
                "id": "p1",
                "label": "Big",
                "where": where("NumberOfEmployees", "gt", 50),
                "steps": [{"id": "b", **update(Title="big")}],
            },
            {"id": "else", "label": "", "steps": [{"id": "c", **update(Title="small")}]},
        ],
    },
    {
        "kind": "update",
        "settings": {
            "values": [
                {
                    "field": "Description",
                    "from": "formula",
                    "value": 'Company & " " & TEXT(NumberOfEmployees)',
                },
            ]
        },
    },
    {"kind": "wait", "settings": {"for": "time", "amount": 2, "unit": "days"}},
    {"kind": "notify", "settings": {"to": ["owner"], "text": "{{ Company }}"}},
)


def leads(owner_id: int, count: int) -> list[int]:
    with transaction.atomic():
        return insert_rows(
            Lead,
            [
                {
                    "last_name": f"L{n}",
                    "company": f"C{n}",
                    "name": f"L{n}",
                    "number_of_employees": float(n % 100),
                    "owner_id": owner_id,
                    "status": "Open - Not Contacted",
                }
                for n in range(count)
            ],
        )


def statements(work_to_do: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        work_to_do()
    return len(captured)


def test_a_batch_costs_the_same_statements_for_ten_and_for_five_hundred(
    admin: Actor, make_flow: MakeFlow
) -> None:
    flow = make_flow("Lead", {"on": "manual"}, STEPS[1], STEPS[3], STEPS[2])
    counts: list[list[int]] = []
    for number in (10, 10, 500):  # the first round fills what is read once per process
        entering.enter_some(Flow.objects.get(pk=flow.pk), leads(admin.user_id, number))
        counts.append([])
        while engine.due().exists():
            counts[-1].append(statements(engine.advance))
        FlowRun.objects.all().delete()
    assert counts[1] == counts[2]
    assert max(counts[1]) < 40, counts


def test_thousands_of_changed_rows(admin: Actor, make_flow: MakeFlow) -> None:
    flow = make_flow(
        "Lead", {"on": "updated", "where": where("Rating", "eq", "Hot"), "newly": True}, *STEPS[:3]
    )
    keys = leads(admin.user_id, ROWS)
    saved(admin, "Lead", *({"Id": key, "Rating": "Hot"} for key in keys))
    used = statements(work)
    assert flow.runs.filter(state=RunState.DONE).count() == ROWS
    assert Lead.objects.filter(title="big").count() == ROWS * 49 // 100
    assert Lead.objects.filter(description="C7 7").count() == 1
    assert FlowStep.objects.count() == 4 * ROWS
    # Entry and four steps, in batches of 500: some thirty statements each.
    assert used < 40 * 6 * ROWS / 500, used


def test_a_message_about_thousands_of_records_is_one_that_counts(admin: Actor, make_flow: MakeFlow) -> None:
    flow = make_flow("Lead", {"on": "manual", "where": where("Rating", "null")}, STEPS[3])
    for number in (1_200, 2):
        entering.enter_some(Flow.objects.get(pk=flow.pk), leads(admin.user_id, number))
        while engine.advance():
            pass
    last, first, heap = Notification.objects.filter(user_id=admin.user_id).order_by("-pk")
    assert (heap.title, heap.count) == ("The flow “A flow” has 1,200 messages for you", 1_200)
    assert heap.body.splitlines()[0].startswith("C")
    assert heap.link.startswith("/o/Lead/?view=all&filter=")
    assert [first.title, last.title] == ["C0", "C1"]  # a few are told one by one
    assert flow.runs.filter(state=RunState.DONE).count() == 1_202


def test_records_enter_by_one_statement(admin: Actor, make_flow: MakeFlow) -> None:
    flow = make_flow("Lead", {"on": "manual"}, *STEPS[:1])
    leads(admin.user_id, 1000)
    query = Query("Lead", where=decode.condition(where("NumberOfEmployees", "lt", 10)))
    with CaptureQueriesContext(connection) as captured:
        assert entering.enter_all(flow.active, query, admin) == 100
    # One for all runs, one for the number on the arrow.
    assert sum("INSERT" in one["sql"] for one in captured) == 2
    assert flow.runs.count() == 100
    assert from_json(flow.active.definition).first == "s1"
