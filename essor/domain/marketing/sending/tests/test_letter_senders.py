"""The checks of a letter look at the domains that it is really sent from."""

from __future__ import annotations

import pytest

from essor.access.actor import Actor
from essor.domain.marketing.letters import senders
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.sending import domains
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
