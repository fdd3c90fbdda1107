"""Who is asked, how many must agree, what a yes and a no do."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.access.actions import save_group, set_org_default
from essor.access.actor import Actor, system_actor
from essor.access.models import OrgDefault, User, UserRole
from essor.catalog import current
from essor.domain.absences.actions import add_absence, remove_absence
from essor.domain.absences.away import today
from essor.domain.approvals import reading
from essor.domain.approvals.actions.decide import decide, decide_many
from essor.domain.approvals.actions.reassign import reassign
from essor.domain.approvals.actions.recall import recall
from essor.domain.approvals.actions.save_process import Update
from essor.domain.approvals.actions.save_step import StepText, set_step_entry
from essor.domain.approvals.actions.submit import submit, submit_many
from essor.domain.approvals.models import ProcessInstance, ProcessInstanceStep
from essor.domain.approvals.tests.conftest import Person, Process, deal, deliver, fresh
from essor.kernel.errors import Conflict, Forbidden, NotFound, ValidationFailed
from essor.query import soql
from essor.query.run import rows
from essor.query.soql.conditions import read_condition
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.load import object_rows
from essor.records.save import save


def status(instance: ProcessInstance | None) -> str:
    assert instance is not None
    return ProcessInstance.objects.get(pk=instance.pk).status


def value(key: int, name: str) -> object:
    return object_rows(current.get().object("Opportunity"), [key], [name])[key][name]


def test_a_deal_below_the_threshold_needs_nobody_and_one_above_asks_the_manager(
    process: Process, rep: Actor, manager: Actor
) -> None:
    process()
    with pytest.raises(ValidationFailed, match="No approval is needed"):
        submit(rep, "Opportunity", deal(rep, 900))
    asked = submit(rep, "Opportunity", deal(rep), comment="Please")
    assert asked.users == (manager.user_id,)
    assert reading.open_count(manager) == 1
    assert reading.open_count(rep) == 0
    with pytest.raises(ValidationFailed, match="already waiting for approval"):
        submit(rep, "Opportunity", asked.key)


def test_a_yes_ends_the_request_and_writes_what_the_process_says(
    process: Process, rep: Actor, manager: Actor
) -> None:
    process(
        on_approve=(Update("NextStep", "Send it"), Update("Description", copy="")),
        on_refuse=(Update("NextStep", "Talk"),),
    )
    asked = submit(rep, "Opportunity", deal(rep))
    decide(manager, asked.items[0], approve=True, comment="Fine")
    assert status(asked.instance) == "Approved"
    assert value(asked.key, "NextStep") == "Send it"
    again = submit(rep, "Opportunity", asked.key)
    with pytest.raises(ValidationFailed, match="Please give a reason"):
        decide(manager, again.items[0], approve=False, comment="  ")
    decide(manager, again.items[0], approve=False, comment="Too much")
    assert status(again.instance) == "Rejected"
    assert value(asked.key, "NextStep") == "Talk"


def test_a_final_value_is_copied_from_another_field(process: Process, rep: Actor, manager: Actor) -> None:
    process(on_approve=(Update("NextStep", copy="Name"),))
    asked = submit(rep, "Opportunity", deal(rep, Name="Roof"))
    decide(manager, asked.items[0], approve=True)
    assert value(asked.key, "NextStep") == "Roof"


def test_a_record_that_refuses_the_final_value_keeps_the_request_open(
    process: Process, rep: Actor, manager: Actor
) -> None:
    process(on_approve=(Update("CloseDate", ""),))
    asked = submit(rep, "Opportunity", deal(rep))
    with pytest.raises(ValidationFailed, match="could not be applied"):
        decide(manager, asked.items[0], approve=True)
    assert status(asked.instance) == "Pending"
    assert reading.open_count(manager) == 1


def test_unanimous_needs_everybody_and_one_refusal_ends_it(
    process: Process, rep: Actor, person: Person
) -> None:
    one, two = person("One", ""), person("Two", "")
    process(StepText("Both", "people", people=(one.user_id, two.user_id)))
    asked = submit(rep, "Opportunity", deal(rep))
    decide(one, asked.items[0], approve=True)
    assert status(asked.instance) == "Pending"
    decide(two, asked.items[1], approve=True)
    assert status(asked.instance) == "Approved"
    asked = submit(rep, "Opportunity", deal(rep))
    decide(two, asked.items[1], approve=False, comment="No")
    assert status(asked.instance) == "Rejected"
    assert reading.open_count(one) == 0


def test_the_first_answer_decides_and_the_others_are_noted_as_not_needed(
    process: Process, rep: Actor, person: Person, admin: Actor
) -> None:
    one, two = person("One", ""), person("Two", "")
    group = save_group(
        admin, name="Desk", members=list(User.objects.filter(pk__in=[one.user_id, two.user_id, rep.user_id]))
    )
    process(StepText("Any", "group", group=group.pk, rule="first"))
    asked = submit(rep, "Opportunity", deal(rep))
    assert set(asked.users) == {one.user_id, two.user_id}, (
        "nobody is asked about what they submitted themselves"
    )
    decide(two, asked.items[1], approve=True)
    assert status(asked.instance) == "Approved"
    with pytest.raises(Conflict, match="Two Test has approved"):
        decide(one, asked.items[0], approve=False, comment="No")
    (found,) = reading.trail(rep, current.get().object("Opportunity"), asked.key)
    assert found.not_needed == ("One Test",)


def test_the_role_tree_is_climbed_to_the_level_asked_for_past_empty_roles(
    process: Process, rep: Actor, manager: Actor, director: Actor
) -> None:
    level = UserRole.objects.get(name="Management").pk
    process(StepText("Manager", "role"), StepText("Director", "role", role=level))
    asked = submit(rep, "Opportunity", deal(rep))
    assert asked.users == (manager.user_id,)
    decide(manager, asked.items[0], approve=True)
    assert reading.open_count(director) == 1
    User.objects.filter(pk=manager.user_id).update(is_active=False)
    assert submit(rep, "Opportunity", deal(rep)).users == (director.user_id,)


def test_a_step_without_approvers_refuses_the_submission_or_is_passed(
    process: Process, director: Actor, admin: Actor
) -> None:
    process(StepText("Above", "role"))
    with pytest.raises(ValidationFailed, match="Nobody can approve"):
        submit(director, "Opportunity", deal(director))
    process(StepText("Above", "role", skip_empty=True), name="Huge", where="Amount > 90000")
    asked = submit(director, "Opportunity", deal(director, 95_000), process="Huge")
    assert status(asked.instance) == "Approved"


def test_the_owner_s_manager_and_a_field_of_the_record_name_approvers(
    process: Process, rep: Actor, person: Person, admin: Actor
) -> None:
    boss = person("Boss", "")
    User.objects.filter(pk=rep.user_id).update(manager=boss.user_id)
    process(StepText("Manager", "manager"), StepText("Owner", "field", field="OwnerId"))
    asked = submit(admin, "Opportunity", deal(rep))
    assert asked.users == (boss.user_id,)
    decide(boss, asked.items[0], approve=True)
    assert reading.open_count(rep) == 1


def test_steps_are_passed_by_their_condition_and_a_refusal_may_go_back_to_the_start(
    process: Process, rep: Actor, manager: Actor, director: Actor, admin: Actor
) -> None:
    level = UserRole.objects.get(name="Management").pk
    made = process(
        StepText("Manager", "role"), StepText("Director", "role", role=level), after_refusal="start"
    )
    set_step_entry(admin, made.steps.last(), read_condition("Opportunity", "Amount > 20000"))
    small = submit(rep, "Opportunity", deal(rep))
    decide(manager, small.items[0], approve=True)
    assert status(small.instance) == "Approved"
    key = deal(rep, 30_000)
    foreseen = getattr(reading.preview(rep, current.get().object("Opportunity"), key), "steps", ())
    large = submit(rep, "Opportunity", key)
    assert [people for _step, people in foreseen] == [(manager.name,), (director.name,)]
    decide(manager, large.items[0], approve=True, comment="Good one")
    (request,) = reading.inbox(director)
    assert [(one.status, one.comment) for one in request.earlier] == [("Approved", "Good one")]
    decide(director, request.item.pk, approve=False, comment="Look again")
    assert status(large.instance) == "Pending"
    (request,) = reading.inbox(manager)
    decide(manager, request.item.pk, approve=False, comment="No")
    assert status(large.instance) == "Rejected"


def test_while_away_the_delegate_is_asked_too_for_open_and_new_requests(
    process: Process, rep: Actor, manager: Actor, person: Person
) -> None:
    deputy = person("Deputy", "")
    process()
    asked = submit(rep, "Opportunity", deal(rep))
    with pytest.raises(Forbidden):
        decide(deputy, asked.items[0], approve=True)
    absence = add_absence(manager, manager.user_id, today(), today(), deputy.user_id)
    (request,) = reading.inbox(deputy)
    assert request.instead_of == "Manager Test"
    assert reading.open_count(manager) == 1, "whoever is away may answer all the same"
    decide(deputy, asked.items[0], approve=True)
    line = ProcessInstanceStep.objects.get(step_status="Approved")
    assert (line.actor_id, line.original_actor_id) == (deputy.user_id, manager.user_id)
    submit(rep, "Opportunity", deal(rep))
    assert reading.open_count(deputy) == 1
    remove_absence(manager, absence.pk)
    assert reading.open_count(deputy) == 0


def test_a_stand_in_never_approves_what_they_submitted_themselves(
    process: Process, rep: Actor, manager: Actor
) -> None:
    process()
    add_absence(manager, manager.user_id, today(), today(), rep.user_id)
    asked = submit(rep, "Opportunity", deal(rep))
    assert reading.open_count(rep) == 0
    with pytest.raises(Forbidden):
        decide(rep, asked.items[0], approve=True)


def test_a_request_is_handed_over_and_taken_back(
    process: Process, rep: Actor, manager: Actor, person: Person
) -> None:
    other = person("Other", "")
    process()
    asked = submit(rep, "Opportunity", deal(rep))
    with pytest.raises(Forbidden):
        reassign(other, asked.items[0], other.user_id)
    with pytest.raises(ValidationFailed, match="submitted themselves"):
        reassign(manager, asked.items[0], rep.user_id)
    new = reassign(manager, asked.items[0], other.user_id, comment="Yours")
    with pytest.raises(Conflict, match="handed to Other"):
        decide(manager, asked.items[0], approve=True)
    assert reading.open_count(other) == 1
    with pytest.raises(Forbidden):
        recall(other, asked.instance.pk)
    recall(rep, asked.instance.pk, comment="Wrong price")
    assert status(asked.instance) == "Removed"
    with pytest.raises(Conflict, match="withdrawn this request"):
        decide(other, new.pk, approve=True)
    (found,) = reading.trail(rep, current.get().object("Opportunity"), asked.key)
    assert [one.status for one in found.entries] == ["Started", "Reassigned", "Removed"]


def test_only_who_may_change_a_record_submits_it(process: Process, rep: Actor, person: Person) -> None:
    process()
    looker = person("Looker", "", "Read Only")
    with pytest.raises(Forbidden):
        submit(looker, "Opportunity", deal(rep))
    with pytest.raises(NotFound):
        submit(rep, "Opportunity", 99_999)


def test_many_records_cost_what_few_cost(process: Process, rep: Actor) -> None:
    process()
    submit(rep, "Opportunity", deal(rep))  # what is worked out once is worked out now
    counts = []
    for size in (2, 12):
        keys = [*(deal(rep) for _ in range(size)), deal(rep, 10)]
        with CaptureQueriesContext(connection) as asked:
            outcomes = submit_many(rep, "Opportunity", keys)
        assert sum(one.instance is not None for one in outcomes) == size
        assert outcomes[-1].error is not None
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_deleted_record_ends_its_request(process: Process, rep: Actor, admin: Actor) -> None:
    process()
    asked = submit(rep, "Opportunity", deal(rep))
    delete(admin, "Opportunity", [asked.key])
    deliver()
    assert status(asked.instance) == "Removed"


def test_what_changed_since_the_last_answer_is_shown_as_far_as_the_approver_sees_it(
    process: Process, rep: Actor, manager: Actor
) -> None:
    process()
    key = deal(rep, 2000, CurrencyIsoCode="USD")
    save(rep, Change("Opportunity", {"Amount": 3000}, id=key))
    save(rep, Change("Opportunity", {"Amount": 4000, "NextStep": "Call"}, id=key))
    submit(rep, "Opportunity", key)
    recall(rep, ProcessInstance.objects.get().pk)
    asked = submit(rep, "Opportunity", key)  # what was withdrawn had no answer: all of it is still new
    (request,) = reading.inbox(manager)
    assert [(one.label, one.before, one.text) for one in request.facts.changed] == [
        ("Amount", "US$2,000", "US$4,000"),
        ("Next step", "–", "Call"),
    ]
    decide(manager, asked.items[0], approve=True)
    save(rep, Change("Opportunity", {"NextStep": "Sign"}, id=key))
    submit(rep, "Opportunity", key)
    (request,) = reading.inbox(manager)
    assert [one.label for one in request.facts.changed] == ["Next step"]
    assert ("Amount", "US$4,000") in [(one.label, one.text) for one in request.facts.lines]


def test_requests_are_read_like_records_by_those_who_may(
    process: Process, rep: Actor, manager: Actor, person: Person, admin: Actor
) -> None:
    process()
    set_org_default(admin, "Opportunity", OrgDefault.Access.PRIVATE)
    stranger, colleague = person("Stranger", ""), person("Colleague", "Marketing", "Sales")
    submit(fresh(rep), "Opportunity", deal(fresh(rep)))
    columns = "Name, Status, TargetObject.Name, SubmittedBy.Name"
    text = f"SELECT {columns}, (SELECT StepStatus FROM Steps), (SELECT Actor.Name FROM Workitems) FROM ProcessInstance"
    (found,) = rows(fresh(manager), soql.parse(text))
    assert found["Status"] == "Pending"
    assert found["TargetObject.Name"] == "Big one"
    assert [one["StepStatus"] for one in found["Steps"]] == ["Started"]
    assert [one["Actor.Name"] for one in found["Workitems"]] == ["Manager Test"]
    assert len(rows(fresh(rep), soql.parse(text))) == 1
    for other in (stranger, colleague):
        assert rows(fresh(other), soql.parse(text)) == []
        assert rows(fresh(other), soql.parse("SELECT Id FROM ProcessInstanceWorkitem")) == []
    with pytest.raises(Exception, match="You may"):
        delete(fresh(rep), "ProcessInstance", [ProcessInstance.objects.get().pk])
    assert len(rows(system_actor(), soql.parse(text))) == 1


def test_many_are_answered_together_with_one_reason_and_no_query_for_each(
    process: Process, rep: Actor, manager: Actor, person: Person
) -> None:
    second = person("Second", "")
    process(
        StepText("Manager", "role"),
        StepText("Second", "people", people=(second.user_id,)),
        on_refuse=(Update("NextStep", "Talk"),),
    )

    def asked(number: int) -> list[int]:
        return [one.items[0] for one in submit_many(rep, "Opportunity", [deal(rep) for _ in range(number)])]

    counts = []
    for number in (3, 12):
        items = asked(number)
        with CaptureQueriesContext(connection) as seen:
            decisions = decide_many(manager, items, approve=True)
        assert all(one.error is None for one in decisions)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    waiting = list(reading.open_items(second).values_list("pk", flat=True))
    assert len(waiting) == 15
    decisions = decide_many(second, [*waiting, items[0]], approve=False, comment="Not this year")
    assert isinstance(decisions[-1].error, Conflict)
    assert {one.instance.status for one in decisions[:-1] if one.instance} == {"Rejected"}
    lines = ProcessInstanceStep.objects.filter(step_status="Rejected")
    assert set(lines.values_list("comments", flat=True)) == {"Not this year"}


def test_one_record_that_refuses_does_not_keep_the_others(
    process: Process, rep: Actor, manager: Actor
) -> None:
    process(on_approve=(Update("Name", copy="NextStep"),))
    keys = [deal(rep, NextStep="Sign"), deal(rep)]
    items = [one.items[0] for one in submit_many(rep, "Opportunity", keys)]
    good, bad = decide_many(manager, items, approve=True)
    assert status(good.instance) == "Approved"
    assert "could not be applied" in str(bad.error)
    assert reading.open_count(manager) == 1
