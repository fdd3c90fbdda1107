"""What starts a scenario, and the steps that leave the house by other ways than mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from essor.access.actor import Actor, actor_for
from essor.domain.automation import checking, engine, entering, numbers
from essor.domain.automation import rehearsal as rehearsals
from essor.domain.automation.definition import from_json
from essor.domain.automation.jobs import look
from essor.domain.automation.models import Flow, FlowRun, RunState
from essor.domain.marketing.consent import write as consents
from essor.domain.marketing.consent.models import Topic
from essor.domain.marketing.consent.people import CONTACT, Person
from essor.domain.marketing.scenarios import actions
from essor.domain.marketing.scenarios.steps.split import drawn
from essor.domain.marketing.scenarios.tests.conftest import (
    OUT,
    STORY,
    MakeScenario,
    people,
    where,
    work,
)
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.told import Whom, tell
from essor.kernel import events
from essor.kernel.errors import Forbidden
from essor.query.models import Segment, Visibility
from essor.records.change import Change
from essor.records.save import save

Task = apps.get_model("activities", "Task")
Contact = apps.get_model("sales", "Contact")
pytestmark = pytest.mark.django_db(transaction=True)

Letter = Callable[[str], int]
ENGAGED = {
    "kind": "engaged",
    "settings": {"mail": "s1", "amount": 3, "unit": "days"},
    "paths": [{"id": "clicked"}, {"id": "nothing"}],
}
TASK = {"kind": "task", "settings": {"subject": "Call", "to": "owner"}}


def inside(scenario: Any) -> list[int]:
    return sorted(scenario.flow.runs.values_list("record_id", flat=True))


def test_events_of_mails_campaigns_and_forms_let_people_in(admin: Actor, make_scenario: MakeScenario) -> None:
    anna, bob = people("anna", "bob")
    mailing = ListEmail.objects.create(name="M")
    clicked = make_scenario(
        {"on": "event", "topic": "mail.clicked", "settings": {"mailing": mailing.pk, "link": 1}}, TASK
    )
    responded = make_scenario(
        {
            "on": "event",
            "topic": "campaign.responded",
            "settings": {},
            "where": where("FirstName", "eq", "bob"),
        },
        TASK,
    )
    sent = make_scenario({"on": "event", "topic": "form.submitted", "settings": {}, "again": "never"}, TASK)
    read = make_scenario(
        {"on": "event", "topic": "visit.seen", "settings": {"path": "/prix"}, "again": "never"}, TASK
    )
    campaign = save(admin, Change("Campaign", {"Name": "C", "Type": "Email"})).id
    with transaction.atomic():
        tell("mail.clicked", mailing.pk, [Whom(1, CONTACT, anna)], link=1)
        tell("mail.clicked", mailing.pk, [Whom(2, CONTACT, bob)], link=2)
        for key in (anna, bob):
            member = {"CampaignId": campaign, "ContactId": key, "Status": "Responded"}
            save(admin, Change("CampaignMember", member))
        for path, key in (("/prix", bob), ("/", anna)):
            seen = {
                "site": "https://a.example",
                "path": path,
                "campaign": None,
                "people": [[None, "Contact", key]],
            }
            events.emit("visit.seen", "PageView", [key], seen)
        for _twice in range(2):
            payload = {
                "page": 7,
                "campaign": None,
                "list_email_id": None,
                "people": [[None, "Contact", anna]],
            }
            events.emit("form.submitted", "LandingPage", [7], payload)
    work()
    assert inside(clicked) == [anna]
    assert inside(responded) == [bob]
    assert inside(sent) == [anna]
    assert inside(read) == [bob]
    assert Task.objects.count() == 4
    assert numbers.arrows(clicked.flow.active) == {numbers.ENTERED: 1, ("s1", ""): 1}


def test_a_kept_segment_is_let_in_at_once_and_looked_at_again(
    admin: Actor, make_scenario: MakeScenario
) -> None:
    (anna,) = people("anna")
    segment = Segment.objects.create(
        object_name="Contact",
        name="Story",
        owner_id=admin.user_id,
        visibility=Visibility.SHARED,
        steps=[{"name": "s", "count": None, "where": where("LastName", "eq", "Story")}],
    )
    trigger = {"on": "segment", "segment": segment.pk, "every": "hour", "again": "never"}
    scenario = make_scenario(trigger, TASK)
    work()
    assert inside(scenario) == [anna]
    (bob,) = people("bob")
    scenario.flow.refresh_from_db()
    assert scenario.flow.next_due is not None
    with transaction.atomic():
        from essor.query.tree import Query

        assert entering.enter_all(scenario.flow.active, Query("Contact"), admin) == 1
    assert inside(scenario) == [anna, bob]
    looked = from_json({"trigger": trigger | {"again": "always"}, "steps": []})
    found = checking.problems(admin, "Contact", looked)
    assert "again" in [one.error.field for one in found]


@pytest.mark.parametrize(("again", "stays", "returns"), [("ended", 1, 2), ("never", 1, 1), ("days", 1, 1)])
def test_who_stays_in_a_segment_does_not_come_in_again_each_hour_and_who_comes_back_may(
    make_scenario: MakeScenario, again: str, stays: int, returns: int
) -> None:
    (anna,) = people("anna")
    wanted = where("LastName", "eq", "Story")
    scenario = make_scenario({"on": "segment", "every": "hour", "again": again, "where": wanted}, TASK)

    def look_again() -> int:
        Flow.objects.update(next_due=timezone.now())
        look.enqueue()
        work()
        return len(inside(scenario))

    work()
    assert look_again() == stays
    Contact.objects.filter(pk=anna).update(last_name="Married")
    assert look_again() == stays
    Contact.objects.filter(pk=anna).update(last_name="Story")
    assert look_again() == returns
    assert look_again() == returns


def test_whoever_opts_out_of_the_topic_leaves(
    admin: Actor, server: Any, letter: Letter, make_scenario: MakeScenario
) -> None:
    anna, bob = people("anna", "bob")
    topic = Topic.objects.create(name="News")
    scenario = make_scenario(
        STORY,
        {"kind": "send", "settings": {"template": letter("A")}},
        {"kind": "wait", "settings": {"for": "time", "amount": 1, "unit": "days"}},
        TASK,
        topic_id=topic.pk,
        drop=OUT,
    )
    work()
    row = Recipient.objects.get(person_id=anna)
    with transaction.atomic():
        consents.record(
            Person(CONTACT, anna),
            "email",
            "opt_out",
            topic=topic,
            source="t",
            wording="w",
        )
        tell("mail.opted_out", row.list_email_id, [Whom(row.pk, CONTACT, anna)])
    work()
    left = FlowRun.objects.get(record_id=anna)
    assert (left.state, left.node) == (RunState.STOPPED, "s2")
    assert FlowRun.objects.get(record_id=bob).state == RunState.WAITING
    assert numbers.arrows(scenario.flow.active)["s2", "exit"] == 1


def test_a_lot_is_kept_and_shares_hold(make_scenario: MakeScenario) -> None:
    step = {
        "kind": "split",
        "settings": {"weights": {"a": 3, "b": 1}},
        "paths": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}],
    }
    scenario = make_scenario({"on": "manual"}, step)
    first = from_json(scenario.flow.active.definition).steps[0]
    lots = [drawn(scenario.flow_id, first, person) for person in range(4000)]
    assert lots == [drawn(scenario.flow_id, first, person) for person in range(4000)]
    assert 2850 < lots.count("a") < 3150


def test_a_test_run_tells_everything_and_nothing_leaves(
    admin: Actor, server: Any, letter: Letter, make_scenario: MakeScenario
) -> None:
    (anna,) = people("anna")
    scenario = make_scenario(
        {"on": "manual"},
        {"kind": "send", "settings": {"template": letter("A")}},
        ENGAGED,
        {"kind": "wait", "settings": {"for": "moment", "moment": "2099-12-24T09:00"}},
        TASK,
    )
    report = rehearsals.rehearse(scenario.flow.active, anna)
    assert [one.step for one in report.steps] == ["s1", "s2", "s3", "s4"]
    assert not any(one.error for one in report.steps)
    assert report.steps[0].sent[0]["subject"] == "A"
    work()
    assert not server.mailed
    assert [model.objects.count() for model in (FlowRun, Recipient, Task)] == [0, 0, 0]
    assert numbers.arrows(scenario.flow.active) == {}


def test_a_letter_costs_the_same_statements_for_ten_and_for_three_hundred(
    admin: Actor, server: Any, letter: Letter, make_scenario: MakeScenario
) -> None:
    scenario = make_scenario(
        {"on": "manual"},
        {"kind": "send", "settings": {"template": letter("A")}},
        ENGAGED,
    )
    counts = []
    for number in (10, 10, 300):
        actions.let_in(admin, scenario, people(*(f"p{len(counts)}-{n}" for n in range(number))))
        counts.append([])
        for _step in range(2):
            with CaptureQueriesContext(connection) as captured:
                engine.advance()
            counts[-1].append(len(captured))
    assert counts[1] == counts[2]
    assert max(counts[1]) < 40, counts


def test_a_crash_takes_back_the_mail_with_the_move(
    admin: Actor,
    server: Any,
    letter: Letter,
    make_scenario: MakeScenario,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (anna,) = people("anna")
    scenario = make_scenario({"on": "manual"}, {"kind": "send", "settings": {"template": letter("A")}}, TASK)
    actions.let_in(admin, scenario, [anna])

    class Died(BaseException):
        pass

    def die(*_arguments: object) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(engine.outcome, "settle", die)
        with pytest.raises(Died):
            engine.advance()
    assert not Recipient.objects.exists()
    work()
    assert server.mailed == ["anna@dest.example"]


def test_marketers_keep_their_own_scenarios_only(
    admin: Actor, make_user: Any, make_scenario: MakeScenario
) -> None:
    scenario = make_scenario({"on": "manual"}, TASK)
    nobody = actor_for(make_user("Nobody"))
    with pytest.raises(Forbidden):
        actions.pause(nobody, scenario)
    with pytest.raises(Forbidden):
        actions.create(nobody, name="Mine", object_name="Contact")
