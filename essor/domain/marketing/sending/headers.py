"""Header lines as they go over the wire and as DKIM's relaxed form sees them; nothing in a value can end a line."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from essor.kernel.errors import EssorError

CONTROLS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
BLANKS = re.compile(r" {2,}")
FOLD = "\r\n "
ADDRESS = re.compile(r"[^\s\x00-\x20\x7f<>()\[\]\\,;:\"@]+@[^\s\x00-\x20\x7f<>()\[\]\\,;:\"@]+")
ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
LONGEST_ADDRESS = 254
WORD = 42  # bytes of an encoded word: 56 characters of base64, under the 75 of RFC 2047 and the line's 78


class BadAddress(EssorError):
    """No mail can be written to this address."""


def line(name: str, value: str) -> tuple[bytes, bytes]:
    """Return a header line and its relaxed form; a value may be folded already, by `FOLD` only."""
    wire = f"{name}: {value}\r\n".encode()
    return wire, f"{name.lower()}:{value}\r\n".replace(FOLD, " ").encode()


def text(value: str) -> str:
    """Return unstructured text for a header: encoded words where it is not ASCII or too long to stand in a line."""
    clean = _clean(value)
    if clean.isascii() and len(clean) <= 2 * WORD and "=?" not in clean:
        return clean
    return _words(clean)


@lru_cache(maxsize=256)
def mailbox(name: str, address: str) -> str:
    """Return `name <address>` for From and Reply-To; raises BadAddress."""
    clean = _clean(name)
    checked = usable(address)
    if not clean:
        return checked
    if clean.isascii() and len(clean) <= WORD and "=?" not in clean:
        shown = clean if ATOMS.fullmatch(clean) else '"' + re.sub(r'(["\\])', r"\\\1", clean) + '"'
        return f"{shown} <{checked}>"
    return f"{_words(clean)} <{checked}>"


def usable(address: str) -> str:
    """Return an address as it goes to servers, the domain in ASCII; raises BadAddress for what is none."""
    if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address):
        raise BadAddress(address)
    if address.isascii():
        return address
    local, _at, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise BadAddress(address) from None


def date(now: datetime) -> str:
    """Return a moment as the Date header has it."""
    return format_datetime(now.replace(microsecond=0))


def _words(value: str) -> str:
    """Return encoded words (RFC 2047, base64), whole characters in each, folded."""
    words: list[str] = []
    part = b""
    for letter in value:
        more = letter.encode("utf-8", "replace")
        if len(part) + len(more) > WORD:
            words.append(_word(part))
            part = b""
        part += more
    words.append(_word(part))
    return FOLD.join(words)


def _word(part: bytes) -> str:
    return f"=?utf-8?b?{b64encode(part).decode('ascii')}?="


def _clean(value: str) -> str:
    return BLANKS.sub(" ", CONTROLS.sub(" ", value)).strip(" ")
