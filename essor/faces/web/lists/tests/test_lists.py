"""The list page: views, columns, sort, pages by key, what rights leave of it."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from essor.access.actor import Actor, actor_for
from essor.access.models import User, UserRole
from essor.access.version import bump
from essor.domain.sales.models import Lead
from essor.faces.web.conftest import New, hide, text
from essor.jobs.models import JobRun
from essor.kernel import ids
from essor.kernel.errors import QueryRefused
from essor.query.actions.keeping import Sharing
from essor.query.actions.list_views import ListText, save_list_view, visible
from essor.query.models import ListView

HX = {"HTTP_HX_REQUEST": "true"}


def names(page: str) -> list[str]:
    return re.findall(r'class="cell-primary"[^>]*><a[^>]*>([^<]*)</a>', page)


def test_a_list_shows_the_records_newest_first_in_few_queries(admin: Client, new: New) -> None:
    for number in range(60):
        new("Account", Name=f"A{number}")
    admin.get("/o/Account/")
    with CaptureQueriesContext(connection) as queries:
        connection.force_debug_cursor = True
        page = text(admin.get("/o/Account/"))
    assert names(page)[:2] == ["A59", "A58"]
    assert len(names(page)) == 50
    assert len(queries) <= 8
    following = re.search(r'href="([^"]*after=[^"]*)" rel="next"', page)
    assert following
    assert names(text(admin.get(following[1].replace("&amp;", "&"))))[-1] == "A0"


def test_what_is_still_open_has_lists_of_its_own(admin: Client, rep: User, new: New) -> None:
    new("Opportunity", Name="Mine", StageName="Prospecting", CloseDate="2030-01-31")
    new(
        "Opportunity",
        Name="Theirs",
        StageName="Prospecting",
        CloseDate="2030-01-31",
        OwnerId=ids.encode("005", rep.pk),
    )
    new("Opportunity", Name="Lost", StageName="Closed Lost", CloseDate="2030-01-31", LossReason="Price")
    assert names(text(admin.get("/o/Opportunity/"))) == ["Lost", "Theirs", "Mine"]
    assert names(text(admin.get("/o/Opportunity/?view=open"))) == ["Theirs", "Mine"]
    assert names(text(admin.get("/o/Opportunity/?view=mine_open"))) == ["Mine"]


def test_the_count_comes_in_a_request_of_its_own(admin: Client, new: New) -> None:
    new("Account", Name="One")
    assert "1 record" in text(admin.get("/o/Account/count"))


def test_columns_of_parents_and_days_inactive_can_be_chosen_and_sorted(admin: Client, new: New) -> None:
    for name, industry in (("Bank", "Banking"), ("Farm", "Agriculture")):
        account = new("Account", Name=name, Industry=industry)
        new("Contact", LastName=f"At {name}", AccountId=account)
    address = "/o/Contact/?columns=Name,Account.Industry,@DaysInactive&sort=Account.Industry"
    page = text(admin.get(address))
    assert names(page) == ["At Farm", "At Bank"]
    assert "Account › Industry" in page
    assert "Days inactive" in page
    assert "Never active" in page
    assert names(text(admin.get(address.replace("sort=", "sort=-")))) == ["At Bank", "At Farm"]


def test_a_related_list_opens_with_its_parent_only(admin: Client, new: New) -> None:
    bank, farm = new("Account", Name="Bank"), new("Account", Name="Farm")
    new("Contact", LastName="Banker", AccountId=bank)
    new("Contact", LastName="Farmer", AccountId=farm)
    page = text(admin.get(f"/o/Contact/?parent=AccountId:{bank}"))
    assert names(page) == ["Banker"]
    assert "is Bank" in page


def test_an_unknown_object_and_an_unknown_view_are_not_found(admin: Client) -> None:
    assert admin.get("/o/Nothing/").status_code == 404
    assert admin.get("/o/Account/?view=00B000000000009AAA").status_code == 404


def test_a_stale_page_key_shows_the_first_page(admin: Client, new: New) -> None:
    new("Account", Name="One")
    assert names(text(admin.get("/o/Account/?after=nonsense"))) == ["One"]


def test_a_list_that_takes_too_long_is_not_asked_again(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []

    def slow(*_given: Any, after: str | None, **_more: Any) -> Any:
        asked.append(after)
        raise QueryRefused("slow", code="QUERY_TIMEOUT")

    monkeypatch.setattr("essor.query.run.page", slow)
    assert admin.get("/o/Account/?after=x").status_code == 400
    assert asked == ["x"]


def test_a_view_is_saved_shared_pinned_and_removed(admin: Client, seller: Client, new: New) -> None:
    new("Account", Name="Bank", Industry="Banking")
    new("Account", Name="Farm", Industry="Agriculture")
    words = {
        "filter": orjson.dumps({"field": "Industry", "op": "eq", "values": ["Banking"]}).decode(),
        "columns": "Name,Industry",
        "sort": "-Name",
        "name": "Banks",
    }
    admin.post("/o/Account/views/save", words, **HX)
    view = ListView.objects.get()
    assert (view.columns, view.sort, view.developer_name) == (["Name", "Industry"], [["Name", True]], "Banks")
    key = re.search(r"view=(00B\w{15})", text(admin.get("/o/Account/")))
    assert key
    assert names(text(admin.get(f"/o/Account/?view={key[1]}"))) == ["Bank"]
    assert seller.get(f"/o/Account/?view={key[1]}").status_code == 404
    admin.post(
        "/o/Account/views/save", {"view": key[1], "over": "1", "name": "Banks", "visibility": "shared"}, **HX
    )
    assert names(text(seller.get(f"/o/Account/?view={key[1]}"))) == ["Bank"]
    seller.post("/o/Account/views/pin", {"view": key[1]})
    assert names(text(seller.get("/o/Account/"))) == ["Bank"]
    assert seller.post(f"/o/Account/views/{key[1]}/delete").status_code == 403
    admin.post(f"/o/Account/views/{key[1]}/delete")
    assert len(names(text(seller.get("/o/Account/")))) == 2


def test_a_view_without_a_name_keeps_what_was_typed(admin: Client) -> None:
    answer = admin.post("/o/Account/views/save", {"name": " ", "visibility": "shared"}, **HX)
    assert answer.status_code == 422
    assert "Enter a name" in text(answer)
    assert 'value="shared" checked' in text(answer)


def test_a_hidden_field_is_in_no_column_no_chooser_no_sort_and_no_error(
    admin: Client, seller: Client, rep: User, new: New
) -> None:
    new("Account", Name="Bank", Rating="Hot")
    hide(rep, "Account", "Rating")
    page = text(seller.get("/o/Account/?columns=Name,Rating&sort=Rating"))
    assert "Rating" not in re.sub(r'(href|value|hx-get)="[^"]*"', "", page)
    assert "Rating" not in text(seller.get("/o/Account/columns"))
    assert "Rating" in text(admin.get("/o/Account/columns"))
    assert "Account.Rating" not in text(seller.get("/o/Contact/columns"))


def test_a_shared_view_over_a_hidden_field_shows_nothing_and_does_not_name_it(
    admin: Client, seller: Client, rep: User, new: New
) -> None:
    new("Account", Name="Bank", Rating="Hot")
    words = {
        "filter": orjson.dumps({"field": "Rating", "op": "eq", "values": ["Hot"]}).decode(),
        "name": "Warm ones",
        "visibility": "shared",
        "columns": "Name",
    }
    admin.post("/o/Account/views/save", words, **HX)
    hide(rep, "Account", "Rating")
    key = re.search(r"view=(00B\w{15})", text(seller.get("/o/Account/")))
    assert key
    for address in (
        f"/o/Account/?view={key[1]}",
        f"/o/Account/soql?view={key[1]}",
        f"/o/Account/filter?view={key[1]}",
    ):
        page = text(seller.get(address))
        assert "Rating" not in page
        assert "Hot" not in page
    assert names(text(seller.get(f"/o/Account/?view={key[1]}"))) == []
    assert "0 records" in text(seller.get(f"/o/Account/count?view={key[1]}"))


def test_what_the_profile_forbids_is_not_offered(admin: Client, boss: User, new: New) -> None:
    from essor.faces.web.conftest import browser, person

    new("Account", Name="Bank")
    reader = browser(person("Reader", "Read Only"))
    page = text(reader.get("/o/Account/"))
    assert names(page) == ["Bank"]
    assert "/o/Account/new" not in page
    assert "mass-edit" not in page
    assert "mass-delete" not in page
    assert "data-edit-pattern" not in page
    assert "mass-edit" in text(admin.get("/o/Account/"))


def test_an_export_is_a_job_with_the_columns_of_the_list(admin: Client, new: New) -> None:
    new("Contact", LastName="Banker", AccountId=new("Account", Name="Bank"))
    answer = admin.post("/o/Contact/export", {"columns": "Name,AccountId", "format": "csv"}, **HX)
    assert answer.status_code == 204
    assert "es:toast" in answer.headers["HX-Trigger"]
    columns = JobRun.objects.get(kind="export").params["query"]["columns"]
    assert columns == ["Id", "Name", "AccountId", "Account.Name"]


@pytest.mark.parametrize("name", ["Account", "Contact", "Lead", "Opportunity", "Task", "Event", "User"])
def test_every_object_has_a_list_with_its_standing_views(admin: Client, name: str) -> None:
    page = text(admin.get(f"/o/{name}/"))
    for view in ("mine", "team", "recent"):
        if name != "User":
            assert admin.get(f"/o/{name}/?view={view}").status_code == 200
    assert "view=all" in page


def test_a_custom_object_has_a_list_too(run_time_catalog: None, transactional_db: None) -> None:
    from essor.catalog.actions.add_object import add_object
    from essor.catalog.actions.spec import ObjectSpec
    from essor.faces.web.conftest import browser, person

    boss = person("Boss", "System Administrator")
    add_object(boss.pk, ObjectSpec(name="Site__c", label="Site", plural="Sites"))
    assert "No sites yet" in text(browser(boss).get("/o/Site__c/"))


def test_a_view_given_to_a_role_is_also_for_the_people_below_it(actor: Actor, rep: User, new: New) -> None:
    top = UserRole.objects.create(name="Top", developer_name="Top")
    below = UserRole.objects.create(name="Below", developer_name="Below", parent=top)
    other = UserRole.objects.create(name="Other", developer_name="Other")
    view = save_list_view(
        actor, ListText(object_name="Account", name="For some", sharing=Sharing("roles", (top.pk,)))
    )
    for role, seen in ((below, True), (top, True), (other, False)):
        User.objects.filter(pk=rep.pk).update(role=role)
        bump()
        assert (view in visible(actor_for(User.objects.get(pk=rep.pk)), "Account")) is seen


def test_contacts_without_any_activity_for_months_are_a_filter(admin: Client, new: New) -> None:
    busy, quiet = new("Contact", LastName="Busy"), new("Contact", LastName="Quiet")
    new("Task", Subject="Call", WhoId=busy, ActivityDate=timezone.localdate().isoformat())
    new("Task", Subject="Old call", WhoId=quiet, ActivityDate="2001-01-01")
    recent = {"field": "ActivityDate", "op": "gte", "values": [{"date": "N_MONTHS_AGO", "n": 6}]}
    where = orjson.dumps({"related": "Tasks", "not": True, "where": recent}).decode()
    assert names(text(admin.get("/o/Contact/", {"filter": where}))) == ["Quiet"]


def test_an_empty_list_says_what_it_is_for_and_a_filter_is_blamed_only_where_it_hides_something(
    admin: Client, new: New
) -> None:
    empty = text(admin.get("/o/Lead/"))
    assert "No leads yet" in empty
    assert "Leads are people who may become customers." in empty
    assert "No leads yet" in text(admin.get("/o/Lead/?as=board"))
    new("Lead", LastName="Bell", Company="Bell Ltd")
    Lead.objects.update(is_converted=True)
    assert "No matches" in text(admin.get("/o/Lead/"))
