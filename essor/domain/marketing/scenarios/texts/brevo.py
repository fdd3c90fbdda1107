"""Brevo by its API for text messages."""

from __future__ import annotations

import orjson
from django.utils.translation import gettext_lazy

from essor.domain.marketing.scenarios.texts.port import (
    Account,
    Message,
    Option,
    Provider,
    asked,
    first,
    provider,
)

BASE = "https://api.brevo.com/v3"


@provider
class Brevo(Provider):
    """An API key; reports come to the address that goes with each message."""

    name, rank = "brevo", 2
    label = "Brevo"
    about = gettext_lazy(
        "The key is made in Brevo under “SMTP & API”. The sender has at most 11 letters, or 15 digits."
    )
    options = (Option("api_key", gettext_lazy("API key"), secret=True),)

    def send(self, account: Account, message: Message) -> str:
        """Send one as marketing: Brevo keeps its rules of hours and opt-outs."""
        body = {
            "sender": account.sender,
            "recipient": message.to.removeprefix("+"),
            "content": message.text,
            "type": "marketing",
            "tag": message.id,
            "webUrl": account.receipts,
        }
        headers = {"Content-Type": "application/json", "api-key": account.options["api_key"]}
        found = asked(f"{BASE}/transactionalSMS/sms", orjson.dumps(body), headers)
        return first(found, "messageId", "reference") or message.id
