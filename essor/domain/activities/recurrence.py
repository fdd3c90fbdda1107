"""Recurrence rules of RFC 5545 ("FREQ=WEEKLY;BYDAY=MO;COUNT=10"): read, checked, and unfolded on the wall clock.

A meeting at nine stays at nine when the clocks change: occurrences are counted in the local time of the writer and
only then turned into instants.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrule, rrulestr
from django.utils.translation import gettext as _

from essor.kernel.clock import zone_named

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


def starts(text: str, start: datetime, zone: str) -> list[datetime]:
    """Return the instants (UTC) at which the occurrences behind the first one start, at most MOST of them.

    A rule without an end is unfolded for a year.
    """
    rule = checked(text, start, zone)
    first = start.astimezone(zone_named(zone)).replace(tzinfo=None)
    last = first + HORIZON
    found = islice(rule, MOST)
    return [one.replace(tzinfo=zone_named(zone)).astimezone(UTC) for one in found if first < one <= last]


def between(text: str, start: datetime, zone: str, first: datetime, last: datetime) -> list[datetime]:
    """Return the instants (UTC) from `first` to `last` at which a series that began at `start` has an occurrence."""
    here = zone_named(zone)
    low, high = (one.astimezone(here).replace(tzinfo=None) for one in (first, last))
    found = checked(text, start, zone).between(low, high, inc=True)
    return [one.replace(tzinfo=here).astimezone(UTC) for one in found[:MOST]]


def ended(text: str, last: datetime, zone: str) -> str:
    """Return the rule of a series whose last occurrence is at the instant `last` at the latest."""
    parts = [
        one for one in text.strip().split(";") if one.upper().partition("=")[0] not in ("UNTIL", "COUNT")
    ]
    return ";".join((*parts, f"UNTIL={last.astimezone(zone_named(zone)):%Y%m%dT%H%M%S}"))


def next_day(text: str, day: date, today: date) -> tuple[date, str] | None:
    """Return the next day of a rule behind `day` that is not past by `today`, and the rule from then on.

    None when the rule has ended; what it counts is what is still to come.
    """
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    behind = max(day, today - timedelta(days=1))
    rule = checked(text, moment, "UTC")
    found = rule.after(datetime.combine(behind, time()))
    if found is None:
        return None
    passed = sum(1 for one in rule.between(moment.replace(tzinfo=None), found) if one.date() > day) + 1
    return found.date(), _counted_down(text, passed)


def _counted_down(text: str, passed: int) -> str:
    """Return the rule without as many occurrences as have passed, where it counts them."""
    parts = (one.partition("=") for one in text.strip().split(";"))
    return ";".join(
        f"COUNT={int(value) - passed}" if name.upper() == "COUNT" else f"{name}={value}"
        for name, _is, value in parts
    )
