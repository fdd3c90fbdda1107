"""Building a scenario: what is lacking is written on the way, edits are taken back, a dry run tells what would happen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from essor.domain.automation.models import FlowRun, FlowVersion, RunState
from essor.faces.web.scenarios.tests.conftest import actor, definition, drawn, made
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db


def hidden(page: str, name: str) -> str:
    """Return what a hidden control of a page holds."""
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


def test_a_letter_that_is_lacking_is_written_and_comes_back_to_its_step(
    marketing: Client, make_user: Any
) -> None:
    base = made(marketing, object="Lead")
    marketing.post(f"{base}add", {"kind": "send", "at": ":"})
    panel = drawn(marketing, f"{base}?step=s1")
    assert "No mail server is set up yet" in panel
    found = re.search(r"/letters/new\?for=(scenario:\d+\.s1)", panel)
    assert found is not None
    begun = marketing.post(found[0], {"from": "", "for": found[1]})
    letter = apps.get_model("letters", "EmailTemplate").objects.get()
    assert (definition(base)["steps"][0]["settings"]["template"], letter.related_entity_type) == (
        letter.pk,
        "Lead",
    )
    assert f'href="{base}?step=s1#panel"' in drawn(marketing, begun.headers["Location"]), (
        "the editor leads back"
    )
    assert letter.name in drawn(marketing, f"{base}?step=s1")

    wanted = {"from": "", "for": found[1]}
    for other in (found[1].replace(".s1", ".s9"), "scenario:999.s1", "scenario:x", "nothing:1"):
        assert marketing.post("/letters/new", wanted | {"for": other}).status_code == 302
    colleague = Client(HTTP_HOST="127.0.0.1")
    colleague.force_login(make_user("Other", "Marketing"), backend="essor.access.accounts.backend.Backend")
    assert colleague.post("/letters/new", wanted).status_code == 302
    assert "Start the scenario" not in drawn(colleague, base), "it is not theirs to start"
    assert definition(base)["steps"][0]["settings"]["template"] == letter.pk, "nobody else chooses for them"

    chief = Client(HTTP_HOST="127.0.0.1")
    chief.force_login(
        make_user("Chief", "System Administrator"), backend="essor.access.accounts.backend.Backend"
    )
    way = re.search(r'"(/setup/sending/server\?next=[^"]+)"', drawn(chief, f"{base}?step=s1"))
    assert way is not None
    assert f'href="{base}?step=s1#panel"' in drawn(chief, way[1]), "so does the mail server that is lacking"


def test_a_dry_run_tells_each_step_and_leaves_nothing(marketing: Client) -> None:
    key = save(actor(), Change("Contact", {"FirstName": "Ana", "LastName": "Story"})).id
    base = made(marketing)
    marketing.post(f"{base}add", {"kind": "wait", "at": ":"})
    marketing.post(f"{base}add", {"kind": "task", "at": "s1:"})
    marketing.post(f"{base}add", {"kind": "engaged", "at": "s2:"})
    marketing.post(f"{base}?step=s2", {"do": "save", "subject": "Call {{ FirstName }}", "to": "owner", "days": "1",
                                       "subtype": "Call", "priority": "Normal"})  # fmt: skip
    page = marketing.post(f"{base}test", {"record": ids.encode("003", key)}).content.decode()
    assert "A real run would wait here: until" in page
    assert "They have done nothing with it until now. A real run would give them 3 days." in page
    assert "been in it before" not in page
    assert "Call Ana" in page
    assert not FlowRun.objects.exists()
    assert marketing.post(f"{base}test", {"record": ids.encode("003", key + 1)}).status_code == 422
    version = FlowVersion.objects.get()
    FlowRun.objects.create(flow=version.flow, version=version, record_id=key, state=RunState.DONE)
    page = marketing.post(f"{base}test", {"record": ids.encode("003", key)}).content.decode()
    assert "This person has been in it before, and may not come in again now." in page


def test_edits_are_taken_back_and_done_again_also_after_a_reload(marketing: Client) -> None:
    base = made(marketing)
    began = definition(base)
    for kind in ("wait", "task"):
        marketing.post(f"{base}add", {"kind": kind, "at": ":"})
    marketing.post(
        f"{base}?step=s1", {"do": "save", "title": "Patience", "for": "time", "amount": "5", "unit": "days"}
    )
    marketing.post(f"{base}steps/s1/remove", {"version": hidden(drawn(marketing, base), "version")})
    gone = definition(base)
    assert [one["id"] for one in gone["steps"]] == ["s2"]
    for _back in range(4):
        page = drawn(marketing, base)
        marketing.post(f"{base}travel/undo", {"version": hidden(page, "version")})
    assert definition(base) == began
    assert 'aria-label="Undo" disabled' in drawn(marketing, base)
    assert marketing.post(f"{base}travel/undo").status_code == 302
    for _forth in range(4):
        marketing.post(f"{base}travel/redo")
    assert definition(base) == gone
    marketing.post(f"{base}travel/undo")
    marketing.post(f"{base}add", {"kind": "notify", "at": ":"})  # a new way forth: the old one is gone
    changed = definition(base)
    marketing.post(f"{base}travel/redo")
    assert definition(base) == changed
    assert [one["title"] for one in changed["steps"] if one["id"] == "s1"] == ["Patience"]


def test_two_editors_never_write_over_one_another_unseen(marketing: Client, signed_in: Any) -> None:
    other = signed_in("System Administrator")
    base = made(marketing)
    for kind in ("wait", "task"):
        marketing.post(f"{base}add", {"kind": kind, "at": ":"})
    mine = drawn(marketing, f"{base}?step=s1")
    wait = {
        "do": "save",
        "title": "Mine",
        "for": "time",
        "amount": "5",
        "unit": "days",
        "seen": hidden(mine, "seen"),
    }

    other.post(f"{base}?step=s2", {"do": "save", "title": "Theirs", "subject": "Call", "to": "owner"})
    assert marketing.post(f"{base}?step=s1", wait).status_code == 302  # another step: both are kept
    assert {one["title"] for one in definition(base)["steps"]} == {"Mine", "Theirs"}

    mine = drawn(marketing, f"{base}?step=s1")
    wait |= {"seen": hidden(mine, "seen"), "title": "Mine again"}
    other.post(
        f"{base}?step=s1", {"do": "save", "title": "Theirs too", "for": "time", "amount": "9", "unit": "days"}
    )
    shaped = marketing.post(f"{base}?step=s1", wait | {"do": "shape"}).content.decode()
    refused = marketing.post(f"{base}?step=s1", wait | {"seen": hidden(shaped, "seen")})
    told = refused.content.decode()
    assert (refused.status_code, "System Test has changed this meanwhile" in told, "Mine again" in told) == (
        422,
        True,
        True,
    )
    assert "Theirs too" in {one["title"] for one in definition(base)["steps"]}
    for path in ("steps/s1/remove", "travel/undo"):
        before = definition(base)
        marketing.post(f"{base}{path}", {"version": hidden(mine, "version")})
        assert definition(base) == before
    assert "System Test has changed it meanwhile" in drawn(marketing, base)
    assert marketing.post(f"{base}?step=s1", wait | {"seen": hidden(told, "seen")}).status_code == 302
    assert "Mine again" in {one["title"] for one in definition(base)["steps"]}
