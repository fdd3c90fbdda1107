"""While a query is typed, what may come next is offered: only what exists, in the place where it may stand."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from essor.query.soql import Suggestion, complete, parse
from essor.query.tests.catalogs import small_catalog

CATALOG = small_catalog()


def at(marked: str) -> list[Suggestion]:
    """Return the suggestions at the bar in `marked`."""
    before, _bar, after = marked.partition("|")
    return complete(before + after, len(before), CATALOG)


def texts(marked: str) -> list[str]:
    """Return the texts of the suggestions at the bar."""
    return [suggestion.text for suggestion in at(marked)]


@pytest.mark.parametrize(
    ("marked", "offered"),
    [
        ("|", ["SELECT"]),
        ("sel|", ["SELECT"]),
        (
            "SELECT | FROM Account",
            ["Id", "Industry", "Owner.", "COUNT(", "FIELDS(ALL)", "(SELECT Id FROM Contacts)"],
        ),
        ("SELECT Ind| FROM Account", ["Industry"]),
        ("SELECT Id, own| FROM Account", ["Owner.", "OwnerId"]),
        ("SELECT Id, Owner.| FROM Account", ["Email", "Manager."]),
        ("SELECT Id, Owner.Manager.Em| FROM Account", ["Email"]),
        ("SELECT a.| FROM Account a", ["Industry"]),
        ("SELECT a.Ind| FROM Contact c, c.Account a", ["Industry"]),
        ("SELECT Account.Ind| FROM Account", ["Industry"]),
        ("SELECT Id |", ["FROM"]),
        ("SELECT Id FR|", ["FROM"]),
        (
            "SELECT Id, CALENDAR_YEAR(|) FROM Opportunity",
            ["CloseDate", "CreatedDate", "Account.", "convertTimezone("],
        ),
        ("SELECT SUM(|) FROM Opportunity", ["Amount", "Account."]),
        ("SELECT FIELDS(|) FROM Opportunity", ["ALL", "STANDARD", "CUSTOM"]),
        ("SELECT TYPEOF | FROM Task", ["Who"]),
        ("SELECT TYPEOF Who WHEN | FROM Task", ["Contact", "Opportunity"]),
        ("SELECT TYPEOF Who WHEN Contact THEN | FROM Task", ["Email"]),
        ("SELECT TYPEOF Who WHEN Contact THEN Email | FROM Task", ["WHEN", "ELSE", "END"]),
        ("SELECT Who.| FROM Task", ["Email", "CloseDate"]),
        ("SELECT Id, (SELECT | FROM Contacts) FROM Account", ["Email", "Account."]),
        ("SELECT Id, (SELECT Id FROM |) FROM Account", ["Contacts", "Opportunities"]),
        ("SELECT Id, (SELECT Id, (SELECT | FROM Tasks) FROM Contacts) FROM Account", ["Subject"]),
        ("SELECT Id FROM |", ["Account", "Contact", "User"]),
        ("SELECT Id FROM acc|", ["Account"]),
        ("SELECT Id FROM Contact c, c.|", ["Account."]),
        ("SELECT Id FROM Account |", ["WHERE", "ORDER BY", "LIMIT", "GROUP BY", "USING SCOPE"]),
        ("SELECT Id FROM Account USING |", ["SCOPE"]),
        ("SELECT Id FROM Account USING SCOPE m|", ["mine"]),
        ("SELECT Id FROM Account WITH |", ["SECURITY_ENFORCED", "DATA CATEGORY"]),
        ("SELECT Id FROM Account FOR |", ["VIEW", "UPDATE"]),
        ("SELECT Id FROM Account WHERE |", ["Industry", "Owner.", "NOT", "CALENDAR_YEAR("]),
        ("SELECT Id FROM Account WHERE Owner.|", ["Email"]),
        ("SELECT Id FROM Account WHERE (Name = 'x' OR |", ["Industry"]),
        ("SELECT Id FROM Account WHERE NOT |", ["Industry"]),
        ("SELECT Id FROM Account WHERE Industry |", ["=", "!=", "LIKE", "IN (", "NOT IN ("]),
        ("SELECT Id FROM Contact WHERE Reasons__c |", ["INCLUDES (", "EXCLUDES ("]),
        ("SELECT Id FROM Account WHERE Industry NOT |", ["IN ("]),
        ("SELECT Id FROM Account WHERE Industry = |", ["'Media'", "'Real Estate'", "NULL"]),
        ("SELECT Id FROM Account WHERE Industry = 'Re|", ["'Real Estate'"]),
        ("SELECT Id FROM Account WHERE Industry = immo|", ["'Real Estate'"]),
        ("SELECT Id FROM Account WHERE Industry IN ('Media', |", ["'Real Estate'", "NULL"]),
        ("SELECT Id FROM Account WHERE Industry IN ('Media', 'Re|')", ["'Real Estate"]),
        ("SELECT Id FROM Contact WHERE Account.Industry = |", ["'Media'"]),
        ("SELECT Id FROM Contact c, c.Account a WHERE a.Industry = |", ["'Media'"]),
        ("SELECT Id FROM Contact WHERE Reasons__c INCLUDES (|", ["'Media'"]),
        ("SELECT Id FROM Contact WHERE VIP__c = |", ["TRUE", "FALSE"]),
        ("SELECT Id FROM Contact WHERE OwnerId = |", [":UserInfo.getUserId()", "NULL"]),
        ("SELECT Id FROM Opportunity WHERE CloseDate > |", ["TODAY", "LAST_N_DAYS:30"]),
        (
            "SELECT Id FROM Opportunity WHERE CreatedDate >= LAST_N|",
            ["LAST_N_DAYS:30", "LAST_N_FISCAL_YEARS:30"],
        ),
        ("SELECT Id FROM Opportunity WHERE DAY_ONLY(CreatedDate) = |", ["TODAY"]),
        ("SELECT Id FROM Opportunity WHERE CALENDAR_YEAR(CloseDate) |", ["=", ">="]),
        ("SELECT Id FROM Opportunity WHERE IsWon = TRUE |", ["AND", "OR", "GROUP BY", "LIMIT"]),
        ("SELECT Id FROM Opportunity WHERE (IsWon = TRUE |", ["AND", "OR"]),
        ("SELECT Id FROM Opportunity WHERE (IsWon = TRUE) |", ["AND", "OR", "LIMIT"]),
        ("SELECT Id FROM Opportunity WHERE CloseDate > LAST_N_DAYS:3 |", ["AND"]),
        ("SELECT Id FROM Account WHERE Id IN (|", ["SELECT"]),
        ("SELECT Id FROM Account WHERE Id IN (SELECT | FROM Opportunity)", ["AccountId", "CloseDate"]),
        ("SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM |)", ["Opportunity"]),
        ("SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity WHERE |)", ["IsWon"]),
        ("SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity) AND |", ["Industry"]),
        ("SELECT Industry FROM Account GROUP |", ["BY"]),
        ("SELECT Industry FROM Account GROUP BY |", ["Industry", "CALENDAR_YEAR(", "ROLLUP("]),
        ("SELECT Industry FROM Account GROUP BY CUBE(|", ["Industry"]),
        ("SELECT Industry FROM Account GROUP BY Industry |", ["HAVING", "ORDER BY"]),
        ("SELECT Industry FROM Account GROUP BY Industry HAVING |", ["COUNT(", "Industry"]),
        ("SELECT Industry FROM Account GROUP BY Industry HAVING COUNT(Id) |", [">"]),
        ("SELECT Id FROM Account ORDER |", ["BY"]),
        ("SELECT Id FROM Account ORDER BY |", ["Industry", "Owner.", "COUNT("]),
        ("SELECT Id FROM Account ORDER BY Industry |", ["ASC", "DESC", "NULLS FIRST", "LIMIT"]),
        ("SELECT Id FROM Account ORDER BY Industry DESC |", ["NULLS LAST", "LIMIT"]),
        ("SELECT Id FROM Account ORDER BY Industry NULLS |", ["FIRST", "LAST"]),
        ("SELECT Id FROM Account LIMIT 5 |", ["OFFSET"]),
        ("SELECT Id\nFROM Account\nWHERE Ind|\nLIMIT 5", ["Industry"]),
    ],
)
def test_what_may_come_next_is_offered(marked: str, offered: list[str]) -> None:
    found = texts(marked)
    assert [text for text in offered if text not in found] == []


@pytest.mark.parametrize(
    ("marked", "absent"),
    [
        ("SELECT | FROM Account", ["Secret__c", "Email", "(SELECT Id FROM Ghosts)", "FROM"]),
        ("SELECT Id FROM | WHERE Id = NULL", ["Ghost", "Industry", "Contacts"]),
        ("SELECT Id, (SELECT Id FROM |) FROM Account", ["Account", "Ghosts"]),
        ("SELECT CALENDAR_YEAR(|) FROM Opportunity", ["Amount", "Id"]),
        ("SELECT Id FROM Account WHERE Industry = |", ["'Old'", "TODAY", "Industry", "TRUE"]),
        ("SELECT Id FROM Account WHERE Industry = '|", ["NULL", "'Old'"]),
        ("SELECT Id FROM Contact WHERE VIP__c |", ["LIKE", "INCLUDES ("]),
        ("SELECT Id FROM Opportunity WHERE CloseDate > |", ["NULL"]),
        ("SELECT Id FROM Opportunity WHERE (IsWon = TRUE |", ["LIMIT"]),
        ("SELECT Id FROM Account ORDER BY Industry DESC |", ["ASC"]),
        ("SELECT Id FROM Account LIMIT |", ["OFFSET"]),
        ("SELECT Id FROM Nowhere WHERE |", ["Name", "Id"]),
        ("SELECT Id FROM Account WHERE Name = 'x|' AND Id = NULL", ["AND", "Industry"]),
    ],
)
def test_what_may_not_stand_here_is_not_offered(marked: str, absent: list[str]) -> None:
    found = texts(marked)
    assert [text for text in absent if text in found] == []


def test_the_best_match_comes_first() -> None:
    assert texts("SELECT na| FROM Account")[0] == "Name"
    assert at("SELECT branc| FROM Account") == [Suggestion("Industry", "field", "Branche", 7)]


def test_a_suggestion_replaces_what_was_typed_of_it() -> None:
    text = "SELECT Owner.Em FROM Account WHERE Industry = 'Re"
    (email,) = complete(text, 15, CATALOG)
    assert text[: email.replace_from] + email.text + text[15:] == text.replace(".Em ", ".Email ")
    (estate,) = complete(text, len(text), CATALOG)
    assert text[: estate.replace_from] + estate.text == text.replace("'Re", "'Real Estate'")


def test_details_are_labels_and_meanings() -> None:
    (found,) = at("SELECT Id FROM Opportunity WHERE CloseDate = LAST_N_DAY|")
    assert (found.kind, found.detail) == ("date", "last 30 days")
    assert at("SELECT Id FROM Acc|")[0] == Suggestion("Account", "object", "Account label", 15)


QUERY = (
    "SELECT Id, Account.Name, (SELECT Subject FROM Tasks) FROM Contact c, c.Account a WHERE (Name LIKE 'x%' OR "
    "Account.Industry IN ('Media')) AND Id IN (SELECT WhoId FROM Task) AND CreatedDate = LAST_N_DAYS:3 ORDER BY Name"
)


def test_completing_bears_every_place_of_a_query() -> None:
    parse(QUERY)
    for offset in range(len(QUERY) + 1):
        for suggestion in complete(QUERY, offset, CATALOG):
            assert 0 <= suggestion.replace_from <= offset
        complete(QUERY[:offset], offset, CATALOG)
        complete(QUERY[offset:], 0, CATALOG)


pieces = st.sampled_from(
    (
        "SELECT",
        "FROM",
        "WHERE",
        "Account",
        "Contact",
        "Owner",
        ".",
        ",",
        "(",
        ")",
        "=",
        "IN",
        "'",
        "'x'",
        "TYPEOF",
        "WHEN",
        "THEN",
        "GROUP",
        "ORDER",
        "BY",
        "CALENDAR_YEAR",
        "COUNT",
        "FIELDS",
        "NOT",
        "AND",
        ":",
        "é",
        "5",
        "USING",
        "AS",
        "END",
    )
)


@example("SELECT Id FROM Account WHERE CALENDAR_YEAR (", 27)
@given(st.lists(pieces, max_size=20).map(" ".join), st.integers(-5, 200))
def test_completing_bears_any_text(text: str, offset: int) -> None:
    complete(text, offset, CATALOG)
