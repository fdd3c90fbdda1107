"""The figures of a mailing, live."""

from __future__ import annotations

from typing import Any

from essor.domain.marketing.sending.models import ListEmail
from essor.jobs import live

COUNTS = (
    "total_recipients", "total_skipped", "total_sent", "total_refused", "total_bounced", "total_unsure",
)  # fmt: skip


def publish(list_email_id: int) -> None:
    """Tell those to whom a mailing belongs, and who launched it, how it stands: `es:mailing` on their pages."""
    row: dict[str, Any] | None = (
        ListEmail.objects.filter(pk=list_email_id)
        .values("owner_id", "launched_by_id", "status", *COUNTS)
        .first()
    )
    if row is None:
        return
    people = {row.pop("owner_id"), row.pop("launched_by_id")} - {None}
    live.publish_many((f"user:{one}", {"mailing": {"id": list_email_id, **row}}) for one in people)
