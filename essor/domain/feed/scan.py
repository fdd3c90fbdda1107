"""Asks a virus scanner about a file before anybody may have it: the INSTREAM command of clamd.

Without an address in the settings nothing is scanned. With one, a file that the scanner cannot be asked about is
refused: an outage must not let through what it is there to stop.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from essor.kernel.errors import FieldError, ValidationFailed

logger = logging.getLogger(__name__)
CHUNK = 64 * 1024  # bytes; clamd takes up to its StreamMaxLength in all
PATIENCE = 60.0  # seconds for one answer
LONGEST_ANSWER = 4096
PORT = 3310


def check(path: Path) -> None:
    """Let a clean file pass; ValidationFailed for an infected one, and while the scanner does not answer."""
    if not settings.CLAMD:
        return
    try:
        answer = ask(settings.CLAMD, path)
    except OSError:
        logger.exception("The virus scanner at %s does not answer", settings.CLAMD)
        raise _refused(
            "FILE_NOT_SCANNED", _("The file cannot be checked for viruses at the moment. Try again later.")
        ) from None
    if answer.endswith("FOUND"):
        name = answer.removesuffix("FOUND").removeprefix("stream:").strip()
        logger.warning("An upload was infected: %s", name)
        raise _refused(
            "FILE_INFECTED", _("The file holds a virus (%(name)s) and was not kept.") % {"name": name}
        )
    if answer != "stream: OK":
        logger.error("The virus scanner answered %r", answer)
        raise _refused(
            "FILE_NOT_SCANNED", _("The file cannot be checked for viruses at the moment. Try again later.")
        )


def ask(address: str, path: Path) -> str:
    """Return clamd's answer about a file: "stream: OK" or "stream: NAME FOUND". Raises OSError."""
    with closing(_connected(address)) as line:
        line.sendall(b"zINSTREAM\0")
        for part in _parts(path):
            line.sendall(len(part).to_bytes(4, "big") + part)
        line.sendall(bytes(4))
        found = b""
        while not found.endswith(b"\0") and len(found) < LONGEST_ANSWER and (more := line.recv(1024)):
            found += more
    return found.rstrip(b"\0").decode("utf-8", "replace").strip()


def _connected(address: str) -> socket.socket:
    """Return a connection to "host:port", or to the socket file that an absolute path names."""
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(PATIENCE)
        line.connect(address)
        return line
    host, _gap, port = address.rpartition(":")
    place = (host, int(port)) if host and port.isdecimal() else (address, PORT)
    return socket.create_connection(place, timeout=PATIENCE)


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            yield part


def _refused(code: str, sentence: str) -> ValidationFailed:
    return ValidationFailed([FieldError("", code, sentence)])
