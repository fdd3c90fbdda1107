"""Conditions over children, semi- and anti-joins, sub-selects."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from essor.access.actor import Actor
from essor.catalog import current
from essor.query import match, run
from essor.query.soql import parse
from essor.query.tests.conftest import New
from essor.query.tree import All, Column, Compare, Condition, Constant, InQuery, Path, Query, Related

BIG = Compare(Path(("Amount",)), "gte", (Constant(100),))


@pytest.fixture
def deals(new: New) -> None:
    """Acme has deals of 50, 100 and 200; Beta one of 100 and one in the bin; Gamma none. One deal has no account."""
    accounts = {name: new("Account", name=name) for name in ("Acme", "Beta", "Gamma")}
    for place, (name, amount, gone) in enumerate(
        (
            ("Acme", 5_000, False),
            ("Acme", 10_000, False),
            ("Acme", 20_000, False),
            ("Beta", 10_000, False),
            ("Beta", 90_000, True),
            (None, 10_000, False),
        )
    ):
        new(
            "Opportunity",
            name=f"{name}{place}",
            stage_name="Prospecting",
            close_date="2026-01-01",
            account=accounts[name] if name else None,
            amount=amount,
            is_deleted=gone,
        )


def found(actor: Actor, where: Condition) -> list[str]:
    query = Query("Account", (Column(Path(("Name",))), Column(Path(("Id",)))), where=where)
    rows = run.rows(actor, query)
    everybody = run.rows(actor, Query("Account", query.columns))
    obj = current.get().object("Account")
    assert [row for row in everybody if match.matches(actor, obj, where, row)] == rows
    return [row["Name"] for row in rows]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        (Related("Opportunities"), ["Acme", "Beta"]),
        (Related("Opportunities", negated=True), ["Gamma"]),
        (Related("Opportunities", BIG, at_least=2), ["Acme"]),
        (Related("Opportunities", BIG, at_least=2, negated=True), ["Beta", "Gamma"]),
        (Related("Opportunities", at_least=0), ["Acme", "Beta", "Gamma"]),
        (Related("opportunities", Compare(Path(("Account", "Name")), "eq", (Constant("beta"),))), ["Beta"]),
        (All((Related("Opportunities"), Related("Opportunities", BIG, at_least=2, negated=True))), ["Beta"]),
    ],
)
def test_related_records(admin: Actor, deals: None, where: Condition, names: list[str]) -> None:
    assert found(admin, where) == names


def test_semi_and_anti_joins(admin: Actor, deals: None) -> None:
    inner = Query("Opportunity", (Column(Path(("AccountId",))),), where=BIG)
    assert found(admin, InQuery(Path(("Id",)), inner)) == ["Acme", "Beta"]
    assert found(admin, InQuery(Path(("Id",)), inner, negated=True)) == ["Gamma"]
    all_deals = (
        "SELECT Name FROM Opportunity WHERE AccountId NOT IN (SELECT Id FROM Account WHERE Name = 'Acme')"
    )
    assert {row["Name"] for row in run.rows(admin, parse(all_deals))} == {"Beta3", "None5"}


def test_ids_of_different_objects_never_meet(admin: Actor, deals: None) -> None:
    contacts = Query("Contact", (Column(Path(("ReportsToId",))),))
    assert found(admin, InQuery(Path(("Id",)), contacts)) == []
    assert found(admin, InQuery(Path(("Id",)), contacts, negated=True)) == ["Acme", "Beta", "Gamma"]


def test_sub_selects_take_one_query_each(
    admin: Actor, deals: None, new: New, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    soql = parse(
        "SELECT Name, (SELECT Amount FROM Opportunities WHERE Amount >= 100 ORDER BY Amount DESC LIMIT 1),"
        " (SELECT Name FROM Contacts) FROM Account ORDER BY Name"
    )
    with current.scope(), django_assert_num_queries(3):  # the accounts, two sub-selects
        rows = run.rows(admin, soql)
    assert [[one["Amount"] for one in row["Opportunities"]] for row in rows] == [[20_000], [10_000], []]
    for number in range(20):
        new("Contact", last_name=str(number), name=str(number), account=new("Account", name=f"x{number}"))
    with current.scope(), django_assert_num_queries(3):
        rows = run.rows(admin, soql)
    assert sum(len(row["Contacts"]) for row in rows) == 20


def test_sub_selects_nest(admin: Actor, deals: None, new: New) -> None:
    deal = run.rows(admin, parse("SELECT Id FROM Opportunity WHERE Name = 'Acme0'"))[0]["Id"]
    new("Task", subject="call", what=deal, what_type="006")
    new("Task", subject="other object, same number", what=deal, what_type="001")
    soql = "SELECT Name, (SELECT Name, (SELECT Subject FROM Tasks) FROM Opportunities WHERE Name = 'Acme0') FROM Account LIMIT 1"
    row = run.rows(admin, parse(soql))[0]
    assert row == {"Name": "Acme", "Opportunities": [{"Name": "Acme0", "Tasks": [{"Subject": "call"}]}]}
