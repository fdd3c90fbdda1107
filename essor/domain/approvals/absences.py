"""Who is away today, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from essor.access import snapshot
from essor.access.models import User
from essor.domain.approvals.models import Absence
from essor.kernel.clock import zone_named


def today() -> date:
    """Return the day where the company is."""
    return timezone.now().astimezone(zone_named(snapshot.recent().company.timezone)).date()


def _away() -> QuerySet[Absence]:
    day = today()
    return Absence.objects.filter(first_day__lte=day, last_day__gte=day)


def delegates(user_ids: Collection[int]) -> dict[int, int]:
    """Return {who is away: who stands in today}; only delegates who may log in themselves."""
    found = User.objects.filter(
        pk__in=_away().filter(user__in=user_ids).values("user"),
        delegated_approver__is_active=True, delegated_approver__is_frozen=False,
    )  # fmt: skip
    return {key: to for key, to in found.values_list("pk", "delegated_approver") if to is not None}


def seats(user_id: int) -> QuerySet[User, int]:
    """Return for whom somebody answers today, oneself and those one stands in for, as a condition of another query."""
    stood_in_for = Q(delegated_approver=user_id, pk__in=_away().values("user"))
    return User.objects.filter(stood_in_for | Q(pk=user_id)).values_list("pk", flat=True)
