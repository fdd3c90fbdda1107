"""Indexes come from what people really ask, and go when nobody asks any more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from essor.access.actor import Actor
from essor.catalog import current
from essor.catalog.actions.indexes import build_wanted
from essor.catalog.models import FieldIndex
from essor.query import advice, run, usage
from essor.query.models import Asked
from essor.query.soql import parse
from essor.query.tests.conftest import New

LIST = "SELECT Id, Name FROM Account WHERE Industry = 'Media' AND BillingCity = 'Lyon' ORDER BY Phone"


@pytest.fixture
def many(new: New, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A table that is worth an index, and nothing counted yet."""
    monkeypatch.setattr(advice, "LARGE", 100)
    model = current.get().object("Account").model
    model._default_manager.bulk_create(
        model(
            name=f"N{n}",
            industry="Media" if n % 7 else "Energy",
            billing_city=f"City {n % 40}",
            phone=f"0{n}",
        )
        for n in range(1_500)
    )
    connection.check_constraints()  # PostgreSQL indexes no table with checks pending
    usage.drain()
    yield
    usage.drain()
    FieldIndex.objects.update(state=FieldIndex.State.UNWANTED)
    build_wanted()


def ask(actor: Actor, soql: str, *, times: int = 12) -> None:
    for _ in range(times):
        run.rows(actor, parse(soql))
    usage.write_down()


def made() -> list[tuple[str, ...]]:
    build_wanted()
    return [tuple(row.fields) for row in FieldIndex.objects.filter(state="ready").order_by("id")]


def test_an_index_is_made_for_a_list_that_is_often_opened_and_serves_it(admin: Actor, many: None) -> None:
    ask(admin, LIST)
    advice.follow()
    assert made() == [("BillingCity", "Industry", "Phone")]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sales_account")
        if (
            connection.vendor == "postgresql"
        ):  # a table this small is sorted in no time: ask whether the index could
            cursor.execute("SET LOCAL enable_sort = off")
    plan = run.explain(admin, parse(f"{LIST} LIMIT 5"))
    assert FieldIndex.objects.get().name in plan
    assert "sort" not in plan.lower()
    assert "temp b-tree" not in plan.lower()


def test_what_is_seldom_asked_or_answered_already_makes_none(admin: Actor, many: None) -> None:
    ask(admin, LIST, times=3)
    ask(admin, "SELECT Id FROM Account ORDER BY Name")
    ask(admin, "SELECT Id FROM Account WHERE OwnerId = '005000000000001AAA'")
    ask(admin, "SELECT Id FROM Account WHERE Id = '001000000000001AAA'")
    advice.follow()
    assert made() == []


def test_a_count_alone_makes_an_index_too(admin: Actor, many: None) -> None:
    for _ in range(12):
        run.count(admin, parse("SELECT Id FROM Account WHERE BillingCity = 'Lyon' AND Rating > 'A'"))
    usage.write_down()
    advice.follow()
    assert made() == [("BillingCity", "Rating")]
    assert FieldIndex.objects.get().reason == FieldIndex.Reason.SEGMENT


def test_counts_of_all_processes_add_up_and_fade_until_the_index_goes(admin: Actor, many: None) -> None:
    ask(admin, LIST, times=6)
    ask(admin, LIST, times=6)
    assert Asked.objects.get().times == 12
    advice.follow()
    assert made()
    Asked.objects.update(times=1)
    advice.follow()
    assert made(), "an index that somebody still uses stays"
    Asked.objects.all().delete()
    advice.follow()
    assert made() == []
