"""The checks of a letter look at the domains that it is really sent from."""

from __future__ import annotations

from email import message_from_bytes

import pytest

from essor.access.actor import Actor
from essor.domain.marketing.letters import senders, trying
from essor.domain.marketing.letters.merge import Mail
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.sending import domains
from essor.domain.marketing.sending.tests.sink import Sink
from essor.kernel.errors import ValidationFailed
from essor.records.change import Change
from essor.records.save import save

pytestmark = pytest.mark.django_db


def test_a_letter_is_checked_for_the_senders_of_its_mailings(admin: Actor) -> None:
    letter = EmailTemplate.objects.create(name="News", owner_id=admin.user_id)

    def found() -> list[tuple[str, str]]:
        return [(one.domain, one.envelope) for one in senders.of_letter(admin, letter.pk)]

    def mailing(sender: str) -> None:
        values = {"Name": sender, "EmailTemplateId": letter.pk, "FromAddress": sender}
        save(admin, Change("ListEmail", values))

    assert found() == []  # in tests mails leave from an address of this machine
    ours = domains.add("vauban.example")
    assert found() == [("vauban.example", "bounce.vauban.example")]
    mailing("zoe@elsewhere.example")
    assert found() == [("elsewhere.example", "elsewhere.example")]
    mailing("zoe@news.vauban.example")
    assert sorted(found()) == [
        ("elsewhere.example", "elsewhere.example"),
        ("vauban.example", "bounce.vauban.example"),
    ]

    sender = next(one for one in senders.of_letter(admin, letter.pk) if one.domain == ours.name)
    zone = {one.host: [one.value] for one in domains.records(ours) if one.type == "TXT"}
    assert [one.state for one in senders.look(sender, lambda name: zone.get(name, []))] == ["good"] * 3


def test_a_letter_is_tried_by_the_server_of_mailings(admin: Actor, server: Sink) -> None:
    domains.add(admin.email.rpartition("@")[2])
    assert trying.send(admin, Mail("Spring", "<p>Hi</p>", "Hi")) == admin.email
    ((_envelope, recipient, content),) = server.got
    mail = message_from_bytes(content)
    assert (recipient, mail["To"]) == (admin.email, admin.email)
    assert admin.email in mail["From"]
    assert mail["Subject"].endswith("Spring")
    assert mail["DKIM-Signature"]
    server.rcpt = {admin.email.partition("@")[0]: "550 5.1.1 No such user"}
    with pytest.raises(ValidationFailed, match="No such user"):
        trying.send(admin, Mail("Spring", "<p>Hi</p>", "Hi"))
