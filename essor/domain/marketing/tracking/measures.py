"""What an A/B/C test goes by: how often each variant was opened or clicked, machines left out.

Whoever agreed to be followed counts once; the others cannot be told apart, so each of their hits counts.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count, Q, QuerySet

from essor.domain.marketing.sending.trial import measure
from essor.domain.marketing.tracking.models import OPENED, Hit, Verdict


@measure("clicks")
def clicks(list_email_id: int) -> Mapping[int, int]:
    """Return {variant: clicks}."""
    return _by_variant(Hit.objects.filter(list_email_id=list_email_id, link__gt=OPENED))


@measure("opens")
def opens(list_email_id: int) -> Mapping[int, int]:
    """Return {variant: opens}."""
    return _by_variant(Hit.objects.filter(list_email_id=list_email_id, link=OPENED))


def _by_variant(hits: QuerySet[Hit]) -> Mapping[int, int]:
    rows = hits.filter(variant__isnull=False).exclude(verdict=Verdict.MACHINE).order_by()
    found = rows.values("variant").annotate(
        named=Count("recipient_id", distinct=True), others=Count("pk", filter=Q(recipient_id__isnull=True))
    )
    return {row["variant"] or 0: row["named"] + row["others"] for row in found}
