"""The counts behind a segment's steps, in one statement."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from essor.access.actor import Actor
from essor.catalog import current
from essor.query import refine
from essor.query.soql import parse
from essor.query.tests.conftest import New


@pytest.fixture
def accounts(new: New) -> None:
    for number in range(20):
        new(
            "Account",
            name=f"n{number:02}",
            annual_revenue=number or None,
            industry="Media" if number % 2 else None,
        )


def test_each_step_has_its_count(
    admin: Actor, accounts: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    query = parse(
        "SELECT Id FROM Account WHERE Name > 'n03' AND Industry != 'Media' AND (NOT AnnualRevenue > 0.10) AND Name = 'x'"
    )
    with current.scope(), django_assert_num_queries(1):
        assert refine.steps(admin, query) == [16, 8, 4, 0]
    assert refine.steps(admin, parse("SELECT Id FROM Account WHERE Industry = 'Media'")) == [10]
    assert refine.steps(admin, parse("SELECT Id FROM Account")) == [20]


def test_steps_need_not_narrow(
    admin: Actor, accounts: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    wheres = [
        parse(f"SELECT Id FROM Account WHERE {where}").where
        for where in ("Industry = 'Media'", "Industry = 'Media' AND Name > 'n10'", "Name > 'n10'")
    ]
    with current.scope(), django_assert_num_queries(1):
        assert refine.counts(admin, "Account", [None, *wheres]) == [20, 10, 5, 9]
    assert refine.counts(admin, "Account", []) == []
