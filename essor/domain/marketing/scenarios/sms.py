"""Text messages: one port, and a provider behind it that takes a signed POST.

{"to": "+33612345678", "from": "Vauban", "text": "…", "delivery": "…"}

`delivery` is the same at each attempt, so the provider can tell a repetition from a new message.
"""

from __future__ import annotations

import re
from typing import Protocol

from django.utils.translation import gettext as _

from essor.domain.automation import guarded, outgoing
from essor.domain.automation.models import Outgoing
from essor.domain.marketing.scenarios.models import Gateway
from essor.kernel.errors import EssorError, FieldError, ValidationFailed

KIND = "sms"
LONGEST = 1_000
_NUMBER = re.compile(r"\+?[0-9]{6,15}")


class Provider(Protocol):
    """Who hands text messages over. `row` is the message of the out-tray: {"to", "text"} and its id for good."""

    def send(self, row: Outgoing) -> None:
        """Hand one over; raises `guarded.Unreachable` for what is worth another try, EssorError for what is not."""


class Webhook:
    """A provider that is told by a signed POST."""

    def __init__(self, gateway: Gateway) -> None:
        """Keep the set-up."""
        self._gateway = gateway

    def send(self, row: Outgoing) -> None:
        """POST it; any answer of the 200s means that it was taken."""
        body = {"to": row.content["to"], "from": self._gateway.sender, "text": row.content["text"]}
        outgoing.post_signed(self._gateway.url, body, self._gateway.secret, row)


def provider() -> Provider | None:
    """Return who hands over our messages, None while nobody is set up."""
    gateway = Gateway.objects.filter(pk=1, is_active=True).first()
    return Webhook(gateway) if gateway is not None else None


def set_up(url: str, sender: str = "") -> Gateway:
    """Keep the provider's address; ValidationFailed when it is none. The secret of the first time stays."""
    guarded.parts(url)
    gateway, _new = Gateway.objects.update_or_create(
        pk=1, defaults={"url": url.strip(), "sender": sender.strip()[:20], "is_active": True}
    )
    return gateway


def number_of(text: str | None) -> str:
    """Return a phone number as providers take it, empty when it is none."""
    plain = re.sub(r"[\s().\-/]", "", text or "")
    plain = "+" + plain[2:] if plain.startswith("00") else plain
    return plain if _NUMBER.fullmatch(plain) else ""


def _send(row: Outgoing) -> None:
    ours = provider()
    if ours is None:
        raise no_provider()
    ours.send(row)


def no_provider() -> EssorError:
    """Return the refusal while nobody is set up."""
    return ValidationFailed(
        [FieldError("", "FIELD_INTEGRITY_EXCEPTION", _("No provider of text messages is set up."))]
    )


outgoing.SENDERS[KIND] = _send
