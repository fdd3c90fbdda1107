"""Short signed texts that name numbers: what stands in the addresses of mails, for one use each.

    make("click", 1_000_000, 3)         # "f4240.3HQ9Axq…", URL-safe, nothing to look up to read it
    read("click", token)                # (1000000, 3), or None for anything that we did not make for this use

The numbers in hexadecimal with dots between them, and 10 bytes of keyed BLAKE2b over that text, in base 64: 14 characters.
So each meaning has one text. A token says nothing secret and never ends; what it names is looked up by whoever reads it.
"""

from __future__ import annotations

import hashlib
import hmac
from binascii import b2a_base64
from functools import lru_cache

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver

MAC, LETTERS = 10, 14  # bytes: 2**80 guesses, each of them a request; and their characters
LONGEST = 90  # characters of a token that we would ever make
URL_SAFE = bytes.maketrans(b"+/", b"-_")


def make(use: str, *numbers: int) -> str:
    """Return the token of `numbers` (whole, not negative) for `use`; it is read for that use only."""
    return sign(_key(use), numbers)


def maker_key(use: str) -> bytes:
    """Return the key of `use`, for `sign` in a loop over many people."""
    return _key(use)


def sign(key: bytes, numbers: tuple[int, ...]) -> str:
    """Return the token of `numbers` under a key of `maker_key`."""
    if min(numbers) < 0:
        message = "tokens hold numbers from 0 upwards"
        raise ValueError(message)
    text = ".".join([f"{number:x}" for number in numbers])
    return text + _mac(key, text)


def read(use: str, token: str) -> tuple[int, ...] | None:
    """Return the numbers of a token that `make` made for `use`, None for any other text."""
    if not LETTERS < len(token) <= LONGEST or not token.isascii():
        return None
    text = token[:-LETTERS]
    if not hmac.compare_digest(_mac(_key(use), text), token[-LETTERS:]):
        return None
    return tuple([int(number, 16) for number in text.split(".")])


def _mac(key: bytes, text: str) -> str:
    mac = hashlib.blake2b(text.encode("ascii"), key=key, digest_size=MAC).digest()
    return b2a_base64(mac)[:LETTERS].translate(URL_SAFE).decode("ascii")


@lru_cache(maxsize=64)
def _key(use: str) -> bytes:
    secret = settings.SECRET_KEY.encode()[:64]
    return hashlib.blake2b(use.encode(), key=secret, person=b"essor mail token", digest_size=32).digest()


@receiver(setting_changed)
def _forget(**_changed: object) -> None:
    """Follow a setting that a test changes: to look at settings each time costs every click as much as its digest."""
    _key.cache_clear()
