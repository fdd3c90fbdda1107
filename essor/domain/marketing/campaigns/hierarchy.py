"""A campaign with those below it, and the sums over all of them, in the eyes of the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from essor.access.actor import Actor
from essor.access.view import catalog_for
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


def totals(branches: Iterable[Branch], currency: str, rates: Mapping[str, float]) -> dict[str, int]:
    """Return the sums, money in one currency at `rates` (units for one of the company's); without a rate it is left out."""
    found: dict[str, int] = dict.fromkeys(SUMS, 0)
    for one in branches:
        code = str(one.values.get("CurrencyIsoCode") or currency)
        rate = 1.0 if code == currency else rates.get(code, 0) / rates[currency] if currency in rates else 0
        for name in SUMS:
            units = int(one.values.get(name) or 0)
            found[name] += (convert(units, rate) or 0) if name in MONEY else units
    return found
