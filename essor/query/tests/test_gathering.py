"""Two steps or one: the same groups. SQLite takes two where an index holds the rows of finer groups side by side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.access.actor import Actor
from essor.access.models import Organization
from essor.access.version import bump
from essor.catalog import current
from essor.kernel.db.indexes import Index, add_index, learn
from essor.query import gathering, run
from essor.query.tests.conftest import New
from essor.query.tree import (
    Aggregate,
    All,
    Call,
    Column,
    Compare,
    Condition,
    Constant,
    Expression,
    Order,
    Path,
    Query,
)

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL groups without sorting")

CLOSE, STAGE, AMOUNT, CREATED = (
    Path((name,)) for name in ("CloseDate", "StageName", "Amount", "CreatedDate")
)
OWNER, CURRENCY = Path(("OwnerId",)), Path(("CurrencyIsoCode",))
WON = Compare(Path(("IsWon",)), "eq", (Constant(value=True, type="boolean"),))
SPRING = Compare(CLOSE, "gte", (Constant("2026-04-01", "date"),))
DAYS = Call("DAYS_BETWEEN", (Call("convertTimezone", (CREATED,)), CLOSE))
MONTH = Call("START_OF_MONTH", (CLOSE,))
GROUPS: tuple[tuple[Expression, ...], ...] = (
    (MONTH,),
    (Call("START_OF_WEEK", (CLOSE,)), CURRENCY),
    (STAGE,),
    (Call("CALENDAR_YEAR", (CLOSE,)),),
    (OWNER, MONTH),
    (CLOSE, STAGE),
)
WHERES: tuple[Condition | None, ...] = (None, WON, SPRING, All((WON, SPRING)))
SUMS = (
    Aggregate("COUNT"),
    Aggregate("COUNT", where=WON),
    Aggregate("COUNT", AMOUNT),
    Aggregate("SUM", AMOUNT),
    Aggregate("SUM", AMOUNT, WON),
    Aggregate("MIN", AMOUNT),
    Aggregate("MAX", CLOSE, WON),
    Aggregate("SUM", DAYS),
)
COLUMNS = (
    "close_date",
    "currency_iso_code",
    "is_won",
    "stage_name",
    "owner_id",
    "amount",
    "created_date",
    "is_deleted",
)


@pytest.fixture
def reader(admin: Actor, new: New, monkeypatch: pytest.MonkeyPatch) -> Iterator[Actor]:
    """Deals of some days, an index of all that is asked of them, and no limit from which it is worth it."""
    Organization.objects.update(timezone="America/New_York")
    bump()
    rng, model = Random(5), current.get().object("Opportunity").model  # noqa: S311 -- no secret
    model._default_manager.bulk_create(
        model(
            name="d",
            stage_name=rng.choice(("Prospecting", "Closed Won", "Closed Lost")),
            owner_id=admin.user_id,
            close_date=date(2026, 1, 20) + timedelta(days=rng.randrange(90)),
            is_won=rng.random() < 0.4,
            amount=rng.choice((None, 100, 250_000)),
            currency_iso_code=rng.choice(("EUR", "USD")),
            is_deleted=place % 20 == 0,
        )
        for place in range(300)
    )
    for key in model._default_manager.values_list("pk", flat=True):
        moment = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(hours=rng.randrange(9_000))
        model._default_manager.filter(pk=key).update(created_date=moment)
    add_index(Index(name="gathered", table="sales_opportunity", columns=COLUMNS))
    learn("sales_opportunity", "gathered")
    monkeypatch.setattr(gathering, "LARGE", 1)
    monkeypatch.setattr(gathering, "WORTH", 1)
    return admin


def question(by: tuple[Expression, ...], where: Condition | None) -> Query:
    named = [Column(one, f"g{at}") for at, one in enumerate(by)]
    sums = [Column(one, f"s{at}") for at, one in enumerate(SUMS)]
    largest = Order(SUMS[3], descending=True, nulls="last")
    return Query("Opportunity", (*named, *sums), where, group_by=by, order_by=(largest, *map(Order, by)))


def steps(reader: Actor, query: Query) -> tuple[list[dict[str, object]], str]:
    with CaptureQueriesContext(connection) as asked:
        found = run.rows(reader, query)
    return found, asked.captured_queries[-1]["sql"]


def test_two_steps_answer_what_one_does(reader: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = 0
    for by, where in product(GROUPS, WHERES):
        found, sql = steps(reader, question(by, where))
        twice += "essor_sum" in sql  # of so few rows SQLite rather sorts some
        with monkeypatch.context() as patched:
            patched.setattr(gathering, "WORTH", 1_000)
            expected, sql = steps(reader, question(by, where))
        assert "essor_sum" not in sql
        assert found == expected, (by, where)
        assert found
    assert twice > len(GROUPS) * len(WHERES) / 2


@pytest.mark.parametrize(
    ("by", "one"),
    [
        (MONTH, Aggregate("COUNT_DISTINCT", AMOUNT)),
        (MONTH, Aggregate("AVG", AMOUNT)),
        (Path(("Account", "Name")), Aggregate("COUNT")),
        (Path(("LeadSource",)), Aggregate("COUNT")),
        (MONTH, Aggregate("SUM", Path(("Probability",)))),
    ],
    ids=["distinct", "mean", "of a parent", "not in the index", "sum of what is not in the index"],
)
def test_what_does_not_add_up_or_is_not_in_the_index_is_grouped_at_once(
    reader: Actor, by: Expression, one: Aggregate
) -> None:
    query = Query("Opportunity", (Column(by, "by"), Column(one, "n")), group_by=(by,))
    found, sql = steps(reader, query)
    assert found
    assert "essor_sum" not in sql
