"""SQL and memory give the same answer, whatever the condition and the records, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.access.actor import Actor, system_actor
from essor.access.models import Organization
from essor.access.version import bump
from essor.catalog import current
from essor.query import match, run
from essor.query.tests import worlds
from essor.query.tree import Column, Condition, Not, Path, Query

READ = (
    "Id",
    "Name",
    "Site",
    "Industry",
    "AnnualRevenue",
    "Score__c",
    "Share__c",
    "Reasons__c",
    "Ready__c",
    "Born__c",
    "Seen__c",
    "Alarm__c",
    "Double__c",
    "Half__c",
    "Part__c",
    "Big__c",
    "Shout__c",
    "CurrencyIsoCode",
    "Place__Latitude__s",
    "Place__Longitude__s",
    "Parent.Name",
    "Parent.Site",
    "Parent.Industry",
    "Parent.AnnualRevenue",
)
COLUMNS = tuple(Column(Path(tuple(name.split(".")))) for name in READ)


@pytest.fixture
def fields(run_time_catalog: None, organization: None) -> None:
    worlds.add_fields()
    Organization.objects.update(fiscal_year_start_month=4)
    bump()


def ids(actor: Actor, where: Condition) -> set[int]:
    return {row["Id"] for row in run.rows(actor, Query("Account", (Column(Path(("Id",))),), where=where))}


def store(rows: list[dict[str, Any]]) -> None:
    """Store accounts, each the child of the one before."""
    accounts = current.get().object("Account").model._default_manager
    parent = None
    for place, row in enumerate(rows):
        account = accounts.create(**row, parent=parent)
        parent = account if place % 3 != 1 else None


def test_sql_and_memory_agree(fields: None) -> None:
    actor = system_actor()
    obj = current.get().object("Account")

    @settings(max_examples=250)
    @given(
        st.lists(worlds.accounts, min_size=1, max_size=5), st.lists(worlds.conditions, min_size=1, max_size=4)
    )
    def holds(rows: list[dict[str, Any]], conditions: list[Condition]) -> None:
        with transaction.atomic():
            store(rows)
            records = run.rows(actor, Query("Account", COLUMNS))
            for condition in conditions:
                expected = {row["Id"] for row in records if match.matches(actor, obj, condition, row)}
                assert ids(actor, condition) == expected, f"{condition} of {records}"
                assert ids(actor, Not((condition,))) == {row["Id"] for row in records} - expected
                assert run.count(actor, Query("Account", where=condition)) == len(expected)
            transaction.set_rollback(True)

    holds()
