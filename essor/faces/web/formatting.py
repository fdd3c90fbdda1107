"""Numbers, money, dates, sizes and phone numbers as the reader's locale writes them; pages use these as filters.

The reader's own settings decide, not the language of the page: `reading_as` sets them for one request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import phonenumbers
from babel import Locale
from babel import dates as babel_dates
from babel import numbers as babel_numbers
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from essor.kernel import formats

NO_VALUE = ""
RECENT = timedelta(days=30)
KILO = 1000
GAP = "\u202f"  # the narrow space that French typography puts between a number and its unit


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom values are written: locale (empty: the page's language), home country and company currency."""

    locale: str = ""
    region: str = "FR"
    currency: str = "EUR"


_READER: ContextVar[Reader] = ContextVar("reader", default=Reader())  # noqa: B039 -- frozen


@contextmanager
def reading_as(reader: Reader) -> Iterator[None]:
    """Format for `reader` inside the block."""
    token = _READER.set(reader)
    try:
        yield
    finally:
        _READER.reset(token)


def reader() -> Reader:
    """Return for whom values are written now."""
    return _READER.get()


def reader_locale() -> str:
    """Return the locale in force: the reader's setting, else the language of the page."""
    return _READER.get().locale or get_language() or "en"


def number(value: float | None, decimals: int | None = None, locale: str = "") -> str:
    """Return `value` with exactly `decimals` (None: as many as needed, at most three); empty for None."""
    return NO_VALUE if value is None else formats.number(value, locale or reader_locale(), scale=decimals)


def percent(points: float | None, decimals: int | None = None, locale: str = "") -> str:
    """Return percent points (50.0 is half) with the sign; empty for None."""
    return NO_VALUE if points is None else formats.percent(points, locale or reader_locale(), scale=decimals)


def money(units: int | None, currency: str = "", scale: int = 2, locale: str = "") -> str:
    """Return `units` of 10**-scale of `currency`, its decimals left out when all of them are zero."""
    if units is None:
        return NO_VALUE
    shape = _money_shape(locale or reader_locale(), currency or reader().currency)
    whole, rest = divmod(abs(units), 10**scale)
    digits = f"{whole:,}.{rest:0{scale}d}" if rest else f"{whole:,}"
    before, after = shape.below_zero if units < 0 else shape.above_zero
    return before + digits.translate(shape.marks) + after


def short_money(units: int | None, currency: str = "", scale: int = 2, locale: str = "") -> str:
    """Return a rounded amount for tiles and headings: 1,2 M€ or €1.2M."""
    if units is None:
        return NO_VALUE
    amount = units / 10**scale
    if abs(amount) < 10 * KILO:
        return money(round(amount), currency, 0, locale)
    return str(
        babel_numbers.format_compact_currency(
            amount,
            currency or reader().currency,
            locale=formats.locale_of(locale or reader_locale()),
            fraction_digits=1,
        )
    )


def day(value: date | None, style: str = "medium", locale: str = "") -> str:
    """Return a date ("medium" writes the month in letters); an instant counts in the reader's time zone."""
    if value is None:
        return NO_VALUE
    if isinstance(value, datetime):
        value = _local(value).date()
    return _day(value, style, locale or _worded(style))


def moment(value: datetime | None, style: str = "medium", locale: str = "") -> str:
    """Return an instant in the reader's time zone, to the minute."""
    if value is None:
        return NO_VALUE
    local = _local(value)
    clock_of = formats.clock(local.time(), locale or reader_locale())
    return f"{_day(local.date(), style, locale or _worded(style))}, {clock_of}"


def clock(value: time | None, locale: str = "") -> str:
    """Return a time of day, to the minute."""
    return NO_VALUE if value is None else formats.clock(value, locale or reader_locale())


def relative(value: datetime | date | None, now: datetime | None = None) -> str:
    """Return how long ago or ahead in the page's language ("3 hours ago"); beyond thirty days the date itself."""
    if value is None:
        return NO_VALUE
    now = now or datetime.now(UTC)
    if not isinstance(value, datetime):
        return _days_away(value, (value - _local(now).date()).days)
    if abs(value - now) >= timedelta(days=1):
        return _days_away(_local(value).date(), (_local(value).date() - _local(now).date()).days)
    if abs(value - now) < timedelta(minutes=1):
        return _("just now")
    return str(babel_dates.format_timedelta(value - now, add_direction=True, threshold=1, locale=_words()))


def phone(typed: str | None, region: str = "") -> str:
    """Return a number grouped as people dial it from `region`; what cannot be read stays as it was typed."""
    return _phone(typed, region or reader().region) if typed else NO_VALUE


def file_size(count: int | None, locale: str = "") -> str:
    """Return bytes in the largest unit that leaves at least one, in powers of 1000 as disks and browsers count."""
    if count is None:
        return NO_VALUE
    byte = "o" if (locale or get_language() or "").startswith("fr") else "B"
    locale = locale or reader_locale()
    size, units = float(count), ["", "k", "M", "G", "T"]
    while size >= KILO and len(units) > 1:
        size /= KILO
        units.pop(0)
    return f"{formats.number(round(size, 1), locale)}{GAP}{units[0]}{byte}"


def input_number(value: float | str | None, locale: str = "") -> str:
    """Return a number for an input: the locale's decimal sign, no grouping, so that it is easy to change."""
    if value is None:
        return NO_VALUE
    if isinstance(value, str):  # what was typed and refused comes back as it was
        return value
    text = f"{value:.15g}" if abs(value) < 1e15 else f"{value:.0f}"  # noqa: PLR2004 -- the exact digits of a double
    return text.replace(".", decimal_sign(locale))


def decimal_sign(locale: str = "") -> str:
    """Return the sign between units and tenths."""
    return str(babel_numbers.get_decimal_symbol(formats.locale_of(locale or reader_locale())))


@dataclass(frozen=True, slots=True)
class MoneyShape:
    """What a locale writes around an amount of one currency, and its marks for "," and "."."""

    above_zero: tuple[str, str]
    below_zero: tuple[str, str]
    marks: dict[int, str]


@lru_cache(maxsize=256)
def _money_shape(locale: str, currency: str) -> MoneyShape:
    """Ask Babel once: a list page shows hundreds of amounts, and Babel takes 50 microseconds for each."""
    known = formats.locale_of(locale)
    pattern = str(known.currency_formats["standard"].pattern).replace(".00", "")
    above, below = (
        babel_numbers.format_currency(one, currency, pattern, locale=known, currency_digits=False).split("1")
        for one in (1, -1)
    )
    marks = {
        ord(","): str(babel_numbers.get_group_symbol(known)),
        ord("."): str(babel_numbers.get_decimal_symbol(known)),
    }
    return MoneyShape(above_zero=(above[0], above[1]), below_zero=(below[0], below[1]), marks=marks)


@lru_cache(maxsize=8192)
def _day(value: date, style: str, locale: str) -> str:
    return formats.day(value, locale, style)


@lru_cache(maxsize=8192)
def _phone(typed: str, region: str) -> str:
    try:
        parsed = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return typed
    if not phonenumbers.is_possible_number(parsed):
        return typed
    home = phonenumbers.country_code_for_region(region) == parsed.country_code
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(parsed, style))


def _days_away(value: date, days: int) -> str:
    """Return today, yesterday, tomorrow or a number of days; far away the date."""
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    if days in near:
        return near[days]
    if abs(days) > RECENT.days:
        return day(value)
    return str(
        babel_dates.format_timedelta(timedelta(days=days), "day", 99, add_direction=True, locale=_words())
    )


def _worded(style: str) -> str:
    """Return the locale of a date: months and days in letters speak the language of the page, figures the reader's."""
    locale = reader_locale()
    return locale if style == "short" else formats.worded(locale, get_language() or "en")


def _words() -> Locale:
    """Return the locale of the page's language, for texts made of words."""
    return formats.locale_of(get_language() or "en")


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value
