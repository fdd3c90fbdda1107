"""Keys and passwords for sending, read again; what stands in the way is said in words for administrators."""

from __future__ import annotations

from django.utils.translation import gettext as _

from essor.domain.marketing.sending.results import ServerRefuses
from essor.kernel.sealed import Unreadable, unseal


def opened(stored: str) -> str:
    """Return a stored secret; raises ServerRefuses when SECRET_KEY is no longer the one that sealed it."""
    try:
        return unseal(stored)
    except Unreadable:
        message = _(
            "The keys and passwords for sending were kept under another SECRET_KEY. Enter them again."
        )
        raise ServerRefuses(message) from None
