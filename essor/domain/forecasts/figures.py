"""The figures of a period: one grouped query over the deals, by owner, category and currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.forecasts import scope
from essor.domain.forecasts.periods import Period
from essor.query import run
from essor.query.tree import Aggregate, All, Call, Column, Compare, Condition, Constant, Path, Query

# What each figure adds up. As in Salesforce a later figure holds the earlier ones; the open pipeline is what is not closed.
FIGURES: Mapping[str, tuple[str, ...]] = {
    "closed": ("Closed",),
    "commit": ("Closed", "Commit"),
    "best": ("Closed", "Commit", "Best Case"),
    "open": ("Commit", "Best Case", "Pipeline"),
}
COUNTED = ("Closed", "Commit", "Best Case", "Pipeline")
ADJUSTABLE = ("commit", "best")
TOGETHER = "all"  # stands for all currencies, in the company's own


@dataclass(slots=True)
class Sums:
    """Amounts in minor units by category, and how many deals they come from."""

    amounts: dict[str, int] = field(default_factory=dict)
    deals: dict[str, int] = field(default_factory=dict)

    def add(self, category: str, amount: int, deals: int) -> None:
        """Add deals of one category."""
        self.amounts[category] = self.amounts.get(category, 0) + amount
        self.deals[category] = self.deals.get(category, 0) + deals

    def join(self, others: Iterable[Sums]) -> Sums:
        """Add other sums to these and return them."""
        for other in others:
            for category, amount in other.amounts.items():
                self.add(category, amount, other.deals[category])
        return self

    def figure(self, name: str) -> int:
        """Return one of `FIGURES`."""
        return sum(self.amounts.get(category, 0) for category in FIGURES[name])

    def count(self, name: str) -> int:
        """Return how many deals make a figure."""
        return sum(self.deals.get(category, 0) for category in FIGURES[name])


def within(period: Period, path: str = "CloseDate") -> tuple[Condition, ...]:
    """Return the conditions that a date lies in the period."""
    return (
        Compare(Path((path,)), "gte", (Constant(period.start.isoformat(), "date"),)),
        Compare(Path((path,)), "lte", (Constant(period.end.isoformat(), "date"),)),
    )


def is_in(path: str, values: Iterable[str | int]) -> Condition:
    """Return the condition that a field is one of some values."""
    return Compare(Path((path,)), "in", tuple(Constant(one) for one in values))


def question(actor: Actor, period: Period, *, together: bool = False) -> Query:
    """Return the one query that all figures of a period come from, `together` in the company's currency as well."""
    owner, category, currency = (
        Path((name,)) for name in ("OwnerId", "ForecastCategoryName", "CurrencyIsoCode")
    )
    return Query(
        scope.DEALS,
        columns=(
            Column(owner),
            Column(category),
            Column(currency),
            Column(Aggregate("SUM", Path(("Amount",))), "amount"),
            Column(Aggregate("COUNT", Path(("Id",))), "deals"),
            *([Column(in_company("Amount"), "converted")] if together else []),
        ),
        where=All((*within(period), is_in("ForecastCategoryName", COUNTED), *scope.owned_by_them(actor))),
        group_by=(owner, category, currency),
    )


def in_company(name: str) -> Aggregate:
    """Return the sum of a field in the company's currency."""
    return Aggregate("SUM", Call("convertCurrency", (Path((name,)),)))


def figures(actor: Actor, period: Period, *, together: bool = False) -> dict[str, dict[int, Sums]]:
    """Return {currency, or TOGETHER: {owner: sums}} of the period, of the people whose figures the actor sees."""
    found: dict[str, dict[int, Sums]] = defaultdict(dict)
    for row in run.rows(actor, question(actor, period, together=together)):
        owner = row["OwnerId"]
        if owner is not None:
            sums = found[row["CurrencyIsoCode"]].setdefault(owner, Sums())
            sums.add(row["ForecastCategoryName"], row["amount"] or 0, row["deals"])
            if together:
                sums = found[TOGETHER].setdefault(owner, Sums())
                sums.add(row["ForecastCategoryName"], row["converted"] or 0, row["deals"])
    return dict(found)


def quotas(actor: Actor, period: Period) -> dict[str, dict[int, int]]:
    """Return {currency, or TOGETHER: {person: quota in minor units}}; a quarter's quota is the sum of its months'."""
    if not catalog_for(actor).has(scope.QUOTA):
        return {}
    person, currency = Path(("QuotaOwnerId",)), Path(("CurrencyIsoCode",))
    query = Query(
        scope.QUOTA,
        columns=(
            Column(person),
            Column(currency),
            Column(Aggregate("SUM", Path(("QuotaAmount",))), "amount"),
            Column(in_company("QuotaAmount"), "converted"),
        ),
        where=All((*within(period, "StartDate"), *scope.owned_by_them(actor, "QuotaOwnerId"))),
        group_by=(person, currency),
    )
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for row in run.rows(actor, query):
        whose = row["QuotaOwnerId"]
        found[row["CurrencyIsoCode"]][whose] = row["amount"] or 0
        found[TOGETHER][whose] = found[TOGETHER].get(whose, 0) + (row["converted"] or 0)
    return dict(found)


def deals_where(period: Period, figure: str, owners: Iterable[int], currency: str) -> Condition:
    """Return the condition on the deals behind one figure."""
    parts: tuple[Any, ...] = (
        is_in("OwnerId", owners),
        *within(period),
        is_in("ForecastCategoryName", FIGURES[figure]),
        *(() if currency == TOGETHER else (is_in("CurrencyIsoCode", (currency,)),)),
    )
    return All(parts)
