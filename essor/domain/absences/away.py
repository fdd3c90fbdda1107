"""Who is away today, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from essor.access import snapshot
from essor.access.models import User
from essor.domain.absences.models import Absence
from essor.kernel.clock import zone_named
from essor.kernel.db.written import Given


def today() -> date:
    """Return the day where the company is."""
    return timezone.now().astimezone(zone_named(snapshot.recent().company.timezone)).date()


def on(day: date | Given) -> QuerySet[Absence]:
    """Return the absences of a day."""
    return Absence.objects.filter(first_day__lte=day, last_day__gte=day)


def absent(users: Collection[int], day: date) -> set[int]:
    """Return those of some users who are away on a day."""
    return set(on(day).filter(user__in=users).values_list("user", flat=True))


def deputies(users: Collection[int]) -> dict[int, int]:
    """Return {who is away: who stands in today}; only deputies who may log in themselves."""
    rows = on(today()).filter(user__in=users).values_list("user", "deputy", "user__delegated_approver")
    pairs = {user: key for user, deputy, usual in rows if (key := deputy or usual) is not None}
    able = User.objects.filter(pk__in=pairs.values(), is_active=True, is_frozen=False) if pairs else ()
    there = {one.pk for one in able}
    return {user: deputy for user, deputy in pairs.items() if deputy in there}


def seats(user_id: int | Given, day: date | Given | None = None) -> QuerySet[User, int]:
    """Return for whom somebody answers today, oneself and those one stands in for, as a condition of another query."""
    mine = Q(deputy=user_id) | Q(deputy=None, user__delegated_approver=user_id)
    stood_in_for = on(day or today()).filter(mine).values("user")
    return User.objects.filter(Q(pk__in=stood_in_for) | Q(pk=user_id)).values_list("pk", flat=True)


def still_to_come(users: Iterable[int] | None = None) -> QuerySet[Absence]:
    """Return the absences that last until today or later, of some users or of all, the next first."""
    rows = Absence.objects.filter(last_day__gte=today()).select_related("user__delegated_approver", "deputy")
    return rows if users is None else rows.filter(user__in=users)
