"""Leaderboards that nobody has to take part in: the first of a team, never the last, and help counts too.

Only figures of people who chose to take part are ever worked out for others; everybody sees their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.utils import timezone

from essor.access.actor import Actor
from essor.access.models import User, UserRole
from essor.domain.activities.models import Event, Task
from essor.domain.forecasts import contributions, roles
from essor.domain.forecasts.models import Participant
from essor.domain.forecasts.periods import Period
from essor.domain.sales.models import Opportunity
from essor.query.names import names

TOP = 5
Values = dict[int, int]
Counter = Callable[[Period, Collection[int]], Values]


def _won(period: Period) -> QuerySet[Opportunity]:
    return Opportunity.objects.filter(
        is_deleted=False, is_won=True, close_date__gte=period.start, close_date__lte=period.end
    ).order_by()


def won_amount(period: Period, people: Collection[int]) -> Values:
    """Return what each has won in whatever currency, in minor units of the company's at the rates of closing."""
    rows = _won(period).filter(owner_id__in=people)
    return _values(rows.values_list("owner_id").annotate(total=Sum("converted_amount")))


def won_deals(period: Period, people: Collection[int]) -> Values:
    """Return how many deals each has won."""
    return _values(
        _won(period).filter(owner_id__in=people).values_list("owner_id").annotate(total=Count("pk"))
    )


def new_customers(period: Period, people: Collection[int]) -> Values:
    """Return how many accounts bought for the first time from each."""
    earlier = Opportunity.objects.filter(
        is_deleted=False, is_won=True, account_id=OuterRef("account_id"), close_date__lt=period.start
    )
    rows = _won(period).filter(~Exists(earlier), owner_id__in=people, account_id__isnull=False)
    return _values(rows.values_list("owner_id").annotate(total=Count("account_id", distinct=True)))


def activities(period: Period, people: Collection[int]) -> Values:
    """Return how many calls, tasks and meetings each has done."""
    return _added(
        _values(rows.filter(owner_id__in=people).values_list("owner_id").annotate(total=Count("pk")))
        for rows in _done(period)
    )


def helped(period: Period, people: Collection[int]) -> Values:
    """Return on how many deals that a colleague won each has helped."""
    return {person: len(deals) for person, deals in contributions.of(_won(period), people).items()}


def contributed(period: Period, people: Collection[int]) -> Values:
    """Return what the deals that each helped a colleague to win come to, in minor units of the company's currency."""
    found = contributions.of(_won(period), people)
    deals = {deal for ones in found.values() for deal in ones}
    rows = Opportunity.objects.filter(pk__in=deals, converted_amount__isnull=False)
    amounts = _values(rows.values_list("pk", "converted_amount"))
    return {person: sum(amounts.get(deal, 0) for deal in ones) for person, ones in found.items()}


def helped_deals(actor: Actor, period: Period) -> list[tuple[int, str]]:
    """Return the deals that the actor helped a colleague to win: key and name of those that they may see."""
    deals = contributions.of(_won(period), [actor.user_id]).get(actor.user_id, set())
    seen = names(actor, [("Opportunity", deal) for deal in deals])
    return sorted(((key, name) for (_object, key), name in seen.items()), key=lambda one: one[1].casefold())


def _done(period: Period) -> Sequence[QuerySet[Any]]:
    start, end = (
        timezone.make_aware(datetime.combine(day, time()))
        for day in (period.start, period.end + timedelta(days=1))
    )
    return (
        Task.objects.filter(
            is_deleted=False, is_closed=True, completed_date_time__gte=start, completed_date_time__lt=end
        ).order_by(),
        Event.objects.filter(
            is_deleted=False,
            activity_date__gte=period.start,
            activity_date__lte=min(period.end, timezone.localdate()),
        ).order_by(),
    )


def _values(rows: Any) -> Values:
    return {owner: int(total or 0) for owner, total in rows}


def _added(parts: Any) -> Values:
    found: Values = {}
    for part in parts:
        for owner, total in part.items():
            found[owner] = found.get(owner, 0) + total
    return found


MONEY = frozenset({"amount", "contributed"})
METRICS: Mapping[str, Counter] = {
    "amount": won_amount,
    "deals": won_deals,
    "helped": helped,
    "contributed": contributed,
    "customers": new_customers,
    "activities": activities,
}


@dataclass(frozen=True, slots=True)
class Place:
    """One of the first: rank from 1 (equal values share it), name, value."""

    rank: int
    person: int
    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Progress:
    """One's own value in one period."""

    period: Period
    value: int


def takes_part(user_id: int) -> bool:
    """Tell whether somebody has chosen to take part."""
    return Participant.objects.filter(user_id=user_id).exists()


def choose(actor: Actor, *, take_part: bool) -> None:
    """Take part from now on, or no longer."""
    if take_part:
        Participant.objects.get_or_create(user_id=actor.user_id)
    else:
        Participant.objects.filter(user_id=actor.user_id).delete()


def participants(actor: Actor, team: int | None) -> frozenset[int]:
    """Return the active people of a team (a role and those below; None: everybody) who take part."""
    rows = User.objects.filter(pk__in=Participant.objects.values("user_id"), is_active=True)
    if team is not None:
        state = actor.snapshot
        rows = rows.filter(role_id__in={team, *state.roles_under(team)})
    return frozenset(rows.values_list("pk", flat=True))


def teams(actor: Actor) -> list[tuple[int, str]]:
    """Return the roles that the actor belongs to, the own one first and then those above it."""
    above = list(roles.chain(actor.snapshot, actor.role_id))
    names = dict(UserRole.objects.filter(pk__in=above).values_list("pk", "name"))
    return [(role, names[role]) for role in above if role in names]


def first(metric: str, period: Period, people: Collection[int]) -> list[Place]:
    """Return the first of those who take part: ranks up to `TOP`, and never more than the better half of them.

    Equal values share a rank and are shown together or not at all.
    """
    values = {person: value for person, value in METRICS[metric](period, people).items() if value > 0}
    shown: list[tuple[int, int, int]] = []
    for value in sorted(set(values.values()), reverse=True):
        same = [person for person in values if values[person] == value]
        rank = len(shown) + 1
        if rank > TOP or len(shown) + len(same) > len(people) // 2:
            break
        shown.extend((rank, person, value) for person in same)
    names = roles.names_of([person for _rank, person, _value in shown])
    places = [Place(rank, person, names.get(person, ""), value) for rank, person, value in shown]
    return sorted(places, key=lambda one: (one.rank, one.name))


def progress(actor: Actor, metric: str, period: Period, *, count: int = 6) -> list[Progress]:
    """Return one's own value in this period and in those before it, the oldest first."""
    periods = [period.moved(-back) for back in range(count - 1, -1, -1)]
    return [Progress(one, METRICS[metric](one, [actor.user_id]).get(actor.user_id, 0)) for one in periods]
