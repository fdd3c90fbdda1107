"""Administrators edit the rules with the filter builder; people take from queues and hand selections over."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from essor.access import actions
from essor.access.actor import Actor
from essor.access.models import Group, Principal, User
from essor.access.tests.samples import MakeUser
from essor.domain.sales.assignment import edit
from essor.domain.sales.assignment.models import Entry
from essor.domain.sales.models import Lead
from essor.kernel import ids
from essor.records.tests.conftest import New

HOME = "/setup/leads/assignment/"


@pytest.fixture
def ann(make_user: MakeUser) -> User:
    return make_user("Ann")


@pytest.fixture
def queue(admin: Actor) -> Group:
    members = Principal.objects.filter(pk=admin.user_id)
    return actions.save_group(admin, name="Inbox", members=members, queue=True, supported_objects=["Lead"])


def builder(**more: Any) -> dict[str, Any]:
    """Return what the filter builder sends for “Country equals France”."""
    nodes = {"node": ["1", "2"], "p.1": "0", "k.1": "group", "m.1": "all", "p.2": "1", "k.2": "criterion"}
    return {**nodes, "f.2": "Country", "o.2": "eq", "v.2": "France", **more}


def test_an_entry_is_made_given_criteria_and_tried(signed_in: Client, ann: User, new: New) -> None:
    assert "No rules yet" in signed_in.get(HOME).content.decode()
    sent = {"name": "France", "to": "team", "members": [ann.pk], f"weight.{ann.pk}": "3", "active": "1"}
    made = signed_in.post(f"{HOME}new", sent)
    entry = Entry.objects.get()
    assert made["Location"] == f"{HOME}{entry.pk}/"
    assert entry.members.get().weight == 3
    assert "Country" in signed_in.post(f"{HOME}{entry.pk}/criteria", builder(do="add:1")).content.decode()
    assert signed_in.post(f"{HOME}{entry.pk}/criteria", builder(do="apply", **{"v.2": ""})).status_code == 422
    signed_in.post(f"{HOME}{entry.pk}/criteria", builder(do="apply"))
    page = signed_in.get(HOME).content.decode()
    assert "Country is “France”" in page
    fitting = ids.encode("00Q", new("Lead", LastName="L", Company="X", Country="France"))
    other = ids.encode("00Q", new("Lead", LastName="L", Company="X", Country="Spain"))
    assert "would give it to Ann Test" in signed_in.get(f"{HOME}?lead={fitting}").content.decode()
    assert "No entry fits" in signed_in.get(f"{HOME}?lead={other}").content.decode()
    signed_in.post(f"{HOME}{entry.pk}/remove")
    assert not Entry.objects.exists()


def test_a_refused_entry_comes_back_with_what_was_typed(signed_in: Client, ann: User) -> None:
    sent = {"name": "Mine", "to": "team", "members": [ann.pk], f"weight.{ann.pk}": "many"}
    answer = signed_in.post(f"{HOME}new", sent)
    assert answer.status_code == 422
    assert 'value="Mine"' in answer.content.decode()
    assert 'value="many"' in answer.content.decode()


def test_a_new_lead_goes_by_rule_when_its_box_is_ticked(
    signed_in: Client, admin: Actor, queue: Group
) -> None:
    assert "assign_by_rule" not in signed_in.get("/o/Lead/new").content.decode()
    edit.save_entry(admin, edit.EntryText(name="All", to="owner", owner=queue.pk))
    assert "assign_by_rule" in signed_in.get("/o/Lead/new").content.decode()
    signed_in.post("/o/Lead/new", {"LastName": "A", "Company": "X", "assign_by_rule": "1"})
    signed_in.post("/o/Lead/new", {"LastName": "B", "Company": "X"})
    assert Lead.objects.get(last_name="A").owner_id == queue.pk
    assert Lead.objects.get(last_name="B").owner_id == admin.user_id


def test_a_record_of_a_queue_is_taken_from_its_page(
    signed_in: Client, admin: Actor, queue: Group, ann: User, new: New
) -> None:
    key = new("Lead", LastName="L", Company="X", OwnerId=queue.pk)
    record = ids.encode("00Q", key)
    assert f'action="/r/{record}/take"' in signed_in.get(f"/r/{record}/").content.decode()
    signed_in.post(f"/r/{record}/take")
    assert Lead.objects.get(pk=key).owner_id == admin.user_id
    assert f'action="/r/{record}/take"' not in signed_in.get(f"/r/{record}/").content.decode()
    Lead.objects.filter(pk=key).update(owner_id=ann.pk)
    signed_in.post(f"/r/{record}/take")
    assert "Ann Test was faster" in signed_in.get("/o/Lead/").content.decode()


def test_a_selection_is_handed_over_and_back(signed_in: Client, admin: Actor, ann: User, new: New) -> None:
    keys = [new("Lead", LastName="L", Company="X") for _place in range(3)]
    edit.save_entry(admin, edit.EntryText(name="All", to="owner", owner=ann.pk))
    assert 'hx-post="/o/Lead/assign"' in signed_in.get("/o/Lead/").content.decode()
    answer = signed_in.post("/o/Lead/assign", {"ids": [ids.encode("00Q", key) for key in keys[:2]]})
    assert "2 records assigned." in answer.headers["HX-Trigger"]
    assert Lead.objects.filter(owner_id=ann.pk).count() == 2
    from essor.records.models import Batch

    signed_in.post(f"/undo/{Batch.objects.get(kind='assignment').pk}")
    assert not Lead.objects.filter(owner_id=ann.pk).exists()
