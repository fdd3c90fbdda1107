"""Hands messages to an SMTP server: some connections, each one round trip a message (PIPELINING, RFC 2920).

The end of a message and the commands of the next one travel together. Replies come in the order of commands, so that each
of them is attributed to its recipient also when the connection drops in between: who had no end of data on the wire
was certainly not mailed; who had one and no answer is unsure.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from essor.domain.marketing.sending.composer import Message
from essor.domain.marketing.sending.results import (
    LONGEST,
    Outcome,
    Result,
    ServerRefuses,
    Unreachable,
    answered,
)
from essor.domain.marketing.sending.wire import COMMAND, Address, Greeted, Reply, Wire, greeted

END = 600.0  # seconds that a server may think about a whole message (RFC 5321, 4.5.3.2.6)
DATA_GOES = 354
FAILURES, REFUSALS = 400, 500
COMMANDS = 3  # MAIL, RCPT, DATA
CLOSING = 421
TOO_LARGE, NO_UTF8 = 552, 553
DROPS = 3  # connections in a row that died before they took anything
MOST = 1000  # messages on one connection; servers end longer ones at a bad moment


@dataclass(slots=True)
class Work:
    """Messages to hand over, and where the results go; `stopped` is asked before each message.

    A server that asks to send less is heard at once, on all connections: whoever came next would be put off for nothing.
    """

    waiting: deque[Message]
    tell: Callable[[Result], None]
    stopped: Callable[[], bool] = field(default=lambda: False)
    slow: bool = False

    @property
    def over(self) -> bool:
        """Whether no further message is to be begun."""
        return not self.waiting or self.slow or self.stopped()

    def take(self) -> Message | None:
        """Return the next message, None when there is none or it is time to stop."""
        return None if self.over else self.waiting.popleft()

    def report(self, result: Result) -> None:
        """Tell what became of a message."""
        self.slow = self.slow or result.slow
        self.tell(result)


class Session:
    """One connection: takes messages from the work until there are none, or until it dies."""

    def __init__(self, connection: Greeted) -> None:
        """Read what the server can do."""
        self.wire: Wire = connection.wire
        self.taken = 0
        extensions = connection.extensions
        self._pipelining = "PIPELINING" in extensions
        self._utf8 = "SMTPUTF8" in extensions
        self._size = "SIZE" in extensions
        self._largest = int(extensions["SIZE"]) if extensions.get("SIZE", "").isdigit() else 0

    @property
    def usable(self) -> bool:
        """Whether another message may be tried on it."""
        return not self.wire.lost and self.taken < MOST

    async def carry(self, work: Work) -> None:
        """Send; a message that was not handed over when the connection dies goes back to the work."""
        opened, ended = self._begin(work), None
        while opened is not None or ended is not None:
            got = await self.wire.replies(
                self._commands_sent(opened) + (ended is not None), END if ended else COMMAND
            )
            if ended is not None:
                self._end(work, ended, got.pop(0) if got else None)
                ended = None
            if opened is None:
                opened = self._begin(work)
                continue
            if await self._accepted(work, opened, await self._rest(opened, got)):
                ended = opened
                self.wire.write(stuffed(opened.data))
                opened = self._begin(work) if self._pipelining else None
            else:
                opened = self._begin(work)

    async def quit(self) -> None:
        """Say goodbye, and do not wait long for the answer."""
        if not self.wire.lost:
            self.wire.write(b"QUIT\r\n")
            await self.wire.replies(1, 2.0)
            self.wire.close()

    def _begin(self, work: Work) -> Message | None:
        """Take the next message and write its commands: all that come before the data, or only the first one."""
        message = self._next(work)
        if message is not None:
            commands = self._commands(message)
            self.wire.write("".join(commands if self._pipelining else commands[:1]).encode())
        return message

    def _next(self, work: Work) -> Message | None:
        """Return the next message that this server can take at all; refuses the others."""
        while self.usable and (message := work.take()) is not None:
            if self._largest and len(message.data) > self._largest:
                words = _("The message is larger than the server takes.")
                work.report(Result(message.recipient_id, Outcome.REFUSED, TOO_LARGE, words[:LONGEST]))
            elif not self._utf8 and not message.recipient.isascii():
                words = _("The server takes no addresses with letters beyond ASCII.")
                work.report(Result(message.recipient_id, Outcome.REFUSED, NO_UTF8, words[:LONGEST]))
            else:
                return message
        return None

    def _commands(self, message: Message) -> tuple[str, str, str]:
        options = f" SIZE={len(message.data)}" if self._size else ""
        options += "" if message.recipient.isascii() else " SMTPUTF8 BODY=8BITMIME"
        return f"MAIL FROM:<{message.sender}>{options}\r\n", f"RCPT TO:<{message.recipient}>\r\n", "DATA\r\n"

    def _commands_sent(self, opened: Message | None) -> int:
        """Return how many commands of the opened message are under way."""
        if opened is None:
            return 0
        return COMMANDS if self._pipelining else 1

    async def _rest(self, opened: Message, got: list[Reply]) -> list[Reply]:
        """Return the replies to MAIL, RCPT and DATA; without pipelining the later two are written only now."""
        if not self._pipelining:
            for command in self._commands(opened)[1:]:
                if not got or got[-1].code >= FAILURES:
                    break
                self.wire.write(command.encode())
                got += await self.wire.replies(1)
        return got

    async def _accepted(self, work: Work, message: Message, got: list[Reply]) -> bool:
        """Tell whether the data may go; if not, say why. Raises ServerRefuses when the server refuses us."""
        failed = next((reply for reply in got[:2] if reply.code >= FAILURES), None)
        if failed is None and len(got) == COMMANDS and got[-1].code != DATA_GOES:
            failed = got[-1]
        if failed is None and len(got) == COMMANDS and not self.wire.lost:
            return True
        if failed is None or (failed is got[0] and failed.code >= REFUSALS):
            work.waiting.appendleft(message)
            self.wire.close()
            if failed is None:  # died before the message was on its way
                return False
            # About us, not about this recipient: all the others would be refused for nothing.
            values = {"code": failed.code, "words": failed.words[:300]}
            raise ServerRefuses(_("The mail server does not let us send: %(code)s %(words)s") % values)
        work.report(answered(message.recipient_id, failed.code, failed.words))
        if failed.code == CLOSING or (self._pipelining and len(got) < COMMANDS):
            self.wire.close()
        else:
            # Nobody is left in the transaction: "." ends a DATA that goes nowhere, RSET one that did not come to it.
            self.wire.write(b".\r\n" if got[-1].code == DATA_GOES else b"RSET\r\n")
            await self.wire.replies(1)
        return False

    def _end(self, work: Work, message: Message, reply: Reply | None) -> None:
        """Report what the answer to a whole message says; none says that nobody knows."""
        if reply is None:
            words = _("The connection was lost before the server answered.")
            work.report(Result(message.recipient_id, Outcome.UNSURE, 0, words[:LONGEST]))
            return
        self.taken += 1
        work.report(answered(message.recipient_id, reply.code, reply.words))
        if reply.code == CLOSING:
            self.wire.close()


class Pool:
    """Some connections to one server, kept between batches; used from one event loop."""

    def __init__(self, address: Address, size: int) -> None:
        """Nothing is opened yet."""
        self._address, self._size = address, max(1, size)
        self._idle: list[Session] = []
        self._work: Work | None = None

    def let_go(self) -> None:
        """Report those UNTOUCHED with whom no connection has begun; answers that are waited for may take long."""
        while self._work is not None and self._work.waiting:
            self._work.report(Result(self._work.waiting.popleft().recipient_id, Outcome.UNTOUCHED))

    async def send(
        self, messages: Iterable[Message], report: Callable[[Result], None], stopped: Callable[[], bool]
    ) -> None:
        """Hand over the messages. Those that were not, for whatever reason, are reported UNTOUCHED.

        Raises Unreachable when no connection takes any more, ServerRefuses when the server does not want us.
        """
        work = self._work = Work(deque(messages), report, stopped)
        count = min(self._size, len(work.waiting))
        ends = await asyncio.gather(*(self._carry(work) for _place in range(count)), return_exceptions=True)
        left = len(work.waiting)
        self.let_go()
        failures = [one for one in ends if isinstance(one, BaseException)]
        grave = [one for one in failures if not isinstance(one, Unreachable)]
        if grave:
            raise grave[0]
        if failures and left and not (work.slow or stopped()):
            raise failures[0]

    async def close(self) -> None:
        """Say goodbye on every connection."""
        while self._idle:
            await self._idle.pop().quit()

    async def _carry(self, work: Work) -> None:
        drops = 0
        while not work.over:
            session = self._idle.pop() if self._idle else Session(await greeted(self._address))
            before = session.taken
            await session.carry(work)
            if session.usable:
                self._idle.append(session)
                continue
            await session.quit()
            drops = 0 if session.taken > before else drops + 1
            if drops >= DROPS and work.waiting:
                raise Unreachable(_("The mail server closes every connection before it takes a message."))


def stuffed(data: bytes) -> bytes:
    """Return a message as it goes over the wire: leading dots doubled, ended by a dot alone in its line."""
    if b"\r\n." in data or data.startswith(b"."):
        data = data.replace(b"\r\n.", b"\r\n..")
        data = b"." + data if data.startswith(b".") else data
    return data + (b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n")
