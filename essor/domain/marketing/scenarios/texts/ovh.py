"""OVHcloud SMS by its REST API: each call is signed, reports come to the address set for the SMS account."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from urllib.parse import quote

import orjson
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
    provider,
)
from essor.kernel.errors import EssorError, FieldError

BASE = "https://eu.api.ovh.com/1.0"
ARRIVED, UNDER_WAY = "4", ("", "0", "1", "2", "3")
_SERVICE = re.compile(r"sms-[a-z0-9]+-[0-9]+")


@provider
class Ovh(Provider):
    """`service` is the SMS account; the three keys come from OVHcloud's page for tokens."""

    name, rank = "ovh", 1
    label = "OVHcloud SMS"
    about = gettext_lazy(
        "Make the keys at eu.api.ovh.com/createToken with the right “POST /sms/*/jobs”, unlimited in time. The sender must "
        "be accepted in the customer area; OVHcloud adds the mention STOP by itself."
    )
    options = (
        Option(
            "service", gettext_lazy("SMS account"), gettext_lazy("As in the customer area: sms-ab12345-1.")
        ),
        Option("application_key", gettext_lazy("Application key"), secret=True),
        Option("application_secret", gettext_lazy("Application secret"), secret=True),
        Option("consumer_key", gettext_lazy("Consumer key"), secret=True),
    )

    def problems(self, options: Mapping[str, str]) -> Sequence[FieldError]:
        """The account's name is one."""
        if _SERVICE.fullmatch(options.get("service", "")):
            return ()
        return [FieldError("service", "INVALID_FIELD_VALUE", _("SMS accounts are called sms-ab12345-1."))]

    def send(self, account: Account, message: Message) -> str:
        """Make a job of one message."""
        keys = account.options
        url = f"{BASE}/sms/{quote(keys['service'], safe='')}/jobs"
        who = {"sender": account.sender} if account.sender else {"senderForResponse": True}
        body = orjson.dumps(
            {
                "message": message.text,
                "receivers": [message.to],
                "charset": "UTF-8",
                "noStopClause": False,
                **who,
            }
        )
        moment = str(int(time.time()))
        found = asked(
            url,
            body,
            {
                "Content-Type": "application/json",
                "X-Ovh-Application": keys["application_key"],
                "X-Ovh-Consumer": keys["consumer_key"],
                "X-Ovh-Timestamp": moment,
                "X-Ovh-Signature": signature(keys, url, body.decode(), moment),
            },
        )
        taken = found.get("ids")
        if not isinstance(taken, list) or not taken:
            raise EssorError(_("OVHcloud does not write to %(number)s.") % {"number": message.to})
        return str(taken[0])

    def receipt(self, data: Mapping[str, str]) -> Receipt | None:
        """`ptt` is 4 once it arrived, up to 3 while it is under way, anything else when it is lost."""
        reference, code = first(data, "id"), first(data, "ptt")
        if not reference or code in UNDER_WAY:
            return None
        return Receipt(
            reference,
            "delivered" if code == ARRIVED else "failed",
            first(data, "descriptionDlr") or f"ptt {code}",
        )


def signature(keys: Mapping[str, str], url: str, body: str, moment: str) -> str:
    """Return the signature of a call as OVHcloud asks for it."""
    parts = (keys["application_secret"], keys["consumer_key"], "POST", url, body, moment)
    return "$1$" + hashlib.sha1("+".join(parts).encode()).hexdigest()  # noqa: S324 -- theirs to choose
