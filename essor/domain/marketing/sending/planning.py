"""The calendar of a mailing, told before launch: how many mails go out on which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from essor.access.actor import system_actor
from essor.domain.marketing.sending import pacing
from essor.domain.marketing.sending.models import ListEmail, Server
from essor.domain.marketing.sending.pacing import Limits
from essor.kernel.clock import zone_named

LONGEST = 366  # days; whoever needs more has a rate that is too low
HOURS = 24


@dataclass(frozen=True, slots=True)
class Day:
    """One planned day. `share` is percent of the fullest day, for a bar."""

    day: date
    count: int
    share: int


def planned(mailing: ListEmail, limits: Limits, total: int, start: datetime, zone: ZoneInfo) -> list[Day]:
    """Return the days on which `total` mails go out from `start` on, at most a year; quiet hours are the company's."""
    local = start.astimezone(zone)
    rate = pacing.min_of(*(rate for _key, rate in limits.rates()))
    found: list[tuple[date, int]] = []
    day, left, first = local.date(), total, local.time()
    while left > 0 and len(found) < LONGEST:
        caps = [cap - pacing.counted(key, day) for key, cap in limits.caps(day)]
        room = min(caps, default=left)
        if rate:
            room = min(room, int(rate * _open_hours(mailing, first)))
        count = max(0, min(left, room))
        found.append((day, count))
        left -= count
        # Later days begin at the hour of the first one, unless nothing but the rate holds it back.
        day, first = day + timedelta(days=1), local.time() if caps else time()
    most = max((count for _day, count in found), default=0)
    return [Day(one, count, round(100 * count / most) if most else 0) for one, count in found]


def left(mailing: ListEmail) -> list[Day]:
    """Return the days on which those go out who still wait, of a mailing under way; nothing where one day is enough."""
    zone = zone_named(system_actor().company.timezone)
    limits = pacing.limits_of(mailing, mailing.server or Server.objects.order_by("pk").first())
    done = mailing.total_skipped + mailing.total_sent + mailing.total_refused + mailing.total_unsure
    start = timezone.now()
    found = [
        one for one in planned(mailing, limits, mailing.total_recipients - done, start, zone) if one.count
    ]
    today = start.astimezone(zone).date()
    return found if any(one.day != today for one in found) else []


def _open_hours(mailing: ListEmail, start: time) -> float:
    """Return how many hours of the day are left for sending, from `start` on."""
    quiet_from, quiet_until = mailing.quiet_from, mailing.quiet_until
    if quiet_from is None or quiet_until is None:
        return HOURS - start.hour - start.minute / 60
    quiet = (
        set(range(quiet_from, quiet_until))
        if quiet_from <= quiet_until
        else {*range(quiet_from, HOURS), *range(quiet_until)}
    )
    whole = [hour for hour in range(start.hour, HOURS) if hour not in quiet]
    return len(whole) - (start.minute / 60 if start.hour in whole else 0)
