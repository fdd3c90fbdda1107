"""The calendar of a mailing, told before launch: how many mails go out on which day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils import timezone

from essor.access.actor import system_actor
from essor.domain.marketing.sending import pacing, zones
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.pacing import Limits
from essor.domain.marketing.sending.states import State
from essor.kernel.clock import zone_named

LONGEST = 366  # days; whoever needs more has a rate that is too low
HOURS = 24


@dataclass(frozen=True, slots=True)
class Day:
    """One planned day. `share` is percent of the fullest day, for a bar."""

    day: date
    count: int
    share: int


def planned(
    mailing: ListEmail,
    limits: Limits,
    total: int,
    start: datetime,
    zone: ZoneInfo,
    slow: Iterable[tuple[int, int]] = (),
) -> list[Day]:
    """Return the days on which `total` mails go out from `start` on, at most a year; quiet hours are the company's.

    `slow` are (mails an hour, people) of destination domains with a rate of their own; these people are part of `total`.
    """
    local = start.astimezone(zone)
    rate = pacing.min_of(*(rate for _key, rate in limits.rates()))
    again = pacing.start_of(mailing, zone, start)
    found: list[tuple[date, int]] = []
    day, left, first = local.date(), total, local.time()
    behind = list(slow)
    while left > 0 and len(found) < LONGEST and day < date.max:
        hours = _open_hours(mailing, first)
        cap = min((cap - pacing.counted(key, day) for key, cap in limits.caps(day)), default=left + 1)
        most = [min(people, pacing.within(rate, hours)) for rate, people in behind]
        room = left - sum(people for _rate, people in behind) + sum(most) if hours else 0
        count = max(0, min(left, cap, room, pacing.within(rate, hours) if rate else left))
        found.append((day, count))
        left -= count
        behind = _less(behind, most, count)
        # A full day goes on at the hour of the first one; nothing else holds anybody back at midnight.
        day, first = day + timedelta(days=1), again if count >= cap else time()
    most_of_all = max((count for _day, count in found), default=0)
    return [Day(one, count, round(100 * count / most_of_all) if most_of_all else 0) for one, count in found]


def _less(behind: list[tuple[int, int]], most: list[int], count: int) -> list[tuple[int, int]]:
    """Return who is still behind after a day of `count` mails, the slow domains first."""
    left = []
    for (rate, people), able in zip(behind, most, strict=True):
        gone = min(able, count)
        count -= gone
        left.append((rate, people - gone))
    return left


def left(mailing: ListEmail) -> list[Day]:
    """Return the days on which those go out who still wait, of a mailing under way; nothing where one day is enough."""
    zone = zone_named(system_actor().company.timezone)
    server = pacing.server_of(mailing)
    limits, rates = pacing.limits_of(mailing, server), pacing.domain_rates(server)
    done = mailing.total_skipped + mailing.total_sent + mailing.total_refused + mailing.total_unsure
    start = timezone.now()
    rows = Recipient.objects.of(mailing.pk, State.WAITING).filter(domain__in=rates).order_by()
    slow = rows.values_list("domain").annotate(Count("id")) if rates else ()
    behind = [(rates[name], people) for name, people in slow]
    days = planned(mailing, limits, mailing.total_recipients - done, start, zone, behind)
    found = [one for one in days if one.count]
    today = start.astimezone(zone).date()
    return found if any(one.day != today for one in found) else []


def _open_hours(mailing: ListEmail, start: time) -> float:
    """Return how many hours of the day are left for sending, from `start` on."""
    quiet_from, quiet_until = mailing.quiet_from, mailing.quiet_until
    if quiet_from is None or quiet_until is None:
        return HOURS - start.hour - start.minute / 60
    whole = [hour for hour in range(start.hour, HOURS) if not zones.quiet(hour, quiet_from, quiet_until)]
    return len(whole) - (start.minute / 60 if start.hour in whole else 0)
