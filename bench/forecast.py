"""A team's forecast of a quarter over a million deals, beside its hand-written grouped SQL; and the picture of a night."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction
from django.utils import timezone

from bench.clock import in_turns, median, seconds
from bench.figure import Figure, ms, times
from bench.people import actor
from essor.domain.forecasts import board, figures, moves, periods, scope, snapshots
from essor.domain.forecasts.models import Snapshot
from essor.domain.sales.models import Opportunity


def fill(count: int) -> None:
    """Copy the demo company's deals until there are `count`."""
    names = [f'"{field.column}"' for field in Opportunity._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(names)
    while (have := Opportunity.objects.count()) < count:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO sales_opportunity ({columns}) SELECT {columns} FROM sales_opportunity LIMIT {count - have}"
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def by_hand(period: periods.Period, team: frozenset[int]) -> None:
    """Group with SQL written for it."""
    owners = ", ".join(map(str, sorted(team)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT owner_id, forecast_category_name, currency_iso_code, SUM(amount), COUNT(*) FROM sales_opportunity"
            f" WHERE NOT is_deleted AND close_date BETWEEN '{period.start}' AND '{period.end}' AND owner_id IN ({owners})"
            " AND forecast_category_name IN ('Closed', 'Commit', 'Best Case', 'Pipeline') GROUP BY 1, 2, 3"
        )
        cursor.fetchall()


def measure(leads: int) -> Iterator[Figure]:
    """Yield the figures over as many deals as the run has leads."""
    fill(leads)
    me = actor("directeur")
    period = periods.holding(timezone.localdate(), "quarter")
    ours, raw = in_turns(
        lambda: figures.figures(me, period), lambda: by_hand(period, scope.people(me)), times=9
    )
    mine, limit = median(ours), median(raw)
    yield Figure(
        f"team forecast, {leads:,} deals",
        ms(mine),
        ms(limit),
        times(mine / limit),
        "<= 1.5x + 5 ms",
        mine <= 1.5 * limit + 0.005,
    )
    ours, _raw = in_turns(lambda: board.board(me, period), lambda: None, times=5)
    yield Figure("the same with tree, quotas and adjustments", ms(median(ours)))
    day = timezone.localdate()
    yield Figure("picture of a night", ms(seconds(lambda: snapshots.take(day))))
    asked = moves.Asked(
        me,
        period,
        "commit",
        "EUR",
        Snapshot.objects.get(day=day),
        scope.people(me),
        everybody=scope.sees_all(me),
    )
    ours, _raw = in_turns(lambda: moves.waterfall(asked), lambda: None, times=3, warm=1)
    yield Figure("what moved since, waterfall", ms(median(ours)))
