"""Money in the company's currency: what `convertCurrency()` gives, in SQL and in memory.

A record whose object has a field `ConversionRate` keeps the rate of its own day; all its money is converted at it.
Everything else is converted at today's rates, which a room that keeps them offers here (`todays_rates`). A rate says
how many units of a currency one unit of the company's is worth. Without a rate there is no converted amount.

A roll-up gathers money of several currencies in that of the record which it stands on (`into`): at the rates of the
child's own day, which the field `ConversionRate` names in its option `day`, elsewhere at today's (`rates_by_day`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import copysign, floor
from typing import Any

from django.db.models import BigIntegerField, Case, DateField, F, FloatField, Func, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.lookups import Exact

from essor.query.environment import Env
from essor.query.families.base import Sql
from essor.query.functions.base import Function, Inner, Reader, argument
from essor.query.operands import Operand
from essor.query.tree import Aggregate, Call, Path

NAME = "convertCurrency"
RATE, CURRENCY = "ConversionRate", "CurrencyIsoCode"
Rates = Mapping[str, float]
Source = Callable[[], Rates]
ByDay = Callable[[Sql, Sql], Sql]
_sources: list[Source] = []
_by_day: list[ByDay] = []


def todays_rates(source: Source) -> Source:
    """Register who knows today's rates: {currency: units of it that one of the company's currency is worth}."""
    _sources.append(source)
    return source


def rates_by_day(source: ByDay) -> ByDay:
    """Register who says in SQL what a currency was worth on a day: (currency, day) → rate, NULL where nobody knows it."""
    _by_day.append(source)
    return source


def rates(env: Env) -> Rates:
    """Return today's rates, the company's own currency among them; read once for a question."""
    key = ("todays rates",)
    if key not in env.memo:
        known = {code: rate for source in _sources for code, rate in source().items()}
        env.memo[key] = {**known, env.actor.company.currency: 1.0}
    return env.memo[key]  # type: ignore[no-any-return]


def convert(units: int | None, rate: float | None) -> int | None:
    """Return an amount in the company's currency, halves away from zero; None without amount or rate."""
    return (
        None
        if units is None or not rate
        else int(copysign(floor(abs(units) / rate + 0.5), units))
        if units
        else 0
    )


class Converted(Func):
    """The same in SQL, rounded alike on both databases."""

    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Divide as doubles; ROUND goes away from zero there."""
        return super().as_sql(
            compiler,
            connection,
            template="CAST(ROUND(%(expressions)s) AS INTEGER)",
            arg_joiner=" * 1.0 / ",
            **context,
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # noqa: ARG002 -- Django's signature
        """Divide as doubles and round away from zero by hand: ROUND of doubles goes to even there."""
        (amount, of_amount), (rate, of_rate) = (compiler.compile(one) for one in self.source_expressions)
        half = f"CASE WHEN {amount} < 0 THEN '-0.5'::double precision ELSE '0.5'::double precision END"
        sql = f"TRUNC({amount}::double precision / {rate} + {half})::bigint"
        return sql, (*of_amount, *of_rate, *of_amount)


def operand(call: Call, inner: Inner, env: Env) -> Operand:
    """Return an amount in the company's currency; a sum is taken of converted amounts, what is no money stays."""
    source = argument(call)
    if isinstance(source, Aggregate) and source.argument is not None:
        return inner(replace(source, argument=replace(call, arguments=(source.argument,))))
    found = inner(source)
    if not isinstance(found.currency, F):
        return found
    return found.computed(
        Converted(found.expression, _rate(found, found.currency, env)),
        found.family,
        currency=None,
        nullable=True,
    )


def _rate(found: Operand, currency: F, env: Env) -> Sql:
    """Return the rate of the record's own day, or today's rate of its currency."""
    if found.field is not None:
        obj = env.full.object(found.field.object_name)
        if obj.has(RATE):
            prefix = str(vars(currency)["name"]).removesuffix(obj.field(CURRENCY).attr)
            return F(f"{prefix}{obj.field(RATE).attr}")
    whens = [When(Exact(currency, Value(code)), then=Value(rate)) for code, rate in rates(env).items()]
    return Case(*whens, default=None, output_field=FloatField())


def value(call: Call, record: Reader) -> Any:
    """Return the same in memory."""
    source = argument(call)
    amount, found = record.value(source), record.operand(source)
    if amount is None or found.currency is None or found.field is None or not isinstance(source, Path):
        return amount
    beside = source.names[:-1]
    if record.env.full.object(found.field.object_name).has(RATE):
        return convert(amount, record.value(Path((*beside, RATE))))
    return convert(amount, rates(record.env).get(record.value(Path((*beside, CURRENCY)))))


def into(found: Operand, currency: Sql | None, env: Env) -> Sql:
    """Return money of a record in another currency, the company's when that is None; NULL without a rate.

    What is in that currency already stays as it is, whoever keeps rates.
    """
    amount, own = found.expression, found.currency
    if own is None or found.field is None or not _by_day:
        return amount
    at, obj = _by_day[0], env.full.object(found.field.object_name)
    rate = obj.field(RATE) if obj.has(RATE) else None
    named = str(rate.options.get("day") or "") if rate is not None else ""
    day = F(obj.field(named).attr) if named else Value(env.moment.today, DateField())
    from_own = F(rate.attr) if rate is not None else at(own, day)
    if currency is None:
        return Converted(amount, from_own)
    other = Converted(amount, CombinedExpression(from_own, "/", at(currency, day), FloatField()))
    return Case(When(Exact(own, currency), then=amount), default=other, output_field=BigIntegerField())


FUNCTIONS = (Function(NAME, operand, value),)
