"""Links of a mailing to our own sites name its campaign, and visits by them count for it; other links are never touched."""

from __future__ import annotations

import pytest
from django.utils import timezone

from essor.access.actor import Actor
from essor.domain.marketing.letters import codec
from essor.domain.marketing.letters.blocks import Document, RichText
from essor.domain.marketing.sending import contents, launch
from essor.domain.marketing.sending.models import Link, ListEmail, Recipient
from essor.domain.marketing.visits import keeping
from essor.domain.marketing.visits.arriving import Seen
from essor.domain.marketing.visits.models import PageDay
from essor.domain.marketing.visits.tests.conftest import SITE, Maker
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db
TAGS = "utm_source=newsletter&utm_medium=email&utm_campaign=%C3%89t%C3%A9%202026"
LINKS = {
    "https://acme.example/prix?a=1&b=%20c#tarif": f"https://acme.example/prix?a=1&b=%20c&{TAGS}#tarif",
    f"{SITE}": f"{SITE}?{TAGS}",
    f"{SITE}/#/a?b": f"{SITE}/?{TAGS}#/a?b",
    f"{SITE}/?utm_campaign=mine": f"{SITE}/?utm_campaign=mine&utm_source=newsletter&utm_medium=email",
    "https://other.example/?x=1#y": "https://other.example/?x=1#y",
    "https://www.acme.example.evil.example/": "https://www.acme.example.evil.example/",
}


@pytest.fixture
def mailing(admin: Actor, site: str) -> ListEmail:
    """A mailing of a campaign with all these links, and a personal one."""
    campaign = save(admin, Change("Campaign", {"Name": "Été 2026"})).id
    written = [*LINKS, f"{SITE}/me?who={{{{ LastName }}}}#top"]
    text = RichText(id="t", html="".join(f"<p><a href='{one}'>x</a></p>" for one in written))
    template = save(
        admin,
        Change(
            "EmailTemplate",
            {
                "Name": "T",
                "Subject": "S",
                "Content": codec.write(Document((text,))),
            },
        ),
    ).id
    return ListEmail.objects.create(
        name="M", campaign_id=campaign, email_template_id=template, from_address="zoe@acme.example"
    )


def test_links_to_our_sites_name_the_campaign_and_visits_count_for_it(
    admin: Actor, mailing: ListEmail, person: Maker
) -> None:
    told = [one for one in launch.summary(admin, mailing).checks if "name the campaign" in one.text]
    assert [one.help for one in told] == ["utm_source=newsletter, utm_medium=email, utm_campaign=Été 2026"]
    launch.freeze_letters(admin, mailing)
    urls = list(
        Link.objects.filter(list_email=mailing, personal=False)
        .order_by("number")
        .values_list("url", flat=True)
    )
    assert urls == list(LINKS.values())
    someone = person()
    row = Recipient.objects.create(
        list_email=mailing, kind=someone.kind, person_id=someone.id, address="a@b.example"
    )
    personal = Link.objects.get(list_email=mailing, personal=True)
    assert contents.destination(row, personal.number) == f"{SITE}/me?who=Roux&{TAGS}#top"

    save(admin, Change("Campaign", {"Name": "Renamed"}, id=mailing.campaign_id))
    keeping.keep([Seen(SITE, "/prix", timezone.now(), utm={"utm_campaign": "Été 2026"})])
    assert PageDay.objects.get().campaign_id == mailing.campaign_id
    again = save(admin, Change("Campaign", {"Name": "Été 2026"})).id
    other = ListEmail.objects.create(name="N", campaign_id=again, email_template_id=mailing.email_template_id)
    launch.freeze_letters(admin, other)
    assert str(other.campaign.utm_campaign).startswith("Été 2026 701")  # two of one name are told apart


def test_a_campaign_may_want_no_tags_or_its_own(admin: Actor, mailing: ListEmail) -> None:
    values = {"UtmSource": "lettre", "UtmMedium": "mail", "UtmCampaign": "e26"}
    save(admin, Change("Campaign", values, id=mailing.campaign_id))
    launch.freeze_letters(admin, mailing)
    assert Link.objects.filter(url=f"{SITE}?utm_source=lettre&utm_medium=mail&utm_campaign=e26").exists()
    save(admin, Change("Campaign", {"TagsLinks": False}, id=mailing.campaign_id))
    fresh = ListEmail.objects.create(
        name="N", campaign_id=mailing.campaign_id, email_template_id=mailing.email_template_id
    )
    launch.freeze_letters(admin, fresh)
    assert set(Link.objects.filter(list_email=fresh, personal=False).values_list("url", flat=True)) == set(
        LINKS
    )
