"""The pages of approvals: what each person is offered, what a form does, what a refusal keeps."""
# ruff: noqa: F811 -- fixtures come by name

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from essor.access.actions.set_field_rights import set_field_rights
from essor.access.actor import Actor
from essor.access.models import PermissionSet, User
from essor.access.rights import FieldAccess
from essor.domain.approvals.actions.submit import submit
from essor.domain.approvals.models import ApprovalProcess, ProcessInstance
from essor.domain.approvals.tests.conftest import (  # noqa: F401 -- fixtures by name
    Person,
    Process,
    admin,
    deal,
    fresh,
    manager,
    person,
    process,
    rep,
)
from essor.kernel import ids

Browser = Callable[[Actor], Client]


@pytest.fixture
def browser() -> Browser:
    def make(actor: Actor) -> Client:
        client = Client()
        client.force_login(
            User.objects.get(pk=actor.user_id), backend="essor.access.accounts.backend.Backend"
        )
        return client

    return make


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def page_of(key: int) -> str:
    return f"/r/{ids.encode('006', key)}/"


def test_the_button_is_offered_where_a_process_fits_and_the_form_says_who_is_asked(
    process: Process,
    rep: Actor,
    manager: Actor,
    browser: Browser,
) -> None:
    process()
    client, large, small = browser(rep), page_of(deal(rep)), page_of(deal(rep, 10))
    assert "Submit for approval" in text(client, large)
    assert "Submit for approval" not in text(client, small)
    form = text(client, f"{large}approval/submit")
    assert "Manager Test" in form
    assert client.post(f"{large}approval/submit", {"comment": "Please"}).headers["Location"] == large
    assert ProcessInstance.objects.get().comments == "Please"
    page = text(client, large)
    assert "Locked: waiting for approval" in text(client, f"{large}products"), "its lines are locked as well"
    assert "Locked: waiting for approval" in page
    assert f"{large}edit" not in page
    assert client.get(f"{large}edit").status_code == 403, "nobody fills in a form that will be refused"
    assert f"{large}edit" in text(browser(manager), large)
    again = client.post(f"{large}approval/submit", {"comment": "Kept"})
    assert again.status_code == 422
    assert "already waiting for approval" in again.content.decode()


def test_the_panel_tells_the_trail_and_lets_only_the_approver_answer(
    process: Process,
    rep: Actor,
    manager: Actor,
    browser: Browser,
) -> None:
    process()
    key = deal(rep)
    asked = submit(rep, "Opportunity", key, comment="Please")
    mine, theirs = (text(browser(one), f"{page_of(key)}approval") for one in (rep, manager))
    for panel in (mine, theirs):
        assert "Submitted by Rep Test" in panel
        assert "Waiting for Manager Test" in panel
    assert "Withdraw the request" in mine
    assert 'value="approve"' not in mine
    assert 'value="approve"' in theirs
    answer = browser(manager).post(
        f"/approvals/items/{asked.items[0]}/answer", {"answer": "approve", "back": page_of(key)}
    )
    assert answer.headers["Location"] == page_of(key)
    assert "Approved by Manager Test" in text(browser(rep), f"{page_of(key)}approval")


def test_the_inbox_and_its_tab_are_there_for_who_is_asked(
    process: Process,
    rep: Actor,
    manager: Actor,
    browser: Browser,
) -> None:
    process()
    client = browser(manager)
    assert "Nothing to approve" in text(client, "/approvals/")
    asked = submit(rep, "Opportunity", deal(rep))
    assert "/home/approvals" in text(client, "/")
    assert "Big one" in text(client, "/home/approvals")
    assert "/home/approvals" not in text(browser(rep), "/"), "nothing waits for who asked"
    page = text(client, "/approvals/")
    assert "Approvals (1)" in page
    assert "Big one" in page
    assert "€5,000" in page
    assert "My requests" in text(browser(rep), "/approvals/")
    silent = client.post(f"/approvals/items/{asked.items[0]}/answer", {"answer": "refuse", "comment": ""})
    assert silent.status_code == 422
    assert "Please give a reason" in silent.content.decode()
    client.post(f"/approvals/items/{asked.items[0]}/answer", {"answer": "refuse", "comment": "No"})
    assert ProcessInstance.objects.get().status == "Rejected"
    late = client.post(f"/approvals/items/{asked.items[0]}/answer", {"answer": "approve"}, follow=True)
    assert "Manager Test has refused this request." in late.content.decode()


def test_a_way_back_to_another_site_is_not_taken(
    process: Process, rep: Actor, manager: Actor, browser: Browser
) -> None:
    process()
    asked = submit(rep, "Opportunity", deal(rep))
    answer = browser(manager).post(
        f"/approvals/items/{asked.items[0]}/answer",
        {"answer": "approve", "back": "https://elsewhere.example/"},
    )
    assert answer.headers["Location"] == "/approvals/"


def test_a_hidden_field_is_not_shown_to_its_approver(
    process: Process,
    rep: Actor,
    manager: Actor,
    admin: Actor,
    browser: Browser,
) -> None:
    process()
    submit(rep, "Opportunity", deal(rep, 5432))
    assert "€5,432" in text(browser(manager), "/approvals/")
    own = PermissionSet.objects.get(profile__name="Sales Manager")
    set_field_rights(admin, own, "Opportunity", "Amount", FieldAccess.HIDDEN)
    assert "5,432" not in text(browser(fresh(manager)), "/approvals/")


def test_an_administrator_draws_a_process_and_others_may_not(
    admin: Actor, rep: Actor, manager: Actor, browser: Browser
) -> None:
    client = browser(admin)
    assert "No processes yet" in text(client, "/setup/approvals/")
    made = client.post("/setup/approvals/new", {"name": "Large", "object": "Opportunity"})
    row = ApprovalProcess.objects.get()
    base = f"/setup/approvals/{row.pk}/"
    assert made.headers["Location"] == base
    refused = client.post(base, {"name": "Large", "active": "1"})
    assert refused.status_code == 422
    assert "Add a step" in refused.content.decode()
    criteria = {
        "node": ["1", "2"],
        "p.2": "1",
        "k.1": "group",
        "m.1": "all",
        "k.2": "criterion",
        "f.2": "Amount",
        "o.2": "gt",
        "v.2": "1000",
        "do": "apply",
    }
    assert "data-filter" in text(client, f"{base}criteria")
    client.post(f"{base}criteria", criteria)
    client.post(f"{base}steps/new", {"name": "Manager", "to": "role", "rule": "first"})
    values = {
        "name": "Large deal",
        "active": "1",
        "facts": ["Amount"],
        "after_refusal": "start",
        "approve.field.0": "NextStep",
        "approve.value.0": "Send it",
        "refuse.field.0": "CloseDate",
        "refuse.value.0": "never",
    }
    wrong = client.post(base, values)
    assert wrong.status_code == 422
    assert "Send it" in wrong.content.decode()
    client.post(base, {**values, "refuse.field.0": ""})
    row.refresh_from_db()
    assert (row.name, row.active, row.after_refusal, row.facts) == ("Large deal", True, "start", ["Amount"])
    assert row.on_approve == [{"field": "NextStep", "value": "Send it"}]
    page = text(client, base)
    assert "Amount is more than 1,000" in page
    assert "Large deal" in text(client, "/setup/approvals/")
    assert submit(rep, "Opportunity", deal(rep)).users == (manager.user_id,)
    kept = client.post(f"{base}remove", follow=True)
    assert "Turn it off instead" in kept.content.decode()
    for address in ("/setup/approvals/", base, f"{base}criteria"):
        assert browser(rep).get(address).status_code == 403
    assert browser(rep).post(base, values).status_code == 403


def test_ticked_requests_are_answered_together_and_a_refusal_needs_its_reason(
    process: Process, rep: Actor, manager: Actor, browser: Browser
) -> None:
    process()
    items = [submit(rep, "Opportunity", deal(rep, Name=name)).items[0] for name in ("One", "Two", "Three")]
    client = browser(manager)
    assert "Answer several together" in text(client, "/approvals/")
    page = client.post("/approvals/answers", {"item": items[:2], "answer": "refuse", "comment": " "})
    assert page.status_code == 422
    assert page.content.decode().count(" checked>") == 2
    assert client.post("/approvals/answers", {"answer": "approve"}).status_code == 422
    client.post("/approvals/answers", {"item": items[:2], "answer": "refuse", "comment": "Later"})
    assert sorted(ProcessInstance.objects.values_list("status", flat=True)) == [
        "Pending",
        "Rejected",
        "Rejected",
    ]
    assert "2 requests refused" in text(client, "/approvals/")
