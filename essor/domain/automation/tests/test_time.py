"""Flows that wait, and flows that go by the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from essor.access.actor import Actor
from essor.domain.automation import checking, engine, scheduling
from essor.domain.automation.definition import Definition, Step, Trigger
from essor.domain.automation.jobs import look
from essor.domain.automation.models import Flow, FlowRun, RunState
from essor.domain.automation.tests.conftest import MakeFlow, saved, update, where, work
from essor.query import run
from essor.query.tree import Column, Path, Query

Lead, Opportunity = (apps.get_model("sales", name) for name in ("Lead", "Opportunity"))
pytestmark = pytest.mark.django_db(transaction=True)


def lead(**more: Any) -> dict[str, Any]:
    return {"LastName": "Roux", "Company": "Roux SA", **more}


def wait(**settings: Any) -> dict[str, Any]:
    return {"kind": "wait", "settings": {"amount": 0, "unit": "days", **settings}}


def let_pass() -> None:
    """Let all waiting runs be due."""
    FlowRun.objects.filter(state=RunState.WAITING).update(due_at=timezone.now())
    look.enqueue()
    work()


def test_it_waits_and_goes_on_by_itself(admin: Actor, make_flow: MakeFlow) -> None:
    flow = make_flow("Lead", {"on": "created"}, wait(**{"for": "time", "amount": 3}), update(Title="later"))
    (key,) = saved(admin, "Lead", lead())
    work()
    run = flow.runs.get()
    assert (run.state, run.node) == (RunState.WAITING, "s1")
    assert timedelta(days=2, hours=23) < run.due_at - timezone.now() <= timedelta(days=3)
    let_pass()
    assert Lead.objects.get(pk=key).title == "later"


def test_it_waits_until_a_date_of_the_record(admin: Actor, make_flow: MakeFlow) -> None:
    flow = make_flow(
        "Opportunity",
        {"on": "created"},
        wait(**{"for": "date", "field": "CloseDate", "amount": -2}),
        update(NextStep="now"),
    )
    deal = {"Name": "D", "StageName": "Prospecting", "CloseDate": date(2031, 5, 20).isoformat()}
    saved(admin, "Opportunity", deal, deal | {"CloseDate": "2020-01-01"})
    work()
    future, past = flow.runs.order_by("pk")
    assert future.due_at == datetime(2031, 5, 18, 6, tzinfo=UTC)  # eight o'clock in Paris
    assert past.state == RunState.DONE
    assert list(Opportunity.objects.order_by("pk").values_list("next_step", flat=True)) == [None, "now"]


def test_it_waits_until_criteria_are_met_and_sees_the_change_at_once(
    admin: Actor, make_flow: MakeFlow
) -> None:
    until = wait(**{"for": "condition", "where": where("Rating", "eq", "Hot")})
    flow = make_flow("Lead", {"on": "created"}, until, update(Title="met"))
    (key,) = saved(admin, "Lead", lead())
    work()
    assert flow.runs.get().watching
    saved(admin, "Lead", {"Id": key, "Company": "Other"})
    work()
    assert flow.runs.get().state == RunState.WAITING
    saved(admin, "Lead", {"Id": key, "Rating": "Hot"})
    work()
    assert Lead.objects.get(pk=key).title == "met"


def test_patience_ends_on_a_path_of_its_own(admin: Actor, make_flow: MakeFlow) -> None:
    until = wait(**{"for": "condition", "where": where("Rating", "eq", "Hot"), "amount": 2}) | {
        "paths": [{"id": "met"}, {"id": "late", "steps": [{"id": "l", **update(Title="too late")}]}]
    }
    make_flow("Lead", {"on": "created"}, until)
    (key,) = saved(admin, "Lead", lead())
    work()
    FlowRun.objects.update(arrived=timezone.now() - timedelta(days=3))
    let_pass()
    assert Lead.objects.get(pk=key).title == "too late"


def test_a_record_whose_goal_is_reached_leaves(admin: Actor, make_flow: MakeFlow) -> None:
    flow = make_flow(
        "Lead",
        {"on": "created"},
        wait(**{"for": "time", "amount": 1}),
        update(Title="reminded"),
        leave=where("Rating", "eq", "Hot"),
    )
    (key,) = saved(admin, "Lead", lead())
    work()
    saved(admin, "Lead", {"Id": key, "Rating": "Hot"})
    let_pass()
    assert flow.runs.get().state == RunState.STOPPED
    assert Lead.objects.get(pk=key).title is None


def test_a_deleted_record_ends_its_run(admin: Actor, make_flow: MakeFlow) -> None:
    flow = make_flow("Lead", {"on": "created"}, wait(**{"for": "time", "amount": 1}), update(Title="x"))
    saved(admin, "Lead", lead())
    work()
    Lead.objects.update(is_deleted=True)
    let_pass()
    assert flow.runs.get().state == RunState.STOPPED


def test_a_schedule_takes_what_meets_its_criteria_once_a_slot(admin: Actor, make_flow: MakeFlow) -> None:
    flow = make_flow(
        "Lead",
        {"on": "schedule", "every": "day", "at": 8, "where": where("Rating", "eq", "Hot")},
        update(Title="seen"),
    )
    saved(admin, "Lead", *(lead(Rating=one) for one in ("Hot", "Hot", "Cold")))
    assert scheduling.start_due() == 0
    Flow.objects.update(next_due=timezone.now() - timedelta(days=3))
    assert scheduling.start_due() == 2
    assert scheduling.start_due() == 0
    look.enqueue()
    work()
    assert Lead.objects.filter(title="seen").count() == 2
    flow.refresh_from_db()
    assert flow.next_due > timezone.now()


def test_a_date_flow_takes_each_record_on_its_day(admin: Actor, make_flow: MakeFlow) -> None:
    make_flow(
        "Opportunity", {"on": "date", "field": "CloseDate", "days": -7, "at": 8}, update(NextStep="soon")
    )
    today = timezone.localdate()
    saved(
        admin,
        "Opportunity",
        *(
            {
                "Name": f"D{n}",
                "StageName": "Prospecting",
                "CloseDate": (today + timedelta(days=n)).isoformat(),
            }
            for n in (5, 6, 7, 8)
        ),
    )
    Flow.objects.update(next_due=timezone.now(), looked_until=today - timedelta(days=1))
    assert scheduling.start_due() == 1
    Flow.objects.update(next_due=timezone.now(), looked_until=today - timedelta(days=3))
    assert scheduling.start_due() == 3  # the program stood still for two days: they are made up for
    while engine.advance():
        pass
    assert list(Opportunity.objects.order_by("pk").values_list("next_step", flat=True)) == ["soon"] * 3 + [
        None
    ]


def test_a_yearly_date_flow_takes_anniversaries_as_well(admin: Actor, make_flow: MakeFlow) -> None:
    born = ("1980-02-28", "1980-02-29", "1981-03-01", "2027-02-28", "2028-02-29", "1980-02-27", None)
    saved(admin, "Contact", *({"LastName": str(day), "Birthdate": day} for day in born))
    trigger = Trigger(on="date", field="Birthdate", days=0, yearly=True)

    def born_on(looked: date, today: date, days: int = 0) -> set[str]:
        when = scheduling.near(replace(trigger, days=days), looked, today)
        rows = run.rows(admin, Query("Contact", (Column(Path(("LastName",))),), when))
        return {str(one["LastName"]) for one in rows}

    assert born_on(date(2027, 2, 27), date(2027, 2, 28)) == {"1980-02-28", "1980-02-29", "2027-02-28"}
    assert born_on(date(2028, 2, 27), date(2028, 2, 28)) == {"1980-02-28", "2027-02-28"}
    assert born_on(date(2028, 2, 21), date(2028, 2, 22), -7) == {"1980-02-29", "2028-02-29"}
    again = Definition(
        replace(trigger, again="never"), (Step("s1", "wait", "", {"for": "time", "amount": 1}),)
    )
    assert [one.error.field for one in checking.problems(admin, "Contact", again)] == ["again", "amount"]


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        (Trigger(on="schedule", every="hour"), "2026-01-31T10:00"),
        (Trigger(on="schedule", every="day", at=8), "2026-02-01T07:00"),
        (Trigger(on="schedule", every="week", day=1, at=8), "2026-02-02T07:00"),
        (Trigger(on="schedule", every="month", day=31, at=8), "2026-02-28T07:00"),
        (Trigger(on="date", at=23), "2026-01-31T22:00"),
    ],
)
def test_the_next_slot(trigger: Trigger, expected: str) -> None:
    now = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    found = scheduling.next_slot(trigger, "Europe/Paris", now)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
