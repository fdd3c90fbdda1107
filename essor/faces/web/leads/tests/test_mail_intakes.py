"""Administrators set addresses up, see what came of each mail, and let in or discard what was held back."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from essor.access.actor import Actor
from essor.access.tests.samples import MakeUser
from essor.domain.mailroom import keeping
from essor.domain.mailroom.models import Mailbox
from essor.domain.sales.mail_to_lead.intakes import TAKER
from essor.domain.sales.mail_to_lead.models import Arrival, Intake
from essor.domain.sales.mail_to_lead.tests.letters import letter
from essor.domain.sales.models import Lead
from essor.kernel import ids

pytestmark = pytest.mark.django_db
HOME = "/setup/leads/mail/"
BOX = {
    "host": "imap.example.com", "port": "993", "security": "tls", "username": "contact", "password": "sesame", "folder": "",
}  # fmt: skip


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_an_address_from_its_set_up_to_its_first_leads(signed_in: Client, admin: Actor) -> None:
    assert "No address yet" in read(signed_in, HOME)
    typed = {"address": "contact@vauban.example", "language": "en", "assign": "1", "active": "1"}
    refused = signed_in.post(f"{HOME}new", typed)
    assert refused.status_code == 422
    assert "contact@vauban.example" in refused.content.decode()
    assert signed_in.post(f"{HOME}new", {**typed, "owner": admin.user_id}).status_code == 302
    row = Intake.objects.get()
    assert "No mail can arrive yet" in read(signed_in, f"{HOME}{row.pk}/")
    assert signed_in.post(f"{HOME}{row.pk}/mailbox", BOX).status_code == 302
    box = Mailbox.objects.get(taker=TAKER, place=row.pk)
    assert "contact@imap.example.com" in read(signed_in, f"{HOME}{row.pk}/")
    assert signed_in.get(f"/setup/returns/mailbox/{box.pk}").status_code == 404, "it is no mailbox of bounces"
    for raw in (
        letter(subject="A quote"),
        letter("Away", auto_submitted="auto-replied", subject="<b>Away</b>"),
    ):
        keeping.keep(TAKER, raw, place=row.pk)
    keeping.handle.call(TAKER)
    lead = Lead.objects.get()
    page = read(signed_in, f"{HOME}{row.pk}/")
    assert "Became a lead" in page
    assert lead.name in page
    assert "&lt;b&gt;Away" in signed_in.get(HOME).content.decode()
    held = Arrival.objects.get(outcome="held")
    assert "became a lead" not in read(signed_in, HOME)
    assert signed_in.post(f"{HOME}held/{held.pk}/let-in", follow=True).status_code == 200
    held.refresh_from_db()
    assert (held.outcome, held.record_id) == ("known", lead.pk)
    timeline = read(signed_in, f"/r/{ids.encode('00Q', lead.pk)}/timeline")
    assert "A quote" in timeline
    assert "Nous cherchons un fournisseur." in timeline
    assert signed_in.post(f"{HOME}held/{held.pk}/discard").status_code == 404
    assert signed_in.post(f"{HOME}{row.pk}/remove").status_code == 302
    assert not Mailbox.objects.exists()
    assert Lead.objects.exists()


def test_nobody_else_gets_in(client: Client, make_user: MakeUser) -> None:
    client.force_login(make_user("Rep"), backend="essor.access.accounts.backend.Backend")
    assert client.get(HOME).status_code == 403
    assert client.post(f"{HOME}new", {"address": "a@b.example"}).status_code == 403
    assert client.post(f"{HOME}held/1/let-in").status_code == 403
