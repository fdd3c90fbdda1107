"""Who sends a form from a landing page is found or made, has responded to the campaign, and what they agreed to is proven."""

from __future__ import annotations

import orjson
import pytest

from essor.access.actor import system_actor
from essor.domain.marketing import tokens
from essor.domain.marketing.campaigns.models import CampaignMember
from essor.domain.marketing.consent import write
from essor.domain.marketing.consent.models import Consent, Individual
from essor.domain.marketing.consent.people import CONTACT, Person
from essor.domain.marketing.pages import taking
from essor.domain.marketing.pages.models import FormSubmission, LandingPage, PageAttempt
from essor.domain.marketing.pages.taking import Arrival
from essor.domain.marketing.sending import addresses
from essor.domain.marketing.sending.models import Recipient
from essor.domain.public_forms import strangers
from essor.domain.sales.models import Contact, Lead
from essor.kernel.errors import ValidationFailed
from essor.kernel.models import OutboxEvent
from essor.records.change import Change
from essor.records.save import save

GOOD = {"LastName": "Roux", "Company": "Émeraude", "Email": "ANA@example.fr", "elapsed": "8000"}
AGREE = {"agree_email": "1"}


def send(page: LandingPage, token: str = "", **more: str) -> FormSubmission:
    data = {name: [text] for name, text in {**GOOD, **more}.items()}
    came = Arrival(token, {"utm_source": "newsletter", "utm_campaign": "guide"}, "www.vauban.example")
    return FormSubmission.objects.get(pk=taking.take(page, data, came, address="203.0.113.7", size=500))


def link(recipient: Recipient) -> str:
    return tokens.make(addresses.VISIT, recipient.pk)


def test_the_link_of_a_mail_names_who_responds_and_only_gaps_are_filled(
    page: LandingPage, mailed: Recipient
) -> None:
    sent = send(page, link(mailed), Email="ana@home.example", Phone="+33 4 72 00 00 00", **AGREE)
    ana = Contact.objects.get(pk=mailed.person_id)
    assert (sent.contact_id, sent.list_email_id, sent.proven) == (ana.pk, mailed.list_email_id, True)
    assert (ana.email, ana.phone) == ("ana@example.fr", "+33 4 72 00 00 00"), "never overwritten, gaps filled"
    assert (sent.utm_source, sent.utm_campaign, sent.referrer) == (
        "newsletter",
        "guide",
        "www.vauban.example",
    )
    member = CampaignMember.objects.get(contact=ana)
    assert (member.has_responded, member.status) == (True, "Responded")
    said = Consent.objects.get()
    assert (said.channel, said.state, said.wording) == ("email", "OptIn", "Send me the newsletter.")
    assert f"/lp/{page.url_key}/the-facade-guide" in said.source
    told = orjson.loads(OutboxEvent.objects.get(topic="form.submitted").payload)
    assert told["people"] == [[mailed.pk, "Contact", ana.pk]]
    assert (told["campaign"], told["page"], told["submission"]) == (page.campaign_id, page.pk, sent.pk)
    assert not Lead.objects.exists()


def test_a_link_passed_on_names_nobody_and_a_forged_one_neither(page: LandingPage, mailed: Recipient) -> None:
    other = {"LastName": "Weber", "Email": "weber@example.de"}
    lead = send(page, link(mailed), **other).lead
    assert lead is not None
    assert (lead.name, lead.lead_source, lead.owner_id) == ("Weber", "Web", page.owner_id)
    forged = send(page, link(mailed)[:-2] + "AA", **other)
    assert (forged.lead_id, forged.proven, forged.list_email_id) == (lead.pk, False, None), (
        "found by the address"
    )
    assert CampaignMember.objects.get(contact=mailed.person_id).has_responded is False
    assert CampaignMember.objects.get(lead=lead).has_responded


def test_an_address_that_was_only_typed_finds_the_contact_but_ends_no_opt_out(
    page: LandingPage, mailed: Recipient
) -> None:
    write.record(Person(CONTACT, mailed.person_id), "email", "opt_out", source="x", wording="No more")
    sent = send(page, **AGREE)
    assert (sent.contact_id, sent.proven, sent.agreed) == (mailed.person_id, False, "Send me the newsletter.")
    assert Individual.objects.get().email_consent == "OptOut"
    send(page, link(mailed), **AGREE)
    assert Individual.objects.get().email_consent == "OptIn", "by the link of her own mail she may"


def test_robots_and_mistakes_leave_nothing_but_a_count(page: LandingPage) -> None:
    with pytest.raises(strangers.Robot):
        send(page, **{strangers.HONEYPOT: "x"})
    with pytest.raises(ValidationFailed) as refused:
        send(page, Email="nobody")
    assert [one.field for one in refused.value.errors] == ["Email"]
    for model in (FormSubmission, Lead, CampaignMember):
        assert not model.objects.exists()
    assert [*PageAttempt.objects.order_by("pk").values_list("outcome", flat=True)] == ["robot", "invalid"]


def test_a_page_asks_only_what_strangers_may_be_asked(page: LandingPage) -> None:
    change = Change("LandingPage", {"FormFields": "LastName* Company* Email* OwnerId"}, id=page.pk)
    with pytest.raises(ValidationFailed):
        save(system_actor(), change)


def test_links_name_their_recipient_on_our_own_pages_only(settings: object, mailed: Recipient) -> None:
    site = settings.SITE_URL  # type: ignore[attr-defined]
    named = addresses.named(f"{site}/lp/x/y?utm_source=a#form", mailed.pk)
    assert named == f"{site}/lp/x/y?utm_source=a&r={link(mailed)}#form"
    assert addresses.named(f"{site}.evil.example/", mailed.pk) == f"{site}.evil.example/"
    assert addresses.named(f"{site}/lp/x", None) == f"{site}/lp/x", "who is not followed stays unnamed"
