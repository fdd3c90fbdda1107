"""One moment for a whole request: everything that asks "now" or "today" inside it gets the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant and how one person sees it: `now` is aware UTC, `today` the date in the zone named `timezone`."""

    now: datetime
    today: date
    timezone: str = "UTC"

    @property
    def zone(self) -> ZoneInfo:
        """Return the person's time zone."""
        return zone_named(self.timezone)


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """Return the IANA time zone `name`, UTC when there is none of that name (a user's stale setting)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Return every name that `zone_named` knows; finding them means reading a whole folder tree, once."""
    return frozenset(available_timezones())


def moment_for(timezone: str, *, now: datetime | None = None) -> Moment:
    """Return the moment `now` (aware; the present when left out) as seen in `timezone`."""
    instant = (now or datetime.now(UTC)).astimezone(UTC)
    zone = zone_named(timezone)
    return Moment(now=instant, today=instant.astimezone(zone).date(), timezone=zone.key)
