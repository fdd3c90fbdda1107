"""The changes of a zone's clocks around the present, so that SQLite moves instants without asking Python for each.

So are the instants at which the months of a zone begin: to find an instant's month no database need move a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from essor.kernel.clock import zone_named
from essor.query import dates

YEARS_BACK, YEARS_AHEAD = 10, 2
STORED = "%Y-%m-%d %H:%M:%S"


@lru_cache(maxsize=64)
def changes(zone: str, year: int) -> tuple[tuple[str, int], ...]:
    """Return ((since when, in UTC as SQLite stores it, minutes ahead of UTC), …) around `year`, the first one first.

    The last entry only says where what is known ends.
    """
    clock = zone_named(zone)
    day, end = datetime(year - YEARS_BACK, 1, 1, tzinfo=UTC), datetime(year + YEARS_AHEAD, 1, 1, tzinfo=UTC)

    def ahead(moment: datetime) -> int:
        offset = moment.astimezone(clock).utcoffset() or timedelta()
        return offset // timedelta(minutes=1)

    found = [(day, ahead(day))]
    while day < end:
        following = day + timedelta(days=1)
        if ahead(following) != found[-1][1]:
            before, after = day, following
            while after - before > timedelta(minutes=1):
                middle = before + (after - before) // 2
                before, after = (middle, after) if ahead(middle) == found[-1][1] else (before, middle)
            turn = after.replace(second=0, microsecond=0)
            found.append((turn, ahead(turn)))
        day = following
    found.append((end, found[-1][1]))
    return tuple((moment.strftime(STORED), minutes) for moment, minutes in found)


def on_the_wall(sql: str, zone: str, year: int, read: str = "datetime") -> tuple[str, int]:
    """Return SQLite's SQL for an instant as the clock of `zone` shows it, and how often `sql` stands in it.

    `read` is the function of SQLite that gives the answer. It is empty outside the years that are known.
    """
    *spans, (end, _same) = changes(zone, year)
    shifts = [("", "NULL"), *((f"'{since}'", f"'{ahead:+d} minutes'") for since, ahead in spans)]
    shifts.append((f"'{end}'", "NULL"))
    return f"{read}({sql}, {_halved(sql, shifts)})", len(shifts)


@lru_cache(maxsize=256)
def begins(zone: str, year: int, unit: dates.Unit, fiscal_month: int) -> tuple[tuple[str, date], ...]:
    """Return ((since when, in UTC as SQLite stores it, the first day of the month or longer period there), …).

    Where clocks go back over midnight a period begins twice, and the one before it once more in between.
    """
    *spans, (last, _same) = changes(zone, year)
    found: list[tuple[str, date]] = []
    for (since, ahead), (until, _next) in zip(spans, [*spans[1:], (last, 0)], strict=True):
        shift = timedelta(minutes=ahead)
        day = (datetime.strptime(since, STORED) + shift).date()  # noqa: DTZ007 -- a day on the wall
        while True:
            first = dates.start_of(unit, day, week_starts=0, fiscal_month=fiscal_month)
            start = max(since, (datetime(day.year, day.month, day.day) - shift).strftime(STORED))  # noqa: DTZ001
            if start >= until:
                break
            if not found or found[-1][1] != first:
                found.append((start, first))
            day = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    return (*found, (last, found[-1][1]))


def period_on_the_wall(
    sql: str, starts: Sequence[tuple[str, date]], instant: str, day: str
) -> tuple[str, int]:
    """Return SQL for the first day of the period that an instant falls into, of those that `begins` returned.

    `instant` and `day` are how a database writes such values around {}. Else as `on_the_wall`.
    """
    *known, (end, _same) = starts
    found = [("", "NULL"), *((instant.format(since), day.format(first)) for since, first in known)]
    found.append((instant.format(end), "NULL"))
    return _halved(sql, found), len(found) - 1


def _halved(sql: str, shifts: Sequence[tuple[str, str]]) -> str:
    """Return the SQL that finds the last of `shifts` that has begun, asking for one half and then the other."""
    middle = len(shifts) // 2
    if not middle:
        return shifts[0][1]
    later, earlier = _halved(sql, shifts[middle:]), _halved(sql, shifts[:middle])
    return f"CASE WHEN {sql} >= {shifts[middle][0]} THEN {later} ELSE {earlier} END"
