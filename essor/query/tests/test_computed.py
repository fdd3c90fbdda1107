"""Formulas and moving roll-ups: selected, filtered, sorted, grouped; through parents; in their author's eyes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from essor.access import actions
from essor.access.actor import Actor, actor_for
from essor.access.models import PermissionSet
from essor.access.rights import FieldAccess
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.spec import FieldSpec
from essor.kernel.clock import moment_for
from essor.kernel.errors import QueryRefused
from essor.query import run
from essor.query.soql import parse
from essor.query.tests.conftest import MakeUser, New

NOW = moment_for("Europe/Paris", now=datetime(2026, 6, 15, 12, 0, tzinfo=UTC))


def add(object_name: str, name: str, kind: str, *, formula: str = "", **options: Any) -> None:
    spec = FieldSpec(object=object_name, name=name, kind=kind, label=name, options=options, formula=formula)
    add_field(None, spec)


@pytest.fixture
def story(run_time_catalog: None, new: New) -> None:
    """The VIP story: won in 24 months, last won, and a rule over both. Acme is one, Beta was one, Gamma never."""
    won = "IsWon = TRUE AND CloseDate = LAST_N_MONTHS:24"
    add("Account", "Won", "rollup", relationship="Opportunities", function="SUM", field="Amount", where=won)
    add("Account", "Deals", "rollup", relationship="Opportunities", function="COUNT", where=won)
    add(
        "Account",
        "LastWon",
        "rollup",
        relationship="Opportunities",
        function="MAX",
        field="CloseDate",
        where=won,
    )
    add("Account", "VIP", "formula", formula="Won__c >= 1000", returns="checkbox")
    add(
        "Contact",
        "Tag",
        "formula",
        formula='IF(Account.VIP__c, "VIP", "plain") & Account.Name',
        returns="text",
    )
    for name, amount, day in (
        ("Acme", 150_000, date(2025, 5, 1)),
        ("Beta", 150_000, date(2020, 5, 1)),
        ("Gamma", 0, None),
    ):
        account = new("Account", name=name)
        new("Contact", last_name=name, name=name, account=account)
        if day:
            new(
                "Opportunity",
                name=name,
                stage_name="Closed Won",
                is_won=True,
                is_closed=True,
                close_date=day,
                amount=amount,
                account=account,
            )
    new("Contact", last_name="Nobody’s", name="Nobody’s")


def ask(actor: Actor, soql: str) -> list[dict[str, Any]]:
    return run.rows(actor, parse(soql), moment=NOW)


def test_the_list_of_vips_follows_the_date(admin: Actor, story: None) -> None:
    soql = "SELECT Name, Won__c, Deals__c, LastWon__c, VIP__c FROM Account ORDER BY Won__c DESC, Name"
    assert [list(row.values()) for row in ask(admin, soql)] == [
        ["Acme", 150_000, 1, date(2025, 5, 1), True],
        ["Beta", 0, 0, None, False],
        ["Gamma", 0, 0, None, False],
    ]
    vips = parse("SELECT Name FROM Account WHERE VIP__c = TRUE")
    assert run.rows(admin, vips, moment=NOW) == [{"Name": "Acme"}]
    earlier = moment_for("Europe/Paris", now=datetime(2021, 1, 1, tzinfo=UTC))
    assert run.rows(admin, vips, moment=earlier) == [{"Name": "Beta"}]


def test_through_a_parent(admin: Actor, story: None) -> None:
    soql = "SELECT Name, Account.Won__c, Account.VIP__c, Tag__c FROM Contact ORDER BY Name"
    assert [list(row.values()) for row in ask(admin, soql)] == [
        ["Acme", 150_000, True, "VIPAcme"],
        ["Beta", 0, False, "plainBeta"],
        ["Gamma", 0, False, "plainGamma"],
        ["Nobody’s", None, None, "plain"],
    ]
    assert ask(admin, "SELECT Name FROM Contact WHERE Account.Won__c > 1000") == [{"Name": "Acme"}]
    assert ask(admin, "SELECT Name FROM Contact WHERE Account.VIP__c = null") == [{"Name": "Nobody’s"}]
    groups = ask(admin, "SELECT Account.VIP__c v, COUNT(Id) n FROM Contact GROUP BY Account.VIP__c")
    assert groups == [{"v": None, "n": 1}, {"v": False, "n": 2}, {"v": True, "n": 1}]


def test_a_formula_sees_what_its_reader_may_not(admin: Actor, story: None, make_user: MakeUser) -> None:
    rights = PermissionSet.objects.get(profile__name="Sales")
    actions.set_field_rights(admin, rights, "Account", "Won__c", FieldAccess.HIDDEN)
    actions.set_field_rights(admin, rights, "Account", "VIP__c", FieldAccess.READ)
    rita = actor_for(make_user("Rita"))
    assert ask(rita, "SELECT Name FROM Account WHERE VIP__c = TRUE") == [{"Name": "Acme"}]
    with pytest.raises(QueryRefused):
        ask(rita, "SELECT Won__c FROM Account")


def test_pages_sorted_by_what_is_computed(admin: Actor, story: None) -> None:
    query = parse("SELECT Name FROM Account ORDER BY Won__c DESC, VIP__c")
    page = run.page(admin, query, size=1)
    names = [row["Name"] for row in page.rows]
    while page.next_cursor:
        page = run.page(admin, query, size=1, after=page.next_cursor)
        names += [row["Name"] for row in page.rows]
    assert sorted(names) == ["Acme", "Beta", "Gamma"]
