"""The SOQL console and the page of the API's documentation."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from essor.access.actions import set_field_rights
from essor.access.actor import system_actor
from essor.access.models import PermissionSet, User
from essor.access.rights import FieldAccess
from essor.access.version import bump
from essor.domain.sales.models import Account, Contact, Opportunity
from essor.jobs.models import JobRun
from essor.kernel import ids


@pytest.fixture
def firm(boss: User) -> Account:
    account = Account.objects.create(name="Acme <b>", industry="Energy", owner=boss)
    Contact.objects.create(last_name="Roux", name="Zoé Roux", account=account, owner=boss)
    Opportunity.objects.create(
        name="Deal",
        account=account,
        stage_name="Closed Won",
        close_date="2026-01-31",
        amount=123456,
        owner=boss,
    )
    return account


def run(client: Client, text: str, **more: str) -> tuple[int, str]:
    answer = client.post("/console/run", {"soql": text, **more}, headers={"HX-Request": "true"})
    return answer.status_code, answer.content.decode()


def test_rows_lead_to_their_records_and_children_fold_up(admin: Client, firm: Account) -> None:
    status, text = run(admin, "SELECT Name, Industry, (SELECT Name FROM Contacts) FROM Account")
    assert status == 200
    assert f'href="/r/{ids.encode("001", firm.pk)}/"' in text
    assert "Acme &lt;b&gt;" in text
    assert '<details class="child-rows"><summary>1</summary>' in text
    assert "Zoé Roux" in text


def test_groups_show_money_in_its_units_and_years_as_years(admin: Client, firm: Account) -> None:
    _status, text = run(
        admin,
        "SELECT StageName, CALENDAR_YEAR(CloseDate) y, SUM(Amount) total FROM Opportunity "
        "GROUP BY StageName, CALENDAR_YEAR(CloseDate)",
    )
    assert "1,234.56" in text
    assert ">2026<" in text
    assert run(admin, "SELECT COUNT() FROM Opportunity")[1].count(">1<") == 1


def test_long_answers_come_in_parts(admin: Client, boss: User) -> None:
    Account.objects.bulk_create(Account(name=f"A{i:03}", owner=boss) for i in range(250))
    _status, first = run(admin, "SELECT Name FROM Account ORDER BY Name")
    cursor = json.loads(first.split("hx-vals='")[-1].split("'")[0].replace("&#34;", '"'))["after"]
    _status, rest = run(admin, "SELECT Name FROM Account ORDER BY Name", after=cursor)
    assert rest.count("<tr>") == 50
    assert "A249" in rest


def test_mistakes_say_where(admin: Client, firm: Account) -> None:
    answer = admin.post("/console/run", {"soql": "SELECT Foo FROM Account"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "Line 1, column 8:" in answer.content.decode()
    assert json.loads(answer.headers["HX-Trigger-After-Swap"])["es:soql-refused"]["column"] == 8
    assert admin.post("/console/check", {"soql": "SELECT Foo FROM Account"}).json()["code"] == "INVALID_FIELD"
    assert admin.post("/console/check", {"soql": "SELECT Name FROM Account"}).json() == {}
    assert run(admin, "")[0] == 422


def test_suggestions_know_only_what_the_reader_sees(admin: Client, seller: Client, rep: User) -> None:
    def offered(client: Client) -> list[str]:
        answer = client.post("/console/complete", {"soql": "SELECT Indus FROM Account", "offset": "12"})
        return [offer["text"] for offer in answer.json()["offers"]]

    assert "Industry" in offered(admin)
    set_field_rights(
        system_actor(),
        PermissionSet.objects.get(profile__name="Sales"),
        "Account",
        "Industry",
        FieldAccess.HIDDEN,
    )
    bump()
    assert "Industry" not in offered(seller)
    hidden = seller.post("/console/check", {"soql": "SELECT Industry FROM Account"}).json()
    unknown = seller.post("/console/check", {"soql": "SELECT Industri FROM Account"}).json()
    assert hidden == unknown | {"message": unknown["message"].replace("Industri", "Industry")}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_whole_answer_is_exported_in_the_background(admin: Client, firm: Account, form: str) -> None:
    answer = admin.post(
        "/console/export", {"soql": "SELECT SUM(Amount) total FROM Opportunity", "format": form}
    )
    assert answer.status_code == 204
    assert JobRun.objects.latest("pk").params["format"] == form


def test_examples_are_those_that_run(admin: Client, firm: Account) -> None:
    page = admin.get("/console/?soql=SELECT+Id+FROM+Lead").content.decode()
    assert "SELECT Id FROM Lead" in page
    assert page.count("data-soql=") >= 5


def test_the_documentation_of_the_api_has_a_page(admin: Client) -> None:
    page = admin.get("/api/docs/").content.decode()
    assert 'data-description="/api/v1/openapi.json"' in page
    assert admin.get("/api/v1/openapi.json").json()["openapi"] == "3.1.0"
