"""What the record routes promise to a client."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from essor.access.actor import Actor
from essor.access.models import User
from essor.domain.sales.models import Account
from essor.faces.api.tests.conftest import Call
from essor.kernel.errors import Forbidden


def create(call: Call, **values: Any) -> str:
    """Create an account and return its id."""
    return str(call("post", "records/Account", {"Name": "Acme", **values}).json()["Id"])


def test_a_record_is_created_read_changed_and_deleted(call: Call) -> None:
    made = call("post", "records/Account", {"Name": "Acme", "AnnualRevenue": 1234.5, "Industry": "Energy"})
    assert made.status_code == 201
    address = made.headers["Location"].removeprefix("/api/v1/")
    read = call("get", address)
    assert read.json()["AnnualRevenue"] == 1234.5
    assert read.headers["ETag"].startswith('"1-')
    changed = call("patch", address, {"Industry": "Banking"})
    assert changed.json()["changed"] == ["Industry"]
    assert call("delete", address).status_code == 204
    assert call("get", address).status_code == 404


def test_nobody_without_a_token_gets_in(db: None) -> None:
    answer = Client().get("/api/v1/objects")
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert Client(headers={"authorization": "Bearer essor_nonsense"}).get("/api/v1/me").status_code == 401


def test_an_address_without_anything_answers_as_a_program_expects(call: Call) -> None:
    answer = call("patch", "Opportunity/0060000000001FOAAY", {})
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_a_token_without_the_scope_cannot_write(admin: Actor, call_as: Any) -> None:
    answer = call_as(admin, "read")("post", "records/Account", {"Name": "Acme"})
    assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_SCOPE")


def test_an_etag_spares_reading_and_guards_writing(call: Call) -> None:
    key = create(call)
    tag = call("get", f"records/Account/{key}").headers["ETag"]
    for known in (tag, f'"0-0", W/{tag}'):
        assert call("get", f"records/Account/{key}", **{"if-none-match": known}).status_code == 304
    assert call("patch", f"records/Account/{key}", {"Site": "Lyon"}, **{"if-match": tag}).status_code == 200
    for stale in (tag, '"1"'):
        late = call("patch", f"records/Account/{key}", {"Site": "Nantes"}, **{"if-match": stale})
        assert (late.status_code, late.json()["code"]) == (412, "CONFLICT")


def test_an_etag_tells_a_roll_up_that_moved_without_a_write_of_the_record(call: Call) -> None:
    campaign = call("post", "records/Campaign", {"Name": "Fair"}).json()["Id"]
    tag = call("get", f"records/Campaign/{campaign}").headers["ETag"]
    contact = call("post", "records/Contact", {"LastName": "Roux"}).json()["Id"]
    call("post", "records/CampaignMember", {"CampaignId": campaign, "ContactId": contact})
    again = call("get", f"records/Campaign/{campaign}", **{"if-none-match": tag})
    assert (again.status_code, again.json()["NumberOfContacts"]) == (200, 1)


def test_a_session_needs_the_right_to_the_api_except_for_the_pages_own_reading(
    admin: Actor, reader: Actor
) -> None:
    for actor, status in ((admin, 200), (reader, 403)):
        client = Client()
        client.force_login(
            User.objects.get(pk=actor.user_id), backend="essor.access.accounts.backend.Backend"
        )
        answer = client.get("/api/v1/query?q=SELECT Name FROM Account")
        assert answer.status_code == status
        assert status == 200 or answer.json()["code"] == "API_DISABLED_FOR_ORG"
        assert client.get("/api/v1/openapi.json").status_code == 200


def test_pages_follow_each_other_without_gap_or_double(call: Call) -> None:
    call("post", "records/Account/bulk", {"records": [{"Name": f"A{n:02}"} for n in range(25)]})
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = call("get", f"records/Account?fields=Name&order=Name DESC&limit=10&cursor={cursor}").json()
        seen += [row["Name"] for row in page["records"]]
        cursor = page["nextCursor"]
    assert seen == [f"A{n:02}" for n in reversed(range(25))]


def test_a_condition_is_soql_or_a_tree(call: Call) -> None:
    create(call, Industry="Energy")
    create(call, Name="Zenith", Industry="Banking")
    found = call("get", "records/Account?fields=Industry&where=Industry = 'Energy'&count=true").json()
    assert ([row["Industry"] for row in found["records"]], found["totalSize"]) == (["Energy"], 1)
    assert call("get", "records/Account?where=Industry = 'Energy' LIMIT 1").status_code == 400


def test_a_wrong_condition_names_its_place(call: Call) -> None:
    answer = call("get", "records/Account?where=Nope = 1")
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_FIELD")


def test_bulk_tells_the_fate_of_each_row(call: Call) -> None:
    key = create(call)
    rows = [
        {"Name": "B"},
        {"Name": ""},
        {"Id": key, "Site": "Lyon"},
        {"Id": "001000000000000AAA", "Site": "x"},
    ]
    answer = call("post", "records/Account/bulk", {"records": rows})
    assert answer.status_code == 207
    assert [row["success"] for row in answer.json()["results"]] == [True, False, True, False]
    none = call("post", "records/Account/bulk", {"records": [{"Name": "C"}, {"Name": ""}], "allOrNone": True})
    assert none.json()["failed"] == 2
    assert not Account.objects.filter(name="C").exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[]", 400), (b'{"Name": 1e999}', 400), (b'{"Name": {"a": 1}}', 422), (b"\xff", 400)],
)
def test_a_broken_body_is_refused_politely(call: Call, body: bytes, status: int) -> None:
    answer = call("post", "records/Account", body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_who_may_not_use_the_api_gets_no_token(reader: Actor, call_as: Any) -> None:
    with pytest.raises(Forbidden, match="profile"):
        call_as(reader)


def test_soql_and_search_answer_by_api(call: Call) -> None:
    create(call)
    rows = call("get", "query?q=SELECT Name FROM Account").json()
    assert rows["records"][0]["Name"] == "Acme"
    assert call("get", "query?q=SELECT FROM").json()["code"] == "MALFORMED_QUERY"
    assert call("get", "search?q=acme").status_code == 200


def test_the_description_is_openapi_of_what_the_caller_sees(call: Call) -> None:
    document = call("get", "openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/records/Account" in document["paths"]
    assert "AccountInput" in document["components"]["schemas"]


def test_a_duplicate_is_told_as_salesforce_does_and_the_caller_may_insist(call: Call) -> None:
    known = create(call, Website="https://acme.example")
    again = {"Name": "ACME Inc.", "Website": "www.acme.example"}
    refused = call("post", "records/Account", again)
    body = refused.json()
    assert (refused.status_code, body["code"]) == (422, "DUPLICATES_DETECTED")
    assert body["duplicateResult"]["allowSave"] is True
    assert body["duplicateResult"]["matchResults"][0]["matchRecords"][0]["record"] == {"Id": known}
    many = call("post", "records/Account/bulk", {"records": [again, {"Name": "Zeller"}]}).json()
    assert [one["success"] for one in many["results"]] == [False, True]
    assert many["results"][0]["duplicateResult"]["matchResults"][0]["entityType"] == "Account"
    insisting = {"Sforce-Duplicate-Rule-Header": "allowSave=true; runAsCurrentUser=true"}
    assert call("post", "records/Account", again, **insisting).status_code == 201


def test_a_query_tells_where_each_of_its_records_is(call: Call) -> None:
    key = create(call)
    (found,) = call("get", "query?q=SELECT+Name+FROM+Account").json()["records"]
    assert found["attributes"]["url"] == f"/api/v1/records/Account/{key}"
    assert call("get", found["attributes"]["url"].removeprefix("/api/v1/")).json()["Id"] == key
