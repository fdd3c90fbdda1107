"""The pages of scenarios: one is built, started, watched and ended; readers only look; nonsense is refused."""

from __future__ import annotations

import re
from typing import Any, get_args
from urllib.parse import quote

import pytest
from django.apps import apps
from django.test import Client

from essor.access.models import UserLicense
from essor.catalog import current
from essor.domain.automation import engine, outcome
from essor.domain.automation.definition import On, Trigger
from essor.domain.automation.keepers import failures_of
from essor.domain.automation.kinds import Site
from essor.domain.automation.models import Flow, FlowRun, FlowVersion, RunState
from essor.domain.marketing.letters import codec
from essor.domain.marketing.letters.blocks import Document, RichText
from essor.domain.marketing.scenarios.models import Scenario
from essor.faces.web.automation.drawing import start_words
from essor.faces.web.scenarios.tests.conftest import actor, arrow, definition, drawn, made
from essor.jobs import worker
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db


def test_a_scenario_is_built_in_the_drawing(marketing: Client) -> None:
    assert "Start from a ready-made scenario" in drawn(marketing, "/scenarios/")
    campaign = save(actor(), Change("Campaign", {"Name": "Spring", "Type": "Email"})).id
    base = made(marketing, campaign=str(campaign))
    assert "Choose a segment, or set criteria." in drawn(marketing, base), (
        "what is unfinished stands at its card"
    )

    criteria = {
        "at": "trigger", "do": "apply", "node": ["1", "2"], "p.1": "0", "k.1": "group", "m.1": "all",
        "p.2": "1", "k.2": "criterion", "f.2": "LastName", "o.2": "eq", "v.2": "Story",
    }  # fmt: skip
    assert marketing.post(f"{base}criteria", criteria).headers["HX-Trigger"]
    entry = {
        "do": "save",
        "on": "segment",
        "segment": "",
        "every": "hour",
        "again": "days",
        "again_days": "9",
    }
    assert marketing.post(f"{base}?step=trigger", entry).status_code == 302
    trigger = definition(base)["trigger"]
    assert (trigger["every"], trigger["again"], trigger["again_days"], trigger["where"]["field"]) == (
        "hour",
        "days",
        9,
        "LastName",
    )
    save(actor(), Change("Contact", {"LastName": "Story"}))
    assert "Again after 9 days · who joins later: within the hour" in drawn(marketing, base)
    assert "<strong>1</strong> person would come in now" in drawn(marketing, f"{base}?step=trigger")


def test_the_flows_of_the_set_up_leave_scenarios_out_and_stand_whatever_starts_one(
    marketing: Client, make_user: Any, client: Client
) -> None:
    base = made(marketing)
    version = FlowVersion.objects.get()
    catalog = current.get()
    site = Site(actor(), catalog, catalog.object("Contact"))
    for on in get_args(On):
        assert start_words(site, Trigger(on=on, topic="form.submitted")), on
    version.definition["trigger"] |= {"on": "event", "topic": "form.submitted"}
    version.save()
    Flow.objects.update(active=version)
    boss = make_user("Boss", "System Administrator")
    client.force_login(boss, backend="essor.access.accounts.backend.Backend")
    listed = drawn(client, "/setup/flows/")
    assert "Nurture" not in listed
    assert "Nurture" in drawn(marketing, "/scenarios/")
    assert "Nurture" in drawn(marketing, base)
    assert marketing.get(failures_of(version.flow)).status_code == 200, "its owner sees what failed"


def test_each_kind_of_step_has_its_panel(marketing: Client) -> None:
    base = made(marketing)
    assert 'value="engaged"' in drawn(marketing, f"{base}?add=:")
    for kind, at in (("send", ":"), ("wait", "s1:"), ("engaged", "s2:"), ("task", "s3:clicked"), ("split", "s3:"),
                     ("member", "s5:a"), ("sms", "s5:b")):  # fmt: skip
        assert marketing.post(f"{base}add", {"kind": kind, "at": at}).status_code == 302
    deeds = definition(base)["steps"][2]
    assert (deeds["kind"], deeds["settings"]["mail"]) == ("engaged", "s1"), (
        "it asks about the letter before it"
    )
    words = RichText(id="t", html="<p>Hello <a href='https://vauban.example/guide'>guide</a></p>")
    values = {
        "Name": "Guide",
        "Subject": "The guide",
        "Content": codec.write(Document((words,))),
        "IsActive": True,
    }
    letter = save(actor(), Change("EmailTemplate", values)).id
    sent = {
        "s1": {"template": str(letter), "capped": "", "from_name": "Zoé"},
        "s2": {"for": "time", "amount": "2", "unit": "days", "hours": "1", "hours.days": ["1", "2"], "hours.from": "8",
               "hours.until": "12", "hours.by": "person"},
        "s3": {"mail": "s1", "amount": "3", "unit": "days", "deeds": ["clicked", "bounced"], "label.clicked": "Warm"},
        "s4": {"subject": "Call {{ FirstName }}", "to": "owner", "days": "2", "subtype": "Call", "priority": "High"},
        "s5": {"label.a": "One", "weight.a": "20", "label.b": "Two", "weight.b": "80", "more": "1"},
        "s6": {"campaign": "", "status": "Responded"},
        "s7": {"text": "Hi {{ FirstName }}"},
    }  # fmt: skip
    for step, data in sent.items():
        answer = marketing.post(f"{base}?step={step}", {"do": "save", "title": "", **data})
        assert answer.status_code == 302, (step, answer.content.decode()[:3000])
        drawn(marketing, f"{base}?step={step}")
    first, wait, deeds, lot = definition(base)["steps"]
    assert first["settings"] == {"template": letter, "from_name": "Zoé", "capped": False}
    assert wait["settings"]["hours"] == {"days": [1, 2], "from": 8, "until": 12, "by": "person"}
    assert [(way["id"], way["label"]) for way in deeds["paths"]] == [
        ("bounced", "The mail came back"), ("clicked", "Warm"), ("nothing", "Nothing"),
    ]  # fmt: skip
    assert [way["id"] for way in lot["paths"]] == ["a", "b", "c"]
    assert lot["settings"]["weights"] == {"a": 20, "b": 80}
    assert "The guide" in drawn(marketing, base)
    assert "https://vauban.example/guide" in drawn(marketing, f"{base}?step=s3")


@pytest.mark.parametrize("pattern", ["welcome", "white_paper", "event", "win_back"])
def test_a_pattern_is_a_whole_draft(pattern: str, marketing: Client) -> None:
    page = drawn(marketing, made(marketing, pattern))
    assert page.count('class="fc-card') >= 4
    assert "is not available" not in page


def test_people_go_through_it_and_are_looked_after(marketing: Client) -> None:
    keys = [
        save(actor(), Change("Contact", {"FirstName": one, "LastName": "Story"})).id
        for one in ("Ana", "Bo", "Cleo")
    ]
    base = made(marketing)
    entry = {"do": "save", "on": "manual", "again": "ended"}
    marketing.post(f"{base}?step=trigger", entry)
    marketing.post(f"{base}add", {"kind": "wait", "at": ":"})
    marketing.post(f"{base}add", {"kind": "update", "at": "s1:"})
    said = marketing.post(f"{base}state", {"do": "start"}, follow=True).content.decode()
    assert "Not started yet" in said, "an unfinished step stops it"
    values = {"do": "save", "target": "", "f": "Title", "from.Title": "value", "Title": "Met"}
    assert marketing.post(f"{base}?step=s2", values).status_code == 302
    marketing.post(f"{base}state", {"do": "start"})
    flow = Flow.objects.get()
    assert flow.active is not None

    for key in keys:
        marketing.post(f"{base}people/enter", {"record": ids.encode("003", key)})
    again = marketing.post(f"{base}people/enter", {"record": ids.encode("003", keys[0])}, follow=True)
    assert "may not come in again" in again.content.decode()
    worker.drain()
    numbers = drawn(marketing, f"{base}numbers")
    assert (arrow(numbers, "trigger-"), "3 here now" in numbers) == ("3", True)
    assert "Ana Story" in drawn(marketing, f"{base}people?at=s1")
    assert "Nurture" in drawn(marketing, f"/r/{ids.encode('003', keys[0])}/scenarios")

    run = {row.record_id: row.pk for row in FlowRun.objects.all()}
    marketing.post(f"{base}people/do", {"do": "out", "run": run[keys[0]]})
    marketing.post(f"{base}people/do", {"do": "on", "run": run[keys[1]]})
    worker.drain()
    states = {row.record_id: row.state for row in FlowRun.objects.all()}
    assert [states[key] for key in keys] == [RunState.STOPPED, RunState.DONE, RunState.WAITING]
    assert apps.get_model("sales", "Contact").objects.get(pk=keys[1]).title == "Met"

    assert "The journey of Bo Story" in drawn(marketing, f"{base}people/{run[keys[1]]}")
    assert "Taken out" in drawn(marketing, f"{base}people?state=left")
    assert "Ana Story" not in drawn(marketing, f"{base}people?state=goal")
    _fails(marketing, base, run[keys[2]])
    worker.drain()

    marketing.post(f"{base}state", {"do": "pause"})
    assert "Paused" in drawn(marketing, "/scenarios/")
    marketing.post(f"{base}state", {"do": "resume"})
    marketing.post(f"{base}steps/s2/remove")
    assert "which this version does not have" not in drawn(marketing, base), "Cleo stands at s1"
    marketing.post(f"{base}state", {"do": "start", "inside": "move"})
    assert FlowRun.objects.get(pk=run[keys[2]]).version.number == 2
    assert "1 person is inside" in drawn(marketing, base), "who ends it is told whom it concerns"
    _reaches_the_goal(marketing, base, run[keys[2]])
    marketing.post(f"{base}state", {"do": "end", "inside": "stop"})
    assert FlowRun.objects.get(pk=run[keys[2]]).state == RunState.STOPPED
    assert marketing.post(f"{base}state", {"do": "remove"}).headers["Location"] == "/scenarios/"
    assert not Scenario.objects.exists()


def _fails(marketing: Client, base: str, run: int) -> None:
    """Let the step of somebody fail, which is told wherever one looks, and try it again."""
    failed = FlowRun.objects.filter(pk=run)
    failed.update(state=RunState.FAILED, error="It was refused.", due_at=None)
    assert "It was refused." in drawn(marketing, f"{base}people?state=failed")
    assert "1 person stands at a step that failed." in drawn(marketing, base)
    assert "To look after" in drawn(marketing, "/scenarios/")
    marketing.post(f"{base}people/do", {"do": "retry", "run": run})
    assert failed.get().state == RunState.WAITING


def _reaches_the_goal(marketing: Client, base: str, run: int) -> None:
    """Let Cleo, who was taken over by the second version, leave it with success; the numbers and lists say so."""
    one = FlowRun.objects.get(pk=run)
    assert arrow(drawn(marketing, f"{base}?version=1"), "s1-") == "1", "who is taken over did not go on there"
    assert arrow(drawn(marketing, base), "trigger-") == "0"
    engine.end(one.version, {one: (outcome.GOAL, "Won.")})
    for address in (f"{base}people?state=goal", f"{base}people/{one.pk}"):
        assert {"Goal reached", "Won."} <= set(re.split(r"[<>\n]+", drawn(marketing, address)))
    assert "Cleo Story" not in drawn(marketing, f"{base}people?state=left")


def test_readers_look_and_others_see_nothing(marketing: Client, signed_in: Any) -> None:
    base = made(marketing, "welcome")
    reader = signed_in("Sales", license=UserLicense.objects.get(name="Campaign reader"))
    page = drawn(reader, base)
    assert "fc-plus" not in page
    assert "start-dialog" not in page
    assert f"{base}test" not in page
    assert "New scenario" not in drawn(reader, "/scenarios/")
    for address, data in (
        ("add", {"kind": "wait", "at": ":"}), ("state", {"do": "start"}), ("steps/s1/remove", {}), ("test", {}),
        ("settings", {"name": "Mine"}), ("people/enter", {"record": ids.encode("003", 1)}), ("?step=leave", {"do": "save"}),
    ):  # fmt: skip
        assert reader.post(f"{base}{address}", data).status_code == 403, address
    assert reader.post("/scenarios/new", {"name": "Mine"}).status_code == 403


def test_nonsense_is_refused(marketing: Client) -> None:
    base = made(marketing)
    assert marketing.get("/scenarios/99999/").status_code == 404
    assert marketing.get("/scenarios/new?from=nothing").status_code == 404
    assert marketing.post(f"{base}add", {"kind": "mail", "at": ":"}).status_code == 404, (
        "it is not on offer here"
    )
    assert (
        marketing.post(f"{base}?step=trigger", {"do": "save", "on": "created", "again": "never"}).status_code
        == 422
    )
    assert (
        marketing.post(
            f"{base}?step=trigger", {"do": "save", "on": "segment", "segment": "7", "again": "never"}
        ).status_code
        == 422
    )
    assert marketing.post(f"{base}state", {"do": "explode"}).status_code == 404
    assert marketing.get(f"{base}people?state=nowhere").status_code == 404
    assert marketing.get(f"{base}people?at=<b>&before=x&version=99").status_code == 200
    bad = marketing.post("/scenarios/new", {"name": "", "object": "Account", "campaign": "5"})
    assert bad.status_code == 422


def test_a_provider_of_text_messages_is_set_up_by_administrators(
    marketing: Client, signed_in: Any, settings: Any
) -> None:
    assert marketing.get("/setup/texts/").status_code == 403
    admin = signed_in("System Administrator")
    assert "createToken" in drawn(admin, "/setup/texts/")  # OVHcloud comes first
    address = "/setup/texts/?provider=template"
    refused = admin.post(address, {"sender": "Vauban", "url": "x", "body": "{"})
    assert (refused.status_code, refused.content.decode().count("field-error")) == (422, 2)
    typed = {
        "sender": "Vauban",
        "url": "http://127.0.0.1:1/",
        "body": "to={{ to }}&text={{ text }}",
        "headers": "X-Key: sesame",
    }
    assert "inside a network" in admin.post(address, typed).content.decode()
    settings.WEBHOOKS_TO_LOOPBACK = True
    assert admin.post(address, typed).status_code == 302
    settings.WEBHOOKS_TO_LOOPBACK = False
    page = drawn(admin, "/setup/texts/")
    assert "sesame" not in page
    assert "/receipt" in page
    assert admin.post("/setup/texts/try", {"to": "+33612345678"}).status_code == 302
    assert "inside a network" in drawn(admin, "/setup/texts/")
    assert admin.post("/setup/texts/turn", {}).status_code == 302
    assert "not in use" in drawn(admin, "/setup/texts/")


def test_whoever_sets_up_what_a_step_lacks_is_led_back_to_the_step(
    marketing: Client, make_user: Any, client: Client
) -> None:
    base = made(marketing)
    boss = make_user("Boss", "System Administrator")
    client.force_login(boss, backend="essor.access.accounts.backend.Backend")
    for kind, page in (("sms", "/setup/texts/"), ("send", "/setup/sending/server")):
        client.post(f"{base}add", {"kind": kind, "at": ":"})
        step = definition(base)["steps"][0]["id"]
        back = f"next={quote(f'{base}?step={step}#panel', safe='')}"
        assert f"{page}?{back}" in drawn(client, f"{base}?step={step}")
        link = f'href="{base}?step={step}#panel"'
        assert link in drawn(client, f"{page}?{back}")
    wanted = {"provider": "webhook", "url": "https://sms.example/"}
    kept = client.post(f"/setup/texts/?provider=webhook&{back}", wanted)
    assert kept.status_code == 302
    assert link in drawn(client, kept.headers["Location"]), "the form keeps the way back"
    for foreign in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert "Back to what you were doing" not in drawn(client, f"/setup/texts/?next={foreign}")
