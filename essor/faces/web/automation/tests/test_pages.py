"""A flow is drawn, tried out, turned on and looked after, all on its pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from essor.access.actions import save_group
from essor.access.actor import actor_for
from essor.access.models import User
from essor.domain.activities.models import Task
from essor.domain.automation.models import Flow, FlowRun, FlowVersion, Outgoing, RunState
from essor.domain.sales.models import Lead
from essor.jobs import worker
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db(transaction=True)


def lead(boss: User, **more: Any) -> int:
    values = {"LastName": "Roux", "Company": "C", **more}
    return save(actor_for(boss), Change("Lead", values, accept_duplicates=True)).id


def new_flow(admin: Client) -> str:
    answer = admin.post("/setup/flows/new", {"name": "Hot leads", "object": "Lead", "description": ""})
    assert answer.status_code == 302
    return f"/setup/flows/{Flow.objects.get().pk}/"


def definition() -> dict[str, Any]:
    return FlowVersion.objects.order_by("-number").first().definition


def test_a_flow_is_built_step_by_step_and_works(admin: Client, boss: User) -> None:
    base = new_flow(admin)
    criteria = {
        "at": "trigger",
        "do": "apply",
        "node": ["1", "2"],
        "p.1": "0",
        "k.1": "group",
        "m.1": "all",
        "p.2": "1",
        "k.2": "criterion",
        "f.2": "Rating",
        "o.2": "eq",
        "v.2": "Hot",
    }
    assert admin.post(f"{base}criteria", criteria).headers["HX-Trigger"] == "es:criteria-kept"
    trigger = {"on": "created", "newly": ""}
    page = admin.post(f"{base}?step=trigger", {**trigger, "do": "criteria"}).content.decode()
    assert "Rating is Hot" in page  # the criteria are in force …
    assert '<option value="created" selected>' in page  # … and what was chosen beside them is not lost
    assert "data-typed" in page
    admin.post(f"{base}?step=trigger", {**trigger, "do": "save"})
    assert (
        "data-typed" not in admin.post(f"{base}?step=trigger", {**trigger, "do": "criteria"}).content.decode()
    )
    admin.post(f"{base}add", {"kind": "branch", "at": ":"})
    admin.post(f"{base}add", {"kind": "update", "at": "s1:p1"})
    admin.post(f"{base}add", {"kind": "create", "at": "s1:"})
    kinds = [step["kind"] for step in definition()["steps"]]
    assert kinds == ["branch", "create"]
    assert definition()["steps"][0]["paths"][0]["steps"][0]["kind"] == "update"
    values = {"f": ["Title"], "from.Title": "value", "Title": "Hot one", "target": "", "do": "save"}
    assert admin.post(f"{base}?step=s2", values).status_code == 302
    values = {
        "object": "Task",
        "f": ["Subject", "WhoId"],
        "from.Subject": "formula",
        "formula.Subject": '"Call " & LastName',
        "from.WhoId": "field",
        "copy.WhoId": "Id",
        "do": "save",
    }
    assert admin.post(f"{base}?step=s3", values).status_code == 302
    page = admin.get(base).content.decode()
    assert "has no criteria yet" in page
    number = FlowVersion.objects.get().number
    admin.post(f"{base}versions/{number}/activate")
    assert Flow.objects.get().active is None  # the path still lacks its criteria
    path = criteria | {"at": "s1:p1", "f.2": "Company", "v.2": "C"}
    admin.post(f"{base}criteria", path)
    admin.post(f"{base}versions/{number}/activate")
    assert Flow.objects.get().active is not None
    key = lead(boss, Rating="Hot")
    worker.drain()
    assert Lead.objects.get(pk=key).title == "Hot one"
    assert Task.objects.get().subject == "Call Roux"
    assert "Roux" in admin.get(f"{base}runs").content.decode()
    assert admin.get(f"{base}runs/{FlowRun.objects.get().pk}").status_code == 200


def test_the_panel_keeps_what_was_typed_and_says_what_is_wrong(admin: Client) -> None:
    base = new_flow(admin)
    admin.post(f"{base}add", {"kind": "update", "at": ":"})
    sent = {
        "f": ["NumberOfEmployees"],
        "from.NumberOfEmployees": "value",
        "NumberOfEmployees": "many",
        "target": "",
    }
    answer = admin.post(f"{base}?step=s1", sent | {"do": "save"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "many" in page
    assert "not a number" in page
    shaped = admin.post(f"{base}?step=s1", sent | {"do": "shape", "add": "Title"}).content.decode()
    assert 'value="Title"' in shaped
    assert definition()["steps"][0]["settings"] == {}


@pytest.mark.parametrize(
    "kind", ["update", "create", "assign", "notify", "mail", "branch", "wait", "webhook", "approval"]
)
def test_every_kind_of_step_has_its_panel(admin: Client, kind: str) -> None:
    base = new_flow(admin)
    answer = admin.post(f"{base}add", {"kind": kind, "at": ":"}, follow=True)
    assert answer.status_code == 200
    assert 'id="panel"' in answer.content.decode()


def test_steps_move_and_go(admin: Client) -> None:
    base = new_flow(admin)
    admin.post(f"{base}add", {"kind": "wait", "at": ":"})
    admin.post(f"{base}add", {"kind": "notify", "at": "s1:"})
    admin.post(f"{base}steps/s2/move", {"to": "up"})
    assert [one["id"] for one in definition()["steps"]] == ["s2", "s1"]
    admin.post(f"{base}steps/s2/remove")
    assert [one["id"] for one in definition()["steps"]] == ["s1"]


def test_a_test_run_shows_everything_and_leaves_nothing(admin: Client, boss: User) -> None:
    admin.post("/setup/flows/new?from=hot_lead", {"name": "Hot", "description": ""})
    base = f"/setup/flows/{Flow.objects.get().pk}/"
    key = ids.encode("00Q", lead(boss, Rating="Hot"))
    page = admin.post(f"{base}test", {"record": key, "record.label": "Roux"}).content.decode()
    assert "Call this lead today" in page
    assert "New: Task" in page
    assert not Task.objects.exists()
    assert not FlowRun.objects.exists()
    assert admin.post(f"{base}test", {"record": "nonsense"}).status_code == 422


def test_every_ready_made_flow_can_be_turned_on(admin: Client) -> None:
    for name in ("hot_lead", "thanks", "large_deal", "stale_deal", "closing_soon"):
        admin.post(f"/setup/flows/new?from={name}", {"name": name, "description": ""})
        flow = Flow.objects.get(name=name)
        admin.post(f"/setup/flows/{flow.pk}/versions/1/activate")
        flow.refresh_from_db()
        assert flow.active is not None, name
    page = admin.get("/setup/flows/").content.decode()
    assert page.count("es-tag-good") == 5
    weekly, asks = (Flow.objects.get(name=name).pk for name in ("stale_deal", "large_deal"))
    assert "next time: " in admin.get(f"/setup/flows/{weekly}/").content.decode()
    assert 'name="answer" value="no"' in admin.get(f"/setup/flows/{asks}/test").content.decode(), (
        "a test run goes down either arrow"
    )


def test_the_run_of_a_hot_lead_of_a_queue_gives_a_call_to_one_of_its_members(
    admin: Client, boss: User
) -> None:
    admin.post("/setup/flows/new?from=hot_lead", {"name": "Hot", "description": ""})
    flow = Flow.objects.get()
    admin.post(f"/setup/flows/{flow.pk}/versions/1/activate")
    queue = save_group(
        actor_for(boss), name="Incoming", members=[boss], queue=True, supported_objects=["Lead"]
    )
    lead(boss, Rating="Hot", OwnerId=queue.pk)
    worker.drain()
    run = FlowRun.objects.get()
    assert run.state == RunState.DONE, run.error
    task = Task.objects.get()
    assert (task.owner_id, task.task_subtype) == (boss.pk, "Call")
    Outgoing.objects.create(run=run, kind="sms", content={"to": "+33612345678", "text": "Hello"})
    Outgoing.objects.create(
        run=run, kind="mail", content={"to": ["a@c.fr", "b@c.fr"], "subject": "", "body": ""}
    )
    page = admin.get(f"/setup/flows/{flow.pk}/runs/{run.pk}").content.decode()
    assert "+33612345678" in page
    assert "a@c.fr, b@c.fr" in page


def test_versions_runs_stay_in_theirs(admin: Client, boss: User) -> None:
    base = new_flow(admin)
    admin.post(f"{base}add", {"kind": "wait", "at": ":"})
    admin.post(f"{base}versions/1/activate")
    lead(boss)
    worker.drain()
    assert FlowRun.objects.get().state == RunState.DONE  # nothing follows the wait
    admin.post(f"{base}add", {"kind": "notify", "at": "s1:"})
    admin.post(f"{base}?step=s2", {"to": ["owner"], "text": "Hello", "do": "save"})
    assert sorted(FlowVersion.objects.values_list("number", "state")) == [(1, "active"), (2, "draft")]
    admin.post(f"{base}versions/2/activate")
    lead(boss)
    worker.drain()
    run = FlowRun.objects.get(state=RunState.WAITING)
    assert (run.version.number, run.node) == (2, "s1"), "who waits stands at the wait"
    admin.post(f"{base}off", {"stop": "1"})
    assert FlowRun.objects.get(pk=run.pk).state == RunState.STOPPED
    assert admin.get(f"{base}versions").status_code == 200
    assert admin.get(f"{base}settings").status_code == 200


def test_a_button_on_the_record_starts_a_flow(admin: Client, boss: User) -> None:
    base = new_flow(admin)
    admin.post(f"{base}?step=trigger", {"on": "manual", "do": "save"})
    admin.post(f"{base}add", {"kind": "update", "at": ":"})
    admin.post(
        f"{base}?step=s1",
        {"f": ["Title"], "from.Title": "value", "Title": "By hand", "target": "", "do": "save"},
    )
    admin.post(f"{base}versions/1/activate")
    key = lead(boss)
    address = f"/r/{ids.encode('00Q', key)}/"
    assert "Hot leads" in admin.get(address).content.decode()
    admin.post(f"/flows/{Flow.objects.get().pk}/start/{ids.encode('00Q', key)}")
    worker.drain()
    assert Lead.objects.get(pk=key).title == "By hand"


def test_only_administrators_come_in(seller: Client, admin: Client) -> None:
    base = new_flow(admin)
    for address in ("/setup/flows/", base, f"{base}runs", f"{base}test", f"{base}criteria?at=trigger"):
        assert seller.get(address).status_code == 403
    assert seller.post(f"{base}add", {"kind": "wait"}).status_code == 403
    assert seller.post("/setup/flows/new", {"name": "x", "object": "Lead"}).status_code == 403
