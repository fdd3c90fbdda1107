"""What an e-mail provider reports through django-anymail becomes the same results as bounces and answers of our own.

The webhook's secret is anymail's affair; beyond it, an event must name a recipient of ours by the address that was mailed.
"""

from __future__ import annotations

from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking
from django.dispatch import receiver

from essor.domain.marketing.sending import returned
from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.sending.provider import METADATA
from essor.domain.marketing.sending.told import Whom, tell
from essor.query.folding import fold

BACK = {"bounced", "rejected", "failed"}
FOR_GOOD = {"invalid", "bounced"}


@receiver(tracking, dispatch_uid="essor.sending.webhooks")
def hear(event: AnymailTrackingEvent, **_more: Any) -> None:
    """Take in one event of a provider."""
    row = _recipient(event)
    if row is None:
        return
    words = str(event.mta_response or event.description or event.reject_reason or event.event_type)
    whom = [Whom(row.pk, row.kind, row.person_id)]
    if event.event_type in BACK:
        lasting = event.event_type == "bounced" and event.reject_reason in FOR_GOOD
        tell("mail.returned", row.list_email_id, whom, words=words, lasting=lasting)
    elif event.event_type == "complained":
        tell("mail.returned", row.list_email_id, whom, words=words, complaint=True)
    elif event.event_type == "delivered":
        returned.arrived([row.pk])


def _recipient(event: AnymailTrackingEvent) -> Recipient | None:
    """Return whom an event is about, None when it is not about a mail of ours."""
    key = str((event.metadata or {}).get(METADATA, ""))
    if not key.isdecimal() or len(key) > 18:  # noqa: PLR2004 -- digits of a database key
        return None
    row = Recipient.objects.filter(pk=int(key)).first()
    return row if row is not None and fold(row.address) == fold(str(event.recipient or "")) else None
