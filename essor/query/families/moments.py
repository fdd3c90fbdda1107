"""Dates, instants and times of day; a relative date is a span of them in the asker's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from essor.kernel import formats
from essor.query import dates
from essor.query.environment import Env
from essor.query.families.base import Family, Literal, Point, Span
from essor.query.tree import Bind, Constant, RelativeDate


class DateFamily(Family):
    """Calendar days."""

    name = "date"

    def from_python(self, raw: Any, origin: Constant | Bind, env: Env) -> Literal:
        """Return the day; an instant stands for its day in the asker's zone."""
        if raw is None or raw == "":
            return None
        if isinstance(raw, datetime):
            return Point(raw.astimezone(env.moment.zone).date() if raw.tzinfo else raw.date())
        if isinstance(raw, date):
            return Point(raw)
        try:
            text = str(raw).strip()
            if len(text) > len("2026-01-01"):
                return Point(
                    formats.parse_moment(text, "en", env.moment.timezone).astimezone(env.moment.zone).date()
                )
            return Point(formats.parse_date(text, "en"))
        except (ValueError, OverflowError):
            raise self.unfit(origin, raw) from None

    def from_relative(self, value: RelativeDate, env: Env) -> Literal:
        """Return the days that the literal covers."""
        return Span(*env.days(value.name, value.n))


class DateTimeFamily(Family):
    """Instants."""

    name = "datetime"

    def from_python(self, raw: Any, origin: Constant | Bind, env: Env) -> Literal:
        """Return the instant; a day stands for all of it in the asker's zone."""
        if raw is None or raw == "":
            return None
        if isinstance(raw, datetime):
            return Point(
                raw.astimezone(UTC) if raw.tzinfo else raw.replace(tzinfo=env.moment.zone).astimezone(UTC)
            )
        if isinstance(raw, date):
            return self.whole(raw, env)
        text = str(raw).strip()
        try:
            if len(text) <= len("2026-01-01"):
                return self.whole(formats.parse_date(text, "en"), env)
            return Point(formats.parse_moment(text, "en", env.moment.timezone))
        except (ValueError, OverflowError):
            raise self.unfit(origin, raw) from None

    def from_relative(self, value: RelativeDate, env: Env) -> Literal:
        """Return the instants that the literal covers."""
        return Span(*env.instants(value.name, value.n))

    def whole(self, day: date, env: Env) -> Span:
        """Return the day from its first instant to the next day's."""
        return Span(dates.midnight(day, env.moment), dates.midnight(day + timedelta(days=1), env.moment))


class TimeFamily(Family):
    """Times of day."""

    name = "time"

    def from_python(self, raw: Any, origin: Constant | Bind, env: Env) -> Literal:
        """Return the time of day."""
        if raw is None or raw == "":
            return None
        if isinstance(raw, time):
            return Point(raw)
        try:
            return Point(formats.parse_time(str(raw)))
        except ValueError:
            raise self.unfit(origin, raw) from None
