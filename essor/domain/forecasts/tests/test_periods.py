"""Months and quarters follow the company's fiscal year."""

from __future__ import annotations

from datetime import date

import pytest

from essor.access.snapshot import Company
from essor.domain.forecasts import periods


@pytest.mark.parametrize(
    ("fiscal_month", "start", "quarter", "year"),
    [
        (1, date(2026, 10, 1), 4, date(2026, 1, 1)),
        (4, date(2026, 10, 1), 3, date(2026, 4, 1)),
        (12, date(2026, 9, 1), 4, date(2025, 12, 1)),
        (2, date(2026, 11, 1), 4, date(2026, 2, 1)),
    ],
)
def test_a_quarter_is_one_of_the_fiscal_year(
    fiscal_month: int, start: date, quarter: int, year: date
) -> None:
    found = periods.holding(date(2026, 11, 22), "quarter", fiscal_month)
    assert (found.start, found.quarter, found.year_start) == (start, quarter, year)


def test_periods_follow_each_other_without_gap() -> None:
    one = periods.holding(date(2026, 11, 22), "quarter")
    assert one.end == date(2026, 12, 31)
    assert one.moved(1).start == date(2027, 1, 1)
    assert one.moved(-4).months == (date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1))


@pytest.mark.parametrize("text", ["", "q2026-13", "m0000-01", "x", "q2026-1", "m٢٠٢٦-01"])
def test_an_address_that_says_nothing_means_the_current_quarter(text: str) -> None:
    assert periods.read(text, Company(), date(2026, 11, 22)).key == "q2026-10"


def test_an_address_names_the_period_that_holds_its_month() -> None:
    assert periods.read("q2026-11", Company(), date(2020, 1, 1)).key == "q2026-10"
    assert periods.read("m2026-11", Company(), date(2020, 1, 1)).key == "m2026-11"


def test_from_month_to_quarter_and_back_to_the_month_of_today() -> None:
    month = periods.holding(date(2026, 12, 5), "month")
    quarter = month.of_kind("quarter", date(2026, 11, 22))
    assert quarter.key == "q2026-10"
    assert quarter.of_kind("month", date(2026, 11, 22)).key == "m2026-11"
    assert quarter.moved(1).of_kind("month", date(2026, 11, 22)).key == "m2027-01"
