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
def built(deals: list[Opportunity], monkeypatch: pytest.MonkeyPatch) -> FieldIndex:
    ensure_reports()
    monkeypatch.setattr(indexes, "LARGE", 5)
    assert indexes.follow() == ["Opportunity"]
    connection.check_constraints()  # PostgreSQL builds no index over rows whose references are still to be checked
    build_wanted()
    (row,) = covering()
    return row


def test_a_large_object_gets_one_index_of_all_that_its_tiles_read(built: FieldIndex) -> None:
    assert built.state == FieldIndex.State.READY
    assert built.fields[0] == "CloseDate"
    assert {"StageName", "OwnerId", "Amount", "CurrencyIsoCode", "IsWon", "IsClosed"} <= set(built.fields)
    assert "Name" not in built.fields
    assert indexes.follow() == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a table of six rows as it is")
def test_a_tile_reads_the_index_alone(admin: Actor, built: FieldIndex) -> None:
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


def test_it_goes_with_the_dashboards(built: FieldIndex) -> None:
    Dashboard.objects.all().delete()
    assert indexes.follow() == []
    assert not covering()


def test_small_objects_need_none(deals: list[Opportunity]) -> None:
    ensure_reports()
    assert indexes.follow() == []
