"""Waiting only through nights, weekends and closed days: the next moment of somebody's working hours.

A room that knows where its people live says so: `hours.place("Contact", "MailingCountry", zone_of)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from essor.domain.workdays.days import Calendar

ZoneOf = Callable[[str | None, ZoneInfo], ZoneInfo]
WEEK = range(1, 8)
LAST_HOUR = 24
PATIENCE = 731  # days without one on which work is done, after which closed days are passed over
PLACES: dict[str, tuple[str, ZoneOf]] = {}


def place(object_name: str, path: str, zone_of: ZoneOf) -> None:
    """Say which field tells where a record's person lives, and how to get the time zone from it (else the company's)."""
    PLACES[object_name] = (path, zone_of)


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours: days of the week (1 is Monday), from an hour until another one; of the person, or the company."""

    days: tuple[int, ...]
    first: int
    last: int
    personal: bool

    def opens(self, moment: datetime, zone: ZoneInfo, calendar: Calendar) -> datetime:
        """Return the moment itself when it lies in working hours, else when the next ones begin.

        Nobody works on the closed days of the company, wherever the person lives.
        """
        local = moment.astimezone(zone)
        if self._works(local.date(), calendar) and self.first <= local.hour < self.last:
            return moment
        first = local.date() + timedelta(days=local.hour >= self.first)
        days = (first + timedelta(days=n) for n in range(PATIENCE))
        day = next((one for one in days if self._works(one, calendar)), first)
        return datetime.combine(day, time(self.first), zone).astimezone(UTC)

    def _works(self, day: date, calendar: Calendar) -> bool:
        return day.isoweekday() in self.days and not calendar.is_closed(day)


def read(raw: Any) -> Hours | None:
    """Return the hours that settings tell of as {"days", "from", "until", "by": "person" | "company"}; None for nonsense."""
    if not isinstance(raw, Mapping):
        return None
    days, first, last = raw.get("days"), _whole(raw.get("from")), _whole(raw.get("until"))
    if not isinstance(days, list) or not days or not all(_whole(one) in WEEK for one in days):
        return None
    if not 0 <= first < last <= LAST_HOUR:
        return None
    return Hours(tuple(sorted(set(days))), first, last, raw.get("by") == "person")


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
