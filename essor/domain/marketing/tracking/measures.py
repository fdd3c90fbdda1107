"""What an A/B/C test goes by: how many people opened or clicked each variant, machines left out."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count, OuterRef, QuerySet, Subquery

from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.sending.trial import measure
from essor.domain.marketing.tracking.models import OPENED, Hit, Verdict


@measure("clicks")
def clicks(list_email_id: int) -> Mapping[int, int]:
    """Return {variant: people who clicked}."""
    return _by_variant(Hit.objects.filter(list_email_id=list_email_id, link__gt=OPENED))


@measure("opens")
def opens(list_email_id: int) -> Mapping[int, int]:
    """Return {variant: people who opened}."""
    return _by_variant(Hit.objects.filter(list_email_id=list_email_id, link=OPENED))


def _by_variant(hits: QuerySet[Hit]) -> Mapping[int, int]:
    variant = Recipient.objects.filter(pk=OuterRef("recipient_id")).values("variant")[:1]
    rows = hits.filter(recipient_id__isnull=False).exclude(verdict=Verdict.MACHINE)
    rows = rows.annotate(variant=Subquery(variant)).order_by()
    return dict(rows.values_list("variant").annotate(Count("recipient_id", distinct=True)))
