"""A flow asks, people answer, the flow goes on by the answer; many records are asked about together."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.access.actor import Actor, actor_for
from essor.access.models import User
from essor.access.tests.samples import MakeUser
from essor.domain.approvals import reading
from essor.domain.approvals.actions.decide import decide
from essor.domain.approvals.actions.recall import recall
from essor.domain.approvals.actions.submit import submit
from essor.domain.approvals.models import ProcessInstance, ProcessInstanceWorkitem
from essor.domain.automation import actions, engine, entering, rehearsal
from essor.domain.automation.models import Flow, FlowRun, FlowStep, RunState
from essor.domain.automation.tests.conftest import MakeFlow, saved, update, work
from essor.kernel.errors import ValidationFailed

Lead = apps.get_model("sales", "Lead")
pytestmark = pytest.mark.django_db(transaction=True)


def asking(**settings: Any) -> dict[str, Any]:
    """Return a step that asks and writes the answer into the title."""
    return {
        "kind": "approval",
        "title": "May we?",
        "settings": settings,
        "paths": [
            {"id": "yes", "label": "Approved", "steps": [{"id": "y", **update(Title="agreed")}]},
            {"id": "no", "label": "Refused", "steps": [{"id": "n", **update(Title="refused")}]},
        ],
    }


def leads(admin: Actor, owner: User, number: int) -> list[int]:
    return saved(
        admin,
        "Lead",
        *({"LastName": f"L{one}", "Company": "C", "OwnerId": owner.pk} for one in range(number)),
    )


def items() -> list[ProcessInstanceWorkitem]:
    rows = ProcessInstanceWorkitem.objects.filter(is_deleted=False)
    return list(rows.select_related("process_instance").order_by("process_instance__target_object"))


def titles() -> list[str | None]:
    return list(Lead.objects.order_by("pk").values_list("title", flat=True))


def test_the_flow_waits_for_the_manager_and_goes_on_by_the_answer(
    admin: Actor, make_flow: MakeFlow, make_user: MakeUser
) -> None:
    boss = make_user("Boss")
    rep = make_user("Rep", manager=boss)
    flow = make_flow(
        "Lead",
        {"on": "created"},
        asking(ask="manager", text="About {{ LastName }}"),
        update(Website="https://x.example"),
    )
    leads(admin, rep, 3)
    work()
    assert set(flow.runs.values_list("state", flat=True)) == {RunState.HELD}
    asked = items()
    assert [(one.actor_id, one.process_instance.submitted_by_id) for one in asked] == [(boss.pk, rep.pk)] * 3
    assert asked[0].process_instance.comments == "About L0"
    (begun,) = reading.rounds(admin, [asked[0].process_instance])[0].entries
    assert (begun.sentence, begun.instead_of) == (f"Submitted by {admin.name}", rep.name)
    decide(actor_for(boss), asked[0].pk, approve=True)
    decide(actor_for(boss), asked[1].pk, approve=False, comment="No")
    recall(admin, asked[2].process_instance_id)
    work()
    assert titles() == ["agreed", "refused", None]
    told = FlowStep.objects.filter(outcome="no").values_list("detail", flat=True)
    assert list(told) == [f"{boss.name} refused: No"], "the run log says who, and why"
    assert list(flow.runs.order_by("record_id").values_list("state", flat=True)) == [
        "done",
        "done",
        "stopped",
    ]
    assert set(Lead.objects.exclude(title=None).values_list("website", flat=True)) == {"https://x.example"}


def test_nobody_finds_the_question_of_a_flow_among_the_processes(
    admin: Actor, make_flow: MakeFlow, make_user: MakeUser
) -> None:
    boss = make_user("Boss")
    make_flow("Lead", {"on": "created"}, asking(ask="people", people=[boss.pk]))
    (key,) = leads(admin, make_user("Rep"), 1)
    work()
    instance = ProcessInstance.objects.get()
    assert instance.name == "May we? – L0"
    recall(admin, instance.pk)
    with pytest.raises(ValidationFailed, match="No approval is needed"):
        submit(admin, "Lead", key)
    with pytest.raises(ValidationFailed, match="No approval is needed"):
        submit(admin, "Lead", key, process="May we?")


def test_a_record_that_waits_already_is_asked_about_afterwards(
    admin: Actor, make_flow: MakeFlow, make_user: MakeUser
) -> None:
    boss = make_user("Boss")
    make_flow("Lead", {"on": "created"}, asking(ask="people", people=[boss.pk]))
    unnamed = asking(ask="people", people=[boss.pk], text="Second") | {"title": ""}
    other = make_flow("Lead", {"on": "created"}, unnamed)
    leads(admin, make_user("Rep"), 1)
    work()
    (first,) = items()
    assert other.runs.get().state == RunState.WAITING
    decide(actor_for(boss), first.pk, approve=True)
    work()
    (second,) = items()
    assert second.process_instance.comments == "Second"
    assert second.process_instance.name == "A flow – L0", "a step without a title asks by its flow's name"
    assert other.runs.get().state == RunState.HELD


def test_an_owner_without_manager_fails_the_run_in_plain_words(
    admin: Actor, make_flow: MakeFlow, make_user: MakeUser
) -> None:
    make_flow("Lead", {"on": "created"}, asking(ask="manager"))
    leads(admin, make_user("Rep"), 1)
    work()
    run = FlowRun.objects.get()
    assert run.state == RunState.FAILED
    assert "Nobody can approve" in run.error


def test_a_test_run_names_those_asked_and_asks_nobody(
    admin: Actor, make_flow: MakeFlow, make_user: MakeUser
) -> None:
    boss = make_user("Boss")
    rep = make_user("Rep", manager=boss)
    make_flow("Lead", {"on": "manual"}, asking(ask="manager"))
    (key,) = leads(admin, rep, 1)
    report = rehearsal.rehearse(Flow.objects.get().versions.get(), key)
    assert boss.name in report.steps[0].detail
    assert [one.step for one in report.steps] == ["s1", "y"]
    assert not report.steps[1].error
    refused = rehearsal.rehearse(Flow.objects.get().versions.get(), key, answer="no")
    assert [one.step for one in refused.steps] == ["s1", "n"]
    assert not ProcessInstance.objects.exists()


def test_asking_costs_the_same_for_many_records_as_for_few(
    admin: Actor, make_flow: MakeFlow, make_user: MakeUser
) -> None:
    rep = make_user("Rep", manager=make_user("Boss"))
    flow = make_flow("Lead", {"on": "manual"}, asking(ask="manager", text="About {{ LastName }}"))
    counts = []
    for number in (5, 5, 40):
        entering.enter_some(flow, leads(admin, rep, number))
        with CaptureQueriesContext(connection) as seen:
            engine.advance()
        counts.append(len(seen))
    held = FlowRun.objects.filter(state=RunState.HELD)
    assert held.count() == 50
    assert counts[2] == counts[1]
    with CaptureQueriesContext(connection) as seen:
        assert engine.answer(list(held.values_list("pk", flat=True)), "yes") == 50
    assert len(seen) < 12


def test_stopping_runs_ends_what_they_ask_and_frees_the_records(
    admin: Actor, make_flow: MakeFlow, make_user: MakeUser
) -> None:
    rep = make_user("Rep", manager=make_user("Boss"))
    flow = make_flow("Lead", {"on": "created"}, asking(ask="manager"))
    first, second = leads(admin, rep, 2)
    work()
    assert actions.stop(admin, flow, flow.runs.filter(record_id=first).values_list("pk", flat=True)) == 1
    assert [one.process_instance.target_object for one in items()] == [second]
    assert actions.deactivate(admin, flow, stop_runs=True) == 1
    assert not items()
    assert set(ProcessInstance.objects.values_list("status", flat=True)) == {"Removed"}
    work()
    assert titles() == [None, None]
