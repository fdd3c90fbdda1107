"""The changes of a zone's clocks around the present, so that SQLite moves instants without asking Python for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from essor.kernel.clock import zone_named

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


def on_the_wall(sql: str, zone: str, year: int) -> tuple[str, int]:
    """Return SQLite's SQL for an instant as the clock of `zone` shows it, and how often `sql` stands in it.

    Outside the years that are known the answer is empty.
    """
    *spans, (end, _same) = changes(zone, year)
    shifts = [("", "NULL"), *((since, f"'{ahead:+d} minutes'") for since, ahead in spans), (end, "NULL")]
    return f"datetime({sql}, {_halved(sql, shifts)})", len(shifts)


def _halved(sql: str, shifts: Sequence[tuple[str, str]]) -> str:
    """Return the SQL that finds the last of `shifts` that has begun, asking for one half and then the other."""
    middle = len(shifts) // 2
    if not middle:
        return shifts[0][1]
    later, earlier = _halved(sql, shifts[middle:]), _halved(sql, shifts[:middle])
    return f"CASE WHEN {sql} >= '{shifts[middle][0]}' THEN {later} ELSE {earlier} END"
