"""Date literals mean what Salesforce's reference says: on ordinary days, at the edges of units, over clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from essor.kernel.clock import Moment, moment_for
from essor.kernel.errors import QueryRefused
from essor.query import dates

MONDAY, SUNDAY = 0, 6


def moment(day: date, timezone: str = "UTC") -> Moment:
    """Return noon of `day` in UTC, seen in `timezone`."""
    return Moment(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), day, timezone)


def days(name: str, n: int | None = None, *, on: date, **options: int) -> tuple[str, str]:
    """Return the bounds as ISO texts."""
    start, end = dates.bounds(name, n, moment(on), **options)
    return start.isoformat(), end.isoformat()


WEDNESDAY = date(2026, 8, 12)


@pytest.mark.parametrize(
    ("name", "n", "start", "end"),
    [
        ("YESTERDAY", None, "2026-08-11", "2026-08-12"),
        ("TODAY", None, "2026-08-12", "2026-08-13"),
        ("TOMORROW", None, "2026-08-13", "2026-08-14"),
        ("LAST_WEEK", None, "2026-08-03", "2026-08-10"),
        ("THIS_WEEK", None, "2026-08-10", "2026-08-17"),
        ("NEXT_WEEK", None, "2026-08-17", "2026-08-24"),
        ("LAST_MONTH", None, "2026-07-01", "2026-08-01"),
        ("THIS_MONTH", None, "2026-08-01", "2026-09-01"),
        ("NEXT_MONTH", None, "2026-09-01", "2026-10-01"),
        ("LAST_90_DAYS", None, "2026-05-14", "2026-08-13"),
        ("NEXT_90_DAYS", None, "2026-08-13", "2026-11-11"),
        ("LAST_QUARTER", None, "2026-04-01", "2026-07-01"),
        ("THIS_QUARTER", None, "2026-07-01", "2026-10-01"),
        ("NEXT_QUARTER", None, "2026-10-01", "2027-01-01"),
        ("LAST_YEAR", None, "2025-01-01", "2026-01-01"),
        ("THIS_YEAR", None, "2026-01-01", "2027-01-01"),
        ("NEXT_YEAR", None, "2027-01-01", "2028-01-01"),
        ("LAST_N_DAYS", 1, "2026-08-11", "2026-08-13"),  # yesterday and today
        ("LAST_N_DAYS", 0, "2026-08-12", "2026-08-13"),
        ("LAST_N_DAYS", 30, "2026-07-13", "2026-08-13"),
        ("NEXT_N_DAYS", 3, "2026-08-13", "2026-08-16"),  # not today
        ("NEXT_N_DAYS", 0, "2026-08-13", "2026-08-13"),
        ("N_DAYS_AGO", 3, "2026-08-09", "2026-08-10"),
        ("LAST_N_WEEKS", 2, "2026-07-27", "2026-08-10"),
        ("NEXT_N_WEEKS", 2, "2026-08-17", "2026-08-31"),
        ("N_WEEKS_AGO", 2, "2026-07-27", "2026-08-03"),
        ("LAST_N_MONTHS", 2, "2026-06-01", "2026-08-01"),
        ("NEXT_N_MONTHS", 5, "2026-09-01", "2027-02-01"),
        ("N_MONTHS_AGO", 8, "2025-12-01", "2026-01-01"),
        ("LAST_N_QUARTERS", 3, "2025-10-01", "2026-07-01"),
        ("NEXT_N_QUARTERS", 2, "2026-10-01", "2027-04-01"),
        ("N_QUARTERS_AGO", 1, "2026-04-01", "2026-07-01"),
        ("LAST_N_YEARS", 2, "2024-01-01", "2026-01-01"),
        ("NEXT_N_YEARS", 2, "2027-01-01", "2029-01-01"),
        ("N_YEARS_AGO", 2, "2024-01-01", "2025-01-01"),
    ],
)
def test_a_literal_is_a_half_open_run_of_days(name: str, n: int | None, start: str, end: str) -> None:
    assert days(name, n, on=WEDNESDAY) == (start, end)
    assert days(name.lower(), n, on=WEDNESDAY) == (start, end)


@pytest.mark.parametrize(
    ("name", "n", "start", "end"),
    [
        ("THIS_FISCAL_QUARTER", None, "2026-07-01", "2026-10-01"),
        ("LAST_FISCAL_QUARTER", None, "2026-04-01", "2026-07-01"),
        ("NEXT_FISCAL_QUARTER", None, "2026-10-01", "2027-01-01"),
        ("THIS_FISCAL_YEAR", None, "2026-04-01", "2027-04-01"),
        ("LAST_FISCAL_YEAR", None, "2025-04-01", "2026-04-01"),
        ("NEXT_FISCAL_YEAR", None, "2027-04-01", "2028-04-01"),
        ("LAST_N_FISCAL_YEARS", 2, "2024-04-01", "2026-04-01"),
        ("NEXT_N_FISCAL_YEARS", 1, "2027-04-01", "2028-04-01"),
        ("N_FISCAL_YEARS_AGO", 2, "2024-04-01", "2025-04-01"),
        ("LAST_N_FISCAL_QUARTERS", 6, "2025-01-01", "2026-07-01"),
        ("NEXT_N_FISCAL_QUARTERS", 2, "2026-10-01", "2027-04-01"),
        ("N_FISCAL_QUARTERS_AGO", 2, "2026-01-01", "2026-04-01"),
    ],
)
def test_fiscal_literals_start_in_the_companys_month(name: str, n: int | None, start: str, end: str) -> None:
    assert days(name, n, on=WEDNESDAY, fiscal_month=4) == (start, end)


@pytest.mark.parametrize(
    ("on", "fiscal_month", "start", "end"),
    [
        (date(2026, 1, 31), 2, "2025-11-01", "2026-02-01"),
        (date(2026, 2, 1), 2, "2026-02-01", "2026-05-01"),
        (date(2026, 1, 1), 12, "2025-12-01", "2026-03-01"),
    ],
)
def test_fiscal_quarters_need_not_be_calendar_quarters(
    on: date, fiscal_month: int, start: str, end: str
) -> None:
    assert days("THIS_FISCAL_QUARTER", on=on, fiscal_month=fiscal_month) == (start, end)


@pytest.mark.parametrize(
    ("on", "starts", "start"),
    [
        (date(2026, 8, 9), MONDAY, "2026-08-03"),  # a Sunday
        (date(2026, 8, 9), SUNDAY, "2026-08-09"),
        (date(2026, 8, 10), MONDAY, "2026-08-10"),
        (date(2026, 8, 10), SUNDAY, "2026-08-09"),
        (date(2026, 8, 8), SUNDAY, "2026-08-02"),
        (date(2026, 1, 1), MONDAY, "2025-12-29"),
    ],
)
def test_the_week_starts_where_the_reader_lives(on: date, starts: int, start: str) -> None:
    assert days("THIS_WEEK", on=on, week_starts=starts)[0] == start


def test_weeks_start_by_language() -> None:
    assert (dates.first_weekday("fr"), dates.first_weekday("en"), dates.first_weekday("en-gb")) == (0, 6, 0)


@pytest.mark.parametrize(
    ("name", "on", "start", "end"),
    [
        ("LAST_MONTH", date(2026, 1, 1), "2025-12-01", "2026-01-01"),
        ("NEXT_MONTH", date(2026, 12, 31), "2027-01-01", "2027-02-01"),
        ("THIS_MONTH", date(2028, 2, 29), "2028-02-01", "2028-03-01"),
        ("LAST_QUARTER", date(2026, 3, 31), "2025-10-01", "2026-01-01"),
        ("YESTERDAY", date(2026, 1, 1), "2025-12-31", "2026-01-01"),
        ("THIS_YEAR", date(2026, 12, 31), "2026-01-01", "2027-01-01"),
    ],
)
def test_the_first_and_last_day_of_a_unit_belong_to_it(name: str, on: date, start: str, end: str) -> None:
    assert days(name, on=on) == (start, end)


@given(
    st.sampled_from((*dates.FIXED, *dates.COUNTED)),
    st.integers(0, dates.LARGEST_N),
    st.dates(date(1700, 1, 1), date(4000, 12, 31)),
    st.integers(0, 6),
    st.integers(1, 12),
)
def test_no_literal_overflows(name: str, n: int, on: date, starts: int, fiscal_month: int) -> None:
    count = n if name in dates.COUNTED else None
    start, end = dates.bounds(name, count, moment(on), week_starts=starts, fiscal_month=fiscal_month)
    assert dates.EARLIEST <= start <= end <= dates.LATEST


@given(st.dates(date(1990, 1, 1), date(2050, 1, 1)), st.integers(1, 12))
def test_last_this_and_next_touch_and_hold_today(on: date, fiscal_month: int) -> None:
    for unit in ("WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR"):
        last, this, following = (
            dates.bounds(f"{which}_{unit}", None, moment(on), fiscal_month=fiscal_month)
            for which in ("LAST", "THIS", "NEXT")
        )
        assert last[1] == this[0] <= on < this[1] == following[0]


def instants(name: str, now: datetime, timezone: str) -> tuple[datetime, datetime]:
    """Return the bounds of a literal as instants in UTC."""
    start, end = dates.instants(name, None, moment_for(timezone, now=now))
    return start.astimezone(UTC), end.astimezone(UTC)


def test_today_is_the_actors_day_not_that_of_utc() -> None:
    now = datetime(2026, 8, 12, 23, 30, tzinfo=UTC)
    paris = instants("TODAY", now, "Europe/Paris")
    assert paris == (datetime(2026, 8, 12, 22, tzinfo=UTC), datetime(2026, 8, 13, 22, tzinfo=UTC))
    new_york = instants("TODAY", now, "America/New_York")
    assert new_york == (datetime(2026, 8, 12, 4, tzinfo=UTC), datetime(2026, 8, 13, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "timezone", "hours"),
    [
        (datetime(2026, 3, 29, 12, tzinfo=UTC), "Europe/Paris", 23),
        (datetime(2026, 10, 25, 12, tzinfo=UTC), "Europe/Paris", 25),
        (datetime(2026, 7, 14, 12, tzinfo=UTC), "Europe/Paris", 24),
        (datetime(2018, 11, 4, 12, tzinfo=UTC), "America/Sao_Paulo", 23),  # 00:00 did not exist
        (
            datetime(2018, 2, 17, 12, tzinfo=UTC),
            "America/Sao_Paulo",
            25,
        ),  # the hour before midnight came twice
        (datetime(2026, 11, 1, 12, tzinfo=UTC), "America/Havana", 25),  # midnight comes twice
    ],
)
def test_a_day_with_a_clock_change_has_its_own_length(day: datetime, timezone: str, hours: int) -> None:
    start, end = instants("TODAY", day, timezone)
    assert end - start == timedelta(hours=hours)


def test_a_day_whose_midnight_does_not_exist_starts_at_one() -> None:
    start, _end = dates.instants(
        "TODAY", None, moment_for("America/Sao_Paulo", now=datetime(2018, 11, 4, 12, tzinfo=UTC))
    )
    assert start.isoformat() == "2018-11-04T01:00:00-02:00"


def test_instants_are_told_in_the_actors_zone() -> None:
    start, end = dates.instants(
        "THIS_YEAR", None, moment_for("Europe/Paris", now=datetime(2026, 8, 1, tzinfo=UTC))
    )
    assert (start.isoformat(), end.isoformat()) == ("2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00")


@pytest.mark.parametrize(
    ("name", "n", "sentence"),
    [
        ("SOMEDAY", None, "There is no date literal “SOMEDAY”."),
        ("TODAY", 3, "There is no date literal"),
        ("LAST_N_DAYS", None, "LAST_N_DAYS takes a number: LAST_N_DAYS:7."),
        ("LAST_N_DAYS", -1, "takes a number"),
        ("LAST_N_DAYS", 10**9, "takes a number"),
    ],
)
def test_a_wrong_literal_is_refused(name: str, n: int | None, sentence: str) -> None:
    with pytest.raises(QueryRefused, match=sentence):
        dates.bounds(name, n, moment(WEDNESDAY))
    with pytest.raises(QueryRefused, match=sentence):
        dates.describe(name, n)


@pytest.mark.parametrize(
    ("name", "n", "label"),
    [
        ("TODAY", None, "today"),
        ("LAST_N_DAYS", 30, "last 30 days"),
        ("last_n_days", 1, "last 1 day"),
        ("N_FISCAL_QUARTERS_AGO", 2, "2 fiscal quarters ago"),
        ("THIS_FISCAL_YEAR", None, "this fiscal year"),
    ],
)
def test_a_literal_has_a_label_for_people(name: str, n: int | None, label: str) -> None:
    with translation.override("en"):
        assert dates.describe(name, n) == label


def test_every_literal_has_a_label() -> None:
    labels = [dates.describe(name) for name in dates.FIXED] + [
        dates.describe(name, 2) for name in dates.COUNTED
    ]
    assert len(set(labels)) == len(labels)
