"""What an e-mail provider reports through django-anymail becomes the same results as bounces and answers of our own.

The webhook's secret is anymail's affair; beyond it, an event must name a recipient of ours by the address that was mailed.
"""

from __future__ import annotations

from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking
from django.db import transaction
from django.dispatch import receiver

from essor.domain.marketing.consent import write
from essor.domain.marketing.consent.models import Suppression
from essor.domain.marketing.sending import returned
from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.sending.provider import METADATA
from essor.query.folding import fold

BACK = {"bounced", "rejected", "failed"}
FOR_GOOD = {"invalid", "bounced"}
NO_CODE = 550


@receiver(tracking, dispatch_uid="essor.sending.webhooks")
def hear(event: AnymailTrackingEvent, esp_name: str, **_more: Any) -> None:
    """Take in one event of a provider."""
    row = _recipient(event)
    if row is None:
        return
    words = str(event.mta_response or event.description or event.reject_reason or event.event_type)
    if event.event_type in BACK:
        returned.bounced({row.pk: (NO_CODE, words)})
        if event.event_type == "bounced" and event.reject_reason in FOR_GOOD:
            write.suppress([row.address], Suppression.Reason.HARD_BOUNCE, esp_name, words)
    elif event.event_type == "complained":
        with transaction.atomic():
            write.suppress([row.address], Suppression.Reason.COMPLAINT, esp_name, words)
            returned.tell("mail.complained", row)
    elif event.event_type == "delivered":
        returned.arrived([row.pk])


def _recipient(event: AnymailTrackingEvent) -> Recipient | None:
    """Return whom an event is about, None when it is not about a mail of ours."""
    key = str((event.metadata or {}).get(METADATA, ""))
    if not key.isdecimal() or len(key) > 18:  # noqa: PLR2004 -- digits of a database key
        return None
    row = Recipient.objects.select_related("list_email").filter(pk=int(key)).first()
    return row if row is not None and fold(row.address) == fold(str(event.recipient or "")) else None
