"""Members are people, once a campaign, with a status of the campaign; what they make of it is counted at once."""

from __future__ import annotations

import json

import pytest

from essor.access.actor import Actor
from essor.domain.marketing.campaigns import jobs, members
from essor.domain.marketing.campaigns.models import Campaign, CampaignMember, CampaignMemberStatus
from essor.domain.marketing.campaigns.tests.conftest import Make, statuses
from essor.domain.sales.conversion.convert import convert
from essor.domain.sales.conversion.take_back import take_back
from essor.domain.sales.conversion.works import Ask
from essor.domain.sales.models import Contact, Lead
from essor.jobs.models import JobRun
from essor.jobs.progress import Progress
from essor.kernel.errors import Forbidden, NotFound, ValidationFailed
from essor.kernel.models import OutboxEvent
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.save import save, save_many

pytestmark = pytest.mark.django_db


def test_a_campaign_starts_with_the_statuses_of_its_type(make: Make) -> None:
    rows = CampaignMemberStatus.objects.filter(campaign_id=make("Campaign", Type="Event"))
    assert rows.filter(is_default=True).values_list("label", flat=True).get() == "Invited"
    assert {one.label for one in rows if one.has_responded} == {
        "Registered",
        "On the waiting list",
        "Attended",
    }


def test_a_member_is_one_person_once_with_a_status_of_the_campaign(make: Make, admin: Actor) -> None:
    campaign, contact = make("Campaign"), make("Contact")
    member = make("CampaignMember", CampaignId=campaign, ContactId=contact)
    assert statuses(campaign) == ["Planned"]
    for wrong in ({"ContactId": contact}, {}, {"ContactId": contact, "LeadId": make("Lead")}):
        with pytest.raises(ValidationFailed):
            make("CampaignMember", CampaignId=campaign, **wrong)
    with pytest.raises(ValidationFailed, match="Planned, Sent, Responded"):
        save(admin, Change("CampaignMember", {"Status": "Glad"}, id=member))
    save(admin, Change("CampaignMember", {"Status": "responded"}, id=member))
    one = CampaignMember.objects.get()
    assert (one.status, one.has_responded, one.first_responded_date is not None) == ("Responded", True, True)
    told = OutboxEvent.objects.get(topic="campaign.responded")
    assert (json.loads(told.record_ids), json.loads(told.payload)["people"]) == ([member], [[1, contact]])


def test_statuses_renamed_together_take_their_members_along(make: Make, admin: Actor) -> None:
    campaigns = [make("Campaign") for _place in range(2)]
    labels = [("Planned", "Sent"), ("Sent", "Planned")]
    for one in campaigns:
        for label, _other in labels:
            make("CampaignMember", CampaignId=one, LeadId=make("Lead"), Status=label)
    rows = CampaignMemberStatus.objects.filter(campaign_id=campaigns[0]).in_bulk(field_name="id").values()
    keys = {one.label: one.pk for one in rows}
    changes = [Change("CampaignMemberStatus", {"Label": f"{one}!"}, id=keys[one]) for one, _other in labels]
    assert all(one.ok for one in save_many(admin, "CampaignMemberStatus", changes))
    assert [statuses(one) for one in campaigns] == [["Planned!", "Sent!"], ["Planned", "Sent"]]


def test_the_figures_of_a_campaign_follow_its_members_and_deals(make: Make, admin: Actor) -> None:
    campaign = make("Campaign")
    for name in ("Contact", "Lead", "Lead"):
        key = make(name)
        make(
            "CampaignMember",
            CampaignId=campaign,
            **{f"{name}Id": key},
            Status="Responded" if name == "Lead" else "Sent",
        )
    for amount, stage in ((1000, "Closed Won"), (500, "Prospecting")):
        make(
            "Opportunity",
            Name="D",
            CloseDate="2026-11-20",
            Amount=amount,
            StageName=stage,
            CampaignId=campaign,
        )
    one = Campaign.objects.get()
    assert (one.number_of_contacts, one.number_of_leads, one.number_of_responses) == (1, 2, 2)
    assert (one.number_of_opportunities, one.number_of_won_opportunities) == (2, 1)
    assert (one.amount_all_opportunities, one.amount_won_opportunities) == (150000, 100000)
    delete(admin, "Lead", list(Lead.objects.values_list("pk", flat=True)[:1]))
    assert Campaign.objects.get().number_of_leads == 1


def test_one_first_status_and_none_in_use_is_deleted(make: Make, admin: Actor) -> None:
    campaign = make("Campaign")
    sent = CampaignMemberStatus.objects.get(label="Sent")
    make("CampaignMember", CampaignId=campaign, LeadId=make("Lead"), Status="Sent")
    with pytest.raises(ValidationFailed, match="Members have"):
        delete(admin, "CampaignMemberStatus", [sent.pk])
    save(
        admin,
        Change(
            "CampaignMemberStatus", {"IsDefault": True, "Label": "Mailed", "HasResponded": True}, id=sent.pk
        ),
    )
    assert list(CampaignMemberStatus.objects.filter(is_default=True).values_list("label", flat=True)) == [
        "Mailed"
    ]
    assert statuses(campaign) == ["Mailed"]
    assert CampaignMember.objects.get().has_responded
    delete(admin, "Campaign", [campaign])
    assert not CampaignMember.objects.filter(is_deleted=False).exists()


def test_no_campaign_above_itself(make: Make, admin: Actor) -> None:
    top = make("Campaign")
    below = make("Campaign", ParentId=make("Campaign", ParentId=top))
    with pytest.raises(ValidationFailed, match="below"):
        save(admin, Change("Campaign", {"ParentId": below}, id=top))


def test_a_whole_list_is_added_at_once_and_taken_back(make: Make, admin: Actor) -> None:
    campaign, keys = make("Campaign"), [make("Lead") for _n in range(3)]
    make("CampaignMember", CampaignId=campaign, LeadId=keys[0])
    found = members.add(admin, campaign, "Lead", keys, status="Sent", override=True)
    assert (found.added, found.there, found.changed) == (2, 1, 1)
    assert statuses(campaign) == ["Sent"] * 3
    contact = make("Contact")
    job = jobs.start(admin, campaign, "Contact", None, status="", override=False, total=1)
    done = jobs.run_add(Progress(JobRun.objects.get(pk=job)))
    assert done["added"] == 1
    assert CampaignMember.objects.get(contact_id=contact).status == "Planned"


def test_only_who_may_change_the_campaign_adds_members(make: Make, make_user: object) -> None:
    from essor.access.actor import actor_for

    reader = actor_for(make_user("Rita", "Read Only"))  # type: ignore[operator]
    with pytest.raises(Forbidden):
        members.checked(reader, make("Campaign"))
    with pytest.raises(NotFound):
        members.checked(actor_for(make_user("Mia", "Marketing")), 999)  # type: ignore[operator]


def test_conversion_brings_memberships_and_consent_along_and_back(make: Make, admin: Actor) -> None:
    lead, both, contact = make("Lead"), make("Campaign"), make("Contact")
    make("CampaignMember", CampaignId=both, LeadId=lead)
    make("CampaignMember", CampaignId=both, ContactId=contact)
    alone = make("CampaignMember", CampaignId=make("Campaign"), LeadId=lead)
    individual = make("Individual", Name="Ana")
    save(admin, Change("Lead", {"IndividualId": individual}, id=lead))
    became = convert(admin, Ask(lead, contact=contact))
    assert CampaignMember.objects.get(pk=alone).contact_id == contact
    assert CampaignMember.objects.filter(campaign_id=both, contact_id=contact).count() == 1
    assert Contact.objects.get(pk=became.contact).individual_id == individual
    assert Campaign.objects.get(pk=both).number_of_leads == 1
    take_back(admin, lead)
    assert CampaignMember.objects.get(pk=alone).contact_id is None
    other = convert(admin, Ask(lead)).contact
    assert CampaignMember.objects.filter(contact_id=other, is_deleted=False).count() == 2
    take_back(admin, lead)
    assert CampaignMember.objects.filter(lead_id=lead, contact_id=None, is_deleted=False).count() == 2
