"""Writes the messages of one variant of a mailing: everything that is the same for all is worked out once.

What is left for each person: the values of fields, the tokens of addresses, one hash of the body, two signatures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from essor.domain.marketing import tokens
from essor.domain.marketing.letters import merge
from essor.domain.marketing.letters.compiled import Block, Compiled, Replacements, Slot, Text
from essor.domain.marketing.sending import addresses, headers, quoted
from essor.domain.marketing.sending.dkim import Signer

ONE_CLICK = "List-Unsubscribe=One-Click"
# The names that are signed, those that differ by message last: what comes before them is hashed once. A name more than
# the message has (From, To, Subject) keeps anybody from adding a second one.
FIXED = ("from", "reply-to", "list-unsubscribe-post", "feedback-id", "mime-version", "content-type")
VARYING = ("subject", "date", "to", "message-id", "list-unsubscribe")
ADDED = ("from", "to", "subject")
PARTS = "\r\n--{0}\r\nContent-Type: text/{1}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a mailing comes from. Without a `signer` nothing is signed; without a bounce domain bounces go to From."""

    list_email_id: int
    campaign_id: int
    site: str
    from_name: str
    from_address: str
    reply_to: str = ""
    bounce_domain: str = ""
    signer: Signer | None = None
    tracked: bool = True
    variant: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """One recipient with what the letter needs of the person: {path: value as shown}, and the blocks that are theirs."""

    recipient_id: int
    address: str
    values: Mapping[str, str]
    blocks: Sequence[Block | None] = ()
    clicks: bool = True
    opens: bool = True


@dataclass(frozen=True, slots=True)
class Message:
    """What goes to the server: the envelope, and the message with CRLF, not yet dot-stuffed."""

    recipient_id: int
    sender: str
    recipient: str
    data: bytes


class Composer:
    """Composes for as many people as are given; holds the letter once."""

    def __init__(self, compiled: Compiled, sender: Sender) -> None:
        """Encode all that is the same for everybody."""
        self._compiled, self._sender = compiled, sender
        self._links = frozenset(range(len(compiled.links)))
        boundary = "=_" + hashlib.blake2b(repr((sender, compiled.html)).encode(), digest_size=12).hexdigest()
        self._parts: list[bytes] = []
        self._fills: list[tuple[int, Slot]] = []
        self._literal(PARTS.format(boundary, "plain").removeprefix("\r\n").encode())
        self._add(compiled.text)
        self._literal(PARTS.format(boundary, "html").encode())
        self._add(compiled.html)
        self._literal(f"\r\n--{boundary}--\r\n".encode())
        self._prefix = hashlib.sha256(self._parts[0])
        self._keys = {use: tokens.maker_key(use) for use in _USES}
        self._domain = sender.from_address.rpartition("@")[2]
        self._site = sender.site.encode("ascii")
        self._fixed, self._signed_fixed = self._fixed_headers(boundary)
        names = ":".join(
            (*(name for name in FIXED if name != "reply-to" or sender.reply_to), *VARYING, *ADDED)
        )
        self._prepared = sender.signer.prepared(names) if sender.signer else None
        self._subject = (
            headers.line("Subject", headers.text(merge.join(compiled.subject, {})))
            if all(isinstance(part, str) for part in compiled.subject)
            else None
        )

    def message(self, person: Person, now: datetime) -> Message:
        """Return one person's message; raises headers.BadAddress, and what a letter's expert source raises."""
        recipient = headers.usable(person.address)
        body = self._body(person)
        state = self._prefix.copy()
        state.update(body)
        varying = self._varying(person, recipient, now)
        signatures = b""
        if self._prepared is not None:
            signed = self._signed_fixed.copy()
            signed.update(b"".join([relaxed for _wire, relaxed in varying]))
            signatures = self._prepared.headers(state.digest(), int(now.timestamp()), signed)
        wires = [wire for wire, _relaxed in varying]
        data = b"".join([signatures, *wires, self._fixed, b"\r\n", self._parts[0], body])
        sender = self._sender
        return Message(
            person.recipient_id,
            f"{addresses.BOUNCE_PREFIX}{self._token(addresses.BOUNCE, person.recipient_id)}@{sender.bounce_domain}"
            if sender.bounce_domain
            else sender.from_address,
            recipient,
            data,
        )

    def _literal(self, encoded: bytes) -> None:
        """Add bytes to the last literal piece, or begin one behind a slot."""
        if self._parts and not (self._fills and self._fills[-1][0] == len(self._parts) - 1):
            self._parts[-1] += encoded
        else:
            self._parts.append(encoded)

    def _add(self, text: Text) -> None:
        """Add a part of the letter, to the byte; behind a slot at its end comes a line break, as no soft break may end it."""
        parts = [one for one in text if self._sender.tracked or isinstance(one, str) or one.kind != "open"]
        for place, part in enumerate(parts, 1):
            if isinstance(part, str):
                self._literal(quoted.encode(part, last=place == len(parts)))
            else:
                self._fills.append((len(self._parts), part))
                self._parts.append(b"")
        if not parts or not isinstance(parts[-1], str):
            self._literal(quoted.encode("\n", last=True))

    def _body(self, person: Person) -> bytes:
        """Return the body behind its first literal piece."""
        out = self._parts.copy()
        out[0] = b""
        found: dict[tuple[str, str], bytes] = {}
        others: Replacements | None = None
        for place, slot in self._fills:
            kind = slot.kind
            if kind == "field":
                out[place] = quoted.piece(merge.filled(slot, person.values, merge.NOTHING))
            elif kind in _PATHS or (kind == "link" and self._sender.tracked):
                key = (kind, slot.value)
                if key not in found:
                    found[key] = self._address(kind, slot.value, person) + quoted.SOFT
                out[place] = found[key]
            else:
                others = others or self._replacements(person)
                out[place] = quoted.piece(merge.filled(slot, person.values, others))
        return b"".join(out)

    def _address(self, kind: str, value: str, person: Person) -> bytes:
        """Return an address of ours; where it is long, it goes on in the next line."""
        if kind == "link":
            prefix, token = "/l/", self._click(int(value), person)
        else:
            prefix, use = _PATHS[kind]
            token = self._token(use, person.recipient_id)
        address = f"{self._sender.site}{prefix}{token}"
        return address.encode("ascii") if len(address) <= quoted.ROOM else quoted.encode(address, last=True)

    def _click(self, link: int, person: Person) -> str:
        who = person.recipient_id if person.clicks else addresses.NOBODY
        numbers = addresses.click_numbers(who, self._sender.list_email_id, link, self._sender.variant)
        return self._token(addresses.CLICK, *numbers)

    def _token(self, use: str, *numbers: int) -> str:
        return tokens.sign(self._keys[use], numbers)

    def _replacements(self, person: Person) -> Replacements:
        """Return everything that a slot may ask for, as blocks and experts' sources do."""
        sender, own = self._sender, (person.recipient_id,)
        who = person.recipient_id if person.opens else addresses.NOBODY
        seen = addresses.open_numbers(who, sender.list_email_id, sender.variant)
        pixel = f"{sender.site}/p/{self._token(addresses.OPEN, *seen)}.gif" if sender.tracked else ""
        if sender.tracked:
            links: Sequence[str] = [
                f"{sender.site}/l/{self._click(one, person)}" for one in sorted(self._links)
            ]
        else:
            links = merge.links(self._compiled, person.values)
        paths = {
            kind: f"{sender.site}{prefix}{self._token(use, *own)}" for kind, (prefix, use) in _PATHS.items()
        }
        return Replacements(
            links=links, open=pixel, blocks=person.blocks, as_written=not sender.tracked, **paths
        )

    def _varying(self, person: Person, recipient: str, now: datetime) -> list[tuple[bytes, bytes]]:
        """Return the headers that differ by person, in the order in which they are signed."""
        one_click = f"{self._sender.site}/u/{self._token(addresses.OPT_OUT, person.recipient_id)}"
        message_id = f"<{self._token(addresses.MESSAGE, person.recipient_id)}@{self._domain}>"
        subject = self._subject or headers.line(
            "Subject", headers.text(merge.join(self._compiled.subject, person.values))
        )
        return [
            subject,
            headers.line("Date", headers.date(now)),
            headers.line("To", recipient),
            headers.line("Message-ID", message_id),
            headers.line("List-Unsubscribe", f"<{one_click}>"),
        ]

    def _fixed_headers(self, boundary: str) -> tuple[bytes, Any]:
        """Return the headers that are the same for everybody, and the hash that has seen their relaxed form."""
        sender = self._sender
        feedback = f"{sender.list_email_id}:{sender.campaign_id}:mailing:{self._domain}"
        lines = [headers.line("From", headers.mailbox(sender.from_name, sender.from_address))]
        if sender.reply_to:
            lines.append(headers.line("Reply-To", headers.mailbox("", sender.reply_to)))
        lines += [
            headers.line("List-Unsubscribe-Post", ONE_CLICK),
            headers.line("Feedback-ID", feedback),
            headers.line("MIME-Version", "1.0"),
            headers.line("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
        ]
        return b"".join([wire for wire, _relaxed in lines]), hashlib.sha256(
            b"".join([relaxed for _wire, relaxed in lines])
        )


_PATHS = {
    "unsubscribe": ("/u/", addresses.OPT_OUT),
    "preferences": ("/preferences/", addresses.PREFERENCES),
    "browser": ("/v/", addresses.BROWSER),
    "accept": ("/i/", addresses.ACCEPT),
    "decline": ("/i/", addresses.DECLINE),
}
_USES = (
    addresses.CLICK,
    addresses.OPEN,
    addresses.OPT_OUT,
    addresses.PREFERENCES,
    addresses.BROWSER,
    addresses.ACCEPT,
    addresses.DECLINE,
    addresses.BOUNCE,
    addresses.MESSAGE,
)
