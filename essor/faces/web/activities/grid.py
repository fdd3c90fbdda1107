"""The days that a page of the calendar shows, and what stands in each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_interval
from django.utils.translation import get_language

from essor.domain.activities.agenda import Item, Placed, placed

View = Literal["day", "week", "month"]
VIEWS: tuple[View, ...] = ("day", "week", "month")
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Day:
    """One day: what lasts whole days, what has a time (laid side by side), all of it in order."""

    date: date
    whole: tuple[Item, ...]
    timed: tuple[Placed, ...]
    items: tuple[Item, ...]
    today: bool
    outside: bool


def first_weekday(locale: str) -> int:
    """Return the day that begins a week where the reader lives: 0 is Monday."""
    return int(Locale.parse(locale).first_week_day)


def weekday_name(day: date) -> str:
    """Return the short name of a weekday in the language of the page: Mon."""
    return str(format_date(day, "EEE", locale=get_language() or "en"))


def heading(view: View, day: date, first: date, last: date) -> str:
    """Return what a page is called: Monday 23 November 2026, 23–29 Nov 2026, November 2026."""
    language = get_language() or "en"
    if view == "week":
        return str(format_interval(first, last, "yMMMd", locale=language))
    words = str(format_date(day, "full" if view == "day" else "LLLL y", locale=language))
    return words[:1].upper() + words[1:]


def span(view: View, day: date, weekday: int) -> tuple[date, date]:
    """Return the first and the last day that a view around `day` shows; a month shows whole weeks."""
    if view == "day":
        return day, day
    if view == "week":
        first = day - timedelta(days=(day.weekday() - weekday) % 7)
        return first, first + timedelta(days=6)
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return (
        first - timedelta(days=(first.weekday() - weekday) % 7),
        last + timedelta(days=(weekday - 1 - last.weekday()) % 7),
    )


def stepped(view: View, day: date, step: int) -> date:
    """Return the day that the page before (-1) or behind (1) is about."""
    if view == "month":
        first = day.replace(day=1)
        return (
            (first + timedelta(days=31)).replace(day=1)
            if step > 0
            else (first - timedelta(days=1)).replace(day=1)
        )
    return day + step * (timedelta(days=1) if view == "day" else WEEK)


def days(first: date, last: date, items: Sequence[Item], *, today: date, month: int | None) -> list[Day]:
    """Return the days from first to last with what stands in them; `month` marks the days of other months."""
    found = []
    for place in range((last - first).days + 1):
        day = first + timedelta(days=place)
        here = [one for one in items if one.start.date() <= day <= _last(one)]
        here = sorted(here, key=lambda one: one.kind == "task")  # appointments before what is to be done
        whole = tuple(one for one in here if one.all_day)
        found.append(
            Day(
                day,
                whole,
                tuple(placed(here, day)),
                tuple(here),
                day == today,
                month is not None and day.month != month,
            )
        )
    return found


def _last(one: Item) -> date:
    """Return the last day on which an item shows: one that ends at midnight ends the day before."""
    if not one.all_day and one.end > one.start:
        return (one.end - timedelta(microseconds=1)).date()
    return one.end.date()
