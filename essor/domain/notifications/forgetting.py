"""What this room forgets of an object that is erased for good."""

from __future__ import annotations

from essor.catalog import purging
from essor.domain.notifications.models import Notification


@purging.register
def forget(name: str, prefix: str) -> None:  # noqa: ARG001 -- notices name records by their ids
    """Remove what people were told about its records."""
    Notification.objects.filter(prefix=prefix).delete()
