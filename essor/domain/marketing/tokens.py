"""Short signed texts that name numbers: what stands in the addresses of mails, for one use each.

    make("click", 1_000_000, 3)         # "wIQ9AxqY…", URL-safe, nothing to look up to read it
    read("click", token)                # (1000000, 3), or None for anything that we did not make for this use

The numbers are varints, followed by 10 bytes of HMAC-SHA256. A token says nothing secret and never ends; what it names
is looked up by whoever reads it.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from binascii import Error, a2b_base64, b2a_base64
from functools import lru_cache

from django.conf import settings

MAC = 10  # bytes: 2**80 guesses, each of them a request
MORE = 0x80  # the bit of a varint's byte that says that another one follows
LONGEST = 80  # characters of a token that we would ever make


def make(use: str, *numbers: int) -> str:
    """Return the token of `numbers` (whole, not negative) for `use`; it is read for that use only."""
    return sign(_key(use, settings.SECRET_KEY), numbers)


def maker_key(use: str) -> bytes:
    """Return the key of `use`, for `sign` in a loop over many people."""
    return _key(use, settings.SECRET_KEY)


def sign(key: bytes, numbers: tuple[int, ...]) -> str:
    """Return the token of `numbers` under a key of `maker_key`."""
    body = b"".join([_varint(number) for number in numbers])
    mac = hmac.digest(key, body, "sha256")[:MAC]
    return _text(body + mac)


def read(use: str, token: str) -> tuple[int, ...] | None:
    """Return the numbers of a token that `make` made for `use`, None for any other text."""
    if len(token) > LONGEST or not token.isascii() or "+" in token or "/" in token:
        return None
    plain = token.replace("-", "+").replace("_", "/").encode() + b"=" * (-len(token) % 4)
    try:
        raw = a2b_base64(plain)
    except (Error, ValueError):
        return None
    body, mac = raw[:-MAC], raw[-MAC:]
    expected = hmac.digest(_key(use, settings.SECRET_KEY), body, "sha256")[:MAC]
    if not body or not hmac.compare_digest(mac, expected):
        return None
    # One text for one meaning: what decodes alike but is written otherwise was not made here.
    return _numbers(body) if b2a_base64(raw, newline=False) == plain else None


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


@lru_cache(maxsize=64)
def _key(use: str, secret: str) -> bytes:
    return hashlib.blake2b(
        use.encode(), key=secret.encode()[:64], person=b"essor mail token", digest_size=32
    ).digest()


def _varint(number: int) -> bytes:
    if 0 <= number < MORE:
        return bytes((number,))
    if number < 0:
        message = "tokens hold numbers from 0 upwards"
        raise ValueError(message)
    out = bytearray()
    while number >= MORE:
        out.append(number & 0x7F | MORE)
        number >>= 7
    out.append(number)
    return bytes(out)


def _numbers(body: bytes) -> tuple[int, ...] | None:
    found: list[int] = []
    number = shift = 0
    for byte in body:
        number |= (byte & 0x7F) << shift
        if byte & MORE:
            shift += 7
            continue
        if shift and not byte:
            return None  # a zero that `_varint` does not write
        found.append(number)
        number = shift = 0
    return None if shift else tuple(found)
