"""One SMTP connection as bytes and replies (RFC 5321): reads replies of any number of lines, waits for several at once."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from base64 import b64encode
from collections import deque
from dataclasses import dataclass
from typing import cast

from django.utils.translation import gettext as _

from essor.domain.marketing.sending.results import ServerRefuses, Unreachable

CONNECT = 15.0  # seconds
COMMAND = 60.0
LONGEST_LINE = 8192  # a server that sends more without a line break is none
READY, GO_ON, STARTED = 220, 334, 250
LOCAL = ("localhost", "127.0.0.1", "::1")  # where a password crosses no network
NAMES_ANOTHER, EXPIRED, UNKNOWN = {62, 64}, {10}, {18, 19, 20, 21}  # OpenSSL's X509_V_ERR_…


@dataclass(frozen=True, slots=True)
class Address:
    """Where an SMTP server is and how it is spoken to; `security` is "none", "starttls" or "tls"."""

    host: str
    port: int
    security: str = "none"
    username: str = ""
    password: str = ""
    own_name: str = "localhost"
    context: ssl.SSLContext | None = None

    def __str__(self) -> str:
        """Return host and port."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply: its code, and the words of its lines joined by blanks."""

    code: int
    words: str


class Wire(asyncio.Protocol):
    """The two ends of a connection: `write`, and `replies` in the order of the commands."""

    def __init__(self) -> None:
        """Nothing is connected yet."""
        self.lost = self.silent = False
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._lines: list[str] = []
        self._replies: deque[Reply] = deque()
        self._wanted = 0
        self._waiter: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; also when TLS has begun."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take in replies; what is not SMTP ends the connection."""
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            self._line(line.rstrip(b"\r").decode("utf-8", "replace"))
        if len(self._buffer) > LONGEST_LINE:
            self.close()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        """Whoever waits gets what has come."""
        self.lost = True
        self._writable.set()
        self._look()

    def pause_writing(self) -> None:
        """The system's buffer is full."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """It has room again."""
        self._writable.set()

    def write(self, data: bytes) -> None:
        """Send bytes; to a dead connection, nothing."""
        if self._transport is not None and not self.lost:
            self._transport.write(data)

    def close(self) -> None:
        """Cut the connection now."""
        self.lost = True
        if self._transport is not None:
            self._transport.abort()
        self._writable.set()
        self._look()

    def _give_up(self) -> None:
        self.silent = True
        self.close()

    async def replies(self, count: int, timeout: float | None = None) -> list[Reply]:  # noqa: ASYNC109 -- a timer is cheaper
        """Return the next `count` replies; fewer when the connection died, or was silent or deaf for `timeout` seconds."""
        if not self.lost and (len(self._replies) < count or not self._writable.is_set()):
            loop = asyncio.get_running_loop()
            timer = loop.call_later(COMMAND if timeout is None else timeout, self._give_up)
            try:
                await self._writable.wait()
                if len(self._replies) < count and not self.lost:
                    self._wanted, self._waiter = count, loop.create_future()
                    await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
        return [self._replies.popleft() for _place in range(min(count, len(self._replies)))]

    async def say(self, command: str) -> Reply:
        """Send one command and return its reply; raises Unreachable when there is none."""
        self.write(command.encode() + b"\r\n")
        return await self.hear()

    async def hear(self) -> Reply:
        """Return the next reply; raises Unreachable."""
        got = await self.replies(1)
        if not got and self.silent:
            raise Unreachable(_("The mail server does not answer."))
        if not got:
            raise Unreachable(_("The mail server closed the connection."))
        return got[0]

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Go on under TLS; what was received before is forgotten, as an attacker may have written it."""
        self._buffer, self._lines = b"", []
        self._replies.clear()
        if self._transport is None:
            return
        loop = asyncio.get_running_loop()
        found = await loop.start_tls(self._transport, self, context, server_hostname=host)
        self._transport = cast("asyncio.Transport", found)

    def _line(self, line: str) -> None:
        if len(line) < 3 or not line[:3].isdigit():  # noqa: PLR2004 -- the code of a reply
            self.close()
            return
        self._lines.append(line[4:].strip())
        if line[3:4] != "-":
            self._replies.append(Reply(int(line[:3]), " ".join(self._lines)))
            self._lines = []

    def _look(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done() and (self.lost or len(self._replies) >= self._wanted):
            waiter.set_result(None)


@dataclass(frozen=True, slots=True)
class Greeted:
    """A connection that may be used, with the server's extensions: {"SIZE": "1000000", "PIPELINING": ""}."""

    wire: Wire
    extensions: dict[str, str]


async def greeted(address: Address) -> Greeted:
    """Connect, encrypt, say hello and sign in; raises Unreachable or ServerRefuses with a sentence for people."""
    context = address.context or (ssl.create_default_context() if address.security != "none" else None)
    wire = await _connected(address, context)
    try:
        extensions = await _introduced(wire, address, context)
    except BaseException:
        wire.close()
        raise
    return Greeted(wire, extensions)


async def _introduced(wire: Wire, address: Address, context: ssl.SSLContext | None) -> dict[str, str]:
    """Say hello, encrypt and sign in; return the server's extensions."""
    opening = await wire.hear()
    if opening.code != READY:
        raise Unreachable(_said(address, opening))
    extensions = await _hello(wire, address)
    if address.security == "starttls" and context is not None:
        if "STARTTLS" not in extensions:
            raise ServerRefuses(_("%(server)s offers no STARTTLS.") % {"server": address})
        reply = await wire.say("STARTTLS")
        if reply.code != READY:
            raise Unreachable(_said(address, reply))
        await _with_tls(address, wire.secure(context, address.host))
        extensions = await _hello(wire, address)
    if address.username:
        await _sign_in(wire, address, extensions)
    return extensions


async def _connected(address: Address, context: ssl.SSLContext | None) -> Wire:
    loop = asyncio.get_running_loop()
    first = context if address.security == "tls" else None
    opening = loop.create_connection(
        Wire, address.host, address.port, ssl=first, server_hostname=address.host if first else None
    )
    try:
        _transport, wire = await asyncio.wait_for(opening, CONNECT)
    except ssl.SSLError as error:
        raise ServerRefuses(_tls_failed(address, error)) from error
    except (OSError, TimeoutError) as error:
        values = {"server": address, "reason": _reason(error)}
        raise Unreachable(_("The mail server %(server)s does not answer (%(reason)s).") % values) from error
    return wire


def _reason(error: OSError) -> str:
    """Return the system's words for why there is no connection; asyncio has its own, with the address in brackets."""
    if isinstance(error, socket.gaierror) or not error.errno:
        return error.strerror or str(error) or "timeout"
    return os.strerror(error.errno)


async def _with_tls(address: Address, starting: object) -> None:
    try:
        await asyncio.wait_for(starting, CONNECT)  # type: ignore[arg-type]
    except ssl.SSLError as error:
        raise ServerRefuses(_tls_failed(address, error)) from error
    except (OSError, TimeoutError) as error:
        raise Unreachable(_("The mail server closed the connection.")) from error


async def _hello(wire: Wire, address: Address) -> dict[str, str]:
    wire.write(f"EHLO {address.own_name}\r\n".encode())
    reply = await wire.hear()
    if reply.code != STARTED:
        reply = await wire.say(f"HELO {address.own_name}")
        if reply.code != STARTED:
            raise Unreachable(_said(address, reply))
        return {}
    return extensions_of(reply.words)


def extensions_of(words: str) -> dict[str, str]:
    """Return the extensions that the words of a greeting name, upper case, with their parameters."""
    found: dict[str, str] = {}
    known = {"PIPELINING", "SIZE", "STARTTLS", "AUTH", "SMTPUTF8", "8BITMIME"}
    last = ""
    for word in words.replace("AUTH=", "AUTH ").split():
        if word.upper() in known:
            last = word.upper()
            found[last] = ""
        elif last:
            found[last] = f"{found[last]} {word}".strip()
    return found


async def _sign_in(wire: Wire, address: Address, extensions: dict[str, str]) -> None:
    if address.security == "none" and address.host not in LOCAL:
        raise ServerRefuses(_("A password is not sent without encryption."))
    methods = extensions.get("AUTH", "").upper().split()
    if "PLAIN" in methods:
        secret = _base64(f"\0{address.username}\0{address.password}")
        reply = await wire.say(f"AUTH PLAIN {secret}")
    elif "LOGIN" in methods:
        reply = await wire.say("AUTH LOGIN")
        for word in (address.username, address.password):
            if reply.code == GO_ON:
                reply = await wire.say(_base64(word))
    else:
        raise ServerRefuses(_("%(server)s offers no way to sign in that we know.") % {"server": address})
    if reply.code >= 500:  # noqa: PLR2004 -- SMTP's class of refusals
        raise ServerRefuses(_said(address, reply))
    if reply.code >= 400:  # noqa: PLR2004
        raise Unreachable(_said(address, reply))


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")


def _said(address: Address, reply: Reply) -> str:
    values = {"server": address, "code": reply.code, "words": reply.words[:300]}
    return _("The mail server %(server)s says: %(code)s %(words)s") % values


def _tls_failed(address: Address, error: ssl.SSLError) -> str:
    code = getattr(error, "verify_code", 0)
    if code in NAMES_ANOTHER:
        reason = _("its certificate is made out to another name.")
    elif code in EXPIRED:
        reason = _("its certificate has expired.")
    elif code in UNKNOWN:
        reason = _("nobody whom we trust has signed its certificate.")
    else:
        reason = getattr(error, "verify_message", "") or error.reason or str(error)
    return _("The connection to %(server)s could not be encrypted: %(reason)s") % {
        "server": address,
        "reason": reason,
    }
