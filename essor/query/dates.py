"""SOQL's date literals (TODAY, LAST_N_DAYS:30, THIS_FISCAL_QUARTER …) as half-open ranges of days or instants.

A literal is a run of whole units counted from the one that holds today. Every filter, segment and SOQL text
asks here, so "last month" means the same on every page; its meaning follows Salesforce's reference, where
LAST_N_DAYS:n holds today as well (n + 1 days) while LAST_N_MONTHS:n ends before the current month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from essor.kernel.clock import Moment
from essor.kernel.errors import QueryRefused
from essor.kernel.formats import locale_of

Unit = Literal["day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year"]
Shape = Literal["last", "next", "ago"]

# No stored date lies outside (see the date kind), so a range that overflows is cut here instead of failing.
EARLIEST, LATEST = date(1700, 1, 1), date(4001, 1, 1)
LARGEST_N = 1_000_000

MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}


@dataclass(frozen=True, slots=True)
class Fixed:
    """A literal without a number: `length` units that start `first` units from the current one."""

    unit: Unit
    first: int
    length: int
    label: Promise | str


@dataclass(frozen=True, slots=True)
class Counted:
    """A literal with a number n: the last n units, the next n units, or the one unit n units ago."""

    unit: Unit
    shape: Shape
    label: Promise | str

    def span(self, n: int) -> tuple[int, int]:
        """Return (first, length) in units; "last n days" also holds today."""
        if self.shape == "ago":
            return -n, 1
        if self.shape == "next":
            return 1, n
        return (-n, n + 1) if self.unit == "day" else (-n, n)


FIXED: dict[str, Fixed] = {
    "YESTERDAY": Fixed("day", -1, 1, gettext_lazy("yesterday")),
    "TODAY": Fixed("day", 0, 1, gettext_lazy("today")),
    "TOMORROW": Fixed("day", 1, 1, gettext_lazy("tomorrow")),
    "LAST_WEEK": Fixed("week", -1, 1, gettext_lazy("last week")),
    "THIS_WEEK": Fixed("week", 0, 1, gettext_lazy("this week")),
    "NEXT_WEEK": Fixed("week", 1, 1, gettext_lazy("next week")),
    "LAST_MONTH": Fixed("month", -1, 1, gettext_lazy("last month")),
    "THIS_MONTH": Fixed("month", 0, 1, gettext_lazy("this month")),
    "NEXT_MONTH": Fixed("month", 1, 1, gettext_lazy("next month")),
    "LAST_90_DAYS": Fixed("day", -90, 91, gettext_lazy("last 90 days")),
    "NEXT_90_DAYS": Fixed("day", 1, 90, gettext_lazy("next 90 days")),
    "LAST_QUARTER": Fixed("quarter", -1, 1, gettext_lazy("last quarter")),
    "THIS_QUARTER": Fixed("quarter", 0, 1, gettext_lazy("this quarter")),
    "NEXT_QUARTER": Fixed("quarter", 1, 1, gettext_lazy("next quarter")),
    "LAST_YEAR": Fixed("year", -1, 1, gettext_lazy("last year")),
    "THIS_YEAR": Fixed("year", 0, 1, gettext_lazy("this year")),
    "NEXT_YEAR": Fixed("year", 1, 1, gettext_lazy("next year")),
    "LAST_FISCAL_QUARTER": Fixed("fiscal_quarter", -1, 1, gettext_lazy("last fiscal quarter")),
    "THIS_FISCAL_QUARTER": Fixed("fiscal_quarter", 0, 1, gettext_lazy("this fiscal quarter")),
    "NEXT_FISCAL_QUARTER": Fixed("fiscal_quarter", 1, 1, gettext_lazy("next fiscal quarter")),
    "LAST_FISCAL_YEAR": Fixed("fiscal_year", -1, 1, gettext_lazy("last fiscal year")),
    "THIS_FISCAL_YEAR": Fixed("fiscal_year", 0, 1, gettext_lazy("this fiscal year")),
    "NEXT_FISCAL_YEAR": Fixed("fiscal_year", 1, 1, gettext_lazy("next fiscal year")),
}

COUNTED: dict[str, Counted] = {
    "LAST_N_DAYS": Counted("day", "last", ngettext_lazy("last %(n)d day", "last %(n)d days", "n")),
    "NEXT_N_DAYS": Counted("day", "next", ngettext_lazy("next %(n)d day", "next %(n)d days", "n")),
    "N_DAYS_AGO": Counted("day", "ago", ngettext_lazy("%(n)d day ago", "%(n)d days ago", "n")),
    "LAST_N_WEEKS": Counted("week", "last", ngettext_lazy("last %(n)d week", "last %(n)d weeks", "n")),
    "NEXT_N_WEEKS": Counted("week", "next", ngettext_lazy("next %(n)d week", "next %(n)d weeks", "n")),
    "N_WEEKS_AGO": Counted("week", "ago", ngettext_lazy("%(n)d week ago", "%(n)d weeks ago", "n")),
    "LAST_N_MONTHS": Counted("month", "last", ngettext_lazy("last %(n)d month", "last %(n)d months", "n")),
    "NEXT_N_MONTHS": Counted("month", "next", ngettext_lazy("next %(n)d month", "next %(n)d months", "n")),
    "N_MONTHS_AGO": Counted("month", "ago", ngettext_lazy("%(n)d month ago", "%(n)d months ago", "n")),
    "LAST_N_QUARTERS": Counted(
        "quarter", "last", ngettext_lazy("last %(n)d quarter", "last %(n)d quarters", "n")
    ),
    "NEXT_N_QUARTERS": Counted(
        "quarter", "next", ngettext_lazy("next %(n)d quarter", "next %(n)d quarters", "n")
    ),
    "N_QUARTERS_AGO": Counted(
        "quarter", "ago", ngettext_lazy("%(n)d quarter ago", "%(n)d quarters ago", "n")
    ),
    "LAST_N_YEARS": Counted("year", "last", ngettext_lazy("last %(n)d year", "last %(n)d years", "n")),
    "NEXT_N_YEARS": Counted("year", "next", ngettext_lazy("next %(n)d year", "next %(n)d years", "n")),
    "N_YEARS_AGO": Counted("year", "ago", ngettext_lazy("%(n)d year ago", "%(n)d years ago", "n")),
    "LAST_N_FISCAL_QUARTERS": Counted(
        "fiscal_quarter",
        "last",
        ngettext_lazy("last %(n)d fiscal quarter", "last %(n)d fiscal quarters", "n"),
    ),
    "NEXT_N_FISCAL_QUARTERS": Counted(
        "fiscal_quarter",
        "next",
        ngettext_lazy("next %(n)d fiscal quarter", "next %(n)d fiscal quarters", "n"),
    ),
    "N_FISCAL_QUARTERS_AGO": Counted(
        "fiscal_quarter", "ago", ngettext_lazy("%(n)d fiscal quarter ago", "%(n)d fiscal quarters ago", "n")
    ),
    "LAST_N_FISCAL_YEARS": Counted(
        "fiscal_year", "last", ngettext_lazy("last %(n)d fiscal year", "last %(n)d fiscal years", "n")
    ),
    "NEXT_N_FISCAL_YEARS": Counted(
        "fiscal_year", "next", ngettext_lazy("next %(n)d fiscal year", "next %(n)d fiscal years", "n")
    ),
    "N_FISCAL_YEARS_AGO": Counted(
        "fiscal_year", "ago", ngettext_lazy("%(n)d fiscal year ago", "%(n)d fiscal years ago", "n")
    ),
}


def bounds(
    name: str, n: int | None, moment: Moment, *, week_starts: int = 0, fiscal_month: int = 1
) -> tuple[date, date]:
    """Return the first day of the literal and the first day after it, seen from `moment.today`.

    `week_starts` counts from Monday = 0 (see `first_weekday`); `fiscal_month` is the month, 1 to 12, in which
    the fiscal year starts. QueryRefused when there is no such literal or its number is missing or negative.
    """
    unit, first, length = _span(name, n)
    current = start_of(unit, moment.today, week_starts=week_starts, fiscal_month=fiscal_month)
    return _shift(unit, current, first), _shift(unit, current, first + length)


def instants(
    name: str, n: int | None, moment: Moment, *, week_starts: int = 0, fiscal_month: int = 1
) -> tuple[datetime, datetime]:
    """Return `bounds` as aware datetimes in the actor's zone: each day starts at its first real instant there."""
    start, end = bounds(name, n, moment, week_starts=week_starts, fiscal_month=fiscal_month)
    return midnight(start, moment), midnight(end, moment)


def midnight(day: date, moment: Moment) -> datetime:
    """Return the instant at which `day` starts in the actor's zone.

    Where clocks jump over midnight the day starts at 01:00: the way through UTC turns a local time that does
    not exist into the instant of the jump. Where midnight comes twice, the first one counts.
    """
    return datetime.combine(day, time(), moment.zone).astimezone(UTC).astimezone(moment.zone)


def first_weekday(language: str) -> int:
    """Return the weekday (Monday = 0) on which weeks start for readers of `language`: fr 0, en (US) 6."""
    return int(locale_of(language).first_week_day)


def describe(name: str, n: int | None = None) -> str:
    """Return the literal as people say it, in the reader's language: "last 30 days", "this month"."""
    known = name.upper()
    _span(known, n)
    if known in FIXED:
        return str(FIXED[known].label)
    return str(COUNTED[known].label % {"n": n})


def _span(name: str, n: int | None) -> tuple[Unit, int, int]:
    """Return (unit, first, length) of a literal in any case."""
    fixed = FIXED.get(name.upper())
    if fixed and n is None:
        return fixed.unit, fixed.first, fixed.length
    counted = COUNTED.get(name.upper())
    if counted and n is not None and 0 <= n <= LARGEST_N:
        return (counted.unit, *counted.span(n))
    if counted:
        example = f"{name.upper()}:7"
        raise QueryRefused(
            _("%(name)s takes a number: %(example)s.") % {"name": name.upper(), "example": example}
        )
    raise QueryRefused(_("There is no date literal “%(name)s”.") % {"name": name})


def start_of(unit: Unit, day: date, *, week_starts: int, fiscal_month: int) -> date:
    """Return the first day of the unit that holds `day`."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=(day.weekday() - week_starts) % 7)
    month = day.year * 12 + day.month - 1
    origin = fiscal_month - 1 if unit.startswith("fiscal") else 0
    return _month(month - (month - origin) % MONTHS[unit])


def _shift(unit: Unit, start: date, count: int) -> date:
    """Return the first day of the unit `count` units after the one that begins on `start`, within the limits."""
    if unit in MONTHS:
        return _month(start.year * 12 + start.month - 1 + count * MONTHS[unit])
    ordinal = start.toordinal() + count * (7 if unit == "week" else 1)
    return date.fromordinal(min(max(ordinal, EARLIEST.toordinal()), LATEST.toordinal()))


def _month(index: int) -> date:
    """Return the first day of month number `index` (year × 12 + month − 1), within the limits."""
    year, month = divmod(index, 12)
    if year < EARLIEST.year:
        return EARLIEST
    return LATEST if year >= LATEST.year else date(year, month + 1, 1)
