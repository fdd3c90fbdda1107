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
from essor.domain.marketing.campaigns.influence import MODELS, Influence
from essor.domain.marketing.campaigns.objects import CAMPAIGN
from essor.query import run
from essor.query.converting import convert
from essor.query.tree import Column, Compare, Constant, Order, Path, Query

DEEPEST = 20
FACTS = ("Id", "Name", "Type", "Status", "StartDate", "ParentId", "CurrencyIsoCode")
SUMS = (
    "NumberSent",
    "NumberOfContacts",
    "NumberOfLeads",
    "NumberOfResponses",
    "NumberOfOpportunities",
    "NumberOfWonOpportunities",
    "AmountAllOpportunities",
    "AmountWonOpportunities",
    "BudgetedCost",
    "ActualCost",
    "ExpectedRevenue",
)
MONEY = frozenset(SUMS[6:])
EXPECTED, COST = "ExpectedResponses", "Cost"
WHOLE = 100


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
    names = [name for name in (*FACTS, *SUMS, "ExpectedResponse") if seen.has(name)]
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


def cost(values: Mapping[str, Any]) -> int | None:
    """Return what a campaign cost, or is planned to cost while nothing has been spent."""
    found: int | None = values.get("ActualCost") or values.get("BudgetedCost")
    return found


def people(values: Mapping[str, Any]) -> int:
    """Return how many members a campaign has."""
    return int(values.get("NumberOfContacts") or 0) + int(values.get("NumberOfLeads") or 0)


def expected(values: Mapping[str, Any]) -> int | None:
    """Return how many responses are expected of those it reaches; None where nobody said which part."""
    part = values.get("ExpectedResponse")
    return None if not part else round((int(values.get("NumberSent") or 0) or people(values)) * part / WHOLE)


def totals(branches: Iterable[Branch], money: Exchange) -> tuple[dict[str, int], frozenset[str]]:
    """Return the sums in one currency, and the currencies without a rate, whose amounts are in none of them.

    COST is what was spent, or is planned where nothing was yet, EXPECTED the responses expected.
    """
    found: dict[str, int] = dict.fromkeys((*SUMS, COST, EXPECTED), 0)
    unknown = set()
    for one in branches:
        code, day = currency_of(one, money.currency), one.values.get("StartDate")
        figures = {name: one.values.get(name) for name in SUMS}
        figures |= {COST: cost(one.values), EXPECTED: expected(one.values)}
        for name, value in figures.items():
            units: int | None = int(value or 0)
            if units and (name in MONEY or name == COST):
                units = money.worth(units, code, day)
            if units is None:
                unknown.add(code)
            else:
                found[name] += units
    return found, frozenset(unknown)


def credited(
    branch: Branch, found: Mapping[str, Influence], money: Exchange
) -> tuple[Influence, frozenset[str]]:
    """Return what is credited to a campaign in one currency, and the currencies without a rate, left out of it."""
    day, together, unknown = branch.values.get("StartDate"), Influence(), set()
    for code, one in found.items():
        for model in MODELS:
            won, still = money.worth(one.won[model], code, day), money.worth(one.open[model], code, day)
            if won is None or still is None:
                unknown.add(code)
            together.won[model] += won or 0
            together.open[model] += still or 0
            together.deals[model] += one.deals[model]
            together.won_deals[model] += one.won_deals[model]
    return together, frozenset(unknown)
