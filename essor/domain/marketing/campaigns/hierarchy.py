"""A campaign with those below it, and the sums over all of them, in the eyes of the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.currencies import rates
from essor.domain.currencies.rates import Rates
from essor.domain.marketing.campaigns.objects import CAMPAIGN
from essor.query import run
from essor.query.converting import convert
from essor.query.tree import Column, Compare, Constant, Order, Path, Query

DEEPEST = 20
FACTS = ("Id", "Name", "Type", "Status", "StartDate", "ParentId", "CurrencyIsoCode")
SUMS = (
    "NumberSent", "NumberOfContacts", "NumberOfLeads", "NumberOfResponses", "NumberOfOpportunities",
    "NumberOfWonOpportunities", "AmountAllOpportunities", "AmountWonOpportunities", "BudgetedCost", "ActualCost",
    "ExpectedRevenue",
)  # fmt: skip
MONEY = frozenset(SUMS[6:])


@dataclass(frozen=True, slots=True)
class Branch:
    """One campaign of the tree, `level` below its top, with its own figures by outside name."""

    level: int
    values: Mapping[str, Any]


def tree(actor: Actor, top: int) -> list[Branch]:
    """Return the campaign and those below it, each behind its parent: one query a level."""
    found: dict[int | None, list[dict[str, Any]]] = {}
    keys, seen = [top], {top}
    first = _rows(actor, "Id", keys)
    for _level in range(DEEPEST):
        rows = [row for row in _rows(actor, "ParentId", keys) if row["Id"] not in seen]
        for row in rows:
            found.setdefault(row["ParentId"], []).append(row)
        keys = [row["Id"] for row in rows]
        seen.update(keys)
        if not keys:
            break
    return list(_walk(first, found, 0))


def _walk(
    rows: Iterable[dict[str, Any]], below: Mapping[int | None, list[dict[str, Any]]], level: int
) -> Iterable[Branch]:
    for row in rows:
        yield Branch(level, row)
        yield from _walk(below.get(row["Id"], ()), below, level + 1)


def _rows(actor: Actor, link: str, keys: Iterable[int]) -> list[dict[str, Any]]:
    seen = catalog_for(actor).object(CAMPAIGN)
    names = [name for name in (*FACTS, *SUMS) if seen.has(name)]
    query = Query(
        CAMPAIGN,
        columns=tuple(Column(Path((name,))) for name in names),
        where=Compare(Path((link,)), "in", tuple(Constant(key) for key in keys)),
        order_by=(Order(Path(("StartDate",))),),
    )
    return run.rows(actor, query)


@dataclass(frozen=True, slots=True)
class Exchange:
    """Money of campaigns in one currency: each amount at the rate of its campaign's first day, today's without one."""

    currency: str
    rates: Rates

    def worth(self, units: int, code: str, day: date | None) -> int | None:
        """Return an amount of `code` in our currency; None where nobody keeps a rate."""
        if code == self.currency or not units:
            return units
        at = day or timezone.localdate()
        theirs, ours = self.rates.at(code, at), self.rates.at(self.currency, at)
        return convert(units, theirs / ours) if theirs and ours else None


def exchange(actor: Actor, currency: str, codes: Iterable[str]) -> Exchange:
    """Return how amounts in other currencies become `currency`; nothing is asked where there is no other."""
    return Exchange(currency, rates.read(actor.company.currency, {currency, *codes}))


def currency_of(branch: Branch, usual: str) -> str:
    """Return the currency of a campaign's own money."""
    return str(branch.values.get("CurrencyIsoCode") or usual)


def totals(branches: Iterable[Branch], money: Exchange) -> tuple[dict[str, int], frozenset[str]]:
    """Return the sums in one currency, and the currencies without a rate, whose amounts are in none of them."""
    found: dict[str, int] = dict.fromkeys(SUMS, 0)
    unknown = set()
    for one in branches:
        code, day = currency_of(one, money.currency), one.values.get("StartDate")
        for name in SUMS:
            units: int | None = int(one.values.get(name) or 0)
            if units and name in MONEY:
                units = money.worth(units, code, day)
            if units is None:
                unknown.add(code)
            else:
                found[name] += units
    return found, frozenset(unknown)
