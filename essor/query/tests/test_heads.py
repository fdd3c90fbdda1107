"""Pages over several spellings of a word come from the first rows of each, and are the pages of all of them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.access.actor import Actor
from essor.catalog import current
from essor.query import heads, run
from essor.query.soql import parse

CITIES = ("Saint-Étienne", "saint-étienne", "SAINT-ÉTIENNE", "Saint-Etienne", "Nîmes", None)


@pytest.fixture
def towns(db: None) -> None:
    model = current.get().object("Account").model
    model._default_manager.bulk_create(
        model(name=f"N{n * 37 % 101:03d}", billing_city=CITIES[n % len(CITIES)]) for n in range(120)
    )


@pytest.mark.parametrize("order", ["Name", "Name DESC NULLS LAST", "BillingCity, Name DESC", "Id"])
@pytest.mark.parametrize(
    "where", ["BillingCity = 'saint-Étienne'", "BillingCity IN ('nîmes', 'Saint-Etienne')"]
)
def test_page_after_page_is_the_whole_list_in_order(
    admin: Actor, towns: None, where: str, order: str
) -> None:
    query = parse(f"SELECT Id, Name FROM Account WHERE {where} ORDER BY {order}")
    found, after = [], None
    while True:
        page = run.page(admin, query, after=after, size=7)
        found += [row["Id"] for row in page.rows]
        after = page.next_cursor
        if after is None:
            break
    assert found == [row["Id"] for row in run.rows(admin, query)]
    assert len(found) == len(set(found)) >= 40


@pytest.mark.parametrize(("limit", "in_parts"), [(50, True), (heads.MOST_ROWS + 1, False)])
def test_a_long_answer_is_read_in_one_go(admin: Actor, towns: None, limit: int, in_parts: bool) -> None:
    query = parse(f"SELECT Id FROM Account WHERE BillingCity = 'Nîmes' ORDER BY Name LIMIT {limit}")
    with CaptureQueriesContext(connection) as asked:
        assert len(run.rows(admin, query)) == 20
    assert any("IN (SELECT" in one["sql"] for one in asked) is in_parts
