"""CALENDAR_YEAR, DAY_ONLY and their like. Instants are read in UTC, inside convertTimezone() in the asker's zone.

A fiscal year bears the number of the calendar year in which it ends, as most companies write it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, ClassVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateField, DateTimeField, Func, IntegerField
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext as _

from essor.query.environment import Env, refused
from essor.query.families.moments import DateFamily, DateTimeFamily
from essor.query.families.numbers import NumberFamily
from essor.query.functions.base import Function, Inner, Reader, argument
from essor.query.functions.zones import on_the_wall
from essor.query.operands import Operand
from essor.query.tree import Call, Expression

Compiled = tuple[str, Any]
CONVERT = "CONVERTTIMEZONE"


class WallClock(Func):
    """An instant as the clock on a wall of one time zone shows it."""

    arity = 1
    output_field = DateTimeField()

    def __init__(self, expression: Any, zone: str = "UTC") -> None:
        """Keep the zone's name, which comes from the tz database."""
        self.zone = zone
        super().__init__(expression)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        """Use the stored text as it is for UTC; elsewhere move it, by Django's own slow function where years are far."""
        sql, params = compiler.compile(self.source_expressions[0])
        if self.zone == "UTC":
            return sql, params
        return self.read("datetime", sql, params)

    def read(self, function: str, sql: str, params: Any) -> Compiled:
        """Return what one of SQLite's functions reads off the clock in a zone that is not UTC."""
        near, times = on_the_wall(sql, self.zone, datetime.now(UTC).year, function)
        far, far_params = self.far(sql, params)
        far = far if function == "datetime" else f"{function}({far})"
        return f"COALESCE({near}, {far})", (*tuple(params) * times, *far_params)

    def far(self, sql: str, params: Any) -> Compiled:
        """Return SQLite's SQL for any instant, which asks Python."""
        return f"django_datetime_trunc('second', {sql}, %s, 'UTC')", (*params, self.zone)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        """Use the server's time zones."""
        sql, params = compiler.compile(self.source_expressions[0])
        return f"(({sql}) AT TIME ZONE %s)", (*params, self.zone)


class DayNumber(Func):
    """A day, or that of an instant, for the distance to another one: SQLite counts days since noon of a day long ago.

    Moving the clock and reading the day are one step there, without a text in between.
    """

    arity = 1
    output_field = IntegerField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        """Count to the midnight before."""
        (day,) = self.source_expressions
        if isinstance(day, WallClock) and day.zone != "UTC":
            sql, params = day.read("julianday", *compiler.compile(day.source_expressions[0]))
        else:
            sql, params = compiler.compile(day)
            sql = f"julianday({sql})"
        return f"CAST({sql} + 0.5 AS INTEGER)", params

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        """Days are numbers already."""
        sql, params = compiler.compile(self.source_expressions[0])
        return f"CAST({sql} AS date)", params


class DatePart(Func):
    """A whole number read off a date; `sqlite` and `postgresql` are SQL over {x}."""

    arity = 1
    output_field: ClassVar[Any] = IntegerField()

    def __init__(self, expression: Any, sqlite: str, postgresql: str) -> None:
        """Keep both writings."""
        self.sqlite, self.postgresql = sqlite, postgresql
        super().__init__(expression)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        """Write it for SQLite."""
        return self._write(self.sqlite, compiler)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        """Write it for PostgreSQL."""
        return self._write(self.postgresql, compiler)

    def _write(self, template: str, compiler: SQLCompiler) -> Compiled:
        sql, params = compiler.compile(self.source_expressions[0])
        return template.replace("{x}", sql), tuple(params) * template.count("{x}")


class DayOnly(DatePart):
    """The day of an instant."""

    output_field: ClassVar[Any] = DateField()


@dataclass(frozen=True, slots=True)
class Part:
    """A basic reading of a date: SQLite's strftime letter, PostgreSQL's EXTRACT field, and Python."""

    letter: str
    field: str
    python: Callable[[date], int]

    @property
    def sqlite(self) -> str:
        """Return the SQL for SQLite."""
        return f"CAST(strftime('%%{self.letter}', {{x}}) AS INTEGER)"

    @property
    def postgresql(self) -> str:
        """Return the SQL for PostgreSQL."""
        return f"CAST(EXTRACT({self.field} FROM {{x}}) AS integer)"


YEAR = Part("Y", "YEAR", lambda day: day.year)
MONTH = Part("m", "MONTH", lambda day: day.month)
DAY = Part("d", "DAY", lambda day: day.day)
YEAR_DAY = Part("j", "DOY", lambda day: day.timetuple().tm_yday)
WEEKDAY = Part("w", "DOW", lambda day: day.isoweekday() % 7)
HOUR = Part("H", "HOUR", lambda day: day.hour if isinstance(day, datetime) else 0)


@dataclass(frozen=True, slots=True)
class Reading:
    """A function of dates: parts put together by a formula over {0}, {1}; `first` is the fiscal year's first month."""

    formula: str
    parts: tuple[Part, ...]
    python: Callable[..., int]

    def sqlite(self, first: int) -> str:
        """Return the SQL for SQLite."""
        return self._fill([part.sqlite for part in self.parts], first)

    def postgresql(self, first: int) -> str:
        """Return the SQL for PostgreSQL."""
        return self._fill([part.postgresql for part in self.parts], first)

    def read(self, day: date, first: int) -> int:
        """Return the number in Python."""
        return self.python(*(part.python(day) for part in self.parts), first)

    def _fill(self, parts: list[str], first: int) -> str:
        sql = self.formula.replace("{first}", str(first))
        for place, part in enumerate(parts):
            sql = sql.replace(f"{{{place}}}", part)
        return f"({sql})"


def fiscal_month(month: int, first: int) -> int:
    """Return the month's number in a fiscal year that begins with month `first`."""
    return (month - first + 12) % 12 + 1


READINGS: dict[str, Reading] = {
    "CALENDAR_YEAR": Reading("{0}", (YEAR,), lambda year, _first: year),
    "CALENDAR_QUARTER": Reading("({0} + 2) / 3", (MONTH,), lambda month, _first: (month + 2) // 3),
    "CALENDAR_MONTH": Reading("{0}", (MONTH,), lambda month, _first: month),
    "DAY_IN_MONTH": Reading("{0}", (DAY,), lambda day, _first: day),
    "DAY_IN_WEEK": Reading("{0} + 1", (WEEKDAY,), lambda weekday, _first: weekday + 1),
    "DAY_IN_YEAR": Reading("{0}", (YEAR_DAY,), lambda day, _first: day),
    "HOUR_IN_DAY": Reading("{0}", (HOUR,), lambda hour, _first: hour),
    "WEEK_IN_MONTH": Reading("({0} + 6) / 7", (DAY,), lambda day, _first: (day + 6) // 7),
    "WEEK_IN_YEAR": Reading("({0} + 6) / 7", (YEAR_DAY,), lambda day, _first: (day + 6) // 7),
    "FISCAL_YEAR": Reading(
        "{0} + CASE WHEN {first} > 1 AND {1} >= {first} THEN 1 ELSE 0 END",
        (YEAR, MONTH),
        lambda year, month, first: year + (1 < first <= month),
    ),
    "FISCAL_QUARTER": Reading(
        "(({0} - {first} + 12) %% 12 + 3) / 3",
        (MONTH,),
        lambda month, first: (fiscal_month(month, first) + 2) // 3,
    ),
    "FISCAL_MONTH": Reading("({0} - {first} + 12) %% 12 + 1", (MONTH,), fiscal_month),
}


def reading(name: str, call: Call, inner: Inner, env: Env) -> Operand:
    """Return a number read off a date or an instant."""
    source = clock(argument(call), inner, env)
    first = env.actor.company.fiscal_year_start_month
    how = READINGS[name]
    expression = DatePart(source.expression, how.sqlite(first), how.postgresql(first))
    return source.computed(expression, NumberFamily(), field=None)


def reading_value(name: str, call: Call, record: Reader) -> Any:
    """Return the same number in Python."""
    moment = clock_value(argument(call), record)
    first = record.env.actor.company.fiscal_year_start_month
    return None if moment is None else READINGS[name].read(moment, first)


def day_only(call: Call, inner: Inner, env: Env) -> Operand:
    """Return the day of an instant."""
    source = clock(argument(call), inner, env)
    expression = DayOnly(source.expression, "date({x})", "CAST({x} AS date)")
    return source.computed(expression, DateFamily(), field=None)


def day_only_value(call: Call, record: Reader) -> Any:
    """Return the same day in Python."""
    moment = clock_value(argument(call), record)
    return moment.date() if isinstance(moment, datetime) else moment


def clock(expression: Expression, inner: Inner, env: Env) -> Operand:
    """Return what a date function reads: a day as it is, an instant in UTC or, converted, in the asker's zone."""
    converted = isinstance(expression, Call) and expression.function.upper() == CONVERT
    source = inner(argument(expression) if isinstance(expression, Call) and converted else expression)
    if isinstance(source.family, DateTimeFamily):
        zone = env.moment.timezone if converted else "UTC"
        return source.computed(WallClock(source.expression, zone), source.family)
    if isinstance(source.family, DateFamily):
        return source
    raise refused(_("A date function takes a date or a date and time."), expression.at, "INVALID_FIELD")


def clock_value(expression: Expression, record: Reader) -> Any:
    """Return what `clock` reads in Python."""
    converted = isinstance(expression, Call) and expression.function.upper() == CONVERT
    moment = record.value(argument(expression) if isinstance(expression, Call) and converted else expression)
    if not isinstance(moment, datetime):
        return moment
    return moment.astimezone(record.env.moment.zone if converted else UTC).replace(tzinfo=None)


FUNCTIONS = (
    *(Function(name, partial(reading, name), partial(reading_value, name)) for name in READINGS),
    Function("DAY_ONLY", day_only, day_only_value),
)
