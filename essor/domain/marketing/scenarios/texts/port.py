"""What a provider of text messages is: what it must be told, how it takes a message, what it reports afterwards."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from essor.domain.automation.guarded import Answer, Unreachable, answer_to
from essor.kernel.errors import EssorError, FieldError

TOO_MANY, FAULT = 429, 500
KEYS = (
    401,
    402,
    403,
)  # wrong keys, or no credit left: an administrator mends that, and the message leaves then
LONGEST_WORDS = 300
LEFT = ("unsubscribed", "unsubscribe", "stop", "opted_out")
Report = Literal["delivered", "failed"]
_ARRIVED = re.compile(r"deliv(ered|rd|\b)", re.IGNORECASE)
_LOST = re.compile(r"fail|undeliv|reject|bounce|expired|blacklist|error|invalid", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that a provider must be told; a `secret` is kept sealed and never shown again."""

    name: str
    label: str | Promise
    help: str | Promise = ""
    secret: bool = False
    required: bool = True
    lines: int = 1
    usual: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Our account with a provider: the sender's name or number, its options, where it reports to, our signing key."""

    sender: str
    options: Mapping[str, str]
    receipts: str
    secret: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `id` is the same at each attempt."""

    to: str
    text: str
    id: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the message with a reference."""

    reference: str
    state: Report
    words: str = ""


class Provider:
    """One kind of provider. Stateless."""

    name: ClassVar[str] = ""
    label: ClassVar[str | Promise] = ""
    about: ClassVar[str | Promise] = ""
    options: ClassVar[tuple[Option, ...]] = ()
    rank: ClassVar[int] = 5  # its place in the list
    # It tells repetitions apart by our id, so what may have arrived is safely sent again.
    knows_again: ClassVar[bool] = False

    def problems(self, options: Mapping[str, str]) -> Sequence[FieldError]:  # noqa: ARG002
        """Return what is wrong with options beyond missing ones."""
        return ()

    def send(self, account: Account, message: Message) -> str:
        """Hand one over and return by what the provider calls it.

        Raises Unreachable for what is worth another try, EssorError for what is not.
        """
        raise NotImplementedError

    def receipt(self, data: Mapping[str, str]) -> Receipt | None:
        """Return what a report says that arrived at our address; None for one that settles nothing."""
        reference = first(data, "id", "reference", "messageId", "message_id", "delivery")
        words = first(data, "status", "state", "msg_status")
        if not reference or not (state := judged(words)):
            return None
        return Receipt(reference, state, first(data, "detail", "description", "error") or words)

    def left(self, data: Mapping[str, str]) -> bool:
        """Tell whether a report says that somebody wants no more, however it says so."""
        return first(data, "msg_status", "OptOutType", "status").lower() in LEFT


PROVIDERS: dict[str, Provider] = {}


def provider(kind: type[Provider]) -> type[Provider]:
    """Register a provider under its name."""
    PROVIDERS[kind.name] = kind()
    return kind


def offered() -> list[Provider]:
    """Return all kinds of provider as they are listed."""
    return sorted(PROVIDERS.values(), key=lambda one: (one.rank, one.name))


def first(data: Mapping[str, Any], *names: str) -> str:
    """Return the first of some values that is there, as text."""
    return next((str(data[name]).strip() for name in names if data.get(name) not in (None, "")), "")


def judged(words: str) -> Report | None:
    """Return what a provider's word for a state comes to."""
    if _LOST.search(words):
        return "failed"
    return "delivered" if _ARRIVED.search(words) else None


def asked(url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """POST and return the JSON of the answer; raises as `Provider.send` does, in the provider's words."""
    answer = answer_to(url, body, {"User-Agent": "Essor", "Accept": "application/json", **headers})
    found = _json(answer)
    if 200 <= answer.status < 300:  # noqa: PLR2004 -- HTTP's word for “taken”
        return found
    said = first(found, "message", "detail", "error", "code") or _("The answer was %(status)d.") % {
        "status": answer.status
    }
    if answer.status in KEYS or answer.status == TOO_MANY or answer.status >= FAULT:
        raise Unreachable(said[:LONGEST_WORDS])
    raise EssorError(_("The provider refuses it: %(why)s") % {"why": said[:LONGEST_WORDS]})


def _json(answer: Answer) -> dict[str, Any]:
    try:
        found = orjson.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
