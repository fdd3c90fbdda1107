"""Pages by key: every row once, in order, both ways, whatever is sorted by; cursors that cannot be bent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.access.actor import Actor, system_actor
from essor.catalog import current
from essor.kernel.errors import QueryRefused
from essor.query import run
from essor.query.soql import parse
from essor.query.tests import worlds
from essor.query.tests.conftest import New
from essor.query.tree import Call, Column, Order, Path, Query

SORTED = (
    "Name",
    "Site",
    "Industry",
    "AnnualRevenue",
    "Score__c",
    "Ready__c",
    "Born__c",
    "Seen__c",
    "Alarm__c",
    "Double__c",
    "Half__c",
    "Part__c",
    "Big__c",
    "Shout__c",
    "Parent.Name",
    "Parent.AnnualRevenue",
    "ParentId",
    "Id",
)
expressions = st.sampled_from([Path(tuple(name.split("."))) for name in SORTED]) | st.just(
    Call("CALENDAR_YEAR", (Path(("Born__c",)),))
)
orders = st.lists(
    st.builds(Order, expressions, st.booleans(), st.sampled_from([None, "first", "last"])), max_size=3
).map(tuple)
COLUMNS = (Column(Path(("Id",))), Column(Path(("Name",))))


def walk(actor: Actor, query: Query, size: int) -> tuple[list[Any], list[Any]]:
    """Return the rows met on the way to the end, and those met on the way back."""
    page = run.page(actor, query, size=size)
    forth, last = list(page.rows), page
    while page.next_cursor:
        page = run.page(actor, query, after=page.next_cursor, size=size)
        forth.extend(page.rows)
        last = page
    back = list(last.rows)
    while last.previous_cursor:
        last = run.page(actor, query, after=last.previous_cursor, size=size)
        back = last.rows + back
    return forth, back


@pytest.fixture
def fields(run_time_catalog: None, organization: None) -> None:
    worlds.add_fields()


def test_pages_are_the_rows_in_order_both_ways(fields: None) -> None:
    actor = system_actor()
    accounts = current.get().object("Account").model._default_manager

    @settings(max_examples=120)
    @given(st.lists(worlds.accounts, max_size=9), orders, st.integers(1, 4), st.none() | st.integers(0, 7))
    def holds(rows: list[dict[str, Any]], order_by: tuple[Order, ...], size: int, limit: int | None) -> None:
        with transaction.atomic():
            parent = None
            for place, row in enumerate(rows):
                parent = accounts.create(**row, parent=parent if place % 3 else None)
            query = Query("Account", COLUMNS, order_by=order_by, limit=limit)
            whole = run.rows(actor, query)
            assert walk(actor, query, size) == (whole, whole)
            streamed = list(run.iterate(actor, query, chunk=size))
            assert streamed == whole
            assert len(whole) == run.count(actor, query)
            transaction.set_rollback(True)

    holds()


def test_order_of_empty_values_and_of_picklists(admin: Actor, new: New) -> None:
    for name, revenue, rating in (("a", None, "Cold"), ("B", 2, "Hot"), ("c", 1, None), ("é", 3, "Warm")):
        new("Account", name=name, annual_revenue=revenue, rating=rating)

    def names(order: str) -> str:
        return "".join(
            row["Name"] for row in run.rows(admin, parse(f"SELECT Name FROM Account ORDER BY {order}"))
        )

    assert names("Name") == "aBcé"
    assert names("AnnualRevenue") == "acBé"
    assert names("AnnualRevenue DESC") == "éBca"
    assert names("AnnualRevenue NULLS LAST") == "cBéa"
    assert names("AnnualRevenue DESC NULLS FIRST") == "aéBc"
    assert names("Rating") == "cBéa"  # Hot, Warm, Cold: the order of the list
    assert names("toLabel(Rating)") == "caBé"


def test_a_cursor_is_good_for_its_own_query_only(admin: Actor, new: New) -> None:
    for number in range(5):
        new("Account", name=str(number))
    query = parse("SELECT Name FROM Account ORDER BY Name")
    cursor = run.page(admin, query, size=2).next_cursor
    assert cursor is not None
    for text in (cursor[:-1] + ("a" if cursor[-1] != "a" else "b"), "", "nonsense", cursor.partition(":")[0]):
        if text:
            with pytest.raises(QueryRefused) as caught:
                run.page(admin, query, after=text)
            assert caught.value.code == "INVALID_QUERY_LOCATOR"
    with pytest.raises(QueryRefused):
        run.page(admin, replace(query, deleted=True), after=cursor)


def test_rows_that_come_and_go_disturb_no_page(admin: Actor, new: New) -> None:
    made = [new("Account", name=name) for name in "abcdef"]
    query = parse("SELECT Name FROM Account ORDER BY Name")
    page = run.page(admin, query, size=2)
    made[1].delete()
    new("Account", name="aa")
    second = run.page(admin, query, after=page.next_cursor, size=2)
    assert [row["Name"] for row in second.rows] == ["c", "d"]


def test_counts_stop_at_a_limit(admin: Actor, new: New) -> None:
    for number in range(5):
        new("Account", name=str(number))
    query = parse("SELECT Id FROM Account WHERE Name != '4'")
    assert run.count(admin, query) == 4
    assert run.count_up_to(admin, query, 3) == 3
    assert run.count_up_to(admin, query, 9) == 4
    assert run.count(admin, parse("SELECT COUNT() FROM Account LIMIT 2")) == 2
    assert run.count(admin, parse("SELECT Id FROM Account LIMIT 4 OFFSET 3")) == 2
    assert run.count(admin, parse("SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact)")) == 0
