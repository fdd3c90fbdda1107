"""What currencies are worth on which day, read in two small statements whatever is to be converted."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import FloatField, Func
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from essor.access.models.organization import Organization
from essor.domain.currencies.models import CurrencyType, DatedConversionRate
from essor.query.converting import rates_by_day, todays_rates

Dated = Sequence[tuple[date, float]]


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of some currencies against `home`; `dated` are each one's dated rates, the oldest first."""

    home: str
    plain: Mapping[str, float]
    dated: Mapping[str, Dated]

    def at(self, code: str, day: date) -> float | None:
        """Return what one unit of the company's currency was worth in `code` on a day; None when nobody keeps that."""
        if code == self.home:
            return 1.0
        rows = self.dated.get(code, ())
        place = bisect_right(rows, day, key=lambda one: one[0])
        return rows[place - 1][1] if place else self.plain.get(code)

    def periods(self, code: str) -> Iterator[tuple[date | None, date | None, float | None]]:
        """Yield (first day, first day after, rate), without gaps; None where a period has no beginning or no end.

        The company's own currency is worth 1 all the time; one that nobody keeps has no rate.
        """
        rows: list[tuple[date | None, float | None]] = [
            (None, 1.0 if code == self.home else self.plain.get(code))
        ]
        rows += self.dated.get(code, ())
        for place, (start, rate) in enumerate(rows):
            end = rows[place + 1][0] if place + 1 < len(rows) else None
            yield start, end, rate


def read(home: str, codes: Collection[str]) -> Rates:
    """Return the rates of some currencies; nothing is asked when the company's own is the only one."""
    wanted = set(codes) - {home}
    if not wanted:
        return Rates(home, {}, {})
    types = CurrencyType.objects.filter(iso_code__in=wanted, is_deleted=False)
    plain = dict(types.values_list("iso_code", "conversion_rate"))
    dated: dict[str, list[tuple[date, float]]] = defaultdict(list)
    rows = DatedConversionRate.objects.filter(iso_code__in=plain, is_deleted=False).order_by("start_date")
    for code, start, rate in rows.values_list("iso_code", "start_date", "conversion_rate"):
        dated[code].append((start, rate))
    return Rates(home, plain, dated)


@todays_rates
def today() -> dict[str, float]:
    """Return {currency: rate} as of today, of every currency that is kept."""
    codes = CurrencyType.objects.filter(is_deleted=False).values_list("iso_code", flat=True)
    known, now = read("", list(codes)), timezone.localdate()
    return {code: rate for code in known.plain if (rate := known.at(code, now))}


@rates_by_day
class RateOn(Func):
    """The rate of a currency on a day, in SQL: the last dated one, else the currency's own, 1 for the company's."""

    arity = 2
    output_field = FloatField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> tuple[str, Any]:
        """Write the places where a rate may stand, in their order; none is looked at before it is needed."""
        (code, of_code), (day, of_day) = (compiler.compile(one) for one in self.source_expressions)
        dated, plain, home = (
            connection.ops.quote_name(model._meta.db_table)
            for model in (DatedConversionRate, CurrencyType, Organization)
        )
        sql = (
            f"COALESCE((SELECT conversion_rate FROM {dated} WHERE iso_code = {code} AND start_date <= {day}"  # noqa: S608 -- our own names
            f" AND NOT is_deleted ORDER BY start_date DESC LIMIT 1),"
            f" (SELECT conversion_rate FROM {plain} WHERE iso_code = {code} AND NOT is_deleted),"
            f" (SELECT 1.0 FROM {home} WHERE currency_iso_code = {code}))"
        )
        return sql, (*of_code, *of_day, *of_code, *of_code)

    as_postgresql = as_sqlite


def active(home: str) -> tuple[str, ...]:
    """Return the currencies in use, the company's first; that one alone where no others are kept."""
    rows = CurrencyType.objects.filter(is_active=True, is_deleted=False).exclude(iso_code=home)
    return (home, *rows.order_by("iso_code").values_list("iso_code", flat=True))


@dataclass(frozen=True, slots=True)
class Conversion:
    """How amounts in several currencies become one sum: in which, and of which currencies a rate is known."""

    home: str
    known: AbstractSet[str]

    def adds(self, codes: AbstractSet[str]) -> bool:
        """Tell whether a sum in the company's currency says more than the amounts by currency, and all of it."""
        return codes <= self.known and bool(codes - {self.home})


def conversion(home: str) -> Conversion | None:
    """Return how amounts are added up; None where no rates of other currencies are kept."""
    known = frozenset(CurrencyType.objects.filter(is_deleted=False).values_list("iso_code", flat=True))
    return Conversion(home, known | {home}) if known - {home} else None
