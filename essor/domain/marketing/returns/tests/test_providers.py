"""What a provider reports is what a bounce of our own would be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from anymail.signals import AnymailTrackingEvent, tracking

from essor.access.actor import Actor
from essor.domain.marketing.consent.models import OPT_OUT, Consent, Suppression
from essor.domain.marketing.returns.models import OptOut
from essor.domain.marketing.sending import freezing
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import State
from essor.domain.marketing.sending.tests.conftest import make_mailing

pytestmark = pytest.mark.django_db


def test_a_provider_reports_what_came_back(admin: Actor) -> None:
    mailing = make_mailing(["ana", "bob", "carl", "dora"])
    first, second, third, fourth = Recipient.objects.order_by("pk")
    Recipient.objects.update(state=State.SENT)
    Recipient.objects.filter(pk=third.pk).update(state=State.UNSURE)
    freezing.count(mailing.pk)

    def report(row: Recipient, kind: str, address: str = "", **more: Any) -> None:
        event = AnymailTrackingEvent(
            event_type=kind,
            recipient=address or row.address,
            metadata={"essor_recipient": str(row.pk)},
            timestamp=datetime.now(UTC),
            **more,
        )
        tracking.send(sender=object(), event=event, esp_name="Brevo")

    report(first, "bounced", reject_reason="bounced", mta_response="550 5.1.1 no")
    report(first, "bounced", reject_reason="bounced", mta_response="550 5.1.1 no")
    report(second, "complained")
    report(third, "delivered")
    report(fourth, "unsubscribed")
    report(second, "bounced", "somebody.else@dest.example", reject_reason="bounced")
    states = dict(Recipient.objects.values_list("pk", "state"))
    assert [states[one.pk] for one in (first, second, third)] == [State.BOUNCED, State.SENT, State.SENT]
    assert ListEmail.objects.values_list("total_sent", "total_bounced", "total_unsure").get() == (4, 1, 0)
    assert dict(Suppression.objects.values_list("address", "reason")) == {
        first.address: "hard_bounce",
        second.address: "complaint",
        fourth.address: "opt_out",
    }
    assert Consent.objects.filter(source="provider", state=OPT_OUT, wording__contains="Brevo").count() == 1
    assert OptOut.objects.get().recipient_id == fourth.pk
