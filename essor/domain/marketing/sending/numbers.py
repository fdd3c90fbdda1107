"""The figures of a mailing, live."""

from __future__ import annotations

from typing import Any

from essor.domain.marketing.sending.models import ListEmail
from essor.jobs import live

COUNTS = (
    "total_recipients", "total_skipped", "total_sent", "total_refused", "total_bounced", "total_unsure",
)  # fmt: skip


def channel(list_email_id: int) -> str:
    """Return the channel of live messages about a mailing."""
    return f"mailing:{list_email_id}"


def publish(list_email_id: int) -> None:
    """Tell whoever watches a mailing how it stands."""
    row: dict[str, Any] | None = ListEmail.objects.filter(pk=list_email_id).values("status", *COUNTS).first()
    if row is not None:
        live.publish(channel(list_email_id), row)
