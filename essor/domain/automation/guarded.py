"""A call to an address that a person typed: never to a machine of the house.

The name is resolved once, every address must be a public one, and the connection goes to the very address that was
looked at: a name that answers differently the second time gains nothing. Redirects are walked by the same guard.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from essor.kernel.errors import FieldError, ValidationFailed

TIMEOUT = 10.0  # seconds without a byte
LONGEST_CALL = 30.0  # seconds in all: a machine that answers drop by drop would hold a worker for days
MOST_REDIRECTS = 3
MOST_READ = 65_536  # bytes of an answer
KEPT_METHOD = (307, 308)  # other redirects would turn a POST into a GET
PORTS = {"http": 80, "https": 443}
LONGEST = 2000
GLOBAL_UNICAST = ipaddress.IPv6Network(
    "2000::/3"
)  # RFC 4291: all that lies outside is local, or a way to somewhere else
WRITTEN = re.compile(r"[!-~]+")  # visible ASCII: names of other letters are written in Punycode


class Unreachable(Exception):
    """The other side could not be reached or did not take it; worth another try."""


class Away(Unreachable):
    """Nobody is there, or nobody answers in time: others who are called there would wait as long."""


class Unsure(Away):
    """The other side was reached and did not answer: it may have taken it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, and the beginning of the body."""

    status: int
    body: bytes
    location: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect: the name that was asked for, and the address that was looked at."""

    url: SplitResult
    host: str
    port: int
    address: str


def parts(url: str) -> SplitResult:
    """Return the parts of an address that may be called at all; ValidationFailed otherwise."""
    try:
        found = urlsplit(url.strip())
        fine = found.scheme in PORTS and found.hostname and (found.port is None or found.port > 0)
    except ValueError:
        fine = False
    if not fine or len(url) > LONGEST or found.username is not None or not WRITTEN.fullmatch(url.strip()):
        raise refused(_("Enter an address that begins with https:// or http://."))
    if _is_inside(found.hostname or ""):
        raise _inside(found.hostname or "")
    return found


def _is_inside(host: str) -> bool:
    """Tell whether a host is written as an address that is never called; names are looked up when they are called."""
    try:
        return not is_allowed(host)
    except ValueError:
        return False


def _inside(host: str) -> ValidationFailed:
    return refused(_("“%(host)s” is an address inside a network: it is not called.") % {"host": host})


def refused(message: str) -> ValidationFailed:
    """Return the refusal of an address."""
    return ValidationFailed([FieldError("url", "FIELD_INTEGRITY_EXCEPTION", message)])


def target_of(url: str) -> Target:
    """Return where a call would go; ValidationFailed when that is no public address, Away without any."""
    found = parts(url)
    host = found.hostname or ""
    port = found.port or PORTS[found.scheme]
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Away(_("“%(host)s” has no address.") % {"host": host}) from error
    addresses = [str(answer[4][0]) for answer in answers]
    if not addresses or not all(is_allowed(one) for one in addresses):
        raise _inside(host)
    return Target(found, host, port, addresses[0])


def is_allowed(text: str) -> bool:
    """Tell whether an address is one of the public net (or loopback, where the setting allows it)."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        # An address of the older kind inside one of the newer is judged by itself.
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_allowed(str(inner))
        if not address.is_loopback and address not in GLOBAL_UNICAST:
            return False
    if address.is_loopback:
        return bool(getattr(settings, "WEBHOOKS_TO_LOOPBACK", False))
    return address.is_global and not address.is_multicast and not address.is_reserved


class _Plain(http.client.HTTPConnection):
    """A connection to the address that was looked at, whatever the name says by now."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT)
        self.target = target

    def connect(self) -> None:
        self.sock = socket.create_connection((self.target.address, self.target.port), self.timeout)


class _Secure(_Plain):
    """The same over TLS: the certificate must be of the name."""

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.target.host)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send `body` and return the status, always of the 200s; Unreachable otherwise, ValidationFailed when forbidden."""
    for _round in range(MOST_REDIRECTS + 1):
        answer = _once(target_of(url), body, headers)
        if answer.status in KEPT_METHOD and answer.location:
            url = urljoin(url, answer.location)
            continue
        if 200 <= answer.status < 300:  # noqa: PLR2004 -- HTTP's word for “taken”
            return answer.status
        raise Unreachable(_("The answer was %(status)d.") % {"status": answer.status})
    raise Unreachable(_("It redirects too often."))


def answer_to(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST `body` and return whatever is answered; redirects are not walked, as `headers` may hold keys.

    Raises Unsure where no answer came, Away where nothing was reached, ValidationFailed when forbidden.
    """
    return _once(target_of(url), body, headers, most=MOST_READ)


def status_of(url: str, headers: Mapping[str, str]) -> int:
    """Return how a GET is answered, the last one where it redirects; Unreachable, or ValidationFailed when forbidden."""
    for _round in range(MOST_REDIRECTS + 2):
        answer = _once(target_of(url), None, headers, method="GET")
        if not (300 <= answer.status < 400 and answer.location):  # noqa: PLR2004 -- HTTP's word for “elsewhere”
            return answer.status
        url = urljoin(url, answer.location)
    raise Unreachable(_("It redirects too often."))


def _once(
    target: Target, body: bytes | None, headers: Mapping[str, str], *, method: str = "POST", most: int = 0
) -> Answer:
    connection = (_Secure if target.url.scheme == "https" else _Plain)(target)
    late = threading.Event()
    watch = threading.Timer(LONGEST_CALL, _hang_up, (connection, late))
    watch.daemon = True
    path = (target.url.path or "/") + (f"?{target.url.query}" if target.url.query else "")
    reached = False
    try:
        watch.start()
        connection.connect()
        reached = True
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        found = Answer(answer.status, answer.read(most), answer.headers.get("Location", ""))
        if late.is_set():  # what came until then reads like a whole answer
            raise TimeoutError(_("It answers too slowly."))
    except (OSError, http.client.HTTPException) as error:
        raise (Unsure if reached else Away)(str(error) or type(error).__name__) from error
    else:
        return found
    finally:
        watch.cancel()
        connection.close()


def _hang_up(connection: http.client.HTTPConnection, late: threading.Event) -> None:
    """End a call from outside: whoever reads from it finds it closed."""
    late.set()
    held: socket.socket | None = connection.sock
    if held is not None:
        with suppress(OSError):
            socket.socket.shutdown(held, socket.SHUT_RDWR)
