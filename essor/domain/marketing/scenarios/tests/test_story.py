"""A segment is written to, and each person goes the way that they choose by what they do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.apps import apps

from essor.access.actor import Actor
from essor.domain.automation import actions as flows
from essor.domain.automation import moving, numbers
from essor.domain.automation import rehearsal as rehearsals
from essor.domain.automation.definition import from_json
from essor.domain.automation.models import FlowRun, FlowStep, RunState
from essor.domain.marketing.audience.reasons import Reason
from essor.domain.marketing.campaigns.models import Campaign, CampaignMember, CampaignMemberStatus
from essor.domain.marketing.consent import write as consents
from essor.domain.marketing.scenarios import actions, mails
from essor.domain.marketing.scenarios.figures import figures
from essor.domain.marketing.scenarios.tests.conftest import (
    LINK,
    OUT,
    STORY,
    MakeScenario,
    days_pass,
    hit,
    people,
    where,
    work,
)
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import SENDING, State
from essor.domain.marketing.sending.tests.sink import Sink
from essor.records.change import Change
from essor.records.save import save

Contact, Task = apps.get_model("sales", "Contact"), apps.get_model("activities", "Task")
pytestmark = pytest.mark.django_db(transaction=True)

Letter = Callable[[str], int]


def test_a_segment_is_nurtured(
    admin: Actor, server: Sink, letter: Letter, make_scenario: MakeScenario
) -> None:
    campaign = save(admin, Change("Campaign", {"Name": "White paper", "Type": "Email"})).id
    anna, _bob, cleo, dan, eve = people("anna", "bob", "cleo", "dan", "eve")
    consents.suppress(["eve@dest.example"], "hard_bounce", "test")
    scenario = make_scenario(
        STORY,
        {"kind": "send", "settings": {"template": letter("First")}},
        {"kind": "engaged", "settings": {"mail": "s1", "link": LINK, "amount": 3, "unit": "days"}, "paths": [
            {"id": "clicked", "label": "Clicked", "steps": [
                {"id": "c1", "kind": "task", "settings": {"subject": "Call {{ FirstName }}", "to": "owner", "subtype": "Call"}},
                {"id": "c2", "kind": "member", "settings": {"status": "Responded"}},
            ]},
            {"id": "nothing", "label": "Nothing", "steps": [
                {"id": "n1", "kind": "send", "settings": {"template": letter("Second")}},
            ]},
        ]},
        leave=where("Title", "eq", "Customer"), drop=OUT, campaign_id=campaign,
    )  # fmt: skip
    work()
    assert sorted(server.mailed) == [f"{name}@dest.example" for name in ("anna", "bob", "cleo", "dan")]
    assert numbers.standing(scenario.flow.active) == {"s2": 5}

    hit(anna, 0)
    assert Task.objects.values_list("subject", flat=True).get() == "Call anna"
    assert CampaignMember.objects.get(contact=anna).status == "Responded"
    save(admin, Change("Contact", {"HasOptedOutOfEmail": True}, id=cleo))
    save(admin, Change("Contact", {"Title": "Customer"}, id=dan))
    work()  # they leave at once, not at their next step
    assert numbers.standing(scenario.flow.active) == {"s2": 2}

    server.got.clear()
    days_pass()
    assert server.mailed == ["bob@dest.example"]
    assert b"Second" in server.got[0][2]
    assert numbers.arrows(scenario.flow.active) == {
        numbers.ENTERED: 5, ("s1", "sent"): 4, ("s1", "skipped"): 1, ("s2", "clicked"): 1, ("s2", "nothing"): 2,
        ("s2", "goal"): 1, ("s2", "exit"): 1, ("c1", ""): 1, ("c2", ""): 1, ("n1", "sent"): 1, ("n1", "skipped"): 1,
    }  # fmt: skip
    assert not FlowRun.objects.filter(state__in=(RunState.WAITING, RunState.HELD, RunState.FAILED)).exists()
    (first,) = mails.of_step(scenario.flow_id, "s1")
    assert (first.status, first.total_recipients, first.total_sent, first.total_skipped) == (SENDING, 5, 4, 1)
    assert Recipient.objects.get(list_email=first, person_id=eve).state == State.SKIPPED


def test_machines_are_not_believed_and_openers_wait_for_their_click(
    server: Sink, letter: Letter, make_scenario: MakeScenario
) -> None:
    anna, bob = people("anna", "bob")
    make_scenario(
        STORY,
        {"kind": "send", "settings": {"template": letter("First")}},
        {"kind": "engaged", "settings": {"mail": "s1", "amount": 3, "unit": "days"}, "paths": [
            {"id": "clicked", "label": "C"}, {"id": "opened", "label": "O"}, {"id": "nothing", "label": "N"},
        ]},
    )  # fmt: skip
    work()
    hit(bob, 0, 1, 2)  # three different links in a moment: a scanner
    hit(anna, -1)
    assert FlowRun.objects.filter(state=RunState.WAITING).count() == 2
    days_pass()
    taken = dict(FlowStep.objects.filter(node="s2").values_list("run__record_id", "outcome"))
    assert taken == {anna: "opened", bob: "nothing"}


def test_who_comes_again_is_written_to_again_and_only_as_the_rule_says(
    admin: Actor, server: Sink, letter: Letter, make_scenario: MakeScenario
) -> None:
    (anna,) = people("anna")
    once = make_scenario(
        {"on": "manual", "again": "never"}, {"kind": "send", "settings": {"template": letter("A")}}
    )
    again = make_scenario(
        {"on": "manual", "again": "ended"},
        {"kind": "send", "settings": {"template": letter("B")}},
        {"kind": "wait", "settings": {"for": "time", "amount": 1, "unit": "days"}},
        {"kind": "wait", "settings": {"for": "time", "amount": 0, "unit": "days", "hours": {
            "days": [1, 2, 3, 4, 5], "from": 9, "until": 18, "by": "person"}}},
    )  # fmt: skip
    for _round in range(2):
        assert actions.let_in(admin, again, [anna, anna]) == 1
        assert actions.let_in(admin, again, [anna]) == 0  # still inside
        work()
        days_pass()
    assert actions.let_in(admin, once, [anna]) == 1
    assert actions.let_in(admin, once, [anna]) == 0
    work()
    assert actions.let_in(admin, once, [anna]) == 0
    assert server.mailed == ["anna@dest.example"] * 3
    first, second = mails.of_step(again.flow_id, "s1")
    assert (first.total_sent, second.total_sent) == (1, 1)


def test_a_new_version_takes_people_over_on_demand(
    admin: Actor, server: Sink, letter: Letter, make_scenario: MakeScenario
) -> None:
    keys = people("anna", "bob")
    template = letter("A")
    scenario = make_scenario(
        {"on": "manual"},
        {"kind": "send", "settings": {"template": template}},
        {"kind": "wait", "settings": {"for": "time", "amount": 1, "unit": "days"}},
        {
            "kind": "member",
            "settings": {"campaign": save(admin, Change("Campaign", {"Name": "C", "Type": "Email"})).id},
        },
    )
    flow = scenario.flow
    actions.let_in(admin, scenario, keys)
    work()
    old = flow.active
    without = from_json(old.definition)
    draft = flows.save_draft(
        admin, flow, type(without)(without.trigger, (without.steps[0], without.steps[2]))
    )
    flows.activate(admin, flow, draft)
    assert numbers.standing(old) == {"s2": 2}
    (gap,) = moving.gaps(flow, draft)
    assert (gap.step.id, gap.number, gap.after and gap.after.id) == ("s2", 2, "s3")
    assert ListEmail.objects.get().name == "Nurture 0 – A", "the letter's name, where the step has none"
    assert ListEmail.objects.count() == 1  # what says the same is the same mailing
    actions.pause(admin, scenario)
    assert moving.move_over(admin, flow) == 2
    assert numbers.arrows(old)["s2", numbers.MOVED] == numbers.arrows(draft)[numbers.TAKEN_OVER] == 2
    assert figures([flow.pk])[flow.pk].entered == 2, "who is taken over does not come in again"
    work()
    assert numbers.standing(draft) == {"s3": 2}
    actions.resume(admin, scenario)
    work()
    assert CampaignMember.objects.count() == 2
    assert len(server.mailed) == 2


def test_stopping_lets_everybody_go_and_counts_them(
    admin: Actor, server: Sink, letter: Letter, make_scenario: MakeScenario
) -> None:
    people("anna", "bob")
    scenario = make_scenario(
        STORY,
        {"kind": "send", "settings": {"template": letter("A")}},
        {"kind": "wait", "settings": {"for": "time", "amount": 1, "unit": "days"}},
        {"kind": "send", "settings": {"template": letter("B")}},
    )
    work()
    version = scenario.flow.active
    assert actions.stop(admin, scenario) == 2
    work()
    assert numbers.standing(version) == {}
    assert numbers.arrows(version)["s2", "stop"] == 2
    assert CampaignMemberStatus.objects.count() == Campaign.objects.count() == 0


def test_an_address_gets_a_letter_once_over_batches_and_versions(
    admin: Actor, server: Sink, letter: Letter, make_scenario: MakeScenario
) -> None:
    anna, bob, cleo = people("anna", "bob", "cleo")
    Contact.objects.filter(pk=bob).update(email="ANNA@dest.example")
    Contact.objects.filter(pk=cleo).update(email="anna@Dest.example")
    task = {"kind": "task", "settings": {"subject": "Call", "to": "owner"}}
    scenario = make_scenario(
        {"on": "manual", "again": "ended"}, {"kind": "send", "settings": {"template": letter("A")}}, task
    )
    old = scenario.flow.active
    actions.let_in(admin, scenario, [bob])
    work()
    actions.let_in(admin, scenario, [anna])
    report = rehearsals.rehearse(scenario.flow.active, cleo)
    work()
    assert [one.outcome for one in report.steps] == ["skipped", ""]

    changed = from_json(old.definition)
    other = replace(changed.steps[0], settings={"template": letter("B")})
    draft = flows.save_draft(admin, scenario.flow, replace(changed, steps=(other, changed.steps[1])))
    flows.activate(admin, scenario.flow, draft)
    actions.let_in(admin, scenario, [cleo])
    work()
    assert server.mailed == ["ANNA@dest.example"]
    skipped = Recipient.objects.filter(state=State.SKIPPED, code=Reason.DUPLICATE)
    assert sorted(skipped.values_list("person_id", flat=True)) == [anna, cleo]
    first, second = mails.of_step(scenario.flow_id, "s1")
    assert (first.total_sent, first.total_skipped, second.total_skipped) == (1, 1, 1)
    assert FlowStep.objects.get(run__record_id=cleo, node="s1").detail.endswith(str(Reason.DUPLICATE.label))
    assert Task.objects.count() == 3  # who is not written to goes on all the same

    actions.let_in(admin, scenario, [bob])  # again, as the rule allows: the newer letter
    work()
    assert server.mailed == ["ANNA@dest.example"] * 2


def test_who_is_told_to_go_on_takes_the_path_of_what_they_did(
    admin: Actor, server: Sink, letter: Letter, make_scenario: MakeScenario
) -> None:
    anna, bob, cleo = people("anna", "bob", "cleo")
    met = [{"id": "met", "label": "M"}, {"id": "late", "label": "L", "steps": [
        {"id": "n1", "kind": "task", "settings": {"subject": "Late", "to": "owner"}}]}]  # fmt: skip
    scenario = make_scenario(
        STORY,
        {"kind": "send", "settings": {"template": letter("First")}},
        {"kind": "engaged", "settings": {"mail": "s1", "amount": 3, "unit": "days"}, "paths": [
            {"id": "clicked", "label": "C"}, {"id": "opened", "label": "O"}, {"id": "nothing", "label": "N", "steps": [
                {"id": "w1", "kind": "wait", "settings": {
                    "for": "condition", "where": where("Title", "eq", "CEO"), "amount": 9, "unit": "days"}, "paths": met}]},
        ]},
        {"kind": "wait", "settings": {"for": "time", "amount": 1, "unit": "days"}},
        {"kind": "task", "settings": {"subject": "Call", "to": "owner"}},
    )  # fmt: skip
    work()
    hit(anna, -1)
    flow = scenario.flow

    def go_on(*who: int) -> None:
        runs = flow.runs.filter(record_id__in=who, state=RunState.WAITING)
        assert moving.hurry(admin, flow, runs.values_list("pk", flat=True)) == len(who)
        work()

    go_on(anna, bob)
    taken = FlowStep.objects.filter(node="s2").values_list("run__record_id", "outcome")
    assert dict(taken) == {anna: "opened", bob: "nothing"}
    assert dict(flow.runs.values_list("record_id", "node")) == {anna: "s3", bob: "w1", cleo: "s2"}
    go_on(bob)
    assert flow.runs.get(record_id=bob).node == "s3"
    assert Task.objects.get().subject == "Late"
    go_on(anna)
    assert sorted(Task.objects.values_list("subject", flat=True)) == ["Call", "Late"]
