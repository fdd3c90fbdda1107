"""The amount of a deal in the company's currency: at the rate of its close date, frozen when it closes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from essor.access.actor import system_actor
from essor.catalog import current
from essor.domain.currencies import rates
from essor.domain.sales.models import Opportunity
from essor.jobs.tasks import check_interrupted, task
from essor.kernel import events
from essor.kernel.events import RECORD_TOPICS, Event, consumer
from essor.query.converting import Converted, convert
from essor.records import rollups
from essor.records.batch import Batch, Row
from essor.records.rules import before

DEAL = "Opportunity"
RATE, CONVERTED = "ConversionRate", "ConvertedAmount"
READS = ("Amount", "CloseDate", "CurrencyIsoCode", "IsClosed", RATE, CONVERTED)
CHUNK = 500


@before(DEAL, reads=READS)
def converted(batch: Batch) -> None:
    """Set rate and converted amount; a deal that was closed keeps its rate unless its date or currency is corrected."""
    rows = list(batch)
    known = rates.read(
        batch.actor.company.currency,
        {row.get("CurrencyIsoCode") for row in rows if not _frozen(row)} - {None},
    )
    for row in rows:
        code, day = row.get("CurrencyIsoCode"), row.get("CloseDate")
        rate = row.get(RATE) if _frozen(row) else known.at(code, day) if code and day else None
        for name, value in ((RATE, rate), (CONVERTED, convert(row.get("Amount"), rate))):
            if value != row.get(name):
                row.set(name, value)


def _frozen(row: Row) -> bool:
    return bool(
        row.prior("IsClosed")
        and row.get("IsClosed")
        and row.prior(RATE)
        and not row.changes("CloseDate")
        and not row.changes("CurrencyIsoCode")
    )


@consumer("deals.rates", topics=RECORD_TOPICS)
def rates_changed(events: Sequence[Event]) -> None:
    """Let the deals follow once currencies or rates were written."""
    if any(one.object_name in ("CurrencyType", "DatedConversionRate") for one in events):
        follow_rates.enqueue()


@task(retries=3)
def follow_rates() -> None:
    """Bring the open deals, and closed ones that had no rate yet, to the rates as they are now: set-wise, in pieces."""
    home = system_actor().company.currency
    codes = set(Opportunity.objects.order_by().values_list("currency_iso_code", flat=True).distinct())
    known = rates.read(home, codes)
    for where, rate in due(known, codes):
        while _follow(where, rate):
            check_interrupted()


def due(known: rates.Rates, codes: Iterable[str]) -> Iterator[tuple[Q, float | None]]:
    """Yield the deals whose rate is not the one that they should have, and that rate."""
    free = Q(is_closed=False) | Q(conversion_rate=None)
    for code in sorted(codes):
        here = Q(currency_iso_code=code)
        for start, end, rate in known.periods(code):
            inside = here
            if start is not None:
                inside &= Q(close_date__gte=start)
            if end is not None:
                inside &= Q(close_date__lt=end)
            if rate is None:
                yield inside & Q(is_closed=False, conversion_rate__isnull=False), None
            else:
                yield inside & free & (Q(conversion_rate=None) | ~Q(conversion_rate=rate)), rate


@transaction.atomic
def _follow(where: Q, rate: float | None) -> bool:
    """Give one piece of deals their rate, and what gathers them its sums; tell whether there were any."""
    keys = list(Opportunity.objects.filter(where).order_by().values_list("pk", flat=True)[:CHUNK])
    if not keys:
        return False
    catalog = current.get()
    rollups.hold(catalog.object(DEAL), keys)
    Opportunity.objects.filter(where, pk__in=keys).update(**columns(rate))
    rollups.refresh_parents(catalog, DEAL, rollups.parents_of_keys(catalog, DEAL, keys))
    events.emit("record.updated", DEAL, keys, {"rollup": True})
    return True


def columns(rate: float | None) -> dict[str, Any]:
    """Return what an UPDATE gives deals of one rate."""
    amount = None if rate is None else Converted(F("amount"), rate)
    return {"conversion_rate": rate, "converted_amount": amount}
