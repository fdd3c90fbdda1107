"""Any other provider: told by a template that an administrator writes, or by our own signed POST."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from urllib.parse import quote_plus

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.domain.automation import guarded, outgoing
from essor.domain.marketing.scenarios.texts.port import (
    Account,
    Message,
    Option,
    Provider,
    asked,
    first,
    provider,
)
from essor.kernel.errors import FieldError, ValidationFailed

_MARK = re.compile(r"\{\{\s*(to|number|text|from|id)\s*\}\}")
_HEADER = re.compile(r"([A-Za-z0-9-]{1,60}):[ \t]*([\x20-\x7e]{1,2000})")
TEMPLATE = '{"to": "{{ to }}", "from": "{{ from }}", "text": "{{ text }}"}'
OURS = ("host", "content-length", "transfer-encoding", "connection")


@provider
class Template(Provider):
    """One POST for each message: its address, headers and body are written by an administrator."""

    name, rank = "template", 8
    label = gettext_lazy("Another provider (HTTP)")
    about = gettext_lazy(
        "One POST for each message. {{ to }} is the number with its country (+33…), {{ number }} the same without +, "
        "{{ text }} the message, {{ from }} the sender, {{ id }} our number of the message. A body that begins with { is "
        "JSON, any other is sent as a form: to={{ to }}&text={{ text }}"
    )
    options = (
        Option("url", gettext_lazy("Address")),
        Option(
            "headers",
            gettext_lazy("Headers"),
            gettext_lazy("One per line, such as Authorization: Bearer …"),
            secret=True,
            required=False,
            lines=3,
        ),
        Option("body", gettext_lazy("Body"), lines=4, usual=TEMPLATE),
    )

    def problems(self, options: Mapping[str, str]) -> Sequence[FieldError]:
        """The address may be called, headers are headers, the body is JSON where it looks so and says what to whom."""
        found = list(_address(options.get("url", "")))
        if any(not _header(line) for line in options.get("headers", "").splitlines() if line.strip()):
            message = _("Write one header per line: a name, a colon, a value.")
            found.append(FieldError("headers", "INVALID_FIELD_VALUE", message))
        body = options.get("body", "")
        marks = {one.group(1) for one in _MARK.finditer(body)}
        if "text" not in marks or not marks & {"to", "number"}:
            message = _("The body needs {{ to }} and {{ text }}.")
            found.append(FieldError("body", "INVALID_FIELD_VALUE", message))
        elif _is_json(body):
            try:
                orjson.loads(filled(body, Account("", {}, "", ""), Message("+33612345678", 'é “"”', "1")))
            except ValueError:
                message = _("This is no JSON: {{ … }} stand inside of quotation marks.")
                found.append(FieldError("body", "INVALID_FIELD_VALUE", message))
        return found

    def send(self, account: Account, message: Message) -> str:
        """POST the filled template; the answer's “id” names the message, else our own number of it."""
        template = account.options.get("body", "")
        kind = "application/json" if _is_json(template) else "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind}
        lines = account.options.get("headers", "").splitlines()
        headers |= dict(header for line in lines if (header := _header(line)) is not None)
        body = filled(template, account, message).encode()
        found = asked(account.options["url"], body, headers)
        return first(found, "id", "messageId", "message_id", "reference") or message.id


@provider
class Webhook(Provider):
    """A program of the company’s own, told by a POST that we sign."""

    name, rank = "webhook", 9
    label = gettext_lazy("Our own program")
    about = gettext_lazy(
        'A signed POST: {"to", "from", "text", "delivery"}, with X-Essor-Signature as the webhooks of flows. “delivery” '
        "is the same at each attempt."
    )
    options = (Option("url", gettext_lazy("Address")),)
    knows_again = True

    def problems(self, options: Mapping[str, str]) -> Sequence[FieldError]:
        """The address may be called."""
        return _address(options.get("url", ""))

    def send(self, account: Account, message: Message) -> str:
        """POST it; any answer of the 200s means that it was taken."""
        plain = {"to": message.to, "from": account.sender, "text": message.text, "delivery": message.id}
        body, moment = orjson.dumps(plain), int(time.time())
        guarded.post(account.options["url"], body, outgoing.signed(account.secret, moment, body, message.id))
        return message.id


def filled(template: str, account: Account, message: Message) -> str:
    """Return a template with what it asks for, escaped as its kind demands."""
    values = {
        "to": message.to,
        "number": message.to.removeprefix("+"),
        "text": message.text,
        "from": account.sender,
        "id": message.id,
    }

    def value(found: re.Match[str]) -> str:
        text = values[found.group(1)]
        return orjson.dumps(text).decode()[1:-1] if _is_json(template) else quote_plus(text)

    return _MARK.sub(value, template)


def _is_json(template: str) -> bool:
    return template.lstrip()[:1] in ("{", "[") and not template.lstrip().startswith("{{")


def _header(line: str) -> tuple[str, str] | None:
    found = _HEADER.fullmatch(line.strip())
    return None if found is None or found[1].lower() in OURS else (found[1], found[2])


def _address(url: str) -> Sequence[FieldError]:
    try:
        guarded.parts(url)
    except ValidationFailed as refused:
        return refused.errors
    return ()
