"""What an e-mail provider reports through django-anymail becomes the same as a bounce that came back by mail.

The webhook's secret is anymail's affair; beyond it, an event must name a recipient of ours by the address that was mailed.
"""

from __future__ import annotations

from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.domain.marketing.returns import optout
from essor.domain.marketing.returns.models import Category
from essor.domain.marketing.returns.taking import Returned, take
from essor.domain.marketing.sending import returned as mails
from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.sending.provider import METADATA
from essor.kernel.whole import whole
from essor.query.folding import fold

# What anymail calls an event, and why the provider refused, as far as that tells a dead address from a bad day.
KINDS = {
    "bounced": Category.SOFT,
    "rejected": Category.SOFT,
    "failed": Category.SOFT,
    "complained": Category.COMPLAINT,
}
FOR_GOOD = {"invalid", "bounced"}


@receiver(tracking, dispatch_uid="essor.returns.providers")
def hear(event: AnymailTrackingEvent, esp_name: str = "", **_more: Any) -> None:
    """Take in one event of a provider."""
    key = _recipient(event)
    if key is None:
        return
    if event.event_type == "unsubscribed":
        _opt_out(key, esp_name)
        return
    if event.event_type == "delivered":
        mails.arrived([key])
        return
    category = KINDS.get(event.event_type)
    if category is None:
        return
    if event.event_type == "bounced" and event.reject_reason in FOR_GOOD:
        category = Category.HARD
    words = str(event.mta_response or event.description or event.reject_reason or event.event_type)
    status = "5.0.0" if category == Category.HARD else ""
    take([Returned(key, category, status, words, event.timestamp or timezone.now())])


def _opt_out(key: int, provider: str) -> None:
    """Obey somebody who opted out by the provider's own link or its list of those who did."""
    found = optout.standing(key)
    if found is not None:
        wording = _("Opted out with the e-mail provider %(name)s") % {"name": provider}
        optout.opt_out(found, source="provider", wording=wording)


def _recipient(event: AnymailTrackingEvent) -> int | None:
    """Return whom an event is about, None when it is not about a mail of ours."""
    key = whole(str((event.metadata or {}).get(METADATA, "")))
    if key is None:
        return None
    address = Recipient.objects.filter(pk=key).values_list("address", flat=True).first()
    return key if address is not None and fold(address) == fold(str(event.recipient or "")) else None
