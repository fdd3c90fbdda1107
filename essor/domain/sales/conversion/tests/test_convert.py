"""A lead becomes an account, a contact and an opportunity; nothing is lost, and for a day nothing is final."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from essor.access.actor import Actor, actor_for
from essor.access.tests.samples import MakeUser
from essor.catalog import current
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.add_record_type import add_record_type
from essor.catalog.actions.spec import FieldSpec, RecordTypeSpec
from essor.domain.activities.models import Event, Task
from essor.domain.feed.attach import attach, attached
from essor.domain.sales.conversion import mapping, take_back
from essor.domain.sales.conversion.convert import convert, convert_many, quarter_end
from essor.domain.sales.conversion.models import Conversion
from essor.domain.sales.conversion.works import Ask
from essor.domain.sales.models import Account, Contact, Lead, Opportunity
from essor.kernel.errors import Forbidden, NotFound, ValidationFailed
from essor.kernel.models import OutboxEvent
from essor.records.change import Change
from essor.records.models import History
from essor.records.save import save
from essor.records.tests.conftest import New

FULL = {
    "FirstName": "Ana",
    "LastName": "Roux",
    "Company": "Émeraude Conseil SAS",
    "Email": "ana@emeraude.example",
    "Phone": "01 44 55 66 77",
    "Website": "https://www.emeraude.example",
    "Industry": "Consulting",
    "AnnualRevenue": "1500000.50",
    "City": "Lyon",
    "Country": "France",
    "LeadSource": "Web",
    "Description": "Met at the fair",
    "HasOptedOutOfEmail": True,
}


@pytest.fixture
def lead(new: New) -> int:
    return new("Lead", **FULL)


def refused(error: pytest.ExceptionInfo[ValidationFailed]) -> dict[str, str]:
    return {one.field: one.code for one in error.value.errors}


def test_everything_the_lead_knows_arrives(admin: Actor, lead: int) -> None:
    done = convert(admin, Ask(lead))
    account, contact = Account.objects.get(pk=done.account), Contact.objects.get(pk=done.contact)
    deal = Opportunity.objects.get(pk=done.opportunity)
    assert (account.name, account.industry, account.annual_revenue) == (
        FULL["Company"],
        "Consulting",
        150000050,
    )
    assert (account.billing_city, account.account_source, account.phone_e164) == (
        "Lyon",
        "Web",
        "+33144556677",
    )
    assert (contact.name, contact.email, contact.account_id) == ("Ana Roux", FULL["Email"], account.pk)
    assert (contact.mailing_country, contact.has_opted_out_of_email) == ("France", True)
    assert (deal.name, deal.account_id, deal.contact_id) == (FULL["Company"], account.pk, contact.pk)
    assert (deal.stage_name, deal.lead_source) == ("Prospecting", "Web")
    closed = Lead.objects.get(pk=lead)
    assert (closed.is_converted, closed.status) == (True, "Closed - Converted")
    assert (closed.converted_account_id, closed.converted_contact_id) == (account.pk, contact.pk)
    assert closed.converted_opportunity_id == deal.pk
    assert OutboxEvent.objects.filter(topic="lead.converted").count() == 1


@pytest.mark.usefixtures("run_time_catalog")
def test_the_deal_begins_the_pipeline_that_is_usual_for_whoever_converts(admin: Actor, lead: int) -> None:
    stages = ("Qualification", "Closed Won", "Closed Lost")
    spec = RecordTypeSpec(
        object="Opportunity", name="R", label="R", default=True, values={"StageName": stages}
    )
    add_record_type(None, spec)
    deal = Opportunity.objects.get(pk=convert(admin, Ask(lead)).opportunity)
    assert deal.stage_name == "Qualification"


def test_activities_move_and_files_are_shared(admin: Actor, lead: int, new: New) -> None:
    task = new("Task", Subject="Call", WhoId=("00Q", lead), Status="Completed")
    event = new("Event", Subject="Visit", WhoId=("00Q", lead), StartDateTime="2026-01-05T10:00:00Z")
    attach(admin, current.get().object("Lead"), lead, "offer.txt", [b"an offer"])
    done = convert(admin, Ask(lead))
    for model, key in ((Task, task), (Event, event)):
        moved = model.objects.get(pk=key)
        assert (moved.who_type, moved.who) == ("003", done.contact)
        assert (moved.what_type, moved.what, moved.account_id) == ("006", done.opportunity, done.account)
    for name, key in (("Lead", lead), ("Contact", done.contact), ("Opportunity", done.opportunity)):
        assert [one.title for one in attached(current.get().object(name), key)] == ["offer"]


def test_chosen_records_keep_what_they_say_and_get_what_they_lack(admin: Actor, lead: int, new: New) -> None:
    account = new("Account", Name="Emeraude", Industry="Banking")
    contact = new("Contact", LastName="Roux", AccountId=account, Phone="0102030405")
    done = convert(admin, Ask(lead, account=account, contact=contact, opportunity=False))
    assert (done.account, done.contact, done.opportunity) == (account, contact, None)
    firm, person = Account.objects.get(pk=account), Contact.objects.get(pk=contact)
    assert (firm.name, firm.industry, firm.billing_city) == ("Emeraude", "Banking", "Lyon")
    assert (person.phone, person.email, person.first_name) == ("0102030405", FULL["Email"], "Ana")
    assert not Opportunity.objects.exists()


def test_sums_of_another_currency_stay_with_the_lead(admin: Actor, new: New) -> None:
    account = new("Account", Name="Emeraude", CurrencyIsoCode="USD")
    convert(admin, Ask(new("Lead", **FULL), account=account, opportunity=False))
    assert Account.objects.get(pk=account).annual_revenue is None


def test_a_contact_brings_its_account_and_no_other(admin: Actor, lead: int, new: New) -> None:
    mine, other = new("Account", Name="One"), new("Account", Name="Two")
    contact = new("Contact", LastName="Roux", AccountId=mine)
    with pytest.raises(ValidationFailed) as error:
        convert(admin, Ask(lead, account=other, contact=contact))
    assert refused(error) == {"Contact.Id": "FIELD_INTEGRITY_EXCEPTION"}
    assert convert(admin, Ask(lead, contact=contact)).account == mine


def test_every_error_of_all_three_records_at_once_and_nothing_written(admin: Actor, lead: int) -> None:
    values = {
        "Account": {"Industry": "Nothing such"},
        "Contact": {"Email": "no mail"},
        "Opportunity": {"CloseDate": ""},
    }
    with pytest.raises(ValidationFailed) as error:
        convert(admin, Ask(lead, values=values))
    assert set(refused(error)) == {"Account.Industry", "Contact.Email", "Opportunity.CloseDate"}
    assert not Account.objects.exists()
    assert not Conversion.objects.exists()
    assert not Lead.objects.get(pk=lead).is_converted


def test_many_at_once_and_only_the_good_ones_when_asked(admin: Actor, new: New) -> None:
    good, bad = new("Lead", **FULL), new("Lead", **FULL)
    asks = [Ask(good), Ask(bad, values={"Contact": {"Email": "no mail"}})]
    first = convert_many(admin, asks)
    assert [one.ok for one in first] == [False, False]
    assert not Account.objects.exists()
    second = convert_many(admin, asks, all_or_none=False)
    assert [one.ok for one in second] == [True, False]
    assert Account.objects.count() == 1


def test_the_number_of_statements_does_not_follow_the_number_of_leads(admin: Actor, new: New) -> None:
    def statements(count: int) -> int:
        asks = []
        for _place in range(count):
            lead = new("Lead", **FULL)
            new("Task", Subject="Call", WhoId=("00Q", lead))
            asks.append(Ask(lead))
        with current.scope(), CaptureQueriesContext(connection) as captured:
            assert all(one.ok for one in convert_many(admin, asks))
        return len(captured)

    statements(1)  # warms what is kept between calls
    few, more = statements(2), statements(12)
    assert more <= few + 2


def test_a_converted_lead_is_read_only_and_converted_once(admin: Actor, lead: int) -> None:
    convert(admin, Ask(lead))
    with pytest.raises(ValidationFailed, match="no longer be changed"):
        save(admin, Change("Lead", {"Title": "CEO"}, id=lead))
    with pytest.raises(ValidationFailed, match="already"):
        convert(admin, Ask(lead))


def test_the_status_alone_converts_nothing(admin: Actor, lead: int) -> None:
    with pytest.raises(ValidationFailed) as error:
        save(admin, Change("Lead", {"Status": "Closed - Converted"}, id=lead))
    assert refused(error) == {"Status": "INVALID_STATUS"}


def test_rights_hold(make_user: MakeUser, lead: int) -> None:
    with pytest.raises(ValidationFailed) as error:
        convert(actor_for(make_user("Reader", "Read Only")), Ask(lead))
    assert set(refused(error).values()) == {"INSUFFICIENT_ACCESS_OR_READONLY"}
    with pytest.raises(ValidationFailed) as error:
        convert(actor_for(make_user("Mia", "Marketing")), Ask(lead))
    assert refused(error) == {"Opportunity": "INSUFFICIENT_ACCESS_OR_READONLY"}
    assert convert(actor_for(make_user("Max", "Marketing")), Ask(lead, opportunity=False)).ok
    with pytest.raises(NotFound):
        convert(actor_for(make_user("Sam")), Ask(999))


def test_a_field_that_the_writer_may_not_see_is_carried_all_the_same(
    admin: Actor, make_user: MakeUser, lead: int
) -> None:
    from essor.access.actions.set_field_rights import set_field_rights
    from essor.access.models import PermissionSet
    from essor.access.rights import FieldAccess

    own = PermissionSet.objects.get(profile__name="Sales")
    for name in ("Lead", "Account"):
        set_field_rights(admin, own, name, "Industry", FieldAccess.HIDDEN)
    done = convert(actor_for(make_user("Rep")), Ask(lead, opportunity=False))
    assert Account.objects.get(pk=done.account).industry == "Consulting"


@pytest.mark.usefixtures("run_time_catalog")
def test_custom_fields_of_one_name_meet_and_administrators_change_the_mapping(admin: Actor, new: New) -> None:
    for name in ("Lead", "Contact"):
        add_field(admin.user_id, FieldSpec(object=name, name="Score", label="Score", kind="number"))
    add_field(admin.user_id, FieldSpec(object="Opportunity", name="Origin", label="Origin", kind="text"))
    done = convert(admin, Ask(new("Lead", **FULL, Score__c=7)))
    assert Contact.objects.values_list("x_score", flat=True).get(pk=done.contact) == 7
    with pytest.raises(ValidationFailed) as error:
        mapping.save_mapping(
            admin, {"Contact": {"Email": "AnnualRevenue"}, "Opportunity": {"Nothing": "Email"}}
        )
    assert set(refused(error)) == {"Contact.Email", "Opportunity.Nothing"}
    mapping.save_mapping(admin, {"Contact": {"Email": "Email"}, "Opportunity": {"Origin__c": "Industry"}})
    done = convert(admin, Ask(new("Lead", **FULL, Score__c=7)))
    contact = Contact.objects.values("x_score", "email", "title").get(pk=done.contact)
    assert contact == {"x_score": None, "email": FULL["Email"], "title": None}
    assert Opportunity.objects.values_list("x_origin", flat=True).get(pk=done.opportunity) == "Consulting"
    mapping.reset_mapping(admin)
    assert mapping.mapping()["Contact"]["Phone"] == "Phone"


def test_only_administrators_change_the_mapping(make_user: MakeUser) -> None:
    with pytest.raises(Forbidden):
        mapping.save_mapping(actor_for(make_user("Rep")), {})


def before_and_after(lead: int) -> dict[str, Any]:
    skip = {"revision", "last_modified_by_id", "last_modified_date", "system_modstamp", "last_activity_date"}
    return {k: v for k, v in Lead.objects.values().get(pk=lead).items() if k not in skip}


def test_taken_back_all_is_as_before(admin: Actor, make_user: MakeUser, lead: int, new: New) -> None:
    account = new("Account", Name="Emeraude")
    task = new("Task", Subject="Call", WhoId=("00Q", lead))
    rep = actor_for(make_user("Rep"))
    before = before_and_after(lead)
    convert(rep, Ask(lead, account=account))
    take_back.take_back(rep, lead)
    assert before_and_after(lead) == before
    assert not Contact.objects.filter(is_deleted=False).exists()
    assert not Opportunity.objects.filter(is_deleted=False).exists()
    assert Account.objects.get(pk=account).industry is None
    back = Task.objects.get(pk=task)
    assert (back.who_type, back.who, back.what) == ("00Q", lead, None)
    assert convert(rep, Ask(lead, account=account)).ok


@pytest.mark.parametrize("deed", ["changed", "task", "child"])
def test_what_somebody_has_worked_on_is_not_taken_back(admin: Actor, lead: int, new: New, deed: str) -> None:
    done = convert(admin, Ask(lead))
    if deed == "changed":
        save(admin, Change("Contact", {"Title": "CEO"}, id=done.contact))
    elif deed == "task":
        new("Task", Subject="Call back", WhatId=("006", done.opportunity))
    else:
        new("Contact", LastName="Other", AccountId=done.account)
    with pytest.raises(ValidationFailed, match="cannot be undone"):
        take_back.take_back(admin, lead)
    assert Lead.objects.get(pk=lead).is_converted
    assert Opportunity.objects.filter(is_deleted=False).exists()


def test_only_its_author_within_a_day(admin: Actor, make_user: MakeUser, lead: int) -> None:
    convert(admin, Ask(lead))
    with pytest.raises(Forbidden):
        take_back.take_back(actor_for(make_user("Rep")), lead)
    Conversion.objects.update(created_date=timezone.now() - timedelta(hours=25))
    with pytest.raises(ValidationFailed, match="older"):
        take_back.take_back(admin, lead)


def test_the_history_of_the_lead_tells_it(admin: Actor, lead: int) -> None:
    convert(admin, Ask(lead))
    last = History.objects.filter(object_name="Lead", record_id=lead).latest("pk")
    assert last.changes["Status"] == ["Open - Not Contacted", "Closed - Converted"]
    assert last.user_id == admin.user_id


def test_quarters_end() -> None:
    days = [date(2026, 1, 1), date(2026, 6, 30), date(2026, 8, 5), date(2026, 12, 31)]
    ends = [date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31)]
    assert [quarter_end(day, 1) for day in days] == ends
    assert [quarter_end(day, 2) for day in days] == [
        date(2026, 1, 31),
        date(2026, 7, 31),
        date(2026, 10, 31),
        date(2027, 1, 31),
    ], "a fiscal year from February"
