"""Tells every process that who may has changed."""

from __future__ import annotations

import secrets

from essor.access.models import AccessVersion


def bump() -> None:
    """Draw a new stamp inside the transaction of the change; all processes re-read when it is committed."""
    AccessVersion.objects.update_or_create(pk=1, defaults={"stamp": secrets.randbits(62) + 1})
