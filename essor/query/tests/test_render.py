"""Answers in the shape of Salesforce's query resource."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from essor.access.actor import Actor
from essor.kernel import ids
from essor.query import render
from essor.query.soql import parse
from essor.query.tests.conftest import New


def answer(actor: Actor, soql: str, **more: Any) -> Any:
    return orjson.loads(render.soql(actor, parse(soql), base="/sobjects", **more))


def test_records_with_parents(admin: Actor, new: New) -> None:
    moment = datetime(2026, 1, 31, 9, 30, 0, 123456, tzinfo=UTC)
    account = new("Account", name="Acme", annual_revenue=12_345, owner_id=admin.user_id)
    contact = new(
        "Contact",
        last_name="Roux",
        name="Ana",
        account=account,
        created_date=moment,
        birthdate="1990-02-03",
        owner_id=admin.user_id,
        mailing_city="Lyon",
        mailing_postal_code="69001",
    )
    orphan = new("Contact", last_name="Solo", name="Solo", created_date=moment.replace(microsecond=0))
    soql = (
        "SELECT Id, Name, Birthdate, CreatedDate, DoNotCall, MailingAddress, OwnerId, Account.Id, Account.AnnualRevenue,"
        " Account.Owner.Name FROM Contact ORDER BY Name"
    )
    found = answer(admin, soql)
    contact_id, account_id = ids.encode("003", contact.pk), ids.encode("001", account.pk)
    user_id = ids.encode("005", admin.user_id)
    assert found["totalSize"] == 2
    assert found["done"] is True
    assert found["records"][0] == {
        "attributes": {"type": "Contact", "url": f"/sobjects/Contact/{contact_id}"},
        "Id": contact_id,
        "Name": "Ana",
        "Birthdate": "1990-02-03",
        "CreatedDate": "2026-01-31T09:30:00.123+0000",
        "DoNotCall": False,
        "MailingAddress": {
            "street": None,
            "city": "Lyon",
            "postalCode": "69001",
            "state": None,
            "country": None,
        },
        "OwnerId": user_id,
        "Account": {
            "attributes": {"type": "Account", "url": f"/sobjects/Account/{account_id}"},
            "Id": account_id,
            "AnnualRevenue": 123.45,
            "Owner": {
                "attributes": {"type": "Name", "url": f"/sobjects/User/{user_id}"},
                "Name": "Admin Test",
            },
        },
    }
    assert found["records"][1]["Id"] == ids.encode("003", orphan.pk)
    assert found["records"][1]["Account"] is None
    assert found["records"][1]["CreatedDate"] == "2026-01-31T09:30:00.000+0000"


def test_sub_selects_groups_and_counts(admin: Actor, new: New) -> None:
    account = new("Account", name="Acme")
    new("Account", name="Beta")
    new("Contact", last_name="Roux", name="Ana", account=account)
    found = answer(admin, "SELECT Name, (SELECT Name, Account.Name FROM Contacts) FROM Account ORDER BY Name")
    children = found["records"][0]["Contacts"]
    assert (children["totalSize"], children["done"]) == (1, True)
    assert children["records"][0]["Account"]["Name"] == "Acme"
    assert found["records"][1]["Contacts"] is None
    groups = answer(
        admin, "SELECT Account.Name, COUNT(Id), MAX(CreatedDate) d FROM Contact GROUP BY Account.Name"
    )
    assert groups["records"][0].keys() == {"attributes", "Name", "expr0", "d"}
    assert groups["records"][0]["attributes"] == {"type": "AggregateResult"}
    assert groups["records"][0]["d"].endswith("+0000")
    assert answer(admin, "SELECT COUNT() FROM Account") == {"totalSize": 2, "done": True, "records": []}


def test_long_answers_come_in_batches(admin: Actor, new: New) -> None:
    for number in range(5):
        new("Account", name=str(number))
    cursors: list[str] = []

    def next_url(cursor: str) -> str:
        cursors.append(cursor)
        return f"/query/{cursor}"

    soql = "SELECT Name FROM Account ORDER BY Name"
    found = answer(admin, soql, size=2, next_url=next_url)
    assert (found["totalSize"], found["done"], len(found["records"])) == (5, False, 2)
    assert found["nextRecordsUrl"] == f"/query/{cursors[0]}"
    last = answer(admin, soql, size=9, after=cursors[0], next_url=next_url)
    assert (last["totalSize"], last["done"]) == (5, True)
    assert [row["Name"] for row in last["records"]] == ["2", "3", "4"]


def test_names_cannot_break_out_of_the_shape(admin: Actor, new: New) -> None:
    new("Account", name="'\"\\{}\n%s")
    alias = answer(admin, "SELECT Name __import__, COUNT(Id) os FROM Account GROUP BY Name")
    assert alias["records"][0]["__import__"] == "'\"\\{}\n%s"
