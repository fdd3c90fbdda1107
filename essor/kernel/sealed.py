"""Secrets that must be read again (passwords of mail servers, keys), sealed with the installation's key.

`seal` makes a text that gives nothing away in a copy of the database; `unseal` reads it again, and raises Unreadable when
the SECRET_KEY is another one.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes


class Unreadable(ValueError):
    """A secret was sealed with a key that is not known here."""


def seal(secret: str) -> str:
    """Return a secret as it may be stored; an empty one stays empty."""
    return _box().encrypt(secret.encode()).decode("ascii") if secret else ""


def unseal(stored: str) -> str:
    """Return a secret that `seal` made storable."""
    if not stored:
        return ""
    try:
        return _box().decrypt(stored.encode("ascii", "replace")).decode()
    except InvalidToken as error:
        message = "sealed with another SECRET_KEY"
        raise Unreadable(message) from error


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(one)) for one in keys])


def _key(secret: str | bytes) -> bytes:
    return base64.urlsafe_b64encode(
        hashlib.blake2b(force_bytes(secret), person=b"essor sealed", digest_size=32).digest()
    )
