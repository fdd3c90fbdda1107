"""Periods found among the instants at which they begin are those of a clock on the wall."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.query import dates
from essor.query.functions.zones import STORED, begins

YEAR = 2026
# Half hours, southern summers, clocks that go back at midnight, and summer times that follow the moon.
ZONES = (
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Beirut",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Atlantic/Azores",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "UTC",
)


@given(
    zone=st.sampled_from(ZONES),
    unit=st.sampled_from([one for one in get_args(dates.Unit) if one in dates.MONTHS]),
    moment=st.datetimes(datetime(2016, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_the_period_of_an_instant(zone: str, unit: dates.Unit, moment: datetime) -> None:
    day = moment.astimezone(ZoneInfo(zone)).date()
    assert found(zone, unit, moment) == dates.start_of(unit, day, week_starts=0, fiscal_month=4)


@pytest.mark.parametrize("zone", ZONES)
def test_a_month_begins_with_its_first_second(zone: str) -> None:
    for month in range(1, 13):
        first = datetime(YEAR - 3, month, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        assert found(zone, "month", first).month == month
        assert found(zone, "month", first.replace(microsecond=0) - datetime.resolution).month != month


def found(zone: str, unit: dates.Unit, moment: datetime) -> date:
    starts = begins(zone, YEAR, unit, 4)
    return starts[bisect_right(starts, moment.strftime(STORED), key=lambda one: one[0]) - 1][1]
