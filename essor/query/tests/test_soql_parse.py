"""SOQL reads into the tree that it means."""

from __future__ import annotations

import pytest

from essor.query import soql
from essor.query import tree as t

NAME, ID = t.Path(("Name",)), t.Path(("Id",))


def path(dotted: str) -> t.Path:
    """Return the path written as `dotted`."""
    return t.Path(tuple(dotted.split(".")))


def where(text: str) -> t.Condition | None:
    """Return the condition of a query over contacts."""
    return soql.parse(f"SELECT Id FROM Contact WHERE {text}").where


def test_a_query_with_every_clause() -> None:
    query = soql.parse("""
        SELECT Account.Industry industry, COUNT(Id) total
        FROM Contact
        USING SCOPE Mine
        WHERE Email != NULL
        WITH SECURITY_ENFORCED
        GROUP BY ROLLUP(Account.Industry)
        HAVING COUNT(Id) >= 2
        ORDER BY COUNT(Id) DESC NULLS LAST, Account.Industry ASC NULLS FIRST
        LIMIT 10 OFFSET 20
        FOR VIEW
        UPDATE TRACKING, VIEWSTAT
        FOR UPDATE
        ALL ROWS
    """)
    industry, total = path("Account.Industry"), t.Aggregate("COUNT", ID)
    assert query == t.Query(
        "Contact",
        (t.Column(industry, "industry"), t.Column(total, "total")),
        where=t.Compare(path("Email"), "notnull"),
        group_by=(industry,),
        grouping="rollup",
        having=t.Compare(total, "gte", (t.Constant(2, "number"),)),
        order_by=(t.Order(total, descending=True, nulls="last"), t.Order(industry, nulls="first")),
        limit=10,
        offset=20,
        scope="mine",
        deleted=True,
        lock=True,
        clauses=("WITH SECURITY_ENFORCED", "FOR VIEW", "UPDATE TRACKING, VIEWSTAT"),
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SELECT Account.Name FROM Account", "Name"),
        ("SELECT account.name FROM Account", "name"),
        ("SELECT Account.Account.Name FROM Account", "Account.Name"),
        ("SELECT Account FROM Account", "Account"),
        ("SELECT a.Name FROM Account a", "Name"),
        ("SELECT A.Name FROM Account AS a", "Name"),
        ("SELECT a.Owner.Name FROM Account a", "Owner.Name"),
        ("SELECT a.Name FROM Contact c, c.Account a", "Account.Name"),
        ("SELECT o.Name FROM Contact c, c.Account a, a.Owner o", "Account.Owner.Name"),
        ("SELECT o.Name FROM Contact, Contact.Account.Owner o", "Account.Owner.Name"),
        ("SELECT Order.Name FROM OrderItem", "Order.Name"),
        ("SELECT Group.Name FROM GroupMember", "Group.Name"),
        ("SELECT ns__Budget__c.ns__Kind__c FROM ns__Budget__c", "ns__Kind__c"),
    ],
)
def test_aliases_become_paths_from_the_object(text: str, names: str) -> None:
    assert soql.parse(text).columns == (t.Column(path(names)),)


def test_aliases_are_known_in_every_clause() -> None:
    aliased = soql.parse(
        "SELECT a.Industry, MAX(c.Amount__c) FROM Contact c, c.Account a WHERE a.Name = 'x' AND NOT c.Id IN "
        "(SELECT c.ContactId FROM Case c) GROUP BY a.Industry HAVING MAX(c.Amount__c) > 1 ORDER BY a.Industry"
    )
    assert aliased == soql.parse(
        "SELECT Account.Industry, MAX(Amount__c) FROM Contact WHERE Account.Name = 'x' AND (NOT Id IN "
        "(SELECT ContactId FROM Case)) GROUP BY Account.Industry HAVING MAX(Amount__c) > 1 ORDER BY Account.Industry"
    )


def test_sub_selects_name_a_child_relationship() -> None:
    expected = t.ChildRows(t.Query("Contacts", (t.Column(path("LastName")),), limit=2))
    for source in ("Contacts", "Account.Contacts", "a.Contacts"):
        query = soql.parse(f"SELECT Id, (SELECT LastName FROM {source} LIMIT 2) FROM Account a")
        assert query.columns[1] == expected


def test_sub_selects_nest() -> None:
    query = soql.parse("SELECT Id, (SELECT Id, (SELECT Subject FROM Tasks) FROM Opportunities) FROM Account")
    outer = query.columns[1]
    assert isinstance(outer, t.ChildRows)
    inner = outer.query.columns[1]
    assert isinstance(inner, t.ChildRows)
    assert inner.query.object == "Tasks"


def test_typeof_keeps_its_branches() -> None:
    query = soql.parse(
        "SELECT TYPEOF What WHEN Account THEN Phone, Owner.Name WHEN Case THEN Id ELSE Name END FROM Task"
    )
    assert query.columns == (
        t.TypeOf(
            path("What"),
            (("Account", (path("Phone"), path("Owner.Name"))), ("Case", (ID,))),
            (NAME,),
        ),
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'x'", t.Constant("x", "text")),
        (r"'O\'Neil \"x\" \\ \n\r\t\b\f\N'", t.Constant('O\'Neil "x" \\ \n\r\t\b\f\n', "text")),
        (r"'\u00e9'", t.Constant("é", "text")),
        ("''", t.Constant("", "text")),
        ("'🙂 -- /* SELECT'", t.Constant("🙂 -- /* SELECT", "text")),
        ("5", t.Constant(5, "number")),
        ("-5", t.Constant(-5, "number")),
        ("+5.25", t.Constant(5.25, "number")),
        (".5", t.Constant(0.5, "number")),
        ("1e3", t.Constant(1000.0, "number")),
        ("USD5000", t.Constant(5000, "number", "USD")),
        ("eur-12.50", t.Constant(-12.5, "number", "EUR")),
        ("true", t.Constant(True, "boolean")),
        ("False", t.Constant(False, "boolean")),
        ("2026-02-28", t.Constant("2026-02-28", "date")),
        ("2026-02-28T10:20:30Z", t.Constant("2026-02-28T10:20:30Z", "datetime")),
        ("2026-02-28t10:20:30.123z", t.Constant("2026-02-28T10:20:30.123Z", "datetime")),
        ("2026-02-28T10:20:30+01:00", t.Constant("2026-02-28T10:20:30+01:00", "datetime")),
        ("2026-02-28T10:20:30-0800", t.Constant("2026-02-28T10:20:30-08:00", "datetime")),
        ("10:20:30.000Z", t.Constant("10:20:30.000", "time")),
        ("today", t.RelativeDate("TODAY")),
        ("LAST_N_DAYS:30", t.RelativeDate("LAST_N_DAYS", 30)),
        ("n_fiscal_years_ago : 2", t.RelativeDate("N_FISCAL_YEARS_AGO", 2)),
        (":id", t.Bind("id")),
        (": account.Owner.Id", t.Bind("account.Owner.Id")),
        (":fn()", t.Bind("fn()")),
        (":names.get('a)b')[0].Id", t.Bind("names.get('a)b')[0].Id")),
        (":UserInfo.getUserId()", t.Me()),
        (":userinfo.getuserid( )", t.Me()),
        (":UserInfo.getTeamIds()", t.MyTeam()),
    ],
)
def test_values(text: str, value: t.Value) -> None:
    assert where(f"Name = {text}") == t.Compare(NAME, "eq", (value,))
    assert where(f"Name IN ({text}, {text})") == t.Compare(NAME, "in", (value, value))


@pytest.mark.parametrize(
    ("text", "operator"),
    [("=", "eq"), ("!=", "ne"), ("<>", "ne"), ("<", "lt"), ("<=", "lte"), (">", "gt"), (">=", "gte")],
)
def test_signs(text: str, operator: str) -> None:
    assert where(f"Name{text}5") == t.Compare(NAME, operator, (t.Constant(5, "number"),))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("Name = NULL", t.Compare(NAME, "null")),
        ("Name != null", t.Compare(NAME, "notnull")),
        ("Name IN ('a', NULL)", t.Compare(NAME, "in", (t.Constant("a", "text"), t.Constant(None, "null")))),
        ("Name NOT IN :names", t.Compare(NAME, "nin", (t.Bind("names"),))),
        (
            "Name INCLUDES ('a;b', 'c')",
            t.Compare(NAME, "includes", (t.Constant("a;b", "text"), t.Constant("c", "text"))),
        ),
        ("Name excludes ('a')", t.Compare(NAME, "excludes", (t.Constant("a", "text"),))),
        (
            r"Name LIKE '50\% of \_ \\_ \''",
            t.Compare(NAME, "like", (t.Constant(r"50\% of \_ \\_ '", "text"),)),
        ),
        (
            "Id IN (SELECT ContactId FROM Case)",
            t.InQuery(ID, t.Query("Case", (t.Column(path("ContactId")),))),
        ),
        (
            "Id NOT IN (SELECT ContactId FROM Case WHERE Id = NULL)",
            t.InQuery(
                ID, t.Query("Case", (t.Column(path("ContactId")),), where=t.Compare(ID, "null")), negated=True
            ),
        ),
        ("NOT Name = NULL", t.Not((t.Compare(NAME, "null"),))),
        ("NOT (NOT Name = NULL)", t.Not((t.Not((t.Compare(NAME, "null"),)),))),
        ("((Name = NULL))", t.Compare(NAME, "null")),
        (
            "Name = NULL AND Id = NULL AND (Name = NULL OR NOT Id = NULL)",
            t.All(
                (
                    t.Compare(NAME, "null"),
                    t.Compare(ID, "null"),
                    t.Any((t.Compare(NAME, "null"), t.Not((t.Compare(ID, "null"),)))),
                )
            ),
        ),
        (
            "(Name = NULL AND Id = NULL) OR Id = NULL",
            t.Any((t.All((t.Compare(NAME, "null"), t.Compare(ID, "null"))), t.Compare(ID, "null"))),
        ),
        ("NOT Name = NULL AND Id = NULL", t.All((t.Not((t.Compare(NAME, "null"),)), t.Compare(ID, "null")))),
        (
            "DAY_ONLY(convertTimezone(CreatedDate)) = TODAY",
            t.Compare(
                t.Call("DAY_ONLY", (t.Call("convertTimezone", (path("CreatedDate"),)),)),
                "eq",
                (t.RelativeDate("TODAY"),),
            ),
        ),
        (
            "distance(Loc__c, GeoLocation(37.775, -122.418), 'MI') < 20",
            t.Compare(
                t.Call(
                    "DISTANCE",
                    (
                        path("Loc__c"),
                        t.Call("GEOLOCATION", (t.Constant(37.775, "number"), t.Constant(-122.418, "number"))),
                        t.Constant("MI", "text"),
                    ),
                ),
                "lt",
                (t.Constant(20, "number"),),
            ),
        ),
    ],
)
def test_conditions(text: str, condition: t.Condition) -> None:
    assert where(text) == condition


def test_limit_and_offset_take_binds() -> None:
    query = soql.parse("SELECT Id FROM Contact LIMIT :size OFFSET :page.start")
    assert (query.limit, query.limit_bind) == (None, t.Bind("size"))
    assert (query.offset, query.offset_bind) == (None, t.Bind("page.start"))


def test_positions_count_lines_and_columns_from_one() -> None:
    query = soql.parse("SELECT Id,\r\n  Owner.Name\nFROM Contact\nWHERE\tLastName LIKE 'é%' AND Age > 5")
    second = query.columns[1]
    assert isinstance(second, t.Column)
    assert second.expression.at == (2, 3)
    assert query.at == (3, 6)
    assert isinstance(query.where, t.All)
    name, age = query.where.children
    assert isinstance(name, t.Compare)
    assert isinstance(age, t.Compare)
    assert (name.left.at, name.at, name.values[0].at, age.left.at) == ((4, 7), (4, 16), (4, 21), (4, 30))


ACCEPTED = """
SELECT COUNT() FROM Contact
SELECT COUNT()FROM Contact
SELECT count() total FROM Contact
SELECT Id FROM Order ORDER BY Name
SELECT Id FROM Group WHERE Type = 'Queue'
SELECT Id, Format, Count, Fields, Distance FROM Account
SELECT Order FROM Account
SELECT FIELDS(ALL) FROM Account LIMIT 200
SELECT FIELDS(STANDARD), FIELDS(CUSTOM) FROM Account
SELECT Id, (SELECT FIELDS(ALL) FROM Contacts LIMIT 200) FROM Account
SELECT Name, toLabel(Status) FROM Lead WHERE toLabel(Status) = 'Ouvert'
SELECT FORMAT(Amount) Amt, convertCurrency(Amount) local, FORMAT(convertCurrency(Amount)) both FROM Opportunity
SELECT FORMAT(MIN(CloseDate)) soonest FROM Opportunity
SELECT Name n, MAX(Amount) FROM Opportunity GROUP BY Name
SELECT NAME FROM Opportunity GROUP BY name
SELECT toLabel(StageName), COUNT(Id) FROM Opportunity GROUP BY StageName
SELECT LeadSource, COUNT_DISTINCT(Email) FROM Lead GROUP BY LeadSource HAVING COUNT_DISTINCT(Email) > 10
SELECT Rating, GROUPING(LeadSource) a, GROUPING(Rating) b, COUNT(Id) FROM Lead GROUP BY CUBE(LeadSource, Rating)
SELECT HOUR_IN_DAY(convertTimezone(CreatedDate)) FROM Lead GROUP BY HOUR_IN_DAY(convertTimezone(CreatedDate))
SELECT SUM(X) FROM Lead GROUP BY WEEK_IN_YEAR(CloseDate) ORDER BY WEEK_IN_YEAR(CloseDate) DESC NULLS LAST
SELECT Id FROM Account ORDER BY DISTANCE(Loc__c, GEOLOCATION(48.85, 2.35), 'km') LIMIT 5
SELECT Id FROM Account WHERE DISTANCE(Loc__c, :here, 'km') < 5
SELECT Id FROM Account WHERE DISTANCE(Loc__c, GEOLOCATION(:lat, -90), 'km') < 5
SELECT Name FROM Account OFFSET 1
SELECT Name FROM Account LIMIT 0
SELECT Id, (SELECT Id FROM Contacts LIMIT 3 OFFSET 2) FROM Account LIMIT 1
SELECT Id FROM Account WITH USER_MODE
SELECT Id FROM Account WHERE Id != NULL WITH SYSTEM_MODE ORDER BY Name
SELECT Title FROM FAQ__kav WITH DATA CATEGORY Geo__c AT (usa__c, uk__c) AND Product__c ABOVE_OR_BELOW all__c
SELECT Title FROM FAQ__kav WITH DATA CATEGORY Geo__c BELOW usa__c WITH SECURITY_ENFORCED UPDATE VIEWSTAT
SELECT Id FROM UserProfileFeed WITH UserId = '005000000000001' ORDER BY CreatedDate DESC
SELECT Id FROM Account SET OPTIONS (cache = 'on', size = 5) FOR UPDATE
SELECT Id FROM Account FOR VIEW, REFERENCE
SELECT Id FROM Account FOR REFERENCE
SELECT Id FROM Account USING SCOPE My_Team_Territory
SELECT Id FROM Account a WHERE a.Name = 'x' ALL ROWS
SELECT a.Id, (SELECT c.Id FROM a.Contacts c WHERE c.Name != 'x') FROM Account a
SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact) AND Id NOT IN (SELECT AccountId FROM Case)
SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE Id IN (SELECT ContactId FROM Case))
SELECT Id FROM Task WHERE What.Type IN ('Account', 'Opportunity') AND Who.Type = 'Contact'
SELECT TYPEOF Owner WHEN User THEN Id WHEN Group THEN CreatedById END FROM Case
SELECT Id, TYPEOF What WHEN Opportunity THEN Amount END, Subject FROM Task
SELECT Id FROM Account WHERE ((((((((Name = 'x'))))))))
SELECT Id FROM Account WHERE CreatedDate IN (TODAY, LAST_N_DAYS:4)
SELECT Id FROM Account WHERE Name LIKE :pattern OR Name IN :names
SELECT Id FROM Account WHERE Id=:a.b[0].c AND Name!=:f(x,'y').z
SELECT Id FROM Account WHERE Amount__c>=-5.5 AND Amount__c<>+3 AND Amount__c!=.5
select id from account where name='x' order by name asc nulls first limit 1
SELECT Contact.AccountId, COUNT(Contact.Id) cnt FROM Contact GROUP BY Contact.AccountId
""".strip().splitlines()


@pytest.mark.parametrize("text", ACCEPTED)
def test_it_is_soql_and_reads_the_same_after_writing(text: str) -> None:
    query = soql.parse(text)
    assert soql.parse(soql.write(query)) == query
