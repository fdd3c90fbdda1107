"""Currencies of the demo company with thirty months of rates, and its deals in euros."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from essor.domain.currencies import rates
from essor.domain.currencies.models import CurrencyType, DatedConversionRate
from essor.domain.demo.companies import Maker
from essor.domain.forecasts.periods import plus_months
from essor.domain.sales.models import Opportunity
from essor.domain.sales.rules.conversion import columns, due

HOME = "EUR"
MONTHS = 30
# What a euro was worth at the start, how far a month may move it, and between which bounds it stayed.
COURSES = {
    "USD": (1.08, 0.015, 1.03, 1.19),
    "GBP": (0.857, 0.006, 0.83, 0.88),
    "CHF": (0.966, 0.007, 0.925, 0.985),
}


def make(maker: Maker, stamp: dict[str, Any]) -> None:
    """Store the currencies and their rates, of the first of each month, where nobody keeps any."""
    if CurrencyType.objects.exists():
        return
    rng = Random(len(COURSES))  # noqa: S311 -- no secret
    CurrencyType.objects.create(iso_code=HOME, conversion_rate=1.0, is_corporate=True, **stamp)
    first = plus_months(maker.now.date().replace(day=1), -MONTHS)
    for code, course in COURSES.items():
        CurrencyType.objects.create(iso_code=code, conversion_rate=course[0], **stamp)
        DatedConversionRate.objects.bulk_create(
            DatedConversionRate(iso_code=code, start_date=day, conversion_rate=rate, **stamp)
            for day, rate in _course(rng, first, *course)
        )


def _course(
    rng: Random, first: date, rate: float, step: float, low: float, high: float
) -> Iterator[tuple[date, float]]:
    for month in range(MONTHS + 1):
        yield plus_months(first, month), rate
        home = ((low + high) / 2 - rate) / 6  # courses come back to where they usually are
        rate = round(min(high, max(low, rate + home + rng.gauss(0, step))), 4)


def convert() -> None:
    """Give all deals the rate of their close date: one statement for each rate."""
    codes = {HOME, *COURSES}
    for where, rate in due(rates.read(HOME, codes), codes):
        Opportunity.objects.filter(where).update(**columns(rate))
