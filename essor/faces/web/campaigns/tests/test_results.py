"""The campaign page counts from sent to responded, and hands those who clicked and did not respond to sales."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from essor.access.actor import Actor, system_actor
from essor.access.models import User
from essor.domain.activities.models import Task
from essor.domain.marketing.campaigns.models import Campaign, CampaignMember
from essor.domain.marketing.sending.models import Link, ListEmail, Recipient
from essor.domain.marketing.sending.states import SENT
from essor.domain.marketing.tracking.models import Hit, Verdict
from essor.domain.sales.models import Contact
from essor.faces.web.campaigns.results import WARM
from essor.faces.web.lists.state import written
from essor.kernel import ids
from essor.query import run
from essor.query.actions.segments import conditions, steps_of
from essor.query.models import Segment
from essor.query.tree import Query
from essor.records.change import Change
from essor.records.save import save, save_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(admin: Actor) -> Client:
    """Return the administrator's browser."""
    found = Client(HTTP_HOST="127.0.0.1")
    found.force_login(User.objects.get(pk=admin.user_id))
    return found


@pytest.fixture
def campaign(admin: Actor) -> str:
    """Return the id of a campaign mailed to ten, clicked by four, answered by one of them."""
    key = save(system_actor(), Change("Campaign", {"Name": "White paper", "Type": "Email"})).id
    people = save_many(
        system_actor(), "Contact", [Change("Contact", {"LastName": f"Roux {n}"}) for n in range(10)]
    )
    members = [
        Change("CampaignMember", {"CampaignId": key, "ContactId": one.saved.id})
        for one in people
        if one.saved
    ]
    saved = [one.saved.id for one in save_many(system_actor(), "CampaignMember", members) if one.saved]
    now = timezone.now()
    CampaignMember.objects.update(sent_date=now)
    CampaignMember.objects.filter(pk__in=saved[:4]).update(first_clicked_date=now, first_opened_date=now)
    CampaignMember.objects.filter(pk=saved[0]).update(has_responded=True)
    CampaignMember.objects.filter(pk=saved[9]).update(sent_date=None, bounced_date=now)  # refused at once
    return ids.encode("701", key)


def test_every_figure_of_the_funnel_is_there(browser: Client, campaign: str) -> None:
    page = browser.get(f"/r/{campaign}/results").content.decode()
    figures = page.split("cp-value")[1:]
    assert [text.split(">", 1)[1].split("<", 1)[0] for text in figures] == [
        "10",
        "9",
        "4",
        "4",
        "1",
        "1",
        "0",
    ]
    shares = [text.split("<", 1)[0] for text in page.split('cp-hint">')[1:]]
    assert shares == ["90.0%", "40.0%", "40.0%", "10.0%", "10.0%", "0.0%"]
    assert "3 " in page.split("cp-warm", 1)[1][:400]


def test_those_who_clicked_and_did_not_respond_are_called_in_one_click(
    browser: Client, campaign: str
) -> None:
    sent = {"view": "all", "filter": written(WARM), "scope": "all", "subject": "Call", "day": "2026-12-01"}
    assert browser.post("/o/CampaignMember/call-tasks", sent).status_code == 204
    assert Task.objects.filter(task_subtype="Call", subject="Call").count() == 3


def test_a_campaign_without_mails_shows_no_funnel(browser: Client) -> None:
    key = save(system_actor(), Change("Campaign", {"Name": "Fair"})).id
    shown = browser.get(f"/r/{ids.encode('701', key)}/results").content
    assert shown == b"", "an empty part leaves no frame on the page"


def test_a_mailing_shows_its_links_and_leaves_machines_out(browser: Client, campaign: str) -> None:
    mailing = ListEmail.objects.create(
        name="White paper", status=SENT, campaign=Campaign.objects.get(), total_sent=10
    )
    Link.objects.create(list_email=mailing, number=0, url="https://vauban.example/paper")
    now = timezone.now()
    hits = [
        (1, Verdict.PERSON),
        (1, Verdict.PERSON),
        (2, Verdict.PERSON),
        (None, Verdict.PERSON),
        (3, Verdict.MACHINE),
    ]
    for recipient, verdict in hits:
        Hit.objects.create(list_email_id=mailing.pk, recipient_id=recipient, link=0, at=now, verdict=verdict)
    page = browser.get(f"/r/{ids.encode('0XB', mailing.pk)}/hits").content.decode()
    row = page.split('class="cp-url">https://vauban.example/paper', 1)[1].split("</tr>", 1)[0]
    assert re.findall(r">(\d+)<", row) == ["2", "4", "1"]
    people = Contact.objects.order_by("pk")
    for number, person in enumerate(people[:3], start=1):
        Recipient.objects.create(
            pk=number, list_email=mailing, kind=1, person_id=person.pk, address="roux@x.fr"
        )
    listed = browser.get(f"/r/{ids.encode('0XB', mailing.pk)}/hits/people?link=0").content.decode()
    assert [name in listed for name in ("Roux 0", "Roux 1", "Roux 2")] == [True, True, False], (
        "a machine is nobody"
    )


def test_those_who_clicked_become_a_segment_and_go_on_to_another_campaign(
    browser: Client, campaign: str
) -> None:
    page = browser.get(browser.post(f"/r/{campaign}/results/segment")["Location"]).content.decode()
    assert "Clicked, did not respond: White paper" in page
    kept = Segment.objects.get()
    where = conditions(steps_of(kept))[-1]
    assert run.count(system_actor(), Query(kept.object_name, where=where)) == 3

    other = save(system_actor(), Change("Campaign", {"Name": "Fair", "IsActive": True})).id
    sent = {"view": "all", "filter": written(WARM), "scope": "all", "campaign": ids.encode("701", other)}
    assert browser.post("/o/CampaignMember/add-to-campaign", sent).status_code == 204
    assert CampaignMember.objects.filter(campaign_id=other).count() == 3


def test_a_list_behind_a_figure_names_its_campaign_and_its_people(browser: Client, campaign: str) -> None:
    href = browser.get(f"/r/{campaign}/results").content.decode().split('class="cp-step')[1]
    page = browser.get(unescape(href.split('href="')[1].split('"')[0])).content.decode()
    assert "White paper" in page
    assert "Roux 3" in page
