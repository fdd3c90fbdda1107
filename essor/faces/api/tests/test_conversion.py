"""Leads are converted by one call, within the caller's rights, with every error of every lead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from essor.access.actor import Actor
from essor.domain.sales.models import Account, Lead, Opportunity
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

Call = Callable[..., Any]
ADDRESS = "leads/convert"


@pytest.fixture
def lead(admin: Actor) -> str:
    values = {"LastName": "Roux", "Company": "Émeraude SAS", "Email": "ana@emeraude.example"}
    return ids.encode("00Q", save(admin, Change("Lead", values)).id)


def test_a_lead_is_converted(call: Call, lead: str) -> None:
    answer = call("post", ADDRESS, {"conversions": [{"leadId": lead, "opportunityName": "Deal"}]})
    result = answer.json()["results"][0]
    assert answer.status_code == 200
    assert result["success"] is True
    assert ids.decode(result["opportunityId"]) == ("006", Opportunity.objects.get(name="Deal").pk)
    again = call("post", ADDRESS, {"conversions": [{"leadId": lead}]})
    assert again.status_code == 422
    assert again.json()["results"][0]["errors"][0]["code"] == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_a_conversion_is_undone(call: Call, lead: str) -> None:
    call("post", ADDRESS, {"conversions": [{"leadId": lead, "opportunityName": "Deal"}]})
    answer = call("post", f"{ADDRESS}/undo", {"leadId": lead})
    assert (answer.status_code, answer.json()) == (200, {"leadId": lead, "success": True})
    assert not Lead.objects.get().is_converted
    assert not Opportunity.objects.filter(is_deleted=False).exists()
    assert call("post", f"{ADDRESS}/undo", {"leadId": lead}).status_code == 404, "it is open already"
    assert call("post", f"{ADDRESS}/undo", {"leadId": "006000000000001AAA"}).status_code == 404


def test_it_takes_what_is_there_when_asked(call: Call, lead: str, admin: Actor) -> None:
    account = save(admin, Change("Account", {"Name": "Emeraude"})).id
    body = {"conversions": [{"leadId": lead, "doNotCreateOpportunity": True}], "match": True}
    result = call("post", ADDRESS, body).json()["results"][0]
    assert result["accountId"] == ids.encode("001", account)
    assert result["opportunityId"] is None
    assert Account.objects.count() == 1


def test_errors_name_object_and_field(call: Call, lead: str) -> None:
    row = {"leadId": lead, "values": {"Contact": {"Email": "no mail"}, "Account": {"Nothing": 1}}}
    errors = call("post", ADDRESS, {"conversions": [row]}).json()["results"][0]["errors"]
    assert {one["field"] for one in errors} == {"Contact.Email", "Account.Nothing"}
    assert not Lead.objects.get().is_converted


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"conversions": []},
        {"conversions": [{"leadId": "x", "odd": 1}]},
        {"conversions": [{"leadId": "1", "values": {"User": {}}}]},
    ],
)
def test_a_call_that_cannot_be_read_is_refused(call: Call, body: dict[str, Any]) -> None:
    assert call("post", ADDRESS, body).status_code == 400


def test_the_description_has_it(call: Call) -> None:
    found = call("get", "openapi.json").json()
    assert "post" in found["paths"]["/api/v1/leads/convert"]
