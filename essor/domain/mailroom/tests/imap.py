"""A real IMAP server (pymap) that keeps its mails in memory, for tests."""

from __future__ import annotations

import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

PYMAP = "import sys; from pymap.main import main; sys.exit(main())"


def free_port() -> int:
    """Return a port of the loopback address that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Imap:
    """A running IMAP server with one user."""

    port: int

    def put(self, raw: bytes) -> None:
        """Put a mail into the inbox, unread."""
        with imaplib.IMAP4("127.0.0.1", self.port) as line:
            line.login("ana", "s3cret")
            line.append("INBOX", "", None, raw)  # type: ignore[arg-type]  # no date: now

    def unread(self) -> int:
        """Count the mails that nobody has read."""
        with imaplib.IMAP4("127.0.0.1", self.port) as line:
            line.login("ana", "s3cret")
            line.select("INBOX")
            return len(line.search(None, "UNSEEN")[1][0].split())


@contextmanager
def serving() -> Iterator[Imap]:
    """Run the server."""
    port = free_port()
    program = [
        sys.executable,
        "-c",
        PYMAP,
        "--no-tls",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-service",
        "managesieve",
        "dict",
        "--demo-data",
        "--demo-user",
        "ana",
        "--demo-password",
        "s3cret",
    ]
    server = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 -- our own program
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                imaplib.IMAP4("127.0.0.1", port).logout()
                break
            except OSError:
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield Imap(port)
    finally:
        server.terminate()
        server.wait(timeout=60)
