"""The doors for mail: LMTP or SMTP servers (aiosmtpd) that keep each mail before they say 250.

A setting such as `ESSOR_BOUNCES=lmtp://127.0.0.1:8024` (or `smtp://…`) opens one beside the web server; the company's mail
server hands mails over to it. It takes mails for the addresses of its takers only, so it cannot be used as a relay.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, close_old_connections, transaction

from essor.domain.mailroom import keeping, takers
from essor.domain.mailroom.takers import Later, Taker

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

LARGEST = 25 * 1024 * 1024  # bytes: more is refused, and the sender's server says so to the sender
SCHEMES = {"lmtp": LMTP, "smtp": SMTP}
BUSY = "451 4.3.0 Try again later"


class Door:
    """What the server asks about each mail; the names of its methods are aiosmtpd's."""

    def __init__(self, served: Sequence[Taker]) -> None:
        """Take mail for these takers."""
        self.takers = served

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002 -- its signature
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        """Take mails for addresses of ours and nobody else's."""
        try:
            known = await asyncio.to_thread(_asked, self._whose, address)
        except Later:
            return "451 4.7.1 Too many mails for this address; try again later"
        except Error:
            logger.exception("Whose a mail is cannot be found out; its server will try again")
            return BUSY
        if known is None:
            return "550 5.1.1 No such address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 -- as above
        """Keep the mail, then say so: LMTP wants an answer for each recipient."""
        raw = envelope.original_content or b""
        answer = "250 2.0.0 Kept"
        try:
            await asyncio.to_thread(
                _asked, self._keep, raw, envelope.mail_from or "", list(envelope.rcpt_tos)
            )
        except (Error, Later):
            logger.exception("A mail cannot be kept; its server will try again")
            answer = BUSY
        return "\r\n".join([answer] * (len(envelope.rcpt_tos) if isinstance(server, LMTP) else 1))

    def _whose(self, address: str) -> tuple[Taker, int] | None:
        """Return who takes mail for an address, and which place of theirs it is."""
        for taker in self.takers:
            if (place := taker.place(address)) is not None:
                return taker, place
        return None

    def _keep(self, raw: bytes, sender: str, recipients: Sequence[str]) -> None:
        """Keep a mail once for each recipient, all or none."""
        with transaction.atomic():
            for one in recipients:
                if known := self._whose(one):
                    taker, place = known
                    keeping.keep(taker.name, raw, one, envelope_from=sender.strip("<>"), place=place)


def _asked(function: Callable[..., Answer], *args: Any) -> Answer:
    """Return what a function that asks the database returns, and leave no stale connection in its thread."""
    try:
        return function(*args)
    finally:
        close_old_connections()


class _Open(Controller):
    """A door of one of the two protocols."""

    def __init__(self, protocol: type[SMTP], host: str, port: int, served: Sequence[Taker]) -> None:
        self.protocol = protocol
        super().__init__(Door(served), hostname=host, port=port)

    def factory(self) -> SMTP:
        return self.protocol(self.handler, data_size_limit=LARGEST, enable_SMTPUTF8=True, ident="Essor")


def doors() -> list[Controller]:
    """Return the doors that the settings ask for, closed still; takers with the same address share one. ImproperlyConfigured."""
    wanted: dict[str, list[Taker]] = defaultdict(list)
    for taker in takers.every():
        if address := taker.door():
            wanted[address].append(taker)
    return [door(address, served) for address, served in wanted.items()]


def door(address: str, served: Sequence[Taker]) -> Controller:
    """Return the door for “lmtp://host:port” or “smtp://host:port”, closed still; ImproperlyConfigured for another text."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port or parts.scheme not in SCHEMES:
        message = f"“{address}” must look like lmtp://127.0.0.1:8024 or smtp://127.0.0.1:2525"
        raise ImproperlyConfigured(message)
    return _Open(SCHEMES[parts.scheme], host, port, served)
