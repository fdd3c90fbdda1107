"""Flows that wait, and flows that go by the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from essor.access.actor import Actor
from essor.access.snapshot import Company
from essor.domain.automation import actions, checking, engine, hours, moving, scheduling
from essor.domain.automation.definition import Definition, Step, Trigger, changed, from_json
from essor.domain.automation.jobs import look
from essor.domain.automation.models import Flow, FlowRun, RunState
from essor.domain.automation.tests.conftest import MakeFlow, saved, update, where, work
from essor.domain.workdays import days, keep
from essor.kernel.clock import zone_named
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


def test_a_date_that_changes_while_they_wait_counts_and_days_keep_their_hour(
    admin: Actor, make_flow: MakeFlow
) -> None:
    flow = make_flow(
        "Opportunity",
        {"on": "created"},
        wait(**{"for": "date", "field": "CloseDate", "amount": 7}),
        update(NextStep="now"),
    )
    deal = {"Name": "D", "StageName": "Prospecting", "CloseDate": "2031-10-22"}
    (key,) = saved(admin, "Opportunity", deal)
    work()
    run = flow.runs.get(record_id=key)
    assert run.due_at == datetime(2031, 10, 29, 7, tzinfo=UTC), "eight in Paris, in winter as in summer"
    saved(admin, "Opportunity", {"Id": key, "CloseDate": "2030-06-01"})
    work()
    run.refresh_from_db()
    assert run.due_at == datetime(2030, 6, 8, 6, tzinfo=UTC)
    assert run.steps.count() == 2, "the log tells of both"
    saved(admin, "Opportunity", {"Id": key, "CloseDate": "2020-01-01"})
    work()
    assert Opportunity.objects.get(pk=key).next_step == "now"


OFFICE = {"days": [1, 2, 3, 4, 5], "from": 9, "until": 18}


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-12-24T19:00+01:00", "2026-12-28T09:00+01:00"),  # Christmas, then a weekend
        ("2026-05-13T18:00+02:00", "2026-05-18T09:00+02:00"),  # the Ascension, then a day of our own
        ("2026-05-18T12:30+02:00", "2026-05-18T12:30+02:00"),
    ],
)
def test_working_hours_leave_out_nights_weekends_holidays_and_closed_days(
    admin: Actor, moment: str, opens: str
) -> None:
    keep.close(admin, date(2026, 5, 15), None, "Bridge")
    found = hours.read(OFFICE)
    assert found is not None
    calendar = days.calendar(Company(country="FR"))
    start = datetime.fromisoformat(moment)
    assert found.opens(start, zone_named("Europe/Paris"), calendar) == datetime.fromisoformat(opens)


def test_who_is_due_outside_of_working_hours_waits_on_unless_somebody_lets_them_go(
    admin: Actor, make_flow: MakeFlow
) -> None:
    """So they are after a pause, a night without a worker, or a closed day that was added while they waited."""
    past = {
        "for": "time",
        "hours": OFFICE | {"days": [1, 2, 3, 4, 5, 6, 7], "until": 24, "from": 0},
    }
    flow = make_flow("Opportunity", {"on": "created"}, wait(**past), update(NextStep="now"))
    today = timezone.localdate()
    closure = keep.close(admin, today - timedelta(days=1), today + timedelta(days=1), "Strike")
    deal = {"Name": "D", "StageName": "Prospecting"}
    saved(admin, "Opportunity", deal | {"CloseDate": "2020-01-01"}, deal | {"CloseDate": "2020-01-01"})
    work()
    first, second = flow.runs.order_by("pk")
    assert timezone.localtime(first.due_at).date() > closure.last_day
    let_pass()
    assert {run.state for run in flow.runs.all()} == {RunState.WAITING}
    moving.hurry(admin, flow, [first.pk])
    work()
    first.refresh_from_db()
    assert first.state == RunState.DONE
    second.refresh_from_db()
    assert second.state == RunState.WAITING


def test_a_new_version_reckons_waits_anew_whose_length_it_changes(admin: Actor, make_flow: MakeFlow) -> None:
    flow = make_flow("Lead", {"on": "created"}, wait(**{"for": "time", "amount": 30}), update(Title="later"))
    saved(admin, "Lead", lead())
    work()
    definition = from_json(flow.active.definition)
    shorter = replace(definition.steps[0], settings={"for": "time", "amount": 3, "unit": "days"})
    actions.activate(admin, flow, actions.save_draft(admin, flow, changed(definition, shorter)))
    flow.refresh_from_db()
    moving.move_over(admin, flow)
    work()
    run = flow.runs.get()
    assert run.version_id == flow.active_id
    assert timedelta(days=2) < run.due_at - timezone.now() < timedelta(days=3)
