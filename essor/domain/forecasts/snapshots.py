"""A picture of all deals that count, taken every day by one statement, and thinned out when it grows old."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import DateField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from essor.access import snapshot as rights
from essor.domain.forecasts.models import Snapshot, SnapshotDeal
from essor.domain.forecasts.periods import holding
from essor.domain.sales.models import Opportunity

# Every day of the last five weeks, then Mondays of the last thirteen months.
DAILY, WEEKLY = timedelta(days=35), timedelta(days=400)
COLUMNS = (
    "day",
    "opportunity_id",
    "owner_id",
    "amount",
    "currency",
    "converted",
    "stage",
    "category",
    "close_date",
    "is_closed",
    "is_won",
)


def take(day: date | None = None, *, now: datetime | None = None) -> int:
    """Take the picture of a day (today when left out), instead of one taken before; return how many deals it holds."""
    now = now or timezone.now()
    day = day or timezone.localdate(now)
    month = rights.current().company.fiscal_year_start_month
    # Closed deals matter as long as somebody looks at their quarter.
    oldest = holding(day, "quarter", month).moved(-1).start
    deals = Opportunity.objects.filter(Q(is_closed=False) | Q(close_date__gte=oldest), is_deleted=False)
    with transaction.atomic():
        return store(day, now, deals)


def store(day: date, taken_at: datetime, deals: QuerySet[Opportunity], **instead: object) -> int:
    """Write deals as the picture of a day with one INSERT … SELECT; `instead` are expressions for some columns."""
    SnapshotDeal.objects.filter(day=day).delete()
    Snapshot.objects.update_or_create(day=day, defaults={"taken_at": taken_at})
    sources: dict[str, object] = {
        "day": Cast(Value(day), DateField()),
        "opportunity_id": F("pk"),
        "owner_id": F("owner_id"),
        "amount": Coalesce(F("amount"), 0),
        "currency": F("currency_iso_code"),
        "converted": F("converted_amount"),
        "stage": F("stage_name"),
        "category": F("forecast_category_name"),
        "close_date": F("close_date"),
        "is_closed": F("is_closed"),
        "is_won": F("is_won"),
    } | instead
    selected = deals.order_by().annotate(**{f"to_{name}": sources[name] for name in COLUMNS})
    sql, parameters = selected.values_list(*(f"to_{name}" for name in COLUMNS)).query.sql_with_params()
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{SnapshotDeal._meta.db_table}" ({names}) {sql}', parameters)
        return int(cursor.rowcount)


def thin_out(today: date | None = None) -> None:
    """Delete the pictures that are no longer kept."""
    today = today or timezone.localdate()
    for day in Snapshot.objects.filter(day__lt=today - DAILY).values_list("day", flat=True):
        if day < today - WEEKLY or day.weekday() != 0:
            with transaction.atomic():
                SnapshotDeal.objects.filter(day=day).delete()
                Snapshot.objects.filter(day=day).delete()


def days() -> list[date]:
    """Return the days of which there is a picture, the newest first."""
    return list(Snapshot.objects.order_by("-day").values_list("day", flat=True))
