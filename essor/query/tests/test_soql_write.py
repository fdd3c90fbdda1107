"""A tree becomes SOQL that reads back as the same tree; what SOQL lacks becomes the nearest it has, or a refusal."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from essor.kernel.errors import QueryRefused, UnknownField
from essor.query import soql
from essor.query import tree as t
from essor.query.tests.catalogs import small_catalog
from essor.query.tests.trees import soql_queries

ID = t.Path(("Id",))


def where(condition: t.Condition) -> str:
    """Return what `write` makes of one condition."""
    text = soql.write(t.Query("Account", (t.Column(t.Path(("Id",))),), where=condition))
    return text.removeprefix("SELECT Id FROM Account").removeprefix(" WHERE ")


def name(operator: str, *values: str) -> t.Compare:
    """Return a comparison of Name with texts."""
    return t.Compare(t.Path(("Name",)), operator, tuple(t.Constant(value, "text") for value in values))


@given(soql_queries)
@settings(max_examples=150)
def test_what_soql_can_say_reads_back_as_the_same_tree(query: t.Query) -> None:
    text = soql.write(query)
    assert soql.parse(text) == query, text


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (name("contains", "50%_\\x"), r"Name LIKE '%50\%\_\\x%'"),
        (name("startswith", "O'Neil"), r"Name LIKE 'O\'Neil%'"),
        (name("endswith", "SA"), "Name LIKE '%SA'"),
        (name("contains", "a", "b"), "Name LIKE '%a%' OR Name LIKE '%b%'"),
        (name("ncontains", "a"), "NOT Name LIKE '%a%'"),
        (name("ncontains", "a", "b"), "NOT (Name LIKE '%a%' OR Name LIKE '%b%')"),
        (t.All((name("ncontains", "a"), name("eq", "b"))), "(NOT Name LIKE '%a%') AND Name = 'b'"),
        (
            t.All((name("contains", "a", "b"), name("eq", "c"))),
            "(Name LIKE '%a%' OR Name LIKE '%b%') AND Name = 'c'",
        ),
        (name("eq", "a", "b"), "Name IN ('a', 'b')"),
        (name("ne", "a", "b"), "Name NOT IN ('a', 'b')"),
        (name("in"), "Id = NULL"),
        (name("nin"), "Id != NULL"),
        (t.Not((name("eq", "a"), name("eq", "b"))), "NOT (Name = 'a' OR Name = 'b')"),
        (t.Not(()), "Id != NULL"),
        (t.Any(()), "Id = NULL"),
        (t.All(()), ""),
        (t.All((name("eq", "a"),)), "Name = 'a'"),
        (
            t.Any((t.All((name("eq", "a"),)), t.All((name("eq", "b"), name("eq", "c"))))),
            "Name = 'a' OR (Name = 'b' AND Name = 'c')",
        ),
        (t.Compare(t.Path(("OwnerId",)), "eq", (t.Me(),)), "OwnerId = :UserInfo.getUserId()"),
        (t.Compare(t.Path(("OwnerId",)), "in", (t.MyTeam(),)), "OwnerId IN :UserInfo.getTeamIds()"),
        (t.Compare(t.Path(("Amount",)), "gt", (t.Constant(5.5, "number", "EUR"),)), "Amount > EUR5.5"),
        (name("eq", "a\nb\t'\\"), r"Name = 'a\nb\t\'\\'"),
        (name("like", "a\\b"), r"Name LIKE 'a\\b'"),
    ],
)
def test_a_condition_is_written_in_the_nearest_soql(condition: t.Condition, text: str) -> None:
    assert where(condition) == text
    if text:
        soql.parse(f"SELECT Id FROM Account WHERE {text}")


def test_a_path_that_starts_like_its_object_is_led_in_by_the_object() -> None:
    query = t.Query("Account", (t.Column(t.Path(("account", "Name"))), t.Column(t.Path(("Account",)))))
    text = soql.write(query)
    assert text == "SELECT Account.account.Name, Account FROM Account"
    assert soql.parse(text) == query


def test_no_name_is_written_that_soql_reads_as_a_keyword() -> None:
    call = t.Call("FORMAT", (t.Path(("Amount",)),))
    assert soql.write(t.Query("Lead", (t.Column(call, "limit"),))) == "SELECT FORMAT(Amount) FROM Lead"
    with pytest.raises(QueryRefused, match="not a name"):
        soql.write(t.Query("Lead", (t.Column(t.Path(("From",))),)))


def test_a_query_without_columns_selects_the_id() -> None:
    assert soql.write(t.Query("Lead")) == "SELECT Id FROM Lead"


def test_a_heading_that_soql_cannot_have_is_left_out() -> None:
    columns = (
        t.Column(t.Path(("Name",)), "Company"),
        t.Column(t.Call("FORMAT", (t.Path(("Amount",)),)), "The sum"),
    )
    assert soql.write(t.Query("Lead", columns)) == "SELECT Name, FORMAT(Amount) FROM Lead"


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (t.Related("Contacts", at_least=3), "at least 3"),
        (t.Related("Contacts"), "an object that is known"),
        (t.Compare(t.Path(("Name",)), "contains", (t.Bind("x"),)), "part of a text"),
        (t.Compare(t.Path(("Name",)), "sounds", (t.Bind("x"),)), "sounds"),
        (t.Compare(t.Path(("Name",)), "lt", (t.Bind("x"), t.Bind("y"))), "lt"),
        (t.Compare(t.Path(("Name; DROP",)), "null"), "not a name"),
        (t.Compare(t.Path(("A",)), "eq", (t.Constant(float("inf"), "number"),)), "infinite"),
        (t.Compare(t.Path(("A",)), "eq", (t.Constant("1 OR Id != NULL", "date"),)), "does not fit"),
    ],
)
def test_what_soql_cannot_say_is_refused_with_the_reason(condition: t.Condition, reason: str) -> None:
    with pytest.raises(QueryRefused, match=reason):
        where(condition)


def related(relationship: str, condition: t.Condition | None = None, *, negated: bool = False) -> str:
    """Return accounts with a condition on their children, as SOQL."""
    query = t.Query("Account", (t.Column(ID),), where=t.Related(relationship, condition, negated))
    return soql.write(query, small_catalog()).removeprefix("SELECT Id FROM Account WHERE ")


def test_a_condition_on_children_becomes_a_semi_join() -> None:
    won = t.Compare(t.Path(("IsWon",)), "eq", (t.Constant("true"),))
    assert related("opportunities", won) == "Id IN (SELECT AccountId FROM Opportunity WHERE IsWon = true)"
    assert related("Contacts", negated=True) == "Id NOT IN (SELECT AccountId FROM Contact)"
    nested = t.Related("Tasks", name("contains", "x"))
    assert related("Contacts", nested) == (
        "Id IN (SELECT AccountId FROM Contact WHERE Id IN (SELECT WhoId FROM Task WHERE Name LIKE '%x%'))"
    )
    soql.parse(f"SELECT Id FROM Account WHERE {related('Contacts', nested)}")


def test_an_unknown_relationship_is_refused() -> None:
    with pytest.raises(UnknownField, match="Ghosts__r"):
        related("Ghosts__r")


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        (("CloseDate",), "2026-01-31", "CloseDate = 2026-01-31"),
        (("CreatedDate",), "2026-01-31T10:00:00Z", "CreatedDate = 2026-01-31T10:00:00Z"),
        (("Amount",), "5.5", "Amount = 5.5"),
        (("IsWon",), "TRUE", "IsWon = TRUE"),
        (("Name",), "5.5", "Name = '5.5'"),
        (("Account", "Industry"), "Media", "Account.Industry = 'Media'"),
        (("Unknown__c",), "x", "Unknown__c = 'x'"),
    ],
)
def test_an_untyped_value_is_written_as_its_field_wants(path: tuple[str, ...], value: str, text: str) -> None:
    condition = t.Compare(t.Path(path), "eq", (t.Constant(value),))
    written = soql.write(t.Query("Opportunity", (t.Column(ID),), where=condition), small_catalog())
    assert written == f"SELECT Id FROM Opportunity WHERE {text}"
    soql.parse(written)


def test_an_untyped_value_that_does_not_fit_its_field_is_refused() -> None:
    condition = t.Compare(t.Path(("Amount",)), "eq", (t.Constant("5 OR Id != NULL"),))
    with pytest.raises(QueryRefused, match="does not fit"):
        soql.write(t.Query("Opportunity", where=condition), small_catalog())
