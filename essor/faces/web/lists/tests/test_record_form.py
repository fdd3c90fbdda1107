"""What is typed into a form is kept or asked about, never dropped."""

from __future__ import annotations

import re

from django.test import Client

from essor.access.actor import system_actor
from essor.domain.sales.models import Contact
from essor.faces.web.conftest import text
from essor.records.change import Change
from essor.records.save import save


def test_a_name_typed_into_a_lookup_and_not_chosen_is_asked_about(admin: Client) -> None:
    typed = {"LastName": "Roux", "AccountId": "", "AccountId.label": "Vaub"}
    answer = admin.post("/o/Contact/new", typed)
    assert answer.status_code == 422
    assert "Choose “Vaub” from the list" in text(answer)
    assert 'value="Vaub"' in text(answer)
    assert not Contact.objects.exists()
    assert admin.post("/o/Contact/new", {**typed, "AccountId.label": " "}).status_code == 302


def test_people_of_one_name_are_told_apart_by_their_account(admin: Client) -> None:
    account = save(system_actor(), Change("Account", {"Name": "Vauban SA"})).id
    save(system_actor(), Change("Contact", {"LastName": "Roux", "AccountId": account}))
    save(system_actor(), Change("Contact", {"LastName": "Roux"}))
    offered = text(admin.get("/lookup/CampaignMember/ContactId"))
    assert re.findall(r"result-detail\">([^<]*)", offered) == ["Contact", "Vauban SA"]
