"""Twilio by its API for messages."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.domain.marketing.scenarios.texts.port import (
    Account,
    Message,
    Option,
    Provider,
    Receipt,
    asked,
    first,
    judged,
    provider,
)
from essor.kernel.errors import FieldError

BASE = "https://api.twilio.com/2010-04-01"
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")


@provider
class Twilio(Provider):
    """Account and token; the sender is a number of the account, or a messaging service (MG…)."""

    name, rank = "twilio", 3
    label = "Twilio"
    about = gettext_lazy(
        "The sender is one of your numbers, a name of at most 11 letters, or a messaging service (MG…)."
    )
    options = (
        Option("account", gettext_lazy("Account SID")),
        Option("token", gettext_lazy("Auth token"), secret=True),
    )

    def problems(self, options: Mapping[str, str]) -> Sequence[FieldError]:
        """The account is one."""
        if _ACCOUNT.fullmatch(options.get("account", "")):
            return ()
        return [
            FieldError(
                "account", "INVALID_FIELD_VALUE", _("It begins with AC and has 34 letters and digits.")
            )
        ]

    def send(self, account: Account, message: Message) -> str:
        """Make one message."""
        who = "MessagingServiceSid" if account.sender.startswith("MG") else "From"
        body = {
            "To": message.to,
            who: account.sender,
            "Body": message.text,
            "StatusCallback": account.receipts,
        }
        keys = base64.b64encode(f"{account.options['account']}:{account.options['token']}".encode()).decode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {keys}"}
        url = f"{BASE}/Accounts/{account.options['account']}/Messages.json"
        return first(asked(url, urlencode(body).encode(), headers), "sid") or message.id

    def receipt(self, data: Mapping[str, str]) -> Receipt | None:
        """Read Twilio's names."""
        state = judged(first(data, "MessageStatus", "SmsStatus"))
        reference = first(data, "MessageSid", "SmsSid")
        if not reference or state is None:
            return None
        return Receipt(reference, state, first(data, "ErrorMessage", "ErrorCode", "MessageStatus"))
