"""What moved since a day: start figure → movements → today's figure, exact, each movement with its deals.

Two grouped queries: over the deals that were in the figure, joined with how they stand now, and over those that are in
it now and were not, joined with how they stood. Every deal is in one of the two, with one reason and one difference,
so that start and movements always add up to the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Abs, Coalesce

from essor.access.actor import Actor
from essor.domain.forecasts import scope
from essor.domain.forecasts.figures import FIGURES, TOGETHER
from essor.domain.forecasts.models import Snapshot, SnapshotDeal
from essor.domain.forecasts.periods import Period
from essor.domain.sales.models import Opportunity
from essor.query import run
from essor.query.access import visible_q
from essor.query.environment import env_for
from essor.query.tree import Query

# The reasons in the order in which they are told.
REASONS = (
    "new",
    "raised",
    "lowered",
    "rates",
    "in",
    "out",
    "category",
    "owner",
    "currency",
    "won",
    "lost",
    "deleted",
)
SAME = "same"
NOW, THEN = "opportunity__", "was__"
DEALS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figure is watched: whose (`people`), in which period and currency, since the picture of which day.

    With `TOGETHER` for a currency all deals are watched, in the company's: at the rates of that day, and those of now.
    """

    actor: Actor
    period: Period
    figure: str
    currency: str
    since: Snapshot
    people: frozenset[int]
    everybody: bool = False

    @property
    def together(self) -> bool:
        """Tell whether all currencies are watched as one."""
        return self.currency == TOGETHER

    def then(self, prefix: str = "") -> Coalesce:
        """Return what a deal counted in the picture that `prefix` leads to."""
        return Coalesce(F(f"{prefix}{'converted' if self.together else 'amount'}"), 0)

    def now(self, prefix: str = "") -> Coalesce:
        """Return what the deal that `prefix` leads to counts now."""
        return Coalesce(F(f"{prefix}{'converted_amount' if self.together else 'amount'}"), 0)


@dataclass(frozen=True, slots=True)
class Movement:
    """One reason: how much it changed the figure, in minor units, and how many deals it is about."""

    reason: str
    amount: int
    deals: int


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Start figure, movements, end figure; `start + sum(movements) == end`."""

    start: int
    movements: Sequence[Movement]
    end: int


@dataclass(frozen=True, slots=True)
class Moved:
    """One deal of a movement: what it counted then and counts now, in minor units."""

    opportunity: int
    before: int
    after: int
    close_before: date | None
    close_after: date | None
    stage_before: str
    stage_after: str


def waterfall(asked: Asked) -> Waterfall:
    """Return what moved."""
    found: dict[str, tuple[int, int]] = {}
    for rows in (left(asked), entered(asked)):
        grouped = (
            rows.values("reason").annotate(amount=Sum(F("after") - F("before")), deals=Count("pk")).order_by()
        )
        for row in grouped:
            amount, deals = found.get(row["reason"], (0, 0))
            found[row["reason"]] = amount + (row["amount"] or 0), deals + row["deals"]
    start = left(asked).aggregate(total=Sum("before"))["total"] or 0
    end = live(asked).aggregate(total=Sum(asked.now()))["total"] or 0
    movements = [Movement(reason, *found[reason]) for reason in REASONS if reason in found]
    return Waterfall(start, movements, end)


def deals(asked: Asked, reason: str) -> list[Moved]:
    """Return the deals of one movement, those that moved most first, at most `DEALS_SHOWN`."""
    return sorted(
        (
            *_moved(left(asked), reason, "opportunity_id", "", NOW),
            *_moved(entered(asked), reason, "pk", THEN, ""),
        ),
        key=lambda one: (-abs(one.after - one.before), one.opportunity),
    )[:DEALS_SHOWN]


def _moved(rows: QuerySet[Any], reason: str, link: str, then: str, now: str) -> Iterator[Moved]:
    live_stage = f"{now}stage_name"
    stored_stage = f"{then}stage"
    found = rows.filter(reason=reason).order_by(Abs(F("after") - F("before")).desc(), link)
    for row in found.values_list(
        link, "before", "after", f"{then}close_date", f"{now}close_date", stored_stage, live_stage
    )[:DEALS_SHOWN]:
        key, before, after, close_before, close_after, stage_before, stage_after = row
        yield Moved(key, before, after, close_before, close_after, stage_before or "", stage_after or "")


def live(asked: Asked) -> QuerySet[Opportunity]:
    """Return the deals that are in the figure now, as the actor may see them."""
    rows: QuerySet[Opportunity] = run.matching(Query(scope.DEALS), env_for(asked.actor))
    return rows.filter(_inside(asked, "", "currency_iso_code", "forecast_category_name"))


def started(asked: Asked) -> QuerySet[SnapshotDeal]:
    """Return the deals that were in the figure; of those still owned by the same people only what the actor may see."""
    rows = SnapshotDeal.objects.filter(_inside(asked, "", "currency", "category"), day=asked.since.day)
    env = env_for(asked.actor)
    visible = visible_q(asked.actor, env.full.object(scope.DEALS))
    if visible is not None:
        seen = Opportunity.objects.filter(visible, pk=OuterRef("opportunity_id"))
        rows = rows.filter(_gone() | ~_owned(asked, NOW) | Exists(seen))
    return rows


def _inside(asked: Asked, prefix: str, currency: str, category: str) -> Q:
    """Return the condition that a deal, reached by `prefix`, counts in the figure."""
    found = Q(
        **{
            f"{prefix}close_date__gte": asked.period.start,
            f"{prefix}close_date__lte": asked.period.end,
            f"{prefix}{category}__in": FIGURES[asked.figure],
        }
    )
    if not asked.together:
        found &= Q(**{f"{prefix}{currency}": asked.currency})
    return found & _owned(asked, prefix)


def _owned(asked: Asked, prefix: str) -> Q:
    if asked.everybody:
        return Q(**{f"{prefix}owner_id__isnull": False})
    return Q(**{f"{prefix}owner_id__in": sorted(asked.people)})


def _gone() -> Q:
    """Return the condition that a pictured deal is in the recycle bin or erased."""
    # Not by the key: Django would look at the picture's own column.
    return Q(opportunity__created_date__isnull=True) | Q(opportunity__is_deleted=True)


def left(asked: Asked) -> QuerySet[Any]:
    """Return the deals that were in the figure, with `reason`, `before` and `after` (0 when they left it)."""
    stays = ~_gone() & _inside(asked, NOW, "currency_iso_code", "forecast_category_name")
    won = Q(opportunity__is_won=True, is_won=False)
    coin, figure = Q(opportunity__currency_iso_code=F("currency")), Q(now_figure=F("amount"))
    rows = started(asked).annotate(
        before=asked.then(),
        now_figure=Coalesce(F("opportunity__amount"), 0),
        after=Case(When(stays, then=asked.now(NOW)), default=Value(0), output_field=BigIntegerField()),
    )
    return rows.annotate(
        reason=_reason(
            (_gone(), "deleted"),
            (stays & won, "won"),
            *(
                [(stays & ~coin, "currency"), (stays & coin & figure & ~Q(after=F("before")), "rates")]
                if asked.together
                else []
            ),
            (stays & Q(after__gt=F("before")), "raised"),
            (stays & Q(after__lt=F("before")), "lowered"),
            (stays, SAME),
            (Q(opportunity__is_closed=True, opportunity__is_won=False, is_closed=False), "lost"),
            (~_owned(asked, NOW) | Q(opportunity__owner_id__isnull=True), "owner"),
            (_elsewhere(asked, NOW), "out"),
            (won, "won"),
            *([] if asked.together else [(~Q(opportunity__currency_iso_code=asked.currency), "currency")]),
        )
    )


def entered(asked: Asked) -> QuerySet[Any]:
    """Return the deals that are in the figure and were not, with `reason`, `before` (0) and `after`."""
    was = started(asked).filter(opportunity_id=OuterRef("pk"))
    rows = live(asked).annotate(
        was=FilteredRelation("forecast_snapshots", condition=Q(forecast_snapshots__day=asked.since.day))
    )
    known = Q(was__close_date__isnull=False)
    return rows.filter(~Exists(was)).annotate(
        before=Value(0, BigIntegerField()),
        after=asked.now(),
        reason=_reason(
            (~known & Q(created_date__gte=asked.since.taken_at), "new"),
            (~known, "in"),
            (Q(is_won=True, was__is_won=False), "won"),
            (~_owned(asked, THEN) | Q(was__owner_id__isnull=True), "owner"),
            (_elsewhere(asked, THEN), "in"),
            *([] if asked.together else [(~Q(was__currency=asked.currency), "currency")]),
        ),
    )


def _elsewhere(asked: Asked, prefix: str) -> Q:
    return Q(**{f"{prefix}close_date__lt": asked.period.start}) | Q(
        **{f"{prefix}close_date__gt": asked.period.end}
    )


def _reason(*cases: tuple[Q, str]) -> Case:
    """Return the first reason that holds; what remains changed its forecast category."""
    return Case(
        *(When(condition, then=Value(reason)) for condition, reason in cases),
        default=Value("category"),
        output_field=CharField(),
    )
