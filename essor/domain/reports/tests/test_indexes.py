"""The index of a large object holds what its dashboards read, and goes when they no longer do."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.access.actor import Actor
from essor.catalog.actions.indexes import build_wanted, covering
from essor.catalog.models import FieldIndex
from essor.domain.reports import indexes, reading, running
from essor.domain.reports.models import Dashboard, Report
from essor.domain.reports.standard import ensure_reports
from essor.domain.sales.models import Opportunity


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
    assert sorted(one.fields[:2] for one in built) == [
        ["CloseDate", "CurrencyIsoCode"],
        ["IsClosed", "CloseDate"],
    ]
    (fields,) = {frozenset(one.fields) for one in built}
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


def test_it_goes_with_the_dashboards(built: list[FieldIndex]) -> None:
    Dashboard.objects.all().delete()
    assert indexes.follow() == []
    assert not covering()


def test_small_objects_need_none(deals: list[Opportunity]) -> None:
    ensure_reports()
    assert indexes.follow() == []
