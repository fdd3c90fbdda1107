"""Groups: what the database adds up is what Python adds up."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import Any

import pytest

from essor.access.actor import Actor
from essor.kernel.errors import QueryRefused
from essor.query import run
from essor.query.soql import parse
from essor.query.tests.conftest import New

ROWS = (
    ("Media", "Hot", 100),
    ("Media", "Hot", 300),
    ("Media", "Cold", None),
    ("Banking", "Hot", 50),
    (None, "Cold", 10),
    (None, None, None),
)


@pytest.fixture
def accounts(new: New) -> None:
    for place, (industry, rating, revenue) in enumerate(ROWS):
        new("Account", name=f"n{place % 4}", industry=industry, rating=rating, annual_revenue=revenue)


def rows(actor: Actor, soql: str) -> list[dict[str, Any]]:
    return run.rows(actor, parse(soql))


def test_aggregates(admin: Actor, accounts: None) -> None:
    soql = (
        "SELECT COUNT(Id) a, COUNT(AnnualRevenue) b, COUNT_DISTINCT(Name) c, SUM(AnnualRevenue) d, AVG(AnnualRevenue) e,"
        " MIN(AnnualRevenue) f, MAX(AnnualRevenue) g, MIN(Name) h FROM Account"
    )
    assert rows(admin, soql) == [{"a": 6, "b": 4, "c": 4, "d": 460, "e": 115, "f": 10, "g": 300, "h": "n0"}]
    none = "SELECT COUNT(Id), SUM(AnnualRevenue), MAX(CreatedDate) FROM Account WHERE Name = 'x'"
    assert rows(admin, none) == [{"expr0": 0, "expr1": None, "expr2": None}]


def test_groups_having_and_order(admin: Actor, accounts: None) -> None:
    soql = (
        "SELECT Industry, COUNT(Id) n FROM Account GROUP BY Industry"
        " HAVING COUNT(Id) > 1 AND Industry IN ('media', null) ORDER BY COUNT(Id) DESC"
    )
    assert rows(admin, soql) == [{"Industry": "Media", "n": 3}, {"Industry": None, "n": 2}]
    assert rows(admin, "SELECT Industry FROM Account GROUP BY Industry LIMIT 1 OFFSET 1") == [
        {"Industry": "Banking"}
    ]
    assert run.count(admin, parse("SELECT Industry FROM Account GROUP BY Industry")) == 3


@pytest.mark.parametrize("grouping", ["ROLLUP", "CUBE"])
def test_subtotals(admin: Actor, accounts: None, grouping: str) -> None:
    soql = (
        "SELECT Industry, Rating, GROUPING(Industry) gi, GROUPING(Rating) gr, COUNT(Id) n, SUM(AnnualRevenue) total"
        f" FROM Account GROUP BY {grouping}(Industry, Rating) ORDER BY GROUPING(Industry), Industry, GROUPING(Rating), Rating"
    )
    expected: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    sets = (
        [(0, 1), (0,), ()]
        if grouping == "ROLLUP"
        else [kept for n in range(3) for kept in combinations((0, 1), n)]
    )
    for kept in sets:
        for *facts, revenue in ROWS:
            key = tuple(facts[at] if at in kept else None for at in (0, 1))
            expected[(*key, int(0 not in kept), int(1 not in kept))].append(revenue)
    found = rows(admin, soql)
    assert {
        (row["Industry"], row["Rating"], row["gi"], row["gr"]): (row["n"], row["total"]) for row in found
    } == {
        key: (len(values), sum(filter(None, values)) if any(values) else None)
        for key, values in expected.items()
    }
    assert len(found) == len(expected)
    assert [row["gi"] for row in found] == sorted(row["gi"] for row in found)


def test_groups_by_dates_and_owners(admin: Actor, new: New) -> None:
    for month in (1, 1, 2):
        new("Opportunity", name="d", stage_name="Prospecting", close_date=f"2026-0{month}-15", amount=100)
    soql = (
        "SELECT CALENDAR_MONTH(CloseDate) m, SUM(Amount) total, FORMAT(SUM(Amount)) shown FROM Opportunity"
        " GROUP BY CALENDAR_MONTH(CloseDate) ORDER BY CALENDAR_MONTH(CloseDate)"
    )
    assert rows(admin, soql) == [
        {"m": 1, "total": 200, "shown": "2.00"},
        {"m": 2, "total": 100, "shown": "1.00"},
    ]
    owners = rows(
        admin, "SELECT OwnerId, Owner.Name, COUNT(Id) n FROM Opportunity GROUP BY OwnerId, Owner.Name"
    )
    assert owners == [{"OwnerId": None, "Owner.Name": None, "n": 3}]


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT SUM(Name) FROM Account",
        "SELECT AVG(CreatedDate) FROM Account",
        "SELECT MAX(BillingAddress) FROM Account",
        "SELECT MIN(IsDeleted) FROM Account",
    ],
)
def test_what_has_no_total_is_refused(admin: Actor, accounts: None, soql: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        rows(admin, soql)
    assert caught.value.code == "INVALID_FIELD"
