"""The pages of campaigns: what each reader sees, what a change does, and that the door opens to its link only."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from essor.access.actor import Actor, system_actor
from essor.access.models import UserLicense
from essor.domain.marketing import tokens
from essor.domain.marketing.audience import keep
from essor.domain.marketing.audience.definition import Part
from essor.domain.marketing.campaigns import door
from essor.domain.marketing.campaigns.models import Campaign, CampaignMember
from essor.domain.marketing.consent.models import Consent, Topic
from essor.domain.marketing.sending.models import ListEmail
from essor.domain.marketing.sending.states import FAILED
from essor.faces.web.campaigns import figures
from essor.faces.web.records.reading import load
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(admin: Actor) -> dict[str, int]:
    """An event of today with one place: Ana has it, Bo waits for it."""
    campaign = save(
        admin,
        Change(
            "Campaign",
            {
                "Name": "Breakfast",
                "Type": "Event",
                "Capacity": 1,
                "EventDate": timezone.now().isoformat(),
                "BudgetedCost": 100,
            },
        ),
    ).id
    found = {"campaign": campaign}
    for name in ("Ana", "Bo"):
        lead = save(
            admin, Change("Lead", {"LastName": name, "Company": f"{name} SA", "Email": f"{name}@x.fr"})
        ).id
        found[name] = lead
        values = {"CampaignId": campaign, "LeadId": lead, "Status": "Registered"}
        found[f"{name}'s place"] = save(admin, Change("CampaignMember", values)).id
    return found


@pytest.fixture
def signed_in(make_user: Any) -> Any:
    def client(profile: str, **more: Any) -> Client:
        found = Client(HTTP_HOST="127.0.0.1")
        found.force_login(
            make_user(profile, profile, **more), backend="essor.access.accounts.backend.Backend"
        )
        return found

    return client


def test_the_figures_and_the_members_are_drawn_for_those_who_read_only(
    event: dict[str, int], signed_in: Any
) -> None:
    address = f"/r/{ids.encode('701', event['campaign'])}/"
    reader, writer = signed_in("Sales"), signed_in("Marketing")
    for client, may in ((reader, False), (writer, True)):
        assert client.get(address).status_code == 200
        assert "Places taken" in client.get(f"{address}figures").text
        page = client.get(f"{address}members").text
        assert "Ana SA" in page
        assert ('name="ids"' in page) is may
    lead = f"/r/{ids.encode('00Q', event['Ana'])}/campaigns"
    assert "Breakfast" in reader.get(lead).text
    sent = {"ids": ids.encode("00v", event["Ana's place"]), "to": "Declined"}
    assert reader.post(f"{address}members/status", sent).status_code == 403
    assert writer.post(f"{address}members/status", sent).status_code == 200
    assert CampaignMember.objects.get(pk=event["Bo's place"]).status == "Registered"


def test_the_page_says_what_stands_in_the_way_and_lists_stand_in_their_order(
    event: dict[str, int], signed_in: Any
) -> None:
    address = f"/r/{ids.encode('701', event['campaign'])}/"
    ListEmail.objects.create(
        name="Invitation",
        campaign_id=event["campaign"],
        status=FAILED,
        problem="The server does not know us.",
    )
    marketing, seller = signed_in("Marketing"), signed_in("Sales")
    assert "The server does not know us." in marketing.get(f"{address}under-way").text
    page = marketing.get(address).text
    assert "Child campaigns" in page
    statuses = page.split("Member statuses", 1)[1]
    places = [
        statuses.index(one)
        for one in ("Invited", "Registered", "On the waiting list", "Declined", "Attended")
    ]
    assert places == sorted(places)
    # Whose work it is finds it in front; whoever only reads it, behind.
    assert page.index('data-tab="Campaign"') < page.index('data-tab="Opportunity"')
    sold = seller.get(address).text
    assert sold.index('data-tab="Opportunity"') < sold.index('data-tab="Campaign"')


def test_the_light_licence_reads_campaigns(event: dict[str, int], signed_in: Any) -> None:
    client = signed_in("Marketing", license=UserLicense.objects.get(name="Campaign reader"))
    address = f"/r/{ids.encode('701', event['campaign'])}/members"
    assert 'name="ids"' not in client.get(address).text
    sent = {"ids": ids.encode("00v", event["Ana's place"]), "to": "Declined"}
    assert client.post(f"{address}/status", sent).status_code == 403
    assert client.get("/o/Lead/").status_code == 200
    for barred in ("/o/Campaign/new", "/o/LandingPage/new", "/letters/new"):
        assert client.get(barred).status_code == 403, (
            "what strangers read is the work of those who plan campaigns"
        )


def test_an_audience_grows_and_is_counted_at_each_change(event: dict[str, int], signed_in: Any) -> None:
    client, key = signed_in("Marketing"), event["campaign"]
    address = f"/campaigns/{ids.encode('701', key)}/audience"
    assert client.get(address).status_code == 200
    answer = client.post(f"{address}/change", {"do": "include", "part": f"members:{key}"})
    assert re.search(r"<strong class=\"num\">2</strong>", answer.text)
    answer = client.post(f"{address}/change", {"do": "exclude", "LeadId": ids.encode("00Q", event["Bo"])})
    assert keep.of_campaign(key).exclude == (Part("people", object="Lead", people=(event["Bo"],)),)
    assert "Ana" in client.get(f"{address}/people").text
    assert "Bo" in client.get(f"{address}/people?reason=9").text
    assert client.post(f"{address}/change", {"do": "include", "part": "segment:999"}).status_code == 422
    # Two take a part away at once, one of them the same once more: nobody takes away what stands in its place by then.
    client.post(f"{address}/change", {"do": "exclude", "part": f"members:{key}:Declined"})
    first, second = keep.of_campaign(key).exclude
    for _twice in range(2):
        client.post(f"{address}/change", {"do": f"drop-exclude:{first.id}"})
    assert keep.of_campaign(key).exclude == (second,)
    client.post(f"{address}/change", {"do": "include", "part": f"members:{key}"})  # it is there already
    assert len(keep.of_campaign(key).include) == 1


def test_selected_leads_join_a_campaign(event: dict[str, int], signed_in: Any, admin: Actor) -> None:
    client = signed_in("Marketing")
    other = save(admin, Change("Campaign", {"Name": "Other"})).id
    sent = {"ids": [ids.encode("00Q", event[name]) for name in ("Ana", "Bo")]}
    asked = client.post("/o/Lead/add-to-campaign", sent)
    assert asked["HX-Retarget"] == "#list-dialog"
    assert "Other" in asked.text
    done = client.post(
        "/o/Lead/add-to-campaign", {**sent, "campaign": ids.encode("701", other), "status": "Sent"}
    )
    assert done.status_code == 204
    assert CampaignMember.objects.filter(campaign_id=other, status="Sent").count() == 2


def test_the_door_opens_to_its_link_only(event: dict[str, int]) -> None:
    phone, place = Client(HTTP_HOST="127.0.0.1"), event["Ana's place"]
    key = door.key_of(event["campaign"])
    for wrong in ("x", tokens.make(door.TICKET, event["campaign"]), key[:-1]):
        assert phone.get(f"/e/{wrong}").status_code == 404
    ticket = f"/e/{tokens.make(door.TICKET, place)}/ticket"
    assert phone.post(ticket).status_code == 200
    assert CampaignMember.objects.get(pk=place).checked_in_date is None  # a guest does not let themselves in
    page = phone.get(f"/e/{key}")
    assert "Ana SA" in page.text
    assert "@x.fr" not in page.text
    assert "Ana SA" not in phone.get(f"/e/{key}?q=bo").text
    assert "Ana SA" in phone.get(f"/e/{key}?q=sà+ÁNA").text, "in any order, with whatever accents"
    assert b"<svg" in phone.get(f"{ticket.removesuffix('ticket')}code.svg?of=ticket").content
    phone.post(f"/e/{key}", {"guest": str(event["Bo's place"])})
    save(system_actor(), Change("CampaignMember", {"Status": "Registered"}, id=place))
    phone.post(ticket)
    assert {one.status for one in CampaignMember.objects.all()} == {"Attended"}
    assert figures.attendance(load(system_actor(), ids.encode("701", event["campaign"]))) == door.Tally(
        2, 2, 2
    )
    CampaignMember.objects.update(checked_in_date=timezone.now() - timedelta(hours=1))
    twice = phone.post(f"/e/{key}", {"guest": str(event["Bo's place"])}).text
    assert "was let in already, on " in twice, "the second one with the same ticket"
    phone.post(f"/e/{key}", {"guest": str(place), "do": "back"})
    back = CampaignMember.objects.get(pk=place)
    assert (back.checked_in_date, back.status) == (None, "Registered"), "whoever had a place keeps it"
    Campaign.objects.update(event_date=timezone.now() - timedelta(days=2))
    assert phone.get(f"/e/{key}").status_code == 404
    tomorrow = timezone.now().astimezone(ZoneInfo("Europe/Paris")).replace(hour=23, minute=59) + timedelta(
        days=1
    )
    Campaign.objects.update(event_date=tomorrow)
    assert phone.get(f"/e/{key}").status_code == 200, "the whole day before"
    Campaign.objects.update(event_date=tomorrow + timedelta(days=20))
    assert phone.get(f"/e/{key}").status_code == 404
    assert b"<svg" in phone.get(f"/e/{key}/code.svg").content, "the code is printed long before"
    assert phone.get(f"/e/{key[:-1]}/code.svg").status_code == 404


def test_what_a_person_said_is_written_down_with_proof(event: dict[str, int], signed_in: Any) -> None:
    client, address = signed_in("Marketing"), f"/r/{ids.encode('00Q', event['Ana'])}/consent"
    assert client.post(address, {"channel": "email", "state": "opt_out"}).status_code == 422
    answer = client.post(address, {"channel": "email", "state": "opt_out", "wording": "By phone on Monday"})
    assert "By phone on Monday" in answer.text
    assert Consent.objects.get().state == "OptOut"
    offers = Topic.objects.create(name="Special offers")
    told = {"channel": f"email:{offers.pk}", "state": "opt_out", "wording": "No offers, please"}
    lines = re.findall(
        r'class="cp-topic"><span>([^<]+)</span>[^<]*<span[^>]*>([^<]+)', client.post(address, told).text
    )
    assert lines == [("Special offers", "Refused")], "what is refused of one topic only is seen at once"
    assert client.post(address, {**told, "channel": f"sms:{offers.pk}"}).status_code == 422
    assert save(system_actor(), Change("Lead", {"Title": "x"}, id=event["Ana"])).id
