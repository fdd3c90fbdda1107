"""Secrets at rest: private keys and passwords are encrypted with a key of SECRET_KEY, so that a copy of the database alone tells none."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext as _

from essor.domain.marketing.sending.results import ServerRefuses


def closed(secret: str) -> str:
    """Return a secret as it is stored; nothing stays nothing."""
    return _box(settings.SECRET_KEY).encrypt(secret.encode()).decode("ascii") if secret else ""


def opened(stored: str) -> str:
    """Return a stored secret; raises ServerRefuses when SECRET_KEY is no longer the one that closed it."""
    if not stored:
        return ""
    try:
        return _box(settings.SECRET_KEY).decrypt(stored.encode("ascii")).decode()
    except InvalidToken:
        message = _(
            "The keys and passwords for sending were kept under another SECRET_KEY. Enter them again."
        )
        raise ServerRefuses(message) from None


@lru_cache(maxsize=2)
def _box(secret: str) -> Fernet:
    return Fernet(
        urlsafe_b64encode(hashlib.blake2b(secret.encode(), person=b"essor sealed", digest_size=32).digest())
    )
