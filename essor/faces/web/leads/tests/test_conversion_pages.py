"""The conversion page shows what is there already, says what is missing beside its field, and can be undone."""

from __future__ import annotations

import pytest
from django.test import Client

from essor.catalog.actions.add_record_type import add_record_type
from essor.catalog.actions.spec import RecordTypeSpec
from essor.domain.sales.conversion.models import Conversion
from essor.domain.sales.models import Account, Contact, Lead, Opportunity
from essor.kernel import ids
from essor.records.tests.conftest import New

SENT = {
    "Account": "new",
    "Account.Name": "Emeraude",
    "Contact": "new",
    "Contact.FirstName": "Ana",
    "Contact.LastName": "Roux",
    "with_opportunity": "1",
    "Opportunity.Name": "First deal",
    "Opportunity.StageName": "Prospecting",
    "Opportunity.CloseDate": "2027-03-31",
    "Opportunity.Amount": "12 000,50",
}


@pytest.fixture
def lead(new: New) -> str:
    key = new("Lead", FirstName="Ana", LastName="Roux", Company="Émeraude SAS", Email="ana@emeraude.example")
    return ids.encode("00Q", key)


def test_the_page_suggests_what_is_there(signed_in: Client, lead: str, new: New) -> None:
    account = new("Account", Name="Emeraude")
    new("Account", Name="Emeraudes du Monde")
    contact = new("Contact", LastName="R.", Email="ANA@emeraude.example", AccountId=account)
    assert f'href="/r/{lead}/convert"' in signed_in.get(f"/r/{lead}/").content.decode()
    text = signed_in.get(f"/r/{lead}/convert").content.decode()
    assert f'value="{ids.encode("001", account)}" checked' in text
    assert f'value="{ids.encode("003", contact)}" checked' in text
    assert "Emeraudes du Monde" not in text
    assert 'value="Émeraude SAS"' in text


@pytest.mark.usefixtures("run_time_catalog")
def test_only_the_stages_of_the_pipeline_are_offered_and_its_first_is_chosen(
    signed_in: Client, lead: str
) -> None:
    stages = ("Qualification", "Closed Won")
    add_record_type(
        None,
        RecordTypeSpec(object="Opportunity", name="R", label="R", default=True, values={"StageName": stages}),
    )
    for address in (f"/r/{lead}/convert", "/o/Opportunity/new"):
        text = signed_in.get(address).content.decode()
        assert '<option value="Qualification" selected' in text
        assert '<option value="Prospecting"' not in text


def test_sent_it_converts_and_both_sides_tell(signed_in: Client, lead: str) -> None:
    answer = signed_in.post(f"/r/{lead}/convert", {**SENT, "Opportunity.Amount": "12000.50"})
    assert answer.status_code == 302
    deal = Opportunity.objects.get()
    assert (deal.name, deal.amount) == ("First deal", 1200050)
    assert Account.objects.get().name == "Emeraude"
    page = signed_in.get(f"/r/{lead}/").content.decode()
    assert f'hx-get="/r/{lead}/converted"' in page
    assert f'href="/r/{lead}/convert"' not in page
    assert f'href="/r/{lead}/edit"' not in page
    assert ids.encode("006", deal.pk) in signed_in.get(f"/r/{lead}/converted").content.decode()
    contact = ids.encode("003", Contact.objects.get().pk)
    assert f'hx-get="/r/{contact}/origin"' in signed_in.get(f"/r/{contact}/").content.decode()
    assert f'href="/r/{lead}/"' in signed_in.get(f"/r/{contact}/origin").content.decode()


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    signed_in: Client, lead: str
) -> None:
    answer = signed_in.post(
        f"/r/{lead}/convert", {**SENT, "Opportunity.CloseDate": "", "Contact.Email": "no mail"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="f-Opportunity.CloseDate-error"' in text
    assert 'id="f-Contact.Email-error"' in text
    assert 'value="no mail"' in text
    assert 'value="First deal"' in text
    assert not Account.objects.exists()


def test_another_record_needs_to_be_chosen(signed_in: Client, lead: str) -> None:
    answer = signed_in.post(f"/r/{lead}/convert", {**SENT, "Account": "other", "AccountId": ""})
    assert answer.status_code == 422
    assert "Search for the record" in answer.content.decode()
    assert signed_in.post(f"/r/{lead}/convert", {**SENT, "Account": lead}).status_code == 422


def test_undo_opens_the_lead_again(signed_in: Client, lead: str) -> None:
    signed_in.post(f"/r/{lead}/convert", SENT)
    assert signed_in.post(f"/r/{lead}/convert/undo", headers={"HX-Request": "true"}).status_code == 204
    assert not Lead.objects.get().is_converted
    assert Conversion.objects.get().undone_date is not None
    assert signed_in.post(f"/r/{lead}/convert/undo").status_code == 404


def test_lists_leave_converted_leads_out_unless_asked(signed_in: Client, lead: str, new: New) -> None:
    new("Lead", LastName="Open", Company="Still here")
    signed_in.post(f"/r/{lead}/convert", SENT)
    signed_in.get(f"/r/{lead}/")
    usual = signed_in.get("/o/Lead/").content.decode()
    assert "Still here" in usual
    assert lead not in usual
    done = signed_in.get("/o/Lead/?view=done").content.decode()
    assert lead in done
    assert "Still here" not in done
    assert lead not in signed_in.get("/lookup/Task/WhoId?q=").content.decode()


def test_the_mapping_page_saves_and_goes_back(signed_in: Client, lead: str) -> None:
    page = signed_in.get("/setup/leads/conversion").content.decode()
    assert 'name="Contact.Email"' in page
    assert signed_in.post("/setup/leads/conversion", {"Account.Description": "Email"}).status_code == 302
    signed_in.post(f"/r/{lead}/convert", {**SENT, "Contact.Email": ""})
    assert Account.objects.get().description == "ana@emeraude.example"
    assert Contact.objects.get().email is None
    refused = signed_in.post("/setup/leads/conversion", {"Account.Description": "AnnualRevenue"})
    assert refused.status_code == 422
    assert signed_in.post("/setup/leads/conversion/reset").status_code == 302
