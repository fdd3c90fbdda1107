"""The timeline of a record tells changes in words."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from essor.access.actor import system_actor
from essor.faces.web.conftest import New, text
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save


def test_a_changed_lookup_shows_names(admin: Client, new: New) -> None:
    before, after = new("Account", Name="Martin & fils"), new("Account", Name="Vauban SAS")
    contact = new("Contact", LastName="Roux", AccountId=before)
    save(system_actor(), Change("Contact", {"AccountId": after}, id=ids.decode(contact)[1]))
    page = text(admin.get(f"/r/{contact}/timeline"))
    assert "Martin &amp; fils" in page
    assert "Vauban SAS" in page


def test_older_entries_are_shown_on_demand_each_once_along_the_indexes(admin: Client, new: New) -> None:
    account = new("Account", Name="Vauban SAS")
    deal = new("Opportunity", Name="Deal", AccountId=account, StageName="Prospecting", CloseDate="2027-01-31")
    for number in range(30):
        about = account if number % 2 else deal
        new("Task", Subject=f"Call {number:02}", ActivityDate=f"2026-01-{number + 1:02}", WhatId=about)
    with CaptureQueriesContext(connection) as asked:
        first = text(admin.get(f"/r/{account}/timeline?only=activities"))
    asked_tasks = [one["sql"] for one in asked if 'FROM "activities_task"' in one["sql"]]
    assert asked_tasks
    assert first.count("Call ") == 25
    assert "Call 29" in first
    assert "Call 04" not in first
    assert "count=100" in first
    whole = text(admin.get(f"/r/{account}/timeline?only=activities&count=100"))
    assert [whole.count(f"Call {number:02}") for number in range(30)] == [1] * 30
    assert "count=" not in whole
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for sql in asked_tasks:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                assert not [row[3] for row in cursor.fetchall() if row[3].startswith("SCAN activities")]
