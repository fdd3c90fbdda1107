"""Parents that the asker may not read: their name shows, the rest is empty and cannot be guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from essor.access import actions
from essor.access.actor import Actor, actor_for
from essor.access.models import Group, Principal
from essor.access.models.sharing import Level
from essor.query import codec, refine, run
from essor.query.access import compiler
from essor.query.soql import parse
from essor.query.tests.conftest import MakeUser, New
from essor.query.tree import Compare, Constant, Path

World = Mapping[str, Any]


@pytest.fixture
def world(make_user: MakeUser, admin: Actor, new: New) -> World:
    """Accounts are private: Rita owns one of two; contacts are everybody's."""
    actions.set_org_default(admin, "Account", "Private")
    rita, max_ = make_user("Rita", role="Sales rep"), make_user("Max", role="Sales manager")
    hers = new("Account", name="Hers", industry="Media", annual_revenue=100, owner=rita)
    his = new("Account", name="His", industry="Banking", annual_revenue=900, owner=max_, parent=hers)
    new("Contact", last_name="A", name="A", account=hers, owner=rita)
    new("Contact", last_name="B", name="B", account=his, owner=rita)
    new("Contact", last_name="C", name="C", owner=rita)
    return {"rita": actor_for(rita), "max": actor_for(max_), "his": his, "hers": hers}


def names(actor: Actor, soql: str) -> list[str]:
    return [row["Name"] for row in run.rows(actor, parse(soql))]


def test_the_name_shows_and_the_rest_is_empty(world: World) -> None:
    soql = "SELECT Account.Name, Account.Id, Account.Industry, Account.Parent.Name FROM Contact ORDER BY Name"
    rows = run.rows(world["rita"], parse(soql))
    assert [row["Account.Name"] for row in rows] == ["Hers", "His", None]
    assert [row["Account.Id"] for row in rows] == [world["hers"].pk, world["his"].pk, None]
    assert [row["Account.Industry"] for row in rows] == ["Media", None, None]
    assert [row["Account.Parent.Name"] for row in rows] == [None, None, None]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Account.Industry = 'Banking'", []),
        ("Account.Industry != 'Banking'", ["A", "B", "C"]),
        ("NOT Account.Industry = 'Media'", ["B", "C"]),
        ("Account.Industry = null", ["B", "C"]),
        ("Account.Industry != null", ["A"]),
        ("NOT Account.Industry != null", ["B", "C"]),
        ("Account.AnnualRevenue > 0", ["A"]),
        ("Account.Industry LIKE 'Bank%'", []),
        ("Account.Name = 'His'", ["B"]),
        ("AccountId IN (SELECT Id FROM Account)", ["A"]),
        ("AccountId NOT IN (SELECT Id FROM Account)", ["B", "C"]),
        ("Account.ParentId != null", []),
    ],
)
def test_a_filter_tells_no_more_than_the_column(world: World, where: str, found: list[str]) -> None:
    assert names(world["rita"], f"SELECT Name FROM Contact WHERE {where} ORDER BY Name") == found


def test_neither_do_sorts_groups_and_counts(world: World) -> None:
    rita = world["rita"]
    assert names(rita, "SELECT Name FROM Contact ORDER BY Account.AnnualRevenue DESC, Name") == [
        "A",
        "B",
        "C",
    ]
    groups = run.rows(
        rita, parse("SELECT Account.Industry i, COUNT(Id) n FROM Contact GROUP BY Account.Industry")
    )
    assert groups == [{"i": None, "n": 2}, {"i": "Media", "n": 1}]
    assert run.rows(rita, parse("SELECT MAX(Account.AnnualRevenue) m FROM Contact")) == [{"m": 100}]
    assert run.count(rita, parse("SELECT Id FROM Account")) == 1
    steps = parse("SELECT Id FROM Contact WHERE Name != 'Z' AND Account.Industry != null")
    assert refine.steps(rita, steps) == [3, 1]


def test_whoever_may_read_the_row_sees_it_all(world: World, admin: Actor) -> None:
    for actor in (world["max"], admin):
        assert names(actor, "SELECT Name FROM Contact WHERE Account.Industry = 'Banking'") == ["B"]


def test_children_and_related_records_are_checked_too(world: World, admin: Actor, new: New) -> None:
    actions.set_org_default(admin, "Opportunity", "Private")
    max_ = Principal.objects.get(pk=world["max"].user_id)
    new(
        "Opportunity",
        name="D",
        stage_name="Prospecting",
        close_date="2026-01-01",
        account=world["hers"],
        owner=max_,
    )
    rita = actor_for(Principal.objects.get(pk=world["rita"].user_id).user)
    soql = "SELECT Name, (SELECT Name FROM Opportunities) FROM Account"
    assert run.rows(rita, parse(soql)) == [{"Name": "Hers", "Opportunities": []}]
    assert names(rita, "SELECT Name FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity)") == []


def test_a_sharing_rule_is_a_query_over_all_fields(world: World, admin: Actor) -> None:
    condition = codec.to_json(Compare(Path(("Industry",)), "eq", (Constant("banking"),)))
    receivers = Group.objects.get(role__name="Sales rep", type=Principal.Type.ROLE)
    text = actions.RuleText(
        name="Banks", object_name="Account", receivers=receivers, level=Level.READ, condition=condition
    )
    actions.save_sharing_rule(admin, text, compile_where=compiler(admin))
    rita = actor_for(Principal.objects.get(pk=world["rita"].user_id).user)
    assert names(rita, "SELECT Name FROM Account ORDER BY Name") == ["Hers", "His"]
