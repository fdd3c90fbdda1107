"""START_OF_MONTH and its like: the first day of the period that holds a date; DAYS_BETWEEN and MONTHS_BETWEEN.

Reports group by them. They are no words of SOQL; instants are read as its date functions read them (see `moments`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, DateField, Func, IntegerField
from django.db.models.sql.compiler import SQLCompiler

from essor.query import dates
from essor.query.environment import Env
from essor.query.families.moments import DateFamily
from essor.query.families.numbers import NumberFamily
from essor.query.functions.base import Function, Inner, Reader, argument
from essor.query.functions.moments import DayNumber, WallClock, clock, clock_value
from essor.query.functions.zones import begins, period_on_the_wall
from essor.query.operands import Operand
from essor.query.sql import Held
from essor.query.tree import Call

Compiled = tuple[str, Any]

# SQLite keeps dates as texts: cutting one is several times faster than its date functions.
SQLITE_MONTH = "(substr({x}, 1, 7) || '-01')"
SQLITE_YEAR = "(substr({x}, 1, 4) || '-01-01')"
SQLITE_QUARTER = (
    "(substr({x}, 1, 5) || CASE WHEN substr({x}, 6, 2) < '04' THEN '01' WHEN substr({x}, 6, 2) < '07' THEN '04'"
    " WHEN substr({x}, 6, 2) < '10' THEN '07' ELSE '10' END || '-01')"
)
SQLITE_SHIFTED = (
    "date({x}, 'start of month',"
    " '-' || ((CAST(substr({x}, 6, 2) AS INTEGER) - {first} + 12) %% {length}) || ' months')"
)
SQLITE_WEEK = "date({x}, '-' || ((CAST(strftime('%%w', {x}) AS INTEGER) + 6 - {first} + 7) %% 7) || ' days')"
POSTGRESQL_WEEK = "(CAST({x} AS date) - (CAST(EXTRACT(ISODOW FROM {x}) AS integer) - 1 - {first} + 7) %% 7)"
POSTGRESQL_PLAIN = "CAST(date_trunc('{unit}', CAST({x} AS timestamp)) AS date)"
POSTGRESQL_SHIFTED = (
    "CAST(date_trunc('month', CAST({x} AS timestamp)) - make_interval(months =>"
    " (CAST(EXTRACT(MONTH FROM {x}) AS integer) - {first} + 12) %% {length}) AS date)"
)


class Written(Func):
    """SQL over {x}, {y} … in the words of each database."""

    output_field: ClassVar[Any] = IntegerField()

    def __init__(self, *expressions: Any, sqlite: str, postgresql: str) -> None:
        """Keep both writings."""
        self.sqlite, self.postgresql = sqlite, postgresql
        super().__init__(*expressions)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        """Write it for SQLite."""
        return self._write(self.sqlite, compiler)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        """Write it for PostgreSQL."""
        return self._write(self.postgresql, compiler)

    def _write(self, template: str, compiler: SQLCompiler) -> Compiled:
        return filled(template, [compiler.compile(one) for one in self.source_expressions])


def filled(template: str, values: Iterable[Compiled]) -> Compiled:
    """Fill the holes from left to right, the parameters in the same order."""
    compiled = dict(zip(("{x}", "{y}"), values, strict=False))
    sql = ""
    params: list[Any] = []
    while template:
        hole, at = min(
            ((one, found) for one in compiled if (found := template.find(one)) >= 0),
            key=lambda pair: pair[1],
            default=("", -1),
        )
        if at < 0:
            break
        sql += template[:at] + compiled[hole][0]
        params.extend(compiled[hole][1])
        template = template[at + len(hole) :]
    return sql + template, tuple(params)


class WrittenDay(Written):
    """The same, giving a day."""

    output_field: ClassVar[Any] = DateField()


class PeriodOnTheWall(WrittenDay, Held):
    """The period of an instant on somebody's clock, found among the instants at which periods begin there.

    That is a third of the work of moving the clock and reading it. Where years are far, and in UTC, that is done.
    """

    def __init__(self, moment: WallClock, unit: dates.Unit, fiscal_month: int, **written: str) -> None:
        """Keep the unit, a month or longer."""
        self.moment, self.unit, self.fiscal_month = moment, unit, fiscal_month
        super().__init__(moment, **written)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        """Compare texts."""
        if self.moment.zone == "UTC":
            return super().as_sqlite(compiler, connection, **extra)
        sql, params = self._instant(compiler)
        return self._near((sql, params), "'{}'", "'{}'", self.far(sql, params))

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        """Compare instants."""
        far = super().as_postgresql(compiler, connection, **extra)
        if self.moment.zone == "UTC":
            return far
        return self._near(self._instant(compiler), "'{}+00'::timestamptz", "'{}'::date", far)

    @property
    def known(self) -> tuple[tuple[str, date], ...]:
        """Return the instants at which periods begin around the present."""
        return begins(self.moment.zone, datetime.now(UTC).year, self.unit, self.fiscal_month)

    def held(self) -> Func:
        """Return the period where it is known, else the instant itself."""
        clock: Any = self.source_expressions[0]
        (instant,) = clock.source_expressions
        return KnownPeriod(instant, known=self.known)

    def of(self, held: Any) -> Func:
        """Return the period, worked out where the instant is left."""
        return PeriodOfHeld(held, period=self)

    def far(self, sql: str, params: Any) -> Compiled:
        """Return SQLite's SQL for the period of any instant, which asks Python."""
        return filled(self.sqlite, [self.moment.far(sql, params)])

    def _instant(self, compiler: SQLCompiler) -> Compiled:
        clock: Any = self.source_expressions[0]
        sql, params = compiler.compile(clock.source_expressions[0])
        return sql, params

    def _near(self, moment: Compiled, instant: str, day: str, far: Compiled) -> Compiled:
        near, times = period_on_the_wall(moment[0], self.known, instant, day)
        return f"COALESCE({near}, {far[0]})", (*tuple(moment[1]) * times, *far[1])


class KnownPeriod(Func):
    """The first day of an instant's period, or the instant itself where years are far: all of it is SQLite's own."""

    arity = 1
    output_field: ClassVar[Any] = CharField()

    def __init__(self, instant: Any, known: tuple[tuple[str, date], ...]) -> None:
        """Keep the instants at which periods begin."""
        self.known = known
        super().__init__(instant)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        """Compare texts."""
        sql, params = compiler.compile(self.source_expressions[0])
        near, times = period_on_the_wall(sql, self.known, "'{}'", "'{}'")
        return f"COALESCE({near}, {sql})", tuple(params) * (times + 1)


class PeriodOfHeld(Func):
    """The period out of a `KnownPeriod`."""

    arity = 1
    output_field: ClassVar[Any] = DateField()

    def __init__(self, held: Any, period: PeriodOnTheWall) -> None:
        """Keep what works it out."""
        self.period = period
        super().__init__(held)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Compiled:
        """Tell a day from an instant by its length."""
        sql, params = compiler.compile(self.source_expressions[0])
        far, far_params = self.period.far(sql, params)
        day = len("2026-01-31")
        return f"CASE WHEN length({sql}) = {day} THEN {sql} ELSE {far} END", (*params, *params, *far_params)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A period of the calendar: its unit in `dates`, and how each database finds its first day."""

    unit: dates.Unit
    sqlite: str
    postgresql: str

    def origin(self, env: Env) -> int:
        """Return what shifts the period: the weekday on which weeks start, the month of the fiscal year, or 1."""
        if self.unit == "week":
            return dates.first_weekday(env.actor.language)
        return env.actor.company.fiscal_year_start_month if self.unit.startswith("fiscal") else 1

    def start(self, day: date, env: Env) -> date:
        """Return the first day of the period that holds `day`."""
        return dates.start_of(
            self.unit,
            day,
            week_starts=dates.first_weekday(env.actor.language),
            fiscal_month=env.actor.company.fiscal_year_start_month,
        )


BUCKETS: dict[str, Bucket] = {
    "START_OF_WEEK": Bucket("week", SQLITE_WEEK, POSTGRESQL_WEEK),
    "START_OF_MONTH": Bucket("month", SQLITE_MONTH, POSTGRESQL_PLAIN.replace("{unit}", "month")),
    "START_OF_QUARTER": Bucket("quarter", SQLITE_QUARTER, POSTGRESQL_PLAIN.replace("{unit}", "quarter")),
    "START_OF_YEAR": Bucket("year", SQLITE_YEAR, POSTGRESQL_PLAIN.replace("{unit}", "year")),
    "START_OF_FISCAL_QUARTER": Bucket(
        "fiscal_quarter", SQLITE_SHIFTED.replace("{length}", "3"), POSTGRESQL_SHIFTED.replace("{length}", "3")
    ),
    "START_OF_FISCAL_YEAR": Bucket(
        "fiscal_year", SQLITE_SHIFTED.replace("{length}", "12"), POSTGRESQL_SHIFTED.replace("{length}", "12")
    ),
}


def bucket(name: str, call: Call, inner: Inner, env: Env) -> Operand:
    """Return the first day of the period that holds a date or an instant."""
    source = clock(argument(call), inner, env)
    how = BUCKETS[name]
    first = str(how.origin(env))
    sqlite, postgresql = (text.replace("{first}", first) for text in (how.sqlite, how.postgresql))
    clocked = isinstance(source.expression, WallClock) and how.unit in dates.MONTHS
    fiscal_month = env.actor.company.fiscal_year_start_month
    make = partial(PeriodOnTheWall, unit=how.unit, fiscal_month=fiscal_month) if clocked else WrittenDay
    day = make(source.expression, sqlite=sqlite, postgresql=postgresql)
    return source.computed(day, DateFamily(), field=None)


def bucket_value(name: str, call: Call, record: Reader) -> Any:
    """Return the same day in Python."""
    moment = clock_value(argument(call), record)
    if moment is None:
        return None
    return BUCKETS[name].start(moment.date() if isinstance(moment, datetime) else moment, record.env)


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a day is from another one, in whole days (of their numbers) or in months of the calendar."""

    sqlite: str
    postgresql: str
    python: Callable[[date, date], int]
    numbers: bool = False


SQLITE_MONTHS = "(CAST(substr({%(x)s}, 1, 4) AS INTEGER) * 12 + CAST(substr({%(x)s}, 6, 2) AS INTEGER))"
POSTGRESQL_MONTHS = (
    "(CAST(EXTRACT(YEAR FROM {%(x)s}) AS integer) * 12 + CAST(EXTRACT(MONTH FROM {%(x)s}) AS integer))"
)
DISTANCES: dict[str, Distance] = {
    "DAYS_BETWEEN": Distance(
        "({y} - {x})",
        "({y} - {x})",
        lambda start, end: (end - start) // timedelta(days=1),
        numbers=True,
    ),
    "MONTHS_BETWEEN": Distance(
        f"({SQLITE_MONTHS % {'x': 'y'}} - {SQLITE_MONTHS % {'x': 'x'}})",
        f"({POSTGRESQL_MONTHS % {'x': 'y'}} - {POSTGRESQL_MONTHS % {'x': 'x'}})",
        lambda start, end: end.year * 12 + end.month - start.year * 12 - start.month,
    ),
}


def between(name: str, call: Call, inner: Inner, env: Env) -> Operand:
    """Return how far the second day is from the first, empty where either is."""
    start, end = (clock(argument(call, place), inner, env) for place in (0, 1))
    how = DISTANCES[name]
    days = (DayNumber(one.expression) if how.numbers else one.expression for one in (start, end))
    distance = Written(*days, sqlite=how.sqlite, postgresql=how.postgresql)
    masks = (*start.masks, *end.masks)
    return start.computed(
        distance, NumberFamily(), field=None, masks=masks, nullable=start.nullable or end.nullable
    )


def between_value(name: str, call: Call, record: Reader) -> Any:
    """Return the same number in Python."""
    found = [clock_value(argument(call, place), record) for place in (0, 1)]
    days = [one.date() if isinstance(one, datetime) else one for one in found]
    return None if None in days else DISTANCES[name].python(*days)


FUNCTIONS = (
    *(Function(name, partial(bucket, name), partial(bucket_value, name)) for name in BUCKETS),
    *(Function(name, partial(between, name), partial(between_value, name)) for name in DISTANCES),
)
