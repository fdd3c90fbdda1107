"""Who a mailing comes from, for the composer."""

from __future__ import annotations

from django.conf import settings

from essor.domain.marketing.sending import couriers
from essor.domain.marketing.sending.composer import Sender
from essor.domain.marketing.sending.models import Content, ListEmail


def sender_of(mailing: ListEmail, content: Content) -> Sender:
    """Return the sender of a variant: signed and with a bounce domain where its domain is one of ours."""
    domain = couriers.domain_of(content.from_address)
    return Sender(
        list_email_id=mailing.pk,
        campaign_id=mailing.campaign_id or 0,
        site=settings.SITE_URL,
        from_name=content.from_name,
        from_address=content.from_address,
        reply_to=mailing.reply_to_address or "",
        bounce_domain=domain.bounce_domain if domain else "",
        signer=couriers.signer_of(domain) if domain else None,
        tracked=mailing.is_tracked,
        variant=content.variant,
    )
