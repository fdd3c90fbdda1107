"""Numbers, money, dates and times as a person of a locale writes and reads them; pure functions over Babel."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel import dates as babel_dates
from babel import numbers as babel_numbers
from django.utils import timezone

SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’]")
DAY_FIRST = frozenset({"fr", "de", "es", "it", "pt", "nl"})
PIVOT_YEAR = 70
MOST_DECIMALS = 3
IN_WORDS = {
    "en": "en_GB"
}  # day before month, as wherever people read English with figures of another country


@lru_cache(maxsize=32)
def locale_of(name: str) -> Locale:
    """Return Babel's locale; plain "fr" and "en" mean France and the United States."""
    return Locale.parse({"fr": "fr_FR", "en": "en_US"}.get(name, name.replace("-", "_")))


def worded(locale: str, language: str) -> str:
    """Return the locale of dates in words: the reader's where it speaks the page's language, else one of that language."""
    return locale if locale[:2] == language[:2] else IN_WORDS.get(language[:2], language)


def number(value: float, locale: str, *, scale: int | None = None) -> str:
    """Return `value` with the locale's separators and exactly `scale` decimals (None: as many as needed, at most 3)."""
    exact = Decimal(str(value))
    digits = f"{exact:,.{MOST_DECIMALS if scale is None else scale}f}"
    if scale is None:
        digits = digits.rstrip("0").removesuffix(".")
    return digits.translate(_signs(locale))


@lru_cache(maxsize=32)
def _signs(locale: str) -> dict[int, str]:
    """Return what the locale writes for the signs of `format`; Babel itself takes 20 times as long for each number."""
    known = locale_of(locale)
    return {
        ord(","): str(babel_numbers.get_group_symbol(known)),
        ord("."): str(babel_numbers.get_decimal_symbol(known)),
        ord("-"): str(babel_numbers.get_minus_sign_symbol(known)),
    }


def money(units: int, currency: str, locale: str, *, scale: int = 2) -> str:
    """Return integer `units` of 10**-scale of `currency` as money of the locale."""
    return str(babel_numbers.format_currency(units / 10**scale, currency, locale=locale_of(locale)))


def trimmed_money(units: int, currency: str, locale: str, *, scale: int = 2) -> str:
    """Return money as `money` does, its decimals left out when all of them are zero."""
    if units % 10**scale:
        return money(units, currency, locale, scale=scale)
    known = locale_of(locale)
    pattern = known.currency_formats["standard"].pattern.replace(".00", "")
    whole = units // 10**scale
    return str(babel_numbers.format_currency(whole, currency, pattern, locale=known, currency_digits=False))


def percent(points: float, locale: str, *, scale: int | None = None) -> str:
    """Return percent points (50.0 is half) with the locale's percent sign."""
    gap = "\u202f%" if locale.startswith("fr") else "%"
    return number(points, locale, scale=scale) + gap


def day(value: date, locale: str, style: str = "short") -> str:
    """Return a date; "short" always shows four digits of the year."""
    if style == "short":
        first, second = value.month, value.day
        if locale[:2] in DAY_FIRST or locale == "en_GB":
            first, second = second, first
        return f"{first:02}/{second:02}/{value.year:04}"
    return str(babel_dates.format_date(value, format=style, locale=locale_of(locale)))


def moment(value: datetime, locale: str, style: str = "short") -> str:
    """Return a datetime in the time zone that is active for the reader."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{day(local.date(), locale, style)} {clock(local.time(), locale)}"


def clock(value: time, locale: str) -> str:
    """Return a time of day to the minute."""
    return _clock(value.hour, value.minute, locale)


@lru_cache(maxsize=4096)
def _clock(hour: int, minute: int, locale: str) -> str:
    """Ask Babel once for each minute of the day: it takes 15 microseconds, and lists show hundreds of instants."""
    return str(babel_dates.format_time(time(hour, minute), format="short", locale=locale_of(locale)))


def parse_number(text: str, language: str) -> float:
    """Return the number that a person wrote: either decimal sign, any spaces between thousands; ValueError."""
    digits = SPACES.sub("", text).replace("\u2212", "-")
    if "," in digits and "." in digits:
        mark = max(",", ".", key=digits.rfind)
        digits = digits.replace("," if mark == "." else ".", "").replace(mark, ".")
    elif "," in digits:
        thousands = language[:2] not in DAY_FIRST and re.fullmatch(r"-?\d{1,3}(,\d{3})+", digits)
        digits = digits.replace(",", "") if thousands or digits.count(",") > 1 else digits.replace(",", ".")
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", digits):
        raise ValueError(text)
    return float(digits)


def parse_date(text: str, language: str) -> date:
    """Return the date that a person wrote: ISO, or day and month in the order of the language; ValueError."""
    text = text.strip()
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}([T ].*)?", text):
        return date.fromisoformat(text[:10])
    if found := re.fullmatch(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})", text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    found = re.fullmatch(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})(?:[ T].*)?", text)
    if not found:
        raise ValueError(text)
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    if len(found[3]) == 2:  # noqa: PLR2004 -- a year written with two digits
        year += 2000 if year < PIVOT_YEAR else 1900
    day_first = language[:2] in DAY_FIRST or first > 12  # noqa: PLR2004 -- no month is above 12
    if day_first and second > 12:  # noqa: PLR2004 -- written month first all the same
        day_first = False
    return date(year, second, first) if day_first else date(year, first, second)


def parse_time(text: str) -> time:
    """Return the time of day that a person wrote (14:30, 14h30, 2:30 PM, ISO); ValueError."""
    found = re.fullmatch(
        r"(\d{1,2})\s*[:hH]\s*(\d{2})?(?::(\d{2})(?:\.(\d{1,6}))?)?\s*(Z|[aApP]\.?[mM]\.?)?", text.strip()
    )
    if not found:
        raise ValueError(text)
    hour = int(found[1])
    if found[5] and found[5] != "Z":
        hour = hour % 12 + (12 if found[5][0] in "pP" else 0)
    fraction = int((found[4] or "0").ljust(6, "0"))
    return time(hour, int(found[2] or 0), int(found[3] or 0), fraction)


def parse_moment(text: str, language: str, zone: str) -> datetime:
    """Return the instant (UTC) that a person wrote; without an offset it is in time zone `zone`; ValueError."""
    text = text.strip()
    try:
        value = datetime.fromisoformat(re.sub(r"([+-]\d{2})(\d{2})$", r"\1:\2", text))
    except ValueError:
        head, _gap, tail = text.replace("T", " ").partition(" ")
        value = datetime.combine(parse_date(head, language), parse_time(tail) if tail.strip() else time())
    if value.tzinfo is None:
        value = value.replace(tzinfo=ZoneInfo(zone))
    return value.astimezone(UTC)
