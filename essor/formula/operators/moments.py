"""Dates, instants and times of day. Outside the years 1 to 9999 there is nothing: null in Python as in SQL.

SQLite keeps them as ISO text (instants in UTC), so much of this is reading and comparing text there.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta

from essor.formula.operators.base import Operator
from essor.kernel.clock import zone_named
from essor.kernel.db import functions

MOST_DAYS = 4_000_000
DAY_IN_MICROSECONDS = 86_400_000_000.0


def day(year: float, month: float, number: float) -> date | None:
    """Return the date, null when there is no such day; fractions are cut."""
    if not (1 <= year < 10000 and 1 <= month < 13 and 1 <= number < 32):  # noqa: PLR2004 -- the calendar
        return None
    try:
        return date(math.trunc(year), math.trunc(month), math.trunc(number))
    except ValueError:
        return None


def later(start: date, days: float) -> date | None:
    """Return the date a whole number of days later."""
    try:
        return start + timedelta(days=math.trunc(days)) if abs(days) < MOST_DAYS else None
    except OverflowError:
        return None


def weekday(value: date) -> float:
    """Return 1 for Sunday to 7 for Saturday."""
    return float(value.isoweekday() % 7 + 1)


def apart(end: datetime, start: datetime) -> float:
    """Return the days from `start` to `end`, with their fraction."""
    return float((end - start) // timedelta(microseconds=1)) / DAY_IN_MICROSECONDS


def local_day(instant: datetime, zone: str) -> date | None:
    """Return the date on which the instant falls in the time zone."""
    try:
        return instant.astimezone(zone_named(zone)).date()
    except (OverflowError, ValueError):
        return None


def text_day(text: str) -> date | None:
    """Return the date that `text` writes as 2024-01-31."""
    iso = functions.text_date(text)
    return None if iso is None else date.fromisoformat(iso)


def text_instant(text: str) -> datetime | None:
    """Return the instant that `text` writes as 2024-01-31 17:30:00 (UTC)."""
    iso = functions.text_instant(text)
    return None if iso is None else datetime.fromisoformat(iso).replace(tzinfo=UTC)


def instant_months_later(instant: datetime, months: float) -> datetime | None:
    """Return the instant whole months later, in UTC."""
    moved = functions.months_later(instant.date(), months)
    return None if moved is None else datetime.combine(moved, instant.timetz())


def day_text(value: date) -> str:
    """Return 2024-01-31."""
    return value.isoformat()


def instant_text(value: datetime) -> str:
    """Return 2024-01-31 17:30:00Z."""
    return f"{value.replace(tzinfo=None, microsecond=0).isoformat(' ')}Z"


def time_text(value: time) -> str:
    """Return 17:30:00.000."""
    return value.isoformat("milliseconds")


def time_of_day(instant: datetime) -> time:
    """Return the time of day in UTC."""
    return instant.time()


def midnight(value: date) -> datetime:
    """Return the first instant of the day in UTC."""
    return datetime.combine(value, time(), UTC)


FIRST, LAST = "TIMESTAMPTZ '0001-01-01 00:00:00+00'", "TIMESTAMPTZ '10000-01-01 00:00:00+00'"
BEFORE = "TIMESTAMPTZ '0001-12-31 23:59:59.999999+00 BC'"
UTC_CLOCK = "({0} AT TIME ZONE 'UTC')"


def _between(sql: str, low: str, high: str) -> str:
    """Return PostgreSQL's `sql`, null when it is `high` or more, `low` or less, or null; it is written once."""
    return f"NULLIF(NULLIF(GREATEST(LEAST({sql}, {high}), {low}), {high}), {low})"


def _part(name: str) -> str:
    return f"CAST(EXTRACT({name} FROM {{0}}) AS double precision)"


# A day from its three numbers: SQLite moves 31 February on, so that it no longer is what was written.
_BOUNDS = "{0} >= 1 AND {0} < 10000 AND {1} >= 1 AND {1} < 13 AND {2} >= 1 AND {2} < 32"
_ISO = "PRINTF('%%04d-%%02d-%%02d', {0}, {1}, {2})"
_MADE = "(MAKE_DATE(CAST(TRUNC({0}) AS integer), CAST(TRUNC({1}) AS integer), 1) + (CAST(TRUNC({2}) AS integer) - 1))"
_DAY = f"CASE WHEN {_BOUNDS} THEN CASE WHEN EXTRACT(MONTH FROM {_MADE}) = TRUNC({{1}}) THEN {_MADE} END END"

# A day from text, in PostgreSQL: each number by its own pattern, then as above.
_WRITTEN = "CAST(SUBSTRING({0} FROM '^ *%s(?:[ T].*)?$') AS double precision)"
_YEAR = _WRITTEN % "([0-9]{4,4})-[0-9]{1,2}-[0-9]{1,2}"
_MONTH = _WRITTEN % "[0-9]{4,4}-([0-9]{1,2})-[0-9]{1,2}"
_DATE = _WRITTEN % "[0-9]{4,4}-[0-9]{1,2}-([0-9]{1,2})"
_READ = _DAY.replace("{1}", _MONTH).replace("{2}", _DATE).replace("CAST(TRUNC({0})", f"CAST(TRUNC({_YEAR})")
_READ = _READ.replace("{0} >= 1", f"{_YEAR} >= 1").replace("{0} < 10000", f"{_YEAR} < 10000")
_CLOCK = "(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"
_TEXT_DAY = f"CASE WHEN {{0}} ~ '^ *[0-9]{{4,4}}-[0-9]{{1,2}}-[0-9]{{1,2}} *$' THEN {_READ} END"
_TEXT_INSTANT = (
    f"CASE WHEN {{0}} ~ '^ *[0-9]{{4,4}}-[0-9]{{1,2}}-[0-9]{{1,2}}[ T]{_CLOCK}Z? *$' THEN"
    f" ({_READ} + CAST(SUBSTRING({{0}} FROM '[ T]({_CLOCK})Z? *$') AS time)) AT TIME ZONE 'UTC' END"
)

# Months later, in PostgreSQL: its own rule keeps the day, the day after makes the last day follow the last day.
_MONTHS = "MAKE_INTERVAL(months => CAST(GREATEST(LEAST(TRUNC({1}), 120000), -120000) AS integer))"
_LATER = (
    "CASE WHEN EXTRACT(YEAR FROM {clock}) * 12 + EXTRACT(MONTH FROM {clock}) + TRUNC({{1}}) BETWEEN 13 AND 120000"
    " THEN CASE WHEN EXTRACT(DAY FROM {clock} + INTERVAL '1 day') = 1"
    " THEN {clock} + INTERVAL '1 day' + {months} - INTERVAL '1 day' ELSE {clock} + {months} END END"
)
_DAY_LATER = _LATER.format(clock="{0}", months=_MONTHS)
_INSTANT_LATER = _LATER.format(clock=UTC_CLOCK, months=_MONTHS)

_MICROSECONDS = "(STRFTIME('%%s', SUBSTR({x}, 1, 19)) * 1000000 + CAST(SUBSTR({x}, 21, 6) AS INTEGER))"
_APART = f"{_MICROSECONDS.replace('{x}', '{0}')} - {_MICROSECONDS.replace('{x}', '{1}')}"

_DAYS = "FLOOR(GREATEST(LEAST({1}, 4000000), -4000000) * 86400000000 + 0.5) * INTERVAL '1 microsecond'"
_DAYS_LATER = (
    f"CASE WHEN EXTRACT(EPOCH FROM {{0}} - {FIRST}) / 86400 + {{1}} BETWEEN -1 AND 3652060"
    f" THEN {_between(f'{{0}} + {_DAYS}', BEFORE, LAST)} END"
)

MOMENTS = (
    Operator(
        "day",
        day,
        f"CASE WHEN {_BOUNDS} AND ({{2}} < 29 OR DATE({_ISO}, '+0 days') = {_ISO}) THEN {_ISO} END",
        _DAY,
        partial=True,
    ),
    Operator("year", lambda value: float(value.year), "CAST(SUBSTR({0}, 1, 4) AS REAL)", _part("YEAR")),
    Operator("month", lambda value: float(value.month), "CAST(SUBSTR({0}, 6, 2) AS REAL)", _part("MONTH")),
    Operator("day_of_month", lambda value: float(value.day), "CAST(SUBSTR({0}, 9, 2) AS REAL)", _part("DAY")),
    Operator("weekday", weekday, "(STRFTIME('%%w', {0}) + 1.0)", f"({_part('DOW')} + 1)"),
    Operator("hour", lambda value: float(value.hour), "CAST(SUBSTR({0}, 1, 2) AS REAL)", _part("HOUR")),
    Operator("minute", lambda value: float(value.minute), "CAST(SUBSTR({0}, 4, 2) AS REAL)", _part("MINUTE")),
    Operator(
        "second",
        lambda value: float(value.second),
        "CAST(SUBSTR({0}, 7, 2) AS REAL)",
        f"TRUNC({_part('SECOND')})",
    ),
    Operator(
        "millisecond",
        lambda value: float(value.microsecond // 1000),
        "CAST(SUBSTR({0}, 10, 3) AS REAL)",
        "CAST(MOD(CAST(TRUNC(EXTRACT(MILLISECONDS FROM {0})) AS integer), 1000) AS double precision)",
    ),
    Operator(
        "days_between",
        lambda end, start: float((end - start).days),
        "(JULIANDAY({0}) - JULIANDAY({1}))",
        "CAST({0} - {1} AS double precision)",
    ),
    Operator(
        "time_between",
        apart,
        f"(CAST({_APART} AS REAL) / 86400000000.0)",
        "(CAST(EXTRACT(EPOCH FROM {0} - {1}) * 1000000 AS double precision) / 86400000000)",
    ),
    Operator(
        "day_later",
        later,
        "CASE WHEN ABS({1}) < 4000000 THEN NULLIF(MAX(DATE({0}, CAST({1} AS INTEGER) || ' days'), '0001'), '0001') END",
        "(DATE '0001-01-01' + CAST("
        + _between("({0} - DATE '0001-01-01') + TRUNC({1})", "-1", "3652059")
        + " AS integer))",
        partial=True,
    ),
    Operator(
        "instant_later",
        functions.days_later,
        "ESSOR_ADD_DAYS({0}, {1})",
        _DAYS_LATER,
        partial=True,
    ),
    Operator(
        "instant_days_later",
        functions.days_later,
        "CASE WHEN ABS({1}) < 4000000 THEN NULLIF(MAX("
        "DATE(SUBSTR({0}, 1, 10), CAST({1} AS INTEGER) || ' days'), '0001'), '0001') || SUBSTR({0}, 11) END",
        _DAYS_LATER,
        partial=True,
    ),
    Operator(
        "day_months_later",
        functions.months_later,
        "ESSOR_ADD_MONTHS({0}, {1})",
        f"CAST({_DAY_LATER} AS date)",
        partial=True,
    ),
    Operator(
        "instant_months_later",
        instant_months_later,
        "ESSOR_ADD_MONTHS({0}, {1})",
        f"({_INSTANT_LATER}) AT TIME ZONE 'UTC'",
        partial=True,
    ),
    Operator(
        "local_day",
        local_day,
        "ESSOR_LOCAL_DATE({0}, {1})",
        _between("CAST({0} AT TIME ZONE {1} AS date)", "DATE '0001-12-31 BC'", "DATE '10000-01-01'"),
        partial=True,
    ),
    Operator("time_of_day", time_of_day, "SUBSTR({0}, 12)", f"CAST({UTC_CLOCK} AS time)"),
    Operator("midnight", midnight, "({0} || ' 00:00:00')", "(CAST({0} AS timestamp) AT TIME ZONE 'UTC')"),
    Operator("text_day", text_day, "ESSOR_TEXT_DATE({0})", _TEXT_DAY, partial=True),
    Operator("text_instant", text_instant, "ESSOR_TEXT_INSTANT({0})", _TEXT_INSTANT, partial=True),
    Operator("day_text", day_text, "{0}", "TO_CHAR({0}, 'YYYY-MM-DD')"),
    Operator(
        "instant_text",
        instant_text,
        "(SUBSTR({0}, 1, 19) || 'Z')",
        f"(TO_CHAR({UTC_CLOCK}, 'YYYY-MM-DD HH24:MI:SS') || 'Z')",
    ),
    Operator(
        "time_text",
        time_text,
        "SUBSTR({0} || '.000', 1, 12)",
        "(TO_CHAR({0}, 'HH24:MI:SS.') || SUBSTR(TO_CHAR({0}, 'US'), 1, 3))",
    ),
)
