"""The index of a large object holds what its dashboards read, and goes when they no longer do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.access.actor import Actor, actor_for
from essor.access.models import Organization, User
from essor.access.version import bump
from essor.catalog.actions.indexes import build_wanted, covering, expressions
from essor.catalog.models import FieldIndex
from essor.domain.reports import indexes, reading, running
from essor.domain.reports.models import Dashboard, Report
from essor.domain.reports.standard import ensure_reports
from essor.domain.sales.models import Opportunity
from essor.query import gathering, run
from essor.query.tree import Aggregate, Call, Column, Path, Query


@pytest.fixture
def built(deals: list[Opportunity], monkeypatch: pytest.MonkeyPatch) -> list[FieldIndex]:
    ensure_reports()
    monkeypatch.setattr(indexes, "LARGE", 5)
    # PostgreSQL builds no index over rows whose references are still to be checked, nor looks at such a table.
    connection.check_constraints()
    assert indexes.follow() == ["Opportunity"]
    build_wanted()
    return covering()


def test_a_large_object_gets_an_index_of_all_that_its_tiles_read_and_one_by_the_checkbox_of_many(
    built: list[FieldIndex],
) -> None:
    assert {one.state for one in built} == {FieldIndex.State.READY}
    plain = [one for one in built if not expressions(one)]
    assert sorted(one.fields[:2] for one in plain) == [
        ["CloseDate", "CurrencyIsoCode"],
        ["IsClosed", "CloseDate"],
    ]
    (fields,) = {frozenset(one.fields) for one in plain}
    assert {"StageName", "OwnerId", "Amount", "CurrencyIsoCode", "IsWon", "IsClosed"} <= fields
    assert "Name" not in fields
    assert indexes.follow() == []


def bare(sql: str) -> str:
    return "".join(sql.replace("sales_opportunity.", "").split())


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite needs no statistics of expressions")
def test_postgresql_knows_how_many_months_and_bands_there_are(admin: Actor, built: list[FieldIndex]) -> None:
    known = "SELECT expr FROM pg_stats_ext_exprs WHERE tablename = 'sales_opportunity'"
    with connection.cursor() as cursor:
        cursor.execute(known)
        expressions = [bare(one) for (one,) in cursor.fetchall()]
    for key in ("cohorts", "pipeline_sizes"):
        definition = reading.definition(Report.objects.get(key=key).definition)
        with CaptureQueriesContext(connection) as asked:
            running.answer(admin, definition)
        grouped = next(one["sql"] for one in asked.captured_queries if "GROUP BY" in one["sql"])
        # The query groups by exactly what is known: PostgreSQL writes both its own way.
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (VERBOSE) {grouped[grouped.index('SELECT ') :].replace('%', '%%')}")
            plan = bare("".join(line for (line,) in cursor.fetchall()))
        assert any(one in plan for one in expressions), key
    Dashboard.objects.all().delete()
    indexes.follow()
    with connection.cursor() as cursor:
        cursor.execute(known)
        assert cursor.fetchone() is None


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a table of six rows as it is")
def test_a_tile_reads_the_index_alone(admin: Actor, built: list[FieldIndex]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for key in ("win_rate_months", "won_months", "cohorts", "pipeline_owners"):
        definition = reading.definition(Report.objects.get(key=key).definition)
        with CaptureQueriesContext(connection) as asked:
            running.answer(admin, definition)
        grouped = next(one["sql"] for one in asked.captured_queries if "GROUP BY" in one["sql"])
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {grouped.replace('%', '%%')}", ())
            assert "COVERING INDEX" in str(cursor.fetchall()), key


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL groups without sorting")
def test_months_of_instants_are_added_up_along_an_index_that_holds_them(
    boss: User, deals: list[Opportunity], monkeypatch: pytest.MonkeyPatch
) -> None:
    for model in (Organization, User):
        model.objects.update(timezone="America/New_York")
    bump()
    admin = actor_for(User.objects.get(pk=boss.pk))
    # Around the turn of a month on that clock, and in years whose clocks are asked for one by one.
    moments = [
        datetime(2026, 2, 1, 4, 59, tzinfo=UTC),
        datetime(2026, 2, 1, 5, tzinfo=UTC),
        datetime(1990, 7, 1, 3, tzinfo=UTC),
        datetime(1990, 7, 1, 4, 0, 0, 5, tzinfo=UTC),
        datetime(2090, 1, 1, 4, tzinfo=UTC),
    ]
    for deal, moment in zip(deals, moments, strict=False):
        Opportunity.objects.filter(pk=deal.pk).update(created_date=moment)
    ensure_reports()
    for module in (indexes, gathering):
        monkeypatch.setattr(module, "LARGE", 5)
    monkeypatch.setattr(gathering, "WORTH", 1)
    indexes.follow()
    build_wanted()
    indexes.learn()
    month, until = (
        Call("START_OF_MONTH", (day,))
        for day in (Call("convertTimezone", (Path(("CreatedDate",)),)), Path(("CloseDate",)))
    )
    question = Query(
        "Opportunity",
        (Column(month, "month"), Column(until, "until"), Column(Aggregate("COUNT"), "size")),
        group_by=(month, until),
    )

    def answer() -> tuple[list[dict[str, Any]], bool]:
        with CaptureQueriesContext(connection) as asked:
            found = run.rows(admin, question)
        return found, "essor_held" in asked.captured_queries[-1]["sql"]

    found, along = answer()
    assert along
    assert {f"{row['month']:%Y-%m}" for row in found} >= {
        "1990-06",
        "1990-07",
        "2026-01",
        "2026-02",
        "2089-12",
    }
    monkeypatch.setattr(gathering, "WORTH", 1_000)
    assert answer() == (found, False)


def test_it_goes_with_the_dashboards(built: list[FieldIndex]) -> None:
    Dashboard.objects.all().delete()
    assert indexes.follow() == []
    assert not covering()


def test_small_objects_need_none(deals: list[Opportunity]) -> None:
    ensure_reports()
    assert indexes.follow() == []
