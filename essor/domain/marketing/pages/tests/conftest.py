"""A page of a campaign with a white paper, and Ana, who got the campaign's mail."""

from __future__ import annotations

import pytest

from essor.access.actor import Actor, system_actor
from essor.access.tests.conftest import admin, make_user, organization  # noqa: F401 -- fixtures by name
from essor.domain.marketing.consent.people import CONTACT
from essor.domain.marketing.pages.models import LandingPage
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import SENT, State
from essor.records.change import Change
from essor.records.save import save


@pytest.fixture
def page(admin: Actor) -> LandingPage:  # noqa: F811 -- the fixture above
    """Return a page that is online, in English, and asks for consent to e-mails."""
    campaign = save(admin, Change("Campaign", {"Name": "Guide", "Type": "Email"})).id
    values = {
        "Name": "White paper",
        "Title": "The façade guide",
        "CampaignId": campaign,
        "Language": "en",
        "IsActive": True,
        "EmailWording": "Send me the newsletter.",
        "LeadSource": "Web",
    }
    return LandingPage.objects.get(pk=save(admin, Change("LandingPage", values)).id)


@pytest.fixture
def mailed(page: LandingPage) -> Recipient:
    """Return the row of Ana in the campaign's mailing; she is a member who has not responded."""
    person = save(system_actor(), Change("Contact", {"LastName": "Roux", "Email": "ana@example.fr"})).id
    save(system_actor(), Change("CampaignMember", {"CampaignId": page.campaign_id, "ContactId": person}))
    mailing = ListEmail.objects.create(name="News", status=SENT, campaign_id=page.campaign_id)
    return Recipient.objects.create(
        list_email=mailing,
        kind=CONTACT,
        person_id=person,
        address="ana@example.fr",
        domain="example.fr",
        state=State.SENT,
    )
