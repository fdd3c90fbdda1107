"""The figures of a mailing, live."""

from __future__ import annotations

from essor.domain.marketing.sending.models import ListEmail
from essor.jobs import live

COUNTS = (
    "total_recipients",
    "total_skipped",
    "total_sent",
    "total_refused",
    "total_bounced",
    "total_unsure",
)


def publish(*list_email_ids: int) -> None:
    """Tell those to whom mailings belong, and who launched them, how they stand: `es:mailing` on their pages."""
    rows = ListEmail.objects.filter(pk__in=list_email_ids)
    live.publish_many(
        (f"user:{one}", {"mailing": row})
        for row in rows.values("id", "owner_id", "launched_by_id", "status", *COUNTS)
        for one in {row.pop("owner_id"), row.pop("launched_by_id")} - {None}
    )
