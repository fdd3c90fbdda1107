"""A change starts a flow, the flow takes its steps, and whatever goes wrong is seen without harm to the save."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import transaction
from django.utils import timezone

from essor.access.actions import set_org_default
from essor.access.actor import Actor
from essor.access.models import OrgDefault
from essor.access.tests.samples import MakeUser
from essor.domain.automation import actions, entering
from essor.domain.automation.models import Flow, FlowRun, FlowStep, RunState
from essor.domain.automation.tests.conftest import MakeFlow, saved, update, where, work
from essor.domain.notifications.models import Notification
from essor.jobs.models import LiveMessage
from essor.kernel.events import emit
from essor.records.change import Change
from essor.records.save import save

Account, Contact, Lead = (apps.get_model("sales", name) for name in ("Account", "Contact", "Lead"))
Task = apps.get_model("activities", "Task")
pytestmark = pytest.mark.django_db(transaction=True)


def lead(**more: Any) -> dict[str, Any]:
    return {"LastName": "Roux", "Company": "Roux SA", **more}


def test_a_new_record_that_meets_the_criteria_goes_through_the_steps(
    admin: Actor, make_flow: MakeFlow
) -> None:
    create = {
        "kind": "create",
        "settings": {
            "object": "Task",
            "values": [
                {"field": "Subject", "from": "formula", "value": '"Call " & LastName'},
                {"field": "WhoId", "from": "field", "value": "Id"},
                {"field": "OwnerId", "from": "field", "value": "OwnerId"},
                {"field": "ActivityDate", "from": "formula", "value": "TODAY() + 1"},
            ],
        },
    }
    flow = make_flow(
        "Lead", {"on": "created", "where": where("Rating", "eq", "Hot")}, create, update(Title="Known")
    )
    hot, cold = saved(admin, "Lead", lead(Rating="Hot"), lead(Rating="Cold"))
    work()
    task = Task.objects.get()
    assert (task.subject, task.who_type, task.who, task.owner_id) == ("Call Roux", "00Q", hot, admin.user_id)
    assert Lead.objects.get(pk=hot).title == "Known"
    assert Lead.objects.get(pk=cold).title is None
    assert list(flow.runs.values_list("record_id", "state")) == [(hot, RunState.DONE)]
    assert list(FlowStep.objects.order_by("pk").values_list("node", "outcome")) == [
        ("s1", "done"),
        ("s2", "done"),
    ]


def test_paths_divide_and_meet_again(admin: Actor, make_flow: MakeFlow) -> None:
    branch = {
        "kind": "branch",
        "paths": [
            {
                "id": "p1",
                "label": "Hot",
                "where": where("Rating", "eq", "Hot"),
                "steps": [{"id": "a", **update(Title="hot")}],
            },
            {"id": "else", "steps": []},
        ],
    }
    make_flow("Lead", {"on": "created"}, branch, update(Website="https://both.example"))
    hot, cold = saved(admin, "Lead", lead(Rating="Hot"), lead(Rating="Cold"))
    work()
    assert list(Lead.objects.order_by("pk").values_list("pk", "title", "website")) == [
        (hot, "hot", "https://both.example"),
        (cold, None, "https://both.example"),
    ]


def test_only_when_it_newly_meets_the_criteria(admin: Actor, make_flow: MakeFlow) -> None:
    flow = make_flow(
        "Lead", {"on": "saved", "where": where("Rating", "eq", "Hot"), "newly": True}, update(Title="x")
    )
    (key,) = saved(admin, "Lead", lead(Rating="Cold"))
    work()
    saved(admin, "Lead", {"Id": key, "Rating": "Hot"})
    work()
    assert flow.runs.count() == 1
    saved(admin, "Lead", {"Id": key, "Company": "Another"})
    work()
    assert flow.runs.count() == 1
    saved(admin, "Lead", {"Id": key, "Rating": "Cold"})
    saved(admin, "Lead", {"Id": key, "Rating": "Hot"})
    work()
    assert flow.runs.count() == 2


def test_the_parent_and_the_children_are_written(admin: Actor, make_flow: MakeFlow) -> None:
    (account,) = saved(admin, "Account", {"Name": "Vauban"})
    first, second = saved(admin, "Contact", *({"LastName": one, "AccountId": account} for one in ("A", "B")))
    up = update(Description="has a contact")
    up["settings"]["target"] = "Account"
    make_flow("Contact", {"on": "updated"}, up)
    down = update(Department="all")
    down["settings"]["target"] = ">Contacts"
    make_flow("Account", {"on": "updated", "where": where("Website", "notnull")}, down)
    saved(admin, "Contact", {"Id": first, "Title": "x"}, {"Id": second, "Title": "y"})
    work()
    assert Account.objects.get().description == "has a contact"
    saved(admin, "Account", {"Id": account, "Website": "https://vauban.example"})
    work()
    assert set(Contact.objects.values_list("department", flat=True)) == {"all"}


def test_assign_gives_the_record_to_the_owners_manager(
    admin: Actor, make_flow: MakeFlow, make_user: MakeUser
) -> None:
    boss = make_user("Boss")
    rep = make_user("Rep", manager=boss)
    make_flow("Lead", {"on": "created"}, {"kind": "assign", "settings": {"to": "manager"}})
    (key,) = saved(admin, "Lead", lead(OwnerId=rep.pk))
    work()
    assert Lead.objects.get(pk=key).owner_id == boss.pk


def test_a_mail_is_filled_and_its_run_goes_on_once_it_has_left(admin: Actor, make_flow: MakeFlow) -> None:
    letter = {
        "kind": "mail",
        "settings": {
            "to": ["field:Email"],
            "subject": "Hello {{ FirstName or 'you' }}",
            "body": "{{ Company }} & {{ Rating }}",
        },
    }
    flow = make_flow("Lead", {"on": "created"}, letter, update(Title="written to"))
    (key,) = saved(admin, "Lead", lead(Email="roux@example.fr", Company="A <b>"))
    work()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["roux@example.fr"], "Hello you", "A <b> & ")
    assert "<b>" not in str(sent.alternatives[0][0])
    assert Lead.objects.get(pk=key).title == "written to"
    assert flow.runs.get().state == RunState.DONE


def test_a_notification_reaches_the_owner(admin: Actor, make_flow: MakeFlow, make_user: MakeUser) -> None:
    rep = make_user("Rep")
    make_flow(
        "Lead",
        {"on": "created"},
        {"kind": "notify", "settings": {"to": ["owner"], "text": "{{ LastName }}!"}},
    )
    saved(admin, "Lead", lead(OwnerId=rep.pk))
    work()
    notice = Notification.objects.get(user_id=rep.pk, kind="flow")
    assert (notice.title, notice.prefix) == ("Roux!", "00Q")
    assert LiveMessage.objects.filter(channel=f"user:{rep.pk}", payload__contains="Roux!").exists()


def test_a_failing_flow_never_blocks_a_save_and_its_owner_sees_why(admin: Actor, make_flow: MakeFlow) -> None:
    flow = make_flow("Lead", {"on": "created"}, update(LastName=None))
    Flow.objects.update(mail_errors=True)
    (key,) = saved(admin, "Lead", lead())
    work()
    run = flow.runs.get()
    assert (run.record_id, run.state, run.node) == (key, RunState.FAILED, "s1")
    assert "Last name" in run.error
    notice = Notification.objects.get(user_id=admin.user_id)
    assert notice.title.endswith("failed for “Roux” at the step “Update fields”")
    assert "Last name" in notice.body
    assert notice.link == f"/setup/flows/{flow.pk}/runs/{run.pk}"
    assert [one.to for one in mail.outbox] == [[admin.email]]


def test_a_flow_that_fails_again_and_again_is_one_notice_an_hour_with_a_count(
    admin: Actor, make_flow: MakeFlow
) -> None:
    flow = make_flow("Lead", {"on": "created"}, update(LastName=None))
    for rows in (1, 4, 1):
        saved(admin, "Lead", *[lead()] * rows)
        work()
        Notification.objects.update(read=timezone.now())
    notice = Notification.objects.get()
    assert (notice.count, notice.title) == (6, "The flow “A flow” failed 6 times within an hour")
    assert notice.link == f"/setup/flows/{flow.pk}/runs?state=failed"
    saved(admin, "Lead", lead())
    work()
    assert Notification.objects.get().read is None, "there is news in it"
    Notification.objects.update(created=timezone.now() - timedelta(minutes=61))
    saved(admin, "Lead", lead())
    work()
    assert list(Notification.objects.order_by("pk").values_list("count", flat=True)) == [7, 1]


def test_one_bad_row_does_not_keep_the_others(admin: Actor, make_flow: MakeFlow) -> None:
    copy = {
        "kind": "update",
        "settings": {"values": [{"field": "Company", "from": "field", "value": "Title"}]},
    }
    flow = make_flow("Lead", {"on": "created"}, copy)
    saved(admin, "Lead", *(lead(Title=f"T{n}" if n != 3 else None) for n in range(6)))
    work()
    assert sorted(flow.runs.values_list("state", flat=True)) == ["done"] * 5 + ["failed"]


def test_failed_runs_are_retried_or_skipped(admin: Actor, make_flow: MakeFlow) -> None:
    copy = {
        "kind": "update",
        "settings": {"values": [{"field": "Company", "from": "field", "value": "Title"}]},
    }
    flow = make_flow("Lead", {"on": "created"}, copy, update(Website="https://x.example"))
    first, second = saved(admin, "Lead", lead(), lead())
    work()
    saved(admin, "Lead", {"Id": first, "Title": "now"})
    runs = dict(flow.runs.values_list("record_id", "pk"))
    assert actions.retry(admin, flow, [runs[first]]) == 1
    assert actions.skip(admin, flow, [runs[second]]) == 1
    assert FlowStep.objects.filter(run=runs[second], outcome="skipped").get().node == "s1"
    work()
    assert set(flow.runs.values_list("state", flat=True)) == {RunState.DONE}
    assert Lead.objects.get(pk=first).company == "now"
    assert set(Lead.objects.values_list("website", flat=True)) == {"https://x.example"}


def test_a_flow_does_not_start_itself_and_a_ring_of_flows_ends(admin: Actor, make_flow: MakeFlow) -> None:
    alone = make_flow("Lead", {"on": "saved"}, update(Title="a"))
    (key,) = saved(admin, "Lead", lead())
    work()
    assert alone.runs.count() == 1
    actions.deactivate(admin, alone)
    grow = [{"field": "NumberOfEmployees", "from": "formula", "value": "NumberOfEmployees + 1"}]
    ring = [
        make_flow("Lead", {"on": "saved"}, {"kind": "update", "settings": {"values": grow}}) for _ in range(2)
    ]
    saved(admin, "Lead", {"Id": key, "Title": "b"})
    work()
    runs = FlowRun.objects.filter(flow__in=ring)
    assert runs.filter(state=RunState.FAILED, error__contains="started one another, last “A flow”").exists()
    told = Notification.objects.filter(user_id=admin.user_id, body__contains="started one another")
    assert {"did not start for “Roux”" in one.title for one in told} == {True}
    assert runs.count() == 2 * (entering.DEEPEST + 1)


def test_a_flow_acts_with_its_owners_rights(admin: Actor, make_flow: MakeFlow, make_user: MakeUser) -> None:
    flow = make_flow("Lead", {"on": "created"}, update(Title="seen"))
    rep = make_user("Rep")
    set_org_default(admin, "Lead", OrgDefault.Access.PRIVATE)
    actions.save_settings(
        admin, flow, name="Mine", description="", owner_id=rep.pk, acting="owner", mail_errors=False
    )
    save(admin, Change("Lead", lead(), accept_duplicates=True))
    work()
    assert Lead.objects.get().title is None  # the rep does not see the administrator's lead
    actions.save_settings(
        admin, flow, name="Mine", description="", owner_id=rep.pk, acting="system", mail_errors=False
    )
    save(admin, Change("Lead", lead(), accept_duplicates=True))
    work()
    assert list(Lead.objects.order_by("pk").values_list("title", flat=True)) == [None, "seen"]


def test_a_change_without_a_revision_makes_nothing_new(admin: Actor, make_flow: MakeFlow) -> None:
    flow = make_flow(
        "Lead", {"on": "saved", "where": where("Rating", "eq", "Hot"), "newly": True}, update(Title="x")
    )
    (key,) = saved(admin, "Lead", lead(Rating="Hot"))
    work()
    with transaction.atomic():
        emit("record.updated", "Lead", [key], {"user_id": None, "rollup": True})
    work()
    assert flow.runs.count() == 1
