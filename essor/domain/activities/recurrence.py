"""Recurrence rules of RFC 5545 ("FREQ=WEEKLY;BYDAY=MO;COUNT=10"): read, checked, and unfolded on the wall clock.

A meeting at nine stays at nine when the clocks change: occurrences are counted in the local time of the writer and
only then turned into instants. “Every working day” leaves out the days on which the company is closed, which a rule cannot
say by itself, and the first or last working day of a month is the nearest one on which work is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile

from dateutil.rrule import rrule, rrulestr
from django.utils.translation import gettext as _

from essor.access.snapshot import Company
from essor.catalog.kinds.recurrence import WORKING, Rule, read
from essor.domain.workdays import days
from essor.kernel.clock import zone_named

Closed = Callable[[date], bool]
MOST = 366  # occurrences of one series
HORIZON = timedelta(days=366)  # how far a series without an end is unfolded
SLOW = ("SECONDLY", "MINUTELY", "HOURLY")


def checked(text: str, start: datetime, zone: str) -> rrule:
    """Return the rule, counted from `start` (an instant) on the clock of `zone`; ValueError with a sentence otherwise."""
    bare = text.strip().upper().removeprefix("RRULE:")
    if "\n" in bare or any(f"FREQ={one}" in bare for one in SLOW):
        raise ValueError(_("An activity repeats daily at most."))
    local = start.astimezone(zone_named(zone)).replace(tzinfo=None)
    refusal = ValueError(_("“%(rule)s” is not a rule of recurrence.") % {"rule": text[:80]})
    try:
        # Of an end given in UTC only the wall clock matters: it is compared with local times.
        found = rrulestr(bare.replace("Z", "") if "UNTIL=" in bare else bare, dtstart=local)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise refusal from None
    if isinstance(found, rrule):
        return found
    raise refusal


def never(_day: date) -> bool:
    """Tell that the company is closed on no day: of rules that do not ask it."""
    return False


def closed_days(rules: Iterable[str | None], company: Company) -> Closed:
    """Return how rules are told when the company is closed; two queries if one of them says “working day”."""
    if any(rule and _working(rule) is not None for rule in rules):
        return days.calendar(company).is_closed
    return never


def _working(text: str) -> Rule | None:
    """Return a rule that says “every working day”, or the first or last one of the month; None for all others."""
    try:
        rule = read(text.strip().upper().removeprefix("RRULE:"))
    except (ValueError, IndexError):
        return None
    return rule if rule.every_working_day or rule.working_place else None


def _occurrences(text: str, start: datetime, zone: str, closed: Closed) -> Iterator[datetime]:
    """Yield the local times of a rule from the first one on."""
    rule = checked(text, start, zone)
    working = _working(text) if closed is not never else None
    if working is None:
        yield from rule
        return
    found = _worked(checked(_uncounted(text), start, zone), working, closed)
    yield from found if working.count is None else islice(found, working.count)


def _worked(rule: rrule, said: Rule, closed: Closed) -> Iterator[datetime]:
    for one in rule:
        if not closed(one.date()):
            yield one
        elif said.working_place:
            way = timedelta(days=said.working_place)
            around = (one + n * way for n in range(1, 20))
            yield from islice((day for day in around if _is_worked(day.date(), closed)), 1)


def _is_worked(day: date, closed: Closed) -> bool:
    return day.isoweekday() <= len(WORKING) and not closed(day)


def _uncounted(text: str) -> str:
    return ";".join(one for one in text.strip().split(";") if one.upper().partition("=")[0] != "COUNT")


def starts(text: str, start: datetime, zone: str, closed: Closed = never) -> list[datetime]:
    """Return the instants (UTC) at which the occurrences behind the first one start, at most MOST of them.

    A rule without an end is unfolded for a year.
    """
    first = start.astimezone(zone_named(zone)).replace(tzinfo=None)
    last = first + HORIZON
    found = islice(_occurrences(text, start, zone, closed), MOST)
    return [one.replace(tzinfo=zone_named(zone)).astimezone(UTC) for one in found if first < one <= last]


def between(
    text: str, start: datetime, zone: str, first: datetime, last: datetime, closed: Closed = never
) -> list[datetime]:
    """Return the instants (UTC) from `first` to `last` at which a series that began at `start` has an occurrence."""
    here = zone_named(zone)
    low, high = (one.astimezone(here).replace(tzinfo=None) for one in (first, last))
    found = takewhile(lambda one: one <= high, _occurrences(text, start, zone, closed))
    return [one.replace(tzinfo=here).astimezone(UTC) for one in found if one >= low][:MOST]


def ended(text: str, last: datetime, zone: str) -> str:
    """Return the rule of a series whose last occurrence is at the instant `last` at the latest."""
    parts = [
        one for one in text.strip().split(";") if one.upper().partition("=")[0] not in ("UNTIL", "COUNT")
    ]
    return ";".join((*parts, f"UNTIL={last.astimezone(zone_named(zone)):%Y%m%dT%H%M%S}"))


def next_day(text: str, day: date, today: date, closed: Closed = never) -> tuple[date, str] | None:
    """Return the next day of a rule behind `day` that is not past by `today`, and the rule from then on.

    None when the rule has ended; what it counts is what is still to come.
    """
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    behind = max(day, today - timedelta(days=1))
    later = (one for one in _occurrences(text, moment, "UTC", closed) if one.date() > day)
    for passed, found in enumerate(later, start=1):
        if found.date() > behind:
            return found.date(), _counted_down(text, passed)
    return None


def _counted_down(text: str, passed: int) -> str:
    """Return the rule without as many occurrences as have passed, where it counts them."""
    parts = (one.partition("=") for one in text.strip().split(";"))
    return ";".join(
        f"COUNT={int(value) - passed}" if name.upper() == "COUNT" else f"{name}={value}"
        for name, _is, value in parts
    )
