"""SQLite's missing functions, pure and deterministic: PostgreSQL has them itself, Python calls these very ones.

Each takes and gives what SQLite stores (text, numbers, ISO dates), and gives None for None or for what has no answer.
"""

from __future__ import annotations

import math
import re
import sqlite3
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from essor.kernel import patterns
from essor.kernel.clock import zone_named

NUMBER = r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?"
_NUMBER = re.compile(rf" *({NUMBER}) *")
_DATE = re.compile(r" *([0-9]{4})-([0-9]{1,2})-([0-9]{1,2}) *")
_INSTANT = re.compile(
    r" *([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})[ T]([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?Z? *"
)
_DAY = 86_400_000_000.0  # microseconds
_MOST_DAYS = 4_000_000.0
_DIGITS = 15


def upper(text: str | None) -> str | None:
    """Return `text` in capitals, letter by letter (ß stays ß): Unicode's simple mapping, as PostgreSQL maps."""
    if text is None or text.isascii():
        return text and text.upper()
    return "".join(map(_capital, text))


def lower(text: str | None) -> str | None:
    """Return `text` in small letters, letter by letter: Unicode's simple mapping, as PostgreSQL maps."""
    if text is None or text.isascii():
        return text and text.lower()
    return "".join(map(_small, text))


@lru_cache(maxsize=4096)
def _capital(letter: str) -> str:
    return next((form for form in (letter.upper(), letter.title()) if len(form) == 1), letter)


@lru_cache(maxsize=4096)
def _small(letter: str) -> str:
    return letter.lower()[0]


def number_text(number: float | None) -> str | None:
    """Return `number` in plain digits, never with an exponent, to 15 significant digits: 0.1 + 0.2 is `0.3`."""
    if number is None:
        return None
    short = f"{number:.{_DIGITS}g}"
    if "e" in short:
        short = format(Decimal(short), "f")
        short = short.rstrip("0").rstrip(".") if "." in short else short
    return "0" if short == "-0" else short


def text_number(text: str | None) -> float | None:
    """Return the number that `text` writes with a decimal point (12, -3.5, 1e6), None when it writes none."""
    found = _NUMBER.fullmatch(text) if text else None
    return float(found[1]) if found else None


def text_date(text: str | None) -> str | None:
    """Return the ISO date that `text` (2024-1-31) writes, None when there is no such day."""
    found = _DATE.fullmatch(text) if text else None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat() if found else None
    except ValueError:
        return None


def text_instant(text: str | None) -> str | None:
    """Return the instant that `text` (2024-01-31 17:30:00, UTC) writes as SQLite stores it, None when it is none."""
    found = _INSTANT.fullmatch(text) if text else None
    day = text_date(found[1]) if found else None
    return f"{day} {int(found[2]):02d}:{found[3]}:{found[4] or '00'}" if found and day else None


def add_months(moment: str | None, months: float | None) -> str | None:
    """Return the ISO date or UTC instant `months` later (whole months); see `months_later`."""
    if moment is None or months is None:
        return None
    day = _months_later(moment[:10], months)
    return None if day is None else day + moment[10:]


@lru_cache(maxsize=65536)
def _months_later(day: str, months: float) -> str | None:
    later = months_later(date.fromisoformat(day), months)
    return None if later is None else later.isoformat()


def months_later(day: date, months: float) -> date | None:
    """Return `day` moved by whole months; None outside years 1 to 9999.

    The last day of a month moves to the last day of the other (Salesforce's ADDMONTHS); other days stay, as far
    as the month has them.
    """
    if not abs(months) < _MOST_DAYS:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + math.trunc(months), 12)
    if not 1 <= year <= 9999:  # noqa: PLR2004 -- what a date can hold
        return None
    last = monthrange(year, month + 1)[1]
    at_end = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if at_end else min(day.day, last))


def add_days(instant: str | None, days: float | None) -> str | None:
    """Return the UTC instant (as SQLite stores it) `days` later, to the microsecond; None outside the calendar."""
    if instant is None or days is None:
        return None
    later = days_later(datetime.fromisoformat(instant).replace(tzinfo=UTC), days)
    return None if later is None else str(later.replace(tzinfo=None))


def days_later(instant: datetime, days: float) -> datetime | None:
    """Return `instant` moved by `days` and their fraction; None outside the calendar."""
    if not abs(days) < _MOST_DAYS:
        return None
    try:
        return instant + timedelta(microseconds=math.floor(days * _DAY + 0.5))
    except OverflowError:
        return None


def local_date(instant: str | None, zone: str) -> str | None:
    """Return the ISO date on which a UTC instant (as SQLite stores it) falls in the time zone named `zone`."""
    if instant is None:
        return None
    return _date_of_hour(instant[:13], zone) or _local_date(instant, zone)


@lru_cache(maxsize=65536)
def _date_of_hour(hour: str, zone: str) -> str | None:
    """Return the date of all instants of an hour, None when midnight falls into it."""
    first, last = _local_date(f"{hour}:00:00", zone), _local_date(f"{hour}:59:59.999999", zone)
    return first if first == last else None


def _local_date(instant: str, zone: str) -> str | None:
    try:
        local = datetime.fromisoformat(instant).replace(tzinfo=UTC).astimezone(zone_named(zone))
    except (ValueError, OverflowError):
        return None
    return local.date().isoformat()


def matches(text: str | None, pattern: str) -> int | None:
    """Return whether the whole of `text` matches `pattern` (see `patterns`), as SQLite's 0 or 1."""
    return None if text is None else int(patterns.compiled(pattern).matches(text))


def _guarded(function: Callable[..., float]) -> Callable[..., float | None]:
    def answer(*numbers: float | None) -> float | None:
        try:
            return None if None in numbers else function(*numbers)
        except (ValueError, OverflowError):
            return None

    return answer


# Who computes formulas too deep for SQLite's parser: the formula room, which stands above this one, puts itself here.
COMPUTERS: dict[str, Callable[..., Any]] = {}


def formula(text: str, *values: Any) -> Any:
    """Return the value of a formula's tree; only the formula room writes SQL that calls this."""
    return COMPUTERS["formula"](text, *values)


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "ESSOR_UPPER": (1, upper),
    "ESSOR_LOWER": (1, lower),
    "ESSOR_NUMBER_TEXT": (1, number_text),
    "ESSOR_TEXT_NUMBER": (1, text_number),
    "ESSOR_TEXT_DATE": (1, text_date),
    "ESSOR_TEXT_INSTANT": (1, text_instant),
    "ESSOR_ADD_MONTHS": (2, add_months),
    "ESSOR_ADD_DAYS": (2, add_days),
    "ESSOR_LOCAL_DATE": (2, local_date),
    "ESSOR_MATCHES": (2, matches),
    "ESSOR_FORMULA": (-1, formula),
    "ESSOR_LOG10": (
        1,
        _guarded(math.log10),
    ),  # SQLite's own is off in the last digit: log10(0.0001) is not -4
}

# Builds of SQLite without its own mathematics; Django's substitutes raise where the real ones give NULL.
MATHEMATICS: dict[str, tuple[int, Callable[..., Any]]] = {
    "SQRT": (1, _guarded(math.sqrt)),
    "LN": (1, _guarded(math.log)),
    "EXP": (1, _guarded(math.exp)),
    "POWER": (2, _guarded(math.pow)),
    "FLOOR": (1, _guarded(lambda number: float(math.floor(number)))),
    "CEILING": (1, _guarded(lambda number: float(math.ceil(number)))),
}


def register(connection: sqlite3.Connection) -> None:
    """Give `connection` every function that a formula's SQL may call."""
    own = dict(FUNCTIONS)
    if not connection.execute("SELECT sqlite_compileoption_used('ENABLE_MATH_FUNCTIONS')").fetchone()[0]:
        own |= MATHEMATICS
    for name, (arity, function) in own.items():
        connection.create_function(name, arity, function, deterministic=True)
