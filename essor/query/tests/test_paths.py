"""Paths: parents, owners, tasks' people and things — and nothing told of what is hidden."""

from __future__ import annotations

import pytest
from django.utils import timezone

from essor.access import actions
from essor.access.actor import Actor, actor_for
from essor.access.models import PermissionSet
from essor.access.rights import FieldAccess, Right
from essor.kernel.errors import QueryRefused
from essor.query import run
from essor.query.soql import parse
from essor.query.tests.conftest import MakeUser, New


@pytest.fixture
def rita(make_user: MakeUser, admin: Actor) -> Actor:
    """A sales rep who sees neither the industry of accounts nor any opportunity."""
    rights = PermissionSet.objects.get(profile__name="Sales")
    actions.set_field_rights(admin, rights, "Account", "Industry", FieldAccess.HIDDEN)
    actions.set_object_rights(admin, rights, "Opportunity", Right.NONE)
    return actor_for(make_user("Rita"))


def refusal(actor: Actor, soql: str) -> tuple[str, str, int, int]:
    with pytest.raises(QueryRefused) as caught:
        run.rows(actor, parse(soql))
    return caught.value.code, caught.value.reason, caught.value.line, caught.value.column


@pytest.mark.parametrize(
    ("hidden", "missing"),
    [
        ("SELECT Industry FROM Account", "SELECT Nonsense FROM Account"),
        (
            "SELECT Id FROM Account WHERE Industry = 'Media'",
            "SELECT Id FROM Account WHERE Nonsense = 'Media'",
        ),
        ("SELECT Id FROM Account ORDER BY Industry", "SELECT Id FROM Account ORDER BY Nonsense"),
        (
            "SELECT COUNT(Id) FROM Account GROUP BY Industry",
            "SELECT COUNT(Id) FROM Account GROUP BY Nonsense",
        ),
        ("SELECT MAX(Industry) FROM Account", "SELECT MAX(Nonsense) FROM Account"),
        ("SELECT Account.Industry FROM Contact", "SELECT Account.Nonsense FROM Contact"),
        ("SELECT toLabel(Industry) FROM Account", "SELECT toLabel(Nonsense) FROM Account"),
        (
            "SELECT (SELECT Id FROM Opportunities) FROM Account",
            "SELECT (SELECT Id FROM Nonsenses) FROM Account",
        ),
        ("SELECT Id FROM Opportunity", "SELECT Id FROM Nonsense"),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity)",
            "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Nonsense)",
        ),
    ],
)
def test_hidden_and_missing_are_refused_in_the_same_words(rita: Actor, hidden: str, missing: str) -> None:
    code, reason, line, column = refusal(rita, hidden)
    name = next(word for word in ("Industry", "Opportunities", "Opportunity") if word in hidden)
    other = next(word for word in ("Nonsenses", "Nonsense") if word in missing)
    assert (code, reason.replace(name, other), line, column) == refusal(rita, missing)
    assert line == 1
    assert column > 1


def test_names_may_stand_in_any_case(admin: Actor, new: New) -> None:
    new("Contact", last_name="Roux", name="Ana Roux", account=new("Account", name="Acme"))
    rows = run.rows(admin, parse("select ID, contact.ACCOUNT.name, lastname from CONTACT"))
    assert list(rows[0]) == ["Id", "Account.Name", "LastName"]
    assert rows[0]["Account.Name"] == "Acme"


def test_an_owner_is_a_user_or_a_queue(admin: Actor, make_user: MakeUser, new: New) -> None:
    queue = actions.save_group(admin, name="Inbox", members=[], queue=True)
    new("Account", name="a", owner=make_user("Rita"))
    new("Account", name="b", owner=queue)
    rows = run.rows(admin, parse("SELECT Owner.Name, Owner.Email, Owner.Type FROM Account ORDER BY Name"))
    assert [row["Owner.Name"] for row in rows] == ["Rita Test", "Inbox"]
    assert [row["Owner.Email"] for row in rows] == ["rita@example.fr", None]
    assert [row["Owner.Type"] for row in rows] == ["User", "Queue"]
    found = run.rows(admin, parse("SELECT Name FROM Account WHERE Owner.LastName = 'test'"))
    assert found == [{"Name": "a"}]


def test_a_task_names_people_and_things_of_several_objects(admin: Actor, new: New) -> None:
    account = new("Account", name="Acme", industry="Media")
    deal = new("Opportunity", name="Deal", stage_name="Prospecting", close_date="2026-01-01", account=account)
    contact = new("Contact", last_name="Roux", name="Ana Roux", account=account)
    new("Task", subject="1", what=account.pk, what_type="001", who=contact.pk, who_type="003")
    new("Task", subject="2", what=deal.pk, what_type="006")
    new("Task", subject="3")
    soql = "SELECT Subject, What.Name, What.Type, WhatId, Who.Account.Industry FROM Task ORDER BY Subject"
    rows = run.rows(admin, parse(soql))
    assert [row["What.Name"] for row in rows] == ["Acme", "Deal", None]
    assert [row["What.Type"] for row in rows] == ["Account", "Opportunity", None]
    assert [row["WhatId"] for row in rows] == [("001", account.pk), ("006", deal.pk), None]
    assert [row["Who.Account.Industry"] for row in rows] == ["Media", None, None]

    def subjects(where: str) -> list[str]:
        return [
            row["Subject"]
            for row in run.rows(admin, parse(f"SELECT Subject FROM Task WHERE {where} ORDER BY Subject"))
        ]

    from essor.kernel import ids

    assert subjects(f"WhatId = '{ids.encode('001', account.pk)}'") == ["1"]
    assert subjects(f"WhatId != '{ids.encode('001', account.pk)}'") == ["2", "3"]
    assert subjects("WhatId = null") == ["3"]
    assert subjects("What.Type IN ('Account', 'Opportunity')") == ["1", "2"]
    assert subjects("Who.Type = 'Contact'") == ["1"]
    assert subjects("WhatId IN (SELECT Id FROM Opportunity)") == ["2"]
    assert subjects("WhatId NOT IN (SELECT Id FROM Opportunity)") == ["1", "3"]


def test_typeof_reads_what_each_object_has(admin: Actor, new: New) -> None:
    account = new("Account", name="Acme", phone="0102", number_of_employees=7.0)
    deal = new("Opportunity", name="Deal", stage_name="Prospecting", close_date="2026-01-01", amount=12_345)
    contact = new("Contact", last_name="Roux", name="Ana Roux")
    now = timezone.now()
    for subject, what, kind in (("1", account.pk, "001"), ("2", deal.pk, "006"), ("3", None, None)):
        new("Event", subject=subject, what=what, what_type=kind, start_date_time=now)
    new("Event", subject="4", who=contact.pk, who_type="003", start_date_time=now)
    soql = (
        "SELECT TYPEOF What WHEN Account THEN Phone, NumberOfEmployees ELSE Name, Amount END FROM Event"
        " ORDER BY Subject"
    )
    found = [row["What"] for row in run.rows(admin, parse(soql))]
    assert found == [
        {"type": "Account", "Phone": "0102", "NumberOfEmployees": 7.0},
        {"type": "Opportunity", "Name": "Deal", "Amount": 12_345},
        None,
        None,
    ]


def test_an_address_is_read_as_a_whole(admin: Actor, new: New) -> None:
    account = new("Account", name="Acme", billing_city="Lyon", billing_postal_code="69001")
    new("Contact", last_name="Roux", name="Ana Roux", account=account)
    row = run.rows(admin, parse("SELECT Account.BillingAddress, MailingAddress FROM Contact"))[0]
    assert row["Account.BillingAddress"] == {
        "Street": None,
        "City": "Lyon",
        "PostalCode": "69001",
        "State": None,
        "Country": None,
    }
    assert row["MailingAddress"] is None
