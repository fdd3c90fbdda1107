"""What is too much is refused in words, and what takes too long is stopped."""

from __future__ import annotations

import pytest
from django.db import connection

from essor.access.actor import Actor
from essor.kernel.errors import QueryRefused
from essor.query import execute, limits, run
from essor.query.environment import env_for
from essor.query.soql import parse
from essor.query.tests.conftest import New
from essor.query.tree import All, Column, Compare, Condition, Constant, InQuery, Not, Path, Query

NAME = Path(("Name",))
ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}


def nested(depth: int) -> Condition:
    found: Condition = Compare(NAME, "eq", (Constant("x"),))
    for _level in range(depth):
        found = Not((found,))
    return found


def chained(depth: int) -> Query:
    found = Query("Account", (Column(Path(("Id",))),))
    for _level in range(depth):
        found = Query("Account", (Column(Path(("ParentId",))),), where=InQuery(Path(("Id",)), found))
    return found


@pytest.mark.parametrize(
    "query",
    [
        Query("Account", where=nested(limits.DEEPEST_CONDITION + 1)),
        Query("Account", where=All(tuple(nested(0) for _one in range(limits.MOST_CONDITIONS + 1)))),
        Query(
            "Account",
            where=Compare(NAME, "in", tuple(Constant(str(n)) for n in range(limits.MOST_VALUES + 1))),
        ),
        chained(limits.DEEPEST_QUERY + 1),
    ],
)
def test_too_large_a_query_is_refused(admin: Actor, query: Query) -> None:
    for ask in (run.rows, run.page, run.count):
        with pytest.raises(QueryRefused):
            ask(admin, query)


def test_the_largest_allowed_query_runs(admin: Actor, new: New) -> None:
    new("Account", name="7")
    wheres = tuple(Compare(NAME, "ne", (Constant(f"é{n}"),)) for n in range(limits.MOST_CONDITIONS - 1))
    assert run.count(admin, Query("Account", where=All(wheres))) == 1
    many = Compare(NAME, "in", tuple(Constant(str(n)) for n in range(limits.MOST_VALUES)))
    assert run.count(admin, Query("Account", where=many)) == 1
    assert run.count(admin, Query("Account", where=nested(limits.DEEPEST_CONDITION - 1))) <= 1
    assert run.rows(admin, chained(limits.DEEPEST_QUERY - 1)) == []


def test_a_long_query_is_stopped_and_the_connection_lives(admin: Actor, new: New) -> None:
    from django.db import transaction

    with pytest.raises(QueryRefused) as caught, transaction.atomic():
        execute.run(env_for(admin), ENDLESS[connection.vendor], (), seconds=0.2)
    assert caught.value.code == "QUERY_TIMEOUT"
    new("Account", name="a")
    assert run.count(admin, parse("SELECT Id FROM Account")) == 1


def test_the_limit_ends_with_the_query(admin: Actor) -> None:
    run.count(admin, parse("SELECT Id FROM Account"))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("0",)
