"""Leaderboards that nobody has to take part in: the first of a team, never the last, and help counts too.

Only figures of people who chose to take part are ever worked out for others; everybody sees their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    IntegerField,
    OuterRef,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.utils import timezone

from essor.access import principals
from essor.access.actor import Actor
from essor.access.models import User, UserRole
from essor.domain.activities.models import Event, Task
from essor.domain.forecasts import contributions, roles
from essor.domain.forecasts.models import Participant
from essor.domain.forecasts.periods import Period
from essor.domain.sales.models import Opportunity
from essor.query.names import names

TOP = 5
METRICS = ("amount", "deals", "helped", "contributed", "customers", "activities")
MONEY = frozenset({"amount", "contributed"})
Values = dict[int, int]
Periods = Sequence[Period]  # one behind the other
# {metric: for each period what each person has}
Figures = dict[str, list[Values]]


def figures(periods: Periods, people: Collection[int]) -> Figures:
    """Return all metrics of some people in some periods: nine questions at most, however many of either.

    Money is in minor units of the company's currency at the rates of closing; a deal that a colleague won with one's
    help is `helped` once and `contributed` with all it comes to; `customers` are accounts that buy for the first time.
    """
    won = _placed(_won(periods), "close_date", _days(periods)).filter(owner_id__in=people)
    sums = won.values_list("owner_id", "period").annotate(amount=Sum("converted_amount"), deals=Count("pk"))
    amounts, deals = _empty(periods), _empty(periods)
    for owner, at, amount, count in sums:
        amounts[at][owner], deals[at][owner] = int(amount or 0), count
    helped, contributed = _helped(periods, people)
    return {
        "amount": amounts,
        "deals": deals,
        "helped": helped,
        "contributed": contributed,
        "customers": _customers(periods, people),
        "activities": _activities(periods, people),
    }


def _customers(periods: Periods, people: Collection[int]) -> list[Values]:
    starts = [When(period=at, then=Value(one.start)) for at, one in enumerate(periods)]
    won = _placed(_won(periods), "close_date", _days(periods))
    won = won.annotate(starts=Case(*starts, output_field=DateField()))
    earlier = Opportunity.objects.filter(
        is_deleted=False, is_won=True, account_id=OuterRef("account_id"), close_date__lt=OuterRef("starts")
    )
    rows = won.filter(~Exists(earlier), owner_id__in=people, account_id__isnull=False)
    counts = rows.values_list("owner_id", "period").annotate(total=Count("account_id", distinct=True))
    return _added(periods, counts)


def _activities(periods: Periods, people: Collection[int]) -> list[Values]:
    """Return how many calls, tasks and meetings each has done."""
    days = _days(periods)
    instants = [
        (
            timezone.make_aware(datetime.combine(start, time())),
            timezone.make_aware(datetime.combine(end, time())),
        )
        for start, end in days
    ]
    tasks = Task.objects.filter(is_deleted=False, is_closed=True)
    events = Event.objects.filter(is_deleted=False, activity_date__lte=timezone.localdate())
    done = (_placed(tasks, "completed_date_time", instants), _placed(events, "activity_date", days))
    return _added(
        periods,
        *(
            rows.filter(owner_id__in=people).values_list("owner_id", "period").annotate(total=Count("pk"))
            for rows in done
        ),
    )


def _helped(periods: Periods, people: Collection[int]) -> tuple[list[Values], list[Values]]:
    """Return how many deals that a colleague won each has helped with, and what they come to."""
    helped, contributed = _empty(periods), _empty(periods)
    found = contributions.of(_won(periods), people)
    keys = {deal for deals in found.values() for deal in deals}
    rows = _placed(_won(periods).filter(pk__in=keys), "close_date", _days(periods))
    deals = {
        key: (at, amount or 0) for key, at, amount in rows.values_list("pk", "period", "converted_amount")
    }
    for person, own in found.items():
        for at, amount in (deals[key] for key in own if key in deals):
            helped[at][person] = helped[at].get(person, 0) + 1
            contributed[at][person] = contributed[at].get(person, 0) + amount
    return helped, contributed


def helped_deals(actor: Actor, period: Period) -> list[tuple[int, str]]:
    """Return the deals that the actor helped a colleague to win: key and name of those that they may see."""
    deals = contributions.of(_won([period]), [actor.user_id]).get(actor.user_id, set())
    seen = names(actor, [("Opportunity", deal) for deal in deals])
    return sorted(((key, name) for (_object, key), name in seen.items()), key=lambda one: one[1].casefold())


def _won(periods: Periods) -> QuerySet[Opportunity]:
    return Opportunity.objects.filter(
        is_deleted=False, is_won=True, close_date__gte=periods[0].start, close_date__lte=periods[-1].end
    ).order_by()


def _days(periods: Periods) -> list[tuple[date, date]]:
    return [(one.start, one.moved(1).start) for one in periods]


def _placed(rows: QuerySet[Any], attr: str, spans: Sequence[tuple[date, date]]) -> QuerySet[Any]:
    """Return the rows whose date lies in one of the spans [from, to), `period` being the place of theirs."""
    places = [
        When(**{f"{attr}__gte": start, f"{attr}__lt": end}, then=Value(at))
        for at, (start, end) in enumerate(spans)
    ]
    rows = rows.filter(**{f"{attr}__gte": spans[0][0], f"{attr}__lt": spans[-1][1]}).order_by()
    return rows.annotate(period=Case(*places, output_field=IntegerField()))


def _empty(periods: Periods) -> list[Values]:
    return [{} for _period in periods]


def _added(periods: Periods, *parts: Any) -> list[Values]:
    """Add up rows of (person, place of the period, number)."""
    found = _empty(periods)
    for owner, at, total in chain(*parts):
        found[at][owner] = found[at].get(owner, 0) + total
    return found


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


@dataclass(frozen=True, slots=True)
class Board:
    """One metric: the first of those who take part, and one's own way, the oldest period first."""

    places: list[Place]
    way: list[Progress]


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


def boards(actor: Actor, period: Period, people: Collection[int], *, count: int = 6) -> dict[str, Board]:
    """Return each metric's board: the first of those who take part, and one's own way over `count` periods."""
    periods = [period.moved(-back) for back in range(count - 1, -1, -1)]
    own = figures(periods, [actor.user_id])
    theirs = figures([period], people) if people else {}
    ranked = {metric: list(_ranked(theirs[metric][0], len(people))) for metric in theirs}
    known = principals.names({person for places in ranked.values() for _rank, person, _value in places})
    return {
        metric: Board(
            sorted(
                (
                    Place(rank, person, known.get(person, ""), value)
                    for rank, person, value in ranked.get(metric, ())
                ),
                key=lambda one: (one.rank, one.name),
            ),
            [
                Progress(one, values.get(actor.user_id, 0))
                for one, values in zip(periods, own[metric], strict=True)
            ],
        )
        for metric in METRICS
    }


def _ranked(values: Values, people: int) -> Iterator[tuple[int, int, int]]:
    """Yield (rank, person, value) up to `TOP`, and never more than the better half of those who take part.

    Equal values share a rank and are shown together or not at all.
    """
    shown = 0
    for value in sorted({value for value in values.values() if value > 0}, reverse=True):
        same = [person for person in values if values[person] == value]
        if shown + 1 > TOP or shown + len(same) > people // 2:
            return
        yield from ((shown + 1, person, value) for person in same)
        shown += len(same)
