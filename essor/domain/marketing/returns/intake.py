"""The door for bounces: an LMTP or SMTP server (aiosmtpd) that keeps each mail before it says 250.

`ESSOR_BOUNCES=lmtp://127.0.0.1:8024` (or `smtp://…`) opens it beside the web server; the company's mail server hands the
bounce domain over to it. It takes mails for signed bounce addresses only, so it cannot be used as a relay.
"""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, close_old_connections

from essor.domain.marketing.returns import incoming
from essor.domain.marketing.sending import addresses

logger = logging.getLogger(__name__)

LARGEST = 20 * 1024 * 1024  # bytes: some servers send the whole mail back
SCHEMES = {"lmtp": LMTP, "smtp": SMTP}


class Door:
    """What the server asks about each mail; the method names are aiosmtpd's."""

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002 -- its signature
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        """Take mails for our bounce addresses and nobody else's."""
        if addresses.read_envelope(address) is None:
            return "550 5.1.1 No such bounce address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 -- as above
        """Keep the mail, then say so."""
        raw = envelope.original_content or b""
        try:
            await asyncio.to_thread(_keep, raw, list(envelope.rcpt_tos))
        except Error:
            logger.exception("A bounce cannot be kept; its server will try again")
            return "451 4.3.0 Try again later"
        return "250 2.0.0 Kept"


def _keep(raw: bytes, recipients: list[str]) -> None:
    try:
        for one in recipients:
            incoming.keep(raw, one)
    finally:
        close_old_connections()


class _Open(Controller):
    """A door of one of the two protocols."""

    def __init__(self, protocol: type[SMTP], host: str, port: int) -> None:
        self.protocol = protocol
        super().__init__(Door(), hostname=host, port=port)

    def factory(self) -> SMTP:
        return self.protocol(self.handler, data_size_limit=LARGEST, enable_SMTPUTF8=True, ident="Essor")


def door(address: str) -> Controller:
    """Return the door for “lmtp://host:port” or “smtp://host:port”, closed still; ImproperlyConfigured for another text."""
    parts = urlsplit(address)
    if parts.scheme not in SCHEMES or not parts.hostname or not parts.port:
        message = "ESSOR_BOUNCES must look like lmtp://127.0.0.1:8024 or smtp://127.0.0.1:2525"
        raise ImproperlyConfigured(message)
    return _Open(SCHEMES[parts.scheme], parts.hostname, parts.port)
