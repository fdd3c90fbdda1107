"""Whom the addresses of an invitation name: the recipient of a mailing, as a guest of its campaign."""

from __future__ import annotations

from essor.domain.marketing import tokens
from essor.domain.marketing.campaigns import answers
from essor.domain.marketing.campaigns.answers import Guest
from essor.domain.marketing.consent.people import OBJECTS
from essor.domain.marketing.sending import addresses
from essor.domain.marketing.sending.models import Recipient


def named(token: str) -> tuple[Guest, bool | None] | None:
    """Return whom a token invites and which answer it stands for (None: neither); None for any other text."""
    for use, comes in ((addresses.ACCEPT, True), (addresses.DECLINE, False)):
        numbers = tokens.read(use, token)
        if numbers is not None:
            guest = _guest(numbers[0])
            return (guest, comes) if guest else None
    guest = answers.named(token)
    return (guest, None) if guest else None


def _guest(recipient: int) -> Guest | None:
    row = Recipient.objects.filter(pk=recipient).select_related("list_email").first()
    if row is None or row.list_email.campaign_id is None:
        return None
    return Guest(row.list_email.campaign_id, OBJECTS[row.kind], row.person_id)
