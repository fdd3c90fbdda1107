"""A mail server that takes everything and keeps nothing, in a process of its own: `python -m bench.smtp_sink` prints its port."""

from __future__ import annotations

import asyncio
import sys


class Sink(asyncio.Protocol):
    """As little of RFC 5321 as a client with PIPELINING needs; all replies to what came at once go out together."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._buffer, self._data = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole command and every whole message."""
        self._buffer += data
        out: list[bytes] = []
        while True:
            end = b"\r\n.\r\n" if self._data else b"\r\n"
            line, found, rest = self._buffer.partition(end)
            if not found:
                break
            self._buffer = rest
            if self._data:
                self._data = False
                out.append(b"250 OK\r\n")
                continue
            verb = line[:4].upper()
            if verb == b"EHLO":
                out.append(b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
            elif verb == b"DATA":
                self._data = True
                out.append(b"354 go\r\n")
            else:
                out.append(b"221 bye\r\n" if verb == b"QUIT" else b"250 OK\r\n")
        if out:
            self._transport.write(b"".join(out))


async def main() -> None:
    """Serve until standard input is closed."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
