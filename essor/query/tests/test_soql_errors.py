"""A wrong query is refused at the right place, with what was found, what was expected, and how to mend it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.kernel.errors import QueryRefused
from essor.query import soql


def refusal(text: str) -> QueryRefused:
    """Return the error of a query that must be refused."""
    with pytest.raises(QueryRefused) as caught:
        soql.parse(text)
    return caught.value


# A caret stands before the place that the error must name.
REFUSED = [
    # the frame
    ("^", "Expected SELECT, found the end of the query."),
    ("^SELECTName FROM Account", "A query starts with SELECT."),
    ("^UPDATE Account SET Name = 'x'", "A query starts with SELECT."),
    ("SELECT^", "Expected a field name"),
    ("SELECT Id^", "Expected “,” or FROM, found the end of the query."),
    ("SELECT Id FROM^", "Expected an object name after FROM"),
    ("SELECT Id FROM ^ORDER BY Name", "Expected an object name after FROM, found “ORDER”."),
    ("SELECT Id FROM ^WHERE Id = NULL", "Expected an object name after FROM, found “WHERE”."),
    ("SELECT Id FROM ^Account.Contacts", "“Account.Contacts” is not an object name."),
    ("SELECT Name FROM Account ^FROM Account", "A query has one FROM."),
    ("SELECT Id FROM Account^;", "A query ends without a semicolon."),
    ("SELECT Id FROM Account ^JOIN Contact", "SOQL has no JOIN"),
    ("SELECT Id FROM Account a ^LEFT JOIN Contact c", "SOQL has no JOIN"),
    ("SELECT Id, Name FROMAccount ^WHERE Id = NULL", "Did you mean FROM Account?"),
    ("SELECT Id, Name FROMAccount^", "Did you mean FROM Account?"),
    ("SELECT Id FROM Account ^GROUPBY Name", "Did you mean GROUP BY?"),
    ("SELECT Id FROM Account ORDER BY Name ^OFFSET100", "Did you mean OFFSET 100?"),
    # the list
    ("SELECT ^FROM Account", "Expected a field name, found “FROM”."),
    ("SELECT Id, ^FROM Account", "Expected a field name, found “FROM”."),
    ("SELECT ^* FROM Account", "name the fields, or write FIELDS(ALL)"),
    ("SELECT ^5 FROM Account", "Expected a field name, found “5”."),
    ("SELECT ^é FROM Account", "SOQL has no use for “é” here."),
    ("SELECT Contact.^.Name FROM Contact", "Expected a field name after the point, found “.”."),
    ("SELECT Id ^Name FROM Account", "Is a comma missing before “Name”?"),
    ("SELECT Id ^AS x FROM Account", "without AS"),
    ("SELECT ^DISTINCT Name FROM Account", "use GROUP BY"),
    (
        "SELECT ^Name (SELECT Id FROM Contacts) FROM Account",
        "A comma is missing between “Name” and the sub-select.",
    ),
    ("SELECT Name, (^LastName FROM Contacts) FROM Account", "Expected SELECT"),
    ("SELECT Name, (SELECT Id FROM Contacts ^FROM Account", "Expected “)”"),
    (
        "SELECT Id, (SELECT Id FROM ^c.Contacts) FROM Account a",
        "“c.Contacts” is not a child relationship of “Account”.",
    ),
    ("SELECT FIELDS(^SOME) FROM Account", "Expected ALL, STANDARD or CUSTOM, found “SOME”."),
    ("SELECT FIELDS(^) FROM Account", "Expected ALL, STANDARD or CUSTOM"),
    ("SELECT TYPEOF What ^ELSE Id END FROM Event", "Expected WHEN"),
    ("SELECT TYPEOF What WHEN Account ^Id END FROM Event", "Expected THEN"),
    ("SELECT TYPEOF What WHEN Account THEN Id ^FROM Event", "Expected WHEN, ELSE or END"),
    # functions
    ("SELECT ^LEN(Name) FROM Account", "There is no function “LEN” in SOQL."),
    ("SELECT ^CALENDAR_YEARS(CreatedDate) FROM Account", "Did you mean CALENDAR_YEAR?"),
    ("SELECT COUNT(^*) FROM Account", "COUNT()"),
    ("SELECT COUNT(DISTINCT ^Name) FROM Account", "Write COUNT_DISTINCT(field)."),
    ("SELECT ^SUM() FROM Account", "SUM takes 1 argument(s), not 0."),
    ("SELECT ^MAX(Amount, Id) FROM Account", "MAX takes 1 argument(s), not 2."),
    ("SELECT MAX(Amount ^FROM Account", "Expected “)”"),
    ("SELECT ^SUM(MAX(Amount)) FROM Account", "SUM() takes a field here."),
    ("SELECT ^toLabel('x') FROM Account", "toLabel() takes a field here."),
    ("SELECT ^convertTimezone(CreatedDate) FROM Account", "inside a date function"),
    ("SELECT ^DISTANCE(37.775, -122.418) FROM Site__c", "DISTANCE takes 3 argument(s), not 2."),
    ("SELECT DISTANCE(Loc__c, GEOLOCATION(1, 1), ^'m') FROM Site__c", "'mi' or 'km'"),
    ("SELECT ^DISTANCE(GEOLOCATION(1, 1), Loc__c, 'km') FROM Site__c", "takes a location field"),
    ("SELECT DISTANCE(Loc__c, GEOLOCATION(^91, 1), 'km') FROM Site__c", "between -90 and 90"),
    ("SELECT Id FROM Site__c WHERE ^GEOLOCATION(37.775, -122.418) < 20", "only inside DISTANCE()"),
    # aliases of parents
    ("SELECT Id FROM Contact c, ^Account a", "write alias.Relationship"),
    ("SELECT Id FROM Contact c, ^x.Account a", "write alias.Relationship"),
    ("SELECT Id FROM Contact c, ^WHERE Id = NULL", "Expected a relationship such as c.Account"),
    ("SELECT Id FROM Contact AS ^WHERE Id = NULL", "Expected an alias after AS"),
    # conditions
    ("SELECT Id FROM Account WHERE^", "Expected a field name, found the end of the query."),
    ("SELECT Id FROM Account WHERE ^AND Name = 'x'", "Expected a field name, found “AND”."),
    ("SELECT Id FROM Account WHERE Name = 'x' AND^", "Expected a field name"),
    ("SELECT Id FROM Account WHERE Name = 'a' OR Id = 'b' ^AND Id = 'c'", "put parentheses around"),
    ("SELECT Id FROM Account WHERE (Name = 'a' AND Id = 'b' ^OR Id = 'c')", "put parentheses around"),
    ("SELECT Id FROM Account WHERE (Name = 'x'^", "Expected AND, OR or “)”, found the end of the query."),
    ("SELECT Id FROM Account WHERE Name = 'x'^)", "There is one “)” too many."),
    ("SELECT Id FROM Account WHERE Name^", "Expected an operator"),
    ("SELECT Id FROM Account WHERE Name ^IS NULL", "Write = NULL or != NULL."),
    ("SELECT Id FROM Account WHERE Name ^BETWEEN 1 AND 2", "Write field >= a AND field <= b."),
    ("SELECT Id FROM Account WHERE Name ^CONTAINS 'x'", "Write LIKE '%text%'."),
    ("SELECT Id FROM Account WHERE Name NOT ^LIKE 'x%'", "NOT stands before the condition"),
    ("SELECT Id FROM Account WHERE Name =^= 'x'", "One = compares."),
    ("SELECT Id FROM Account WHERE Name = 'a' ^&& Id = 'b'", "Write AND, OR or NOT instead of “&”."),
    ("SELECT Id FROM Account WHERE ^'x' = Name", "The field stands on the left"),
    (
        "SELECT Id FROM Account WHERE Name = ^(SELECT Id FROM Contact)",
        "Write IN before a list or a sub-select.",
    ),
    ("SELECT Id FROM Account WHERE Name IN ^'x'", "Expected “(” and a list of values"),
    ("SELECT Id FROM Account WHERE Name IN (^)", "Expected a value, found “)”."),
    ("SELECT Id FROM Account WHERE Name IN ('a' ^'b')", "Expected “,” or “)”"),
    ("SELECT Id FROM Account WHERE Name IN ('a',^)", "Expected a value"),
    ("SELECT Id FROM Account WHERE Name LIKE ^5", "LIKE takes a text between single quotes."),
    ("SELECT Id FROM Account WHERE Name INCLUDES (^5)", "INCLUDES takes a text between single quotes."),
    ("SELECT Id FROM Account WHERE Name < ^NULL", "NULL compares only with = and !=."),
    ("SELECT Id FROM Account WHERE ^COUNT(Id) > 1", "stand in HAVING, not in WHERE"),
    ("SELECT Id FROM Account WHERE ^a.b.c.d.e.f.g = 5", "at most 5 parents"),
    ("SELECT Id FROM Account WHERE MAX(Amount) ^IN (SELECT Id FROM Contact)", "Only a field can be compared"),
    # values
    ("SELECT Id FROM Account WHERE Name = 'Bob'^s BBQ", r"A quote inside a text is written \'."),
    ("SELECT Id FROM Account WHERE Name = ^'x", "This text is not closed: a ' is missing."),
    ('SELECT Id FROM Account WHERE Name = ^"x"', "straight single quotes"),
    ("SELECT Id FROM Account WHERE Name = ^’x’", "straight single quotes"),
    ("SELECT Id FROM Account WHERE Id = ^foo", "A text stands between single quotes: 'foo'."),
    (r"SELECT Id FROM Account WHERE Name = 'a^\qb'", r"\q is not an escape."),
    (r"SELECT Id FROM Account WHERE Name = 'a^\_b'", "only beside LIKE"),
    (r"SELECT Id FROM Account WHERE Name = ^'\u0000'", "no record can hold"),
    (r"SELECT Id FROM Account WHERE Name = ^'\ud800'", "no record can hold"),
    ("SELECT Id FROM Account WHERE Amount > 5^abc", "Expected a space after the number"),
    ("SELECT Id FROM Account WHERE Amount > ^1e400", "is too long"),
    ("SELECT Id FROM Account WHERE Amount > ^1" + "0" * 90, "is too long"),
    ("SELECT Id FROM Account WHERE CloseDate > ^2026-02-30", "“2026-02-30” is not a real date or time."),
    ("SELECT Id FROM Account WHERE CloseDate > ^2026-02-01T25:00:00Z", "is not a real date or time."),
    ("SELECT Id FROM Account WHERE CloseDate > ^2026-02-01T10:00:00", "ends with its time zone"),
    ("SELECT Id FROM Account WHERE CloseDate = ^TODAYS", "Did you mean TODAY?"),
    ("SELECT Id FROM Account WHERE CloseDate = LAST_N_DAYS^", "LAST_N_DAYS takes a number: LAST_N_DAYS:7."),
    ("SELECT Id FROM Account WHERE CloseDate = LAST_N_DAYS:^x", "Expected a number of days"),
    ("SELECT Id FROM Account WHERE CloseDate = LAST_N_DAYS:^-3", "Expected a number of days"),
    ("SELECT Id FROM Account WHERE CloseDate = ^LAST_N_DAYS:99999999", "is too large"),
    ("SELECT Id FROM Account WHERE Id = :^", "Expected the name of a variable after “:”"),
    ("SELECT Id FROM Account WHERE Id = :fn(^", "Expected “)”"),
    # groups
    ("SELECT ^Name, COUNT(Id) FROM Account", "“Name” must stand in GROUP BY"),
    ("SELECT Id, ^Name FROM Account GROUP BY Id", "“Name” must stand in GROUP BY"),
    (
        "SELECT ^CALENDAR_YEAR(CreatedDate) FROM Account GROUP BY CreatedDate",
        "“CALENDAR_YEAR(CreatedDate)” must",
    ),
    ("SELECT Name FROM Account GROUP BY Name ORDER BY ^Id", "“Id” must stand in GROUP BY"),
    ("SELECT Name FROM Account GROUP BY Name HAVING ^Id = 'x'", "“Id” must stand in GROUP BY"),
    ("SELECT Name FROM Account GROUP BY Name, ^MAX(Id)", "GROUP BY takes fields and date functions"),
    ("SELECT Name FROM Account GROUP BY^", "Expected a field name"),
    ("SELECT Name, ^COUNT() FROM Account GROUP BY Name", "In a list, write COUNT(Id)."),
    ("SELECT COUNT(Id), ^FIELDS(ALL) FROM Account", "A grouped query shows grouped fields"),
    ("SELECT Name FROM Account HAVING ^COUNT(Id) > 1", "HAVING needs GROUP BY."),
    ("SELECT COUNT(Id) FROM Account HAVING ^COUNT(Id) > 1", "HAVING needs GROUP BY."),
    ("SELECT Name, COUNT(Id) FROM Account GROUP BY Name HAVING^", "Expected a field name"),
    ("SELECT Id FROM Account ORDER BY ^COUNT(Id)", "needs GROUP BY"),
    (
        "SELECT Account.Name, ^Owner.Name FROM Contact GROUP BY Account.Name, Owner.Name",
        "Two columns are called “Name”",
    ),
    ("SELECT MAX(A) x, MIN(A) ^X FROM Contact", "Two columns are called “X”"),
    ("SELECT ^GROUPING(Name), COUNT(Id) FROM Account GROUP BY Name", "GROUP BY ROLLUP or CUBE"),
    ("SELECT COUNT(Id) FROM Lead GROUP BY CUBE(A, B, C, ^D)", "at most 3 fields"),
    (
        "SELECT Id, (SELECT COUNT(Id) FROM ^Contacts) FROM Account",
        "Only the outermost query can group or count.",
    ),
    # ends
    ("SELECT Id FROM Account LIMIT^", "Expected a whole number"),
    ("SELECT Id FROM Account LIMIT ^'5'", "Expected a whole number"),
    ("SELECT Id FROM Account LIMIT ^-1", "Expected a whole number, found “-1”."),
    ("SELECT Id FROM Account LIMIT ^1.5", "Expected a whole number"),
    ("SELECT Id FROM Account LIMIT 1 ^ORDER BY Name", "ORDER BY must come before LIMIT."),
    ("SELECT Id FROM Account ORDER BY Name ^WHERE Id = NULL", "WHERE must come before ORDER BY."),
    ("SELECT Id FROM Account WHERE Id = NULL ^WHERE Id = NULL", "WHERE stands here twice."),
    ("SELECT Id FROM Account ORDER BY Name NULLS^", "Expected FIRST or LAST"),
    ("SELECT Id FROM Account ORDER BY ^LIMIT 5", "Expected a field name, found “LIMIT”."),
    ("SELECT Id FROM Account USING ^mine", "Expected SCOPE"),
    ("SELECT Id FROM Account USING SCOPE ^ours", "Expected allPrivate"),
    ("SELECT Id FROM Account FOR^", "Expected VIEW, REFERENCE or UPDATE"),
    ("SELECT Id FROM Account UPDATE ^STATS", "Expected TRACKING or VIEWSTAT"),
    ("SELECT Id FROM Account WITH^", "Expected SECURITY_ENFORCED"),
    ("SELECT Id FROM A WITH DATA CATEGORY Geo__c ^NEAR x__c", "Expected AT, ABOVE, BELOW or ABOVE_OR_BELOW"),
    # sub-selects
    ("SELECT Id FROM Account WHERE Id IN (SELECT AccountId, Id FROM ^Contact)", "exactly one field"),
    ("SELECT Id FROM Account WHERE Id IN (SELECT MAX(AccountId) FROM ^Contact)", "a field without grouping"),
    (
        "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM ^Contact LIMIT 3)",
        "takes no ORDER BY, LIMIT",
    ),
    ("SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM ^Account.Contacts)", "is not an object name"),
    ("SELECT Id, (SELECT Id FROM ^Contacts OFFSET 2) FROM Account", "only under LIMIT 1"),
    (
        "SELECT (SELECT (SELECT (SELECT (SELECT (SELECT Id FROM ^A6) FROM A5) FROM A4) FROM A3) FROM A2) FROM A1",
        "at most 5 levels deep",
    ),
    (
        (
            "SELECT Id FROM A WHERE Id IN (SELECT Id FROM B WHERE Id IN (SELECT Id FROM C WHERE Id IN "
            "(SELECT Id FROM D WHERE Id IN (SELECT Id FROM E WHERE Id IN (SELECT Id FROM ^F)))))"
        ),
        "at most 5 levels deep",
    ),
]


@pytest.mark.parametrize(("marked", "sentence"), REFUSED, ids=[text for text, _sentence in REFUSED])
def test_the_error_names_the_place_and_the_reason(marked: str, sentence: str) -> None:
    before, _caret, after = marked.partition("^")
    error = refusal(before + after)
    assert sentence in str(error)
    assert (error.line, error.column) == (1, len(before) + 1)
    assert error.code == ("QUERY_TOO_COMPLICATED" if "levels deep" in sentence else "MALFORMED_QUERY")


def test_the_place_is_told_by_line() -> None:
    error = refusal("SELECT Id\nFROM Account\nWHERE Name = 'a'\n  OR Name = 'b'\n  AND Name = 'c'")
    assert (error.line, error.column) == (5, 3)


def test_too_large_an_offset_has_salesforces_code() -> None:
    assert refusal("SELECT Id FROM Account OFFSET 2001").code == "NUMBER_OUTSIDE_VALID_RANGE"
    assert refusal(f"SELECT Id FROM Account LIMIT {10**20}").code == "NUMBER_OUTSIDE_VALID_RANGE"


def test_more_than_twenty_sub_selects_are_refused() -> None:
    rows = ", ".join(f"(SELECT Id FROM Children{index}__r)" for index in range(21))
    assert "at most 20 sub-selects" in str(refusal(f"SELECT {rows} FROM Account"))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT Id FROM Account WHERE " + "(" * 20_000 + "Id = 'x'" + ")" * 20_000,
        "SELECT Id FROM Account WHERE " + "NOT " * 20_000 + "Id = 'x'",
        "SELECT " + "(SELECT Id, " * 8_000 + "Id FROM A",
        "SELECT " + "FORMAT(" * 14_000 + "Id FROM A",
        "SELECT Id FROM A WHERE Id IN " + "(SELECT Id FROM A WHERE Id IN " * 3_000,
        "SELECT Id FROM A WHERE Id = :f" + "(" * 90_000,
        "SELECT Id FROM A WHERE Name = '" + "\\'" * 49_000,
        "SELECT " + "a." * 49_000 + "b FROM A",
        "SELECT Id FROM A WHERE Amount = " + "9" * 99_000,
        "SELECT " + "x" * 99_000 + "(Id) FROM A",
        "SELECT Id FROM A WHERE Id = " + "T" * 99_000,
        "'" * 99_999,
        "SELECT Id FROM A WHERE Id = 'x'" + " AND Id = 'x'" * 7_000 + " OR Id = 'x'",
        "S" * 100_001,
    ],
    ids=lambda text: text[:40],
)
def test_hostile_text_is_refused_quickly(text: str) -> None:
    started = time.process_time()
    error = refusal(text)
    assert time.process_time() - started < 5
    assert len(str(error)) < 400


def test_a_long_but_honest_query_is_read() -> None:
    ids = ", ".join(f"'00300000000{index:07}'" for index in range(4_000))
    query = soql.parse(f"SELECT Id FROM Contact WHERE Id IN ({ids})")
    assert soql.parse(soql.write(query)) == query


words = st.sampled_from((
    "SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "LIMIT", "Id", "Name", "Account", "(", ")", ",", ".", "=", "'x'",
    "'", "5", "COUNT", "NOT", "AND", "OR", "IN", "LIKE", "TODAY", "LAST_N_DAYS", ":", "TYPEOF", "WHEN", "END", "FIELDS",
    "USD5", "2026-01-01", "2026-01-01T00:00:00Z", "WITH", "FOR", "\\", "é", "*", "-", "DISTANCE", "NULL", "HAVING",
))  # fmt: skip


@given(
    st.lists(words, max_size=25).map(" ".join)
    | st.text(max_size=60).map(lambda text: f"SELECT Id FROM A {text}")
)
def test_any_text_is_read_or_refused_at_a_place_inside_it(text: str) -> None:
    try:
        soql.parse(text)
    except QueryRefused as error:
        refused = error
    else:
        return
    assert 1 <= refused.column <= len(text) + 1
    assert refused.line >= 1
