"""Months and quarters of the company's fiscal year: what forecasts are made for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from essor.access.snapshot import Company

Kind = Literal["month", "quarter"]
LENGTH: dict[Kind, int] = {"month": 1, "quarter": 3}
WRITTEN = re.compile(r"([mq])(\d{4})-(\d{2})", re.ASCII)
EARLIEST, LATEST = 1900, 2200


def plus_months(day: date, months: int) -> date:
    """Return the first day of the month that lies `months` after the one of `day`."""
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a fiscal quarter by its first day; `fiscal_month` is the month in which the fiscal year begins."""

    kind: Kind
    start: date
    fiscal_month: int = 1

    @property
    def end(self) -> date:
        """Return the last day of the period."""
        return self.moved(1).start - timedelta(days=1)

    @property
    def key(self) -> str:
        """Return the period as addresses and adjustments keep it: “m2026-11”, “q2026-10”."""
        return f"{self.kind[0]}{self.start:%Y-%m}"

    @property
    def months(self) -> tuple[date, ...]:
        """Return the first days of its months."""
        return tuple(plus_months(self.start, place) for place in range(LENGTH[self.kind]))

    @property
    def quarter(self) -> int:
        """Return which quarter of the fiscal year holds the period, from 1."""
        return (self.start.month - self.fiscal_month) % 12 // 3 + 1

    @property
    def year_start(self) -> date:
        """Return the first day of the fiscal year."""
        return plus_months(self.start, -((self.start.month - self.fiscal_month) % 12))

    def moved(self, steps: int) -> Period:
        """Return the period that many steps later, earlier when negative."""
        return Period(self.kind, plus_months(self.start, steps * LENGTH[self.kind]), self.fiscal_month)

    def of_kind(self, kind: Kind, today: date) -> Period:
        """Return the month or quarter that corresponds; a quarter becomes the month of today when it holds it."""
        if kind == self.kind:
            return self
        if kind == "month" and self.start <= today <= self.end:
            return holding(today, kind, self.fiscal_month)
        return holding(self.start, kind, self.fiscal_month)


def holding(day: date, kind: Kind, fiscal_month: int = 1) -> Period:
    """Return the month or fiscal quarter that holds a day."""
    into = (day.month - fiscal_month) % LENGTH[kind]
    return Period(kind, plus_months(day, -into), fiscal_month)


def read(text: str, company: Company, today: date) -> Period:
    """Return the period of an address; the current quarter when the text names none."""
    month = company.fiscal_year_start_month
    found = WRITTEN.fullmatch(text)
    if found is None:
        return holding(today, "quarter", month)
    year, number = int(found[2]), int(found[3])
    if not (EARLIEST <= year <= LATEST and 1 <= number <= 12):  # noqa: PLR2004 -- months of a year
        return holding(today, "quarter", month)
    return holding(date(year, number, 1), "month" if found[1] == "m" else "quarter", month)
