"""Date, date and time, time of day."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog.definitions import Field
from essor.catalog.kinds.base import EQUALITY, ORDER, Kind, ParseContext, ParseError, clean_text
from essor.kernel import formats

EARLIEST, LATEST = 1700, 4000


def within(value: date) -> date:
    """Return `value`; ParseError when its year is outside 1700 to 4000, as in Salesforce."""
    if not EARLIEST <= value.year <= LATEST:
        raise ParseError(_("The year must be between 1700 and 4000."))
    return value


class Date(Kind):
    """A calendar day without a time zone."""

    name = "date"
    label = gettext_lazy("Date")
    salesforce_type = "date"
    formula_type = "date"
    operators = (*EQUALITY, *ORDER)
    control = "date"

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return a nullable date column."""
        return {"": models.DateField(null=True, blank=True)}

    def parse(self, raw: object, field: Field, context: ParseContext) -> date | None:
        """Return the day; text is ISO or in the order of the writer's language."""
        if isinstance(raw, datetime):
            return within(raw.date())
        if isinstance(raw, date):
            return within(raw)
        text = clean_text(raw)
        if text is None:
            return None
        try:
            return within(formats.parse_date(text, context.language))
        except ParseError:
            raise
        except ValueError:
            raise ParseError(_("“%(value)s” is not a date.") % {"value": text[:80]}) from None

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a nullable ISO date."""
        return {"type": ["string", "null"], "format": "date"}

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return the day in the locale's order."""
        return "" if value is None else formats.day(value, locale)


class DateTime(Kind):
    """An instant, stored in UTC."""

    name = "datetime"
    label = gettext_lazy("Date and time")
    salesforce_type = "datetime"
    formula_type = "datetime"
    operators = (*EQUALITY, *ORDER)
    control = "datetime"

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return a nullable timestamp column."""
        return {"": models.DateTimeField(null=True, blank=True)}

    def parse(self, raw: object, field: Field, context: ParseContext) -> datetime | None:
        """Return the instant; text without an offset is in the writer's time zone."""
        text = raw.isoformat() if isinstance(raw, (date, datetime)) else clean_text(raw)
        if text is None:
            return None
        try:
            value = formats.parse_moment(text, context.language, context.timezone)
            within(value.date())
        except ParseError:
            raise
        except (ValueError, OverflowError):
            raise ParseError(_("“%(value)s” is not a date and time.") % {"value": text[:80]}) from None
        return value

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a nullable ISO date and time."""
        return {"type": ["string", "null"], "format": "date-time"}

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return the instant in the reader's time zone."""
        return "" if value is None else formats.moment(value, locale)


class Time(Kind):
    """A time of day."""

    name = "time"
    label = gettext_lazy("Time")
    salesforce_type = "time"
    formula_type = "time"
    operators = (*EQUALITY, *ORDER)
    control = "time"

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return a nullable time column."""
        return {"": models.TimeField(null=True, blank=True)}

    def parse(self, raw: object, field: Field, context: ParseContext) -> time | None:
        """Return the time of day."""
        if isinstance(raw, time):
            return raw
        text = clean_text(raw)
        if text is None:
            return None
        try:
            return formats.parse_time(text)
        except ValueError:
            raise ParseError(_("“%(value)s” is not a time.") % {"value": text[:80]}) from None

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a nullable ISO time."""
        return {"type": ["string", "null"], "format": "time"}

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return the time to the minute."""
        return "" if value is None else formats.clock(value, locale)
