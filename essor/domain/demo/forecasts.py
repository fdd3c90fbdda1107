"""What the demo company expects to sell: quotas, adjustments, sixty days of pictures, people in leaderboards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.db.models import (
    BigIntegerField,
    Case,
    DateField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Mod
from django.utils import timezone

from essor.access.actor import actor_for
from essor.access.models import User
from essor.domain.activities.models import Task
from essor.domain.demo import people
from essor.domain.forecasts import figures, snapshots
from essor.domain.forecasts.models import Adjustment, ForecastingQuota, Participant
from essor.domain.forecasts.periods import Period, holding, plus_months
from essor.domain.sales.models import Opportunity, OpportunityHistory
from essor.domain.sales.objects import STAGES
from essor.kernel.db.insert import insert_rows
from essor.query.converting import Converted

DAYS, FEW_DAYS = 60, 8
LEADERS = ("Direction commerciale", "Région Nord", "Région Sud", "Export")
NOTES = (
    "Signature promise par la direction du client.",
    "Le budget du client passe l’an prochain, je préfère rester prudent.",
    "Deux affaires avancent plus vite que prévu.",
    "À revoir après le comité de vendredi.",
)


def make(rng: Random, now: datetime, *, scale: float = 1.0) -> None:
    """Make all of it from the deals that are there; a large company has fewer days of pictures."""
    sellers = list(User.objects.filter(role__name__in=people.SELLERS).order_by("pk"))
    leaders = User.objects.filter(role__name__in=LEADERS).order_by("pk")
    with transaction.atomic():
        quotas(rng, now, sellers)
        adjustments(rng, now)
        Participant.objects.bulk_create(
            [Participant(user=user) for place, user in enumerate([*sellers, *leaders]) if place % 4 != 3],  # noqa: PLR2004 -- three in four
            ignore_conflicts=True,
        )
        help_each_other(sellers)
    for age in range(DAYS if scale <= 2 else FEW_DAYS, 0, -1):  # noqa: PLR2004 -- pictures grow with the company
        with transaction.atomic():
            picture(now, age)
    snapshots.take(timezone.localdate(now), now=now)


def help_each_other(sellers: Sequence[User]) -> None:
    """Let every seventh thing done about a deal be done by a colleague of its owner, in one statement."""
    colleagues = zip(sellers, [*sellers[1:], *sellers[:1]], strict=True)
    other = Case(
        *(When(owner_id=one.pk, then=Value(two.pk)) for one, two in colleagues),
        default=F("owner_id"),
        output_field=BigIntegerField(),
    )
    done = Task.objects.filter(what_type="006", is_closed=True).annotate(place=Mod("pk", 7))
    done.filter(place=0).update(owner_id=other)


def quotas(rng: Random, now: datetime, sellers: Sequence[User]) -> None:
    """Give each seller a little more than they sold, for the year before, this year and the next."""
    if ForecastingQuota.objects.exists():
        return
    year = now.date() - timedelta(days=365)
    won = dict(
        Opportunity.objects.filter(is_won=True, close_date__gte=year)
        .order_by()
        .values_list("owner_id")
        .annotate(total=Sum("amount"))
    )
    start = date(now.year - 1, 1, 1)
    stamp = {
        "created_date": now,
        "last_modified_date": now,
        "system_modstamp": now,
        "currency_iso_code": "EUR",
    }
    rows: list[Mapping[str, Any]] = []
    for user in sellers:
        usual = max(2_000_00, (won.get(user.pk) or 0) / 12 * rng.uniform(0.85, 1.25))
        for place in range(36):
            month = plus_months(start, place)
            season = 0.6 if month.month == 8 else 1.2 if month.month in {6, 12} else 1.0  # noqa: PLR2004 -- August, and ends of halves
            rows.append(
                {
                    "name": f"{user.name} – {month:%Y-%m}",
                    "quota_owner_id": user.pk,
                    "owner_id": user.pk,
                    "start_date": month,
                    "quota_amount": max(1, round(usual * season / 100_000)) * 100_000,
                    **stamp,
                }
            )
    insert_rows(ForecastingQuota, rows)


def adjustments(rng: Random, now: datetime) -> None:
    """Let sellers and those who lead them say what they think of this month and this quarter."""
    for leader in User.objects.filter(role__name__in=LEADERS).order_by("pk"):
        actor = actor_for(leader)
        below = [leader.pk, *sorted(actor.snapshot.below(leader.pk))]
        for period in (holding(now.date(), "month"), holding(now.date(), "quarter")):
            sums = figures.figures(actor, period).get("EUR", {})
            for place, person in enumerate(one for one in below if one in sums):
                if place % 3 == 0:
                    _say(rng, now, period, person, leader.pk, sums[person].figure("commit"))
                if place % 4 == 1:
                    _say(rng, now, period, person, person, sums[person].figure("commit"))


def _say(rng: Random, now: datetime, period: Period, person: int, author: int, then: int) -> None:
    amount = round(then * rng.uniform(0.85, 1.15) / 100_000) * 100_000
    Adjustment.objects.create(
        subject_id=person,
        author_id=author,
        period=period.key,
        figure="commit",
        currency="EUR",
        amount=amount,
        figure_then=then,
        note=rng.choice(NOTES),
        created_date=now - timedelta(days=rng.uniform(0, 20)),
    )


def picture(now: datetime, age: int) -> None:
    """Store how the deals stood `age` days ago: their stage from their path, a few with another amount, day or owner."""
    taken = now - timedelta(days=age)
    day = timezone.localdate(taken)
    oldest = holding(day, "quarter").moved(-1).start
    stage = OpportunityHistory.objects.filter(opportunity_id=OuterRef("pk"), created_date__lte=taken)
    deals = Opportunity.objects.filter(is_deleted=False, created_date__lte=taken).annotate(
        stage_then=Subquery(stage.order_by("-created_date", "-pk").values("stage_name")[:1]),
        place=Mod("pk", 53),
    )
    ended = [one.value for one in STAGES if one.facts["closed"]]
    deals = deals.filter(~Q(stage_then__in=ended) | Q(close_date__gte=oldest), stage_then__isnull=False)
    before = Q(place__lt=age)  # this deal was touched since
    euros, close = Coalesce(F("amount"), 0), F("close_date")
    sooner = Cast(ExpressionWrapper(close - timedelta(days=33), output_field=DateField()), DateField())
    first = (
        User.objects.filter(role__name__in=people.SELLERS).order_by("pk").values_list("pk", flat=True).first()
    )

    def touched(every: int, **more: Any) -> Q:
        return before & Q(**{f"in_{every}": 0}, **more)

    deals = deals.annotate(in_7=Mod("pk", 7), in_11=Mod("pk", 11), in_13=Mod("pk", 13), in_37=Mod("pk", 37))
    counted = Case(
        When(touched(7), then=euros / 500 * 400),
        When(touched(11), then=euros / 500 * 650),
        default=euros,
        output_field=BigIntegerField(),
    )
    snapshots.store(
        day,
        taken,
        deals,
        stage=F("stage_then"),
        category=_fact("category"),
        is_closed=_is(ended),
        is_won=_is([one.value for one in STAGES if one.facts["won"]]),
        amount=counted,
        converted=Converted(counted, F("conversion_rate")),
        close_date=Case(When(touched(13, is_closed=False), then=sooner), default=close),
        owner_id=Case(
            When(touched(37), then=Value(first)), default=F("owner_id"), output_field=BigIntegerField()
        ),
    )


def _fact(name: str) -> Case:
    return Case(*(When(Q(stage_then=one.value), then=Value(one.facts[name])) for one in STAGES))


def _is(stages: Sequence[str]) -> Case:
    return Case(When(Q(stage_then__in=stages), then=Value(value=True)), default=Value(value=False))
