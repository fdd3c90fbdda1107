"""A real SMTP server on loopback that answers as it is told: by the recipient's local part, or for everybody."""

from __future__ import annotations

# ruff: noqa: ARG002 -- aiosmtpd's signatures
import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class Sink:
    """What came in. `rcpt` and `data` are answers by local part; "drop" cuts the connection, after taking the data."""

    rcpt: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    mail: str = ""
    wait: float = 0.0
    got: list[tuple[str, str, bytes]] = field(default_factory=list)
    port: int = 0
    pipelining: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def mailed(self) -> list[str]:
        """To whom something came, in order, once for each message."""
        return [recipient for _sender, recipient, _data in self.got]

    async def handle_EHLO(  # noqa: N802 -- aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        # It reads line by line, so it may say that it takes commands in groups.
        return [*responses[:-1], *(["250-PIPELINING"] if self.pipelining else []), responses[-1]]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mail:
            return self.mail
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt.get(address.partition("@")[0], "250 OK")
        if answer == "drop":
            assert server.transport is not None
            server.transport.abort()
            return "421 gone"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipient = envelope.rcpt_tos[0]
        answer = self.data.get(recipient.partition("@")[0], "250 OK")
        if self.wait:
            await asyncio.sleep(self.wait)
        if answer.startswith("250") or answer == "drop":
            content = envelope.original_content
            assert isinstance(content, bytes)
            with self.lock:
                self.got.append((envelope.mail_from or "", recipient, content))
        if answer == "drop":
            assert server.transport is not None
            server.transport.abort()
        return answer


@contextmanager
def sink(
    *,
    pipelining: bool = True,
    tls: ssl.SSLContext | None = None,
    at_once: ssl.SSLContext | None = None,
    **settings: Any,
) -> Iterator[Sink]:
    """Run a sink while the `with` lasts; its port is in `port`. `tls` is for STARTTLS, `at_once` for TLS from the start."""
    handler = Sink()
    handler.pipelining = pipelining

    class Own(Controller):
        def factory(self) -> SMTP:
            return SMTP(self.handler, enable_SMTPUTF8=True, tls_context=tls, loop=self.loop, **settings)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        handler.port = free.getsockname()[1]
    controller = Own(handler, hostname="127.0.0.1", port=handler.port, ssl_context=at_once)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


def anybody(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    """Let in who knows the password."""
    return AuthResult(success=data.password == b"sesame", handled=False)
