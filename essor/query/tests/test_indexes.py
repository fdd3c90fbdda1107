"""Filters and sorts are phrased so that indexes answer them, on both databases."""

from __future__ import annotations

import pytest
from django.db import connection

from essor.access.actor import Actor
from essor.catalog import current
from essor.query import run, usage
from essor.query.soql import parse
from essor.query.tests.conftest import New


@pytest.fixture
def index(new: New) -> str:
    """Enough rows for the account's own index over names without case to be worth it."""
    model = current.get().object("Account").model
    model._default_manager.bulk_create(model(name=f"Name {number:04}") for number in range(3_000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sales_account")
    return "account_name"


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT Id FROM Account WHERE Name = 'name 0007'",
        "SELECT Id FROM Account WHERE Name IN ('name 0007', 'NAME 0008')",
        "SELECT Id FROM Account WHERE Name LIKE 'name 000%'",
        "SELECT Id FROM Account WHERE Name > 'name 2990' ORDER BY Name LIMIT 5",
        "SELECT Id, Site FROM Account ORDER BY Name LIMIT 5",
        "SELECT Id, Site FROM Account ORDER BY Name DESC LIMIT 5",
    ],
)
def test_text_without_case_uses_the_index(admin: Actor, index: str, soql: str) -> None:
    assert index in run.explain(admin, parse(soql))


def test_usage_counts_what_an_index_could_serve(admin: Actor, new: New) -> None:
    usage.drain()
    soql = parse(
        "SELECT Id FROM Account WHERE industry = 'Media' AND (Site = 'a' OR Site = 'b') AND Name LIKE '%x' ORDER BY name DESC"
    )
    run.rows(admin, soql)
    run.page(admin, soql)
    run.count(admin, soql)
    run.rows(admin, parse("SELECT Id FROM Account WHERE Industry = 'Media' OR Site = 'x'"))
    assert usage.drain() == {
        usage.Shape("Account", ("Industry",), ("Site",), ("-Name",)): 2,
        usage.Shape("Account", ("Industry",), ("Site",), ()): 1,
    }
    assert usage.drain() == {}
