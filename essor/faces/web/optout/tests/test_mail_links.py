"""The addresses in mails: links lead on, pictures come, forged ones lead nowhere, and looking never unsubscribes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from essor.access.actor import Actor, system_actor
from essor.catalog.actions.add_validation_rule import add_validation_rule
from essor.catalog.actions.spec import RuleSpec
from essor.domain.marketing import tokens
from essor.domain.marketing.consent import write
from essor.domain.marketing.consent.models import Consent, Suppression, Topic
from essor.domain.marketing.consent.people import CONTACT, LEAD, Person
from essor.domain.marketing.sending import addresses
from essor.domain.marketing.sending.models import Link, ListEmail, Recipient
from essor.domain.marketing.sending.states import SENT, State
from essor.domain.marketing.tracking import recorder
from essor.domain.marketing.tracking.models import Hit
from essor.domain.sales.conversion.convert import convert
from essor.domain.sales.conversion.works import Ask
from essor.domain.sales.models import Contact
from essor.project.first import First
from essor.project.handler import Handler
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.merge import merge
from essor.records.save import save


@pytest.fixture
def recipient(admin: Actor) -> Recipient:
    """Return somebody who got a mailing with one link."""
    key = save(system_actor(), Change("Contact", {"LastName": "Roux", "Email": "ana@example.fr"})).id
    mailing = ListEmail.objects.create(name="News", status=SENT)
    Link.objects.create(list_email=mailing, number=0, url="https://vauban.example/white-paper?utm=1")
    return Recipient.objects.create(
        list_email=mailing,
        kind=CONTACT,
        person_id=key,
        address="ana@example.fr",
        domain="example.fr",
        state=State.SENT,
        sent_at=timezone.now(),
    )


def asked(path: str) -> tuple[int, dict[bytes, bytes], bytes]:
    """Ask the running application, as a server does."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"user-agent", b"Mozilla/5.0 (X11) Firefox/133.0")]
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": headers,
        "client": ("203.0.113.9", 1),
    }
    asyncio.run(First(Handler())(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.django_db(transaction=True)
def test_a_click_is_led_on_and_counted(recipient: Recipient) -> None:
    path = addresses.click(recipient.pk, recipient.list_email_id, 0)
    status, headers, _body = asked(path[path.index("/l/") :])
    assert (status, headers[b"location"]) == (302, b"https://vauban.example/white-paper?utm=1")
    assert b"no-store" in headers[b"cache-control"]
    path = addresses.opened(recipient.pk, recipient.list_email_id)
    status, headers, body = asked(path[path.index("/p/") :])
    assert (status, headers[b"content-type"], body[:4]) == (200, b"image/gif", b"GIF8")
    recorder.recorder.flush()
    assert sorted(Hit.objects.values_list("link", flat=True)) == [-1, 0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/l/forged", "/l/", "/p/forged.gif", "/l/" + "A" * 300])
def test_a_forged_address_leads_nowhere(admin: Actor, path: str) -> None:
    assert asked(path)[0] == 404
    assert not Hit.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_link_that_the_mailing_does_not_have_leads_nowhere(recipient: Recipient) -> None:
    path = addresses.click(recipient.pk, recipient.list_email_id, 9)
    assert asked(path[path.index("/l/") :])[0] == 404


@pytest.mark.django_db
def test_only_an_answer_unsubscribes(recipient: Recipient, client: Client) -> None:
    path = f"/u/{tokens.make(addresses.OPT_OUT, recipient.pk)}"
    for method in (client.get, client.head):
        assert method(path).status_code in (200, 405)
    assert not Suppression.objects.exists()
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 204
    assert Contact.objects.get(pk=recipient.person_id).has_opted_out_of_email
    proof = Consent.objects.get()
    assert (proof.state, proof.source) == ("OptOut", path)
    assert proof.wording


@pytest.mark.django_db
def test_whoever_somebody_is_by_now_their_address_is_blocked(recipient: Recipient, client: Client) -> None:
    """Converted, merged away or deleted since the mail: each would once have been refused, and mailed again."""
    lead = save(
        system_actor(), Change("Lead", {"LastName": "Roux", "Company": "A", "Email": "l@example.fr"})
    ).id
    became = convert(system_actor(), Ask(lead, opportunity=False)).contact
    gone, loser = (
        save(system_actor(), Change("Contact", {"LastName": "Roux", "Email": f"{one}@example.fr"})).id
        for one in ("gone", "loser")
    )
    delete(system_actor(), "Contact", [gone])
    merge(system_actor(), "Contact", recipient.person_id, [loser])
    for kind, key, address in ((LEAD, lead, "l"), (CONTACT, gone, "gone"), (CONTACT, loser, "loser")):
        row = Recipient.objects.create(
            list_email_id=recipient.list_email_id, kind=kind, person_id=key, address=f"{address}@example.fr"
        )
        path = f"/u/{tokens.make(addresses.OPT_OUT, row.pk)}"
        assert client.get(f"/preferences/{tokens.make(addresses.PREFERENCES, row.pk)}").status_code == 200
        assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 204, address
    assert set(Suppression.objects.values_list("address", flat=True)) == {
        f"{one}@example.fr" for one in ("l", "gone", "loser")
    }
    out = Contact.objects.filter(has_opted_out_of_email=True).values_list("pk", flat=True)
    assert set(out) == {became, recipient.person_id}, "it is said of whom they are now"


@pytest.mark.django_db
def test_no_rule_of_the_company_keeps_anybody_from_opting_out(recipient: Recipient, client: Client) -> None:
    add_validation_rule(None, RuleSpec(object="Contact", name="Frozen", formula="TRUE", message="No."))
    path = f"/u/{tokens.make(addresses.OPT_OUT, recipient.pk)}"
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 204
    blocked = Suppression.objects.get()
    assert (blocked.address, blocked.reason, blocked.source) == (recipient.address, "opt_out", path)
    assert blocked.detail, "the words that were shown are kept as proof"


@pytest.mark.django_db
def test_the_button_of_the_page_unsubscribes_and_topics_bring_back(
    recipient: Recipient, client: Client
) -> None:
    news = Topic.objects.create(name="Nouveautés")
    Topic.objects.create(name="Interne", is_public=False)
    page = client.post(f"/u/{tokens.make(addresses.OPT_OUT, recipient.pk)}", follow=True)
    assert "désabonné" in page.content.decode() or "unsubscribed" in page.content.decode()
    path = f"/preferences/{tokens.make(addresses.PREFERENCES, recipient.pk)}"
    assert 'name="again"' in client.get(path).content.decode(), (
        "who slipped comes back in one click, without any topic"
    )
    shown = client.post(path, {"again": "1"}, follow=True).content.decode()
    assert 'name="again"' not in shown
    assert not Suppression.objects.exists()
    client.post(path, {"none": "1"})
    assert "Nouveautés" in shown
    assert "Interne" not in shown
    client.post(path, {"topic": [news.pk, 99999], "tracking_clicks": "1"})
    contact = Contact.objects.get(pk=recipient.person_id)
    assert not contact.has_opted_out_of_email
    assert contact.individual is not None
    assert contact.individual.clicks_consent == "OptIn"
    assert not Suppression.objects.exists()


@pytest.mark.django_db
def test_who_is_known_on_the_site_takes_it_back_here_and_nobody_else_is_asked(
    recipient: Recipient, client: Client
) -> None:
    path = f"/preferences/{tokens.make(addresses.PREFERENCES, recipient.pk)}"
    assert 'name="visits"' not in client.get(path).content.decode()
    write.record(Person(CONTACT, recipient.person_id), "visits", "opt_in", source="form", wording="Yes")
    assert 'name="visits"' in client.get(path).content.decode()
    client.post(path, {"visits": "1"})
    individual = Contact.objects.get(pk=recipient.person_id).individual
    assert individual is not None
    assert individual.visits_consent == "OptIn"
    client.post(path, {})
    individual.refresh_from_db()
    assert individual.visits_consent == "OptOut"
    proof = Consent.objects.filter(channel="visits", state="OptOut").get()
    assert proof.source == path


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/u/x", "/preferences/x"])
def test_a_forged_address_of_a_person_is_nobodys(admin: Actor, client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
