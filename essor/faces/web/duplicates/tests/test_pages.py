"""What people see: a form that tells, groups, the merge with its undo, the matching rules."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from essor.access.actor import Actor
from essor.access.models import OrgDefault, User
from essor.access.version import bump
from essor.domain.duplicates import setting
from essor.domain.duplicates.models import MatchingRule, SuspectPair
from essor.domain.sales.models import Account
from essor.faces.web.conftest import New, text
from essor.jobs import worker
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

ELAN = {"Name": "Élan Énergie SARL", "Website": "https://elan.example", "Phone": "01 23 45 67 89"}


@pytest.fixture
def twins(actor: Actor) -> list[str]:
    """Return two accounts that are one, the second saved although it was told."""
    rows = [ELAN, {"Name": "ELAN ENERGIE", "Website": "elan.example", "BillingCity": "Lyon"}]
    return [ids.encode("001", save(actor, Change("Account", row, accept_duplicates=True)).id) for row in rows]


def test_a_form_shows_whom_it_repeats_and_saves_when_told_to(admin: Client, new: New) -> None:
    known = new("Account", **ELAN)
    typed = {"Name": "Elan Energie", "Phone": "+33123456789", "Description": "kept as typed"}
    answer = admin.post("/o/Account/new", typed)
    page = text(answer)
    assert answer.status_code == 422
    assert f'href="/r/{known}/"' in page
    assert "kept as typed" in page
    assert 'name="accept_duplicates"' in page
    assert admin.post("/o/Account/new", {**typed, "accept_duplicates": "1"}).status_code == 302
    assert Account.objects.count() == 2


def test_a_blocking_rule_offers_no_way_round(admin: Client, new: New) -> None:
    new("Account", **ELAN)
    MatchingRule.objects.update(on_create="block")
    setting.forget()
    page = text(admin.post("/o/Account/new", ELAN))
    assert 'name="accept_duplicates"' not in page
    assert admin.post("/o/Account/new", {**ELAN, "accept_duplicates": "1"}).status_code == 422


def test_a_record_that_the_reader_cannot_see_is_not_named(seller: Client, new: New) -> None:
    known = new("Account", **ELAN)
    OrgDefault.objects.update_or_create(object_name="Account", defaults={"access": OrgDefault.Access.PRIVATE})
    bump()
    page = text(seller.post("/o/Account/new", {"Name": "Elan Energie", "Website": "elan.example"}))
    assert "a record you cannot see" in page
    assert known not in page
    assert "01 23 45 67 89" not in page


def test_a_group_is_merged_and_parted_again(admin: Client, twins: list[str]) -> None:
    page = text(admin.get("/duplicates/Account/"))
    assert all(f"/r/{one}/" in page for one in twins)
    merge = text(admin.get("/duplicates/Account/merge", {"ids": twins}))
    winner = re.search(r'name="winner" value="(\d+)" checked', merge)
    assert winner is not None
    other = {str(ids.decode(one)[1]) for one in twins} - {winner[1]}
    form = {"ids": twins, "winner": winner[1], "pick.Name": other.pop()}
    answer = admin.post("/duplicates/Account/merge", form, follow=True)
    undo = re.search(r"/undo/[0-9a-f-]{36}", text(answer))
    assert Account.objects.get(is_deleted=False).name == "ELAN ENERGIE"
    assert undo is not None
    assert undo[0] in text(admin.get("/duplicates/Account/"))
    assert admin.post(undo[0]).status_code == 204
    assert set(Account.objects.filter(is_deleted=False).values_list("name", flat=True)) == {
        ELAN["Name"],
        "ELAN ENERGIE",
    }


def test_the_loser_s_address_leads_to_the_winner(admin: Client, twins: list[str]) -> None:
    winner, loser = twins
    admin.post("/duplicates/Account/merge", {"ids": twins, "winner": ids.decode(winner)[1]})
    answer = admin.get(f"/r/{loser}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/r/{winner}/"), "no browser keeps it"


def test_a_merge_without_winner_is_refused_and_keeps_the_choice(admin: Client, twins: list[str]) -> None:
    other = ids.decode(twins[1])[1]
    answer = admin.post("/duplicates/Account/merge", {"ids": twins, "pick.Name": other})
    assert answer.status_code == 422
    assert re.search(rf'name="pick.Name" value="{other}"[^>]* checked', text(answer))
    assert Account.objects.filter(is_deleted=False).count() == 2


def test_a_group_is_dismissed_and_taken_back(admin: Client, twins: list[str]) -> None:
    group = SuspectPair.objects.get().group_id
    answer = admin.post(f"/duplicates/Account/groups/{group}/dismiss", follow=True)
    assert f"/duplicates/Account/groups/{group}/reopen" in text(answer)
    assert twins[0] not in text(admin.get("/duplicates/Account/"))
    assert admin.post(f"/duplicates/Account/groups/{group}/reopen").status_code == 204
    assert twins[0] in text(admin.get("/duplicates/Account/"))


def test_the_search_runs_in_the_background(admin: Client, twins: list[str]) -> None:
    SuspectPair.objects.all().delete()
    assert "Not searched yet" in text(admin.get("/duplicates/Account/"))
    assert admin.post("/duplicates/Account/search").status_code == 302
    worker.drain()
    assert twins[0] in text(admin.get("/duplicates/Account/"))


def test_a_record_page_offers_the_search(admin: Client, twins: list[str]) -> None:
    assert f"/duplicates/Account/of/{twins[0]}" in text(admin.get(f"/r/{twins[0]}/"))
    page = text(admin.get(f"/duplicates/Account/of/{twins[0]}"))
    assert f"/r/{twins[1]}/" in page
    assert f"merge?ids={twins[0]}&amp;ids={twins[1]}" in page


def test_selected_rows_lead_to_their_merge(admin: Client, twins: list[str]) -> None:
    answer = admin.post("/duplicates/Account/selected", {"ids": twins})
    assert answer.headers["Location"] == f"/duplicates/Account/merge?ids={twins[0]}&ids={twins[1]}"
    assert admin.post("/duplicates/Account/selected", {"ids": twins[:1]}).headers["Location"] == "/o/Account/"


def test_readers_stay_outside(boss: User, twins: list[str]) -> None:
    from essor.faces.web.conftest import browser, person

    looker = browser(person("Looker", "Read Only"))
    assert looker.get("/duplicates/Account/").status_code == 403
    assert looker.get("/duplicates/Account/merge", {"ids": twins}).status_code == 403
    assert looker.post("/duplicates/Account/search").status_code == 403
    assert looker.get("/setup/duplicates/").status_code == 403
    assert "Find duplicates" not in text(looker.get(f"/r/{twins[0]}/"))


def test_a_rule_is_set_up_and_holds(admin: Client, run_time_catalog: None, boss: User) -> None:
    form = {
        "name": "Same number",
        "threshold": "50",
        "on_create": "block",
        "on_edit": "report",
        "active": "1",
        "c0.fields.0": "AccountNumber",
        "c0.method": "code",
        "c1.fields.0": "Name",
        "c1.method": "company",
    }
    assert "AccountNumber" in text(admin.get("/setup/duplicates/new?object=Account"))
    assert admin.post("/setup/duplicates/new?object=Account", form).status_code == 302
    row = MatchingRule.objects.get(name="Same number")
    assert [one["method"] for one in row.criteria] == ["code", "company"]
    assert admin.post("/o/Account/new", {"Name": "Zeller", "AccountNumber": "C-4711-00"}).status_code == 302
    assert admin.post("/o/Account/new", {"Name": "Zeller", "AccountNumber": "C471100"}).status_code == 422
    assert admin.post(f"/setup/duplicates/{row.pk}/switch").status_code == 302
    assert not MatchingRule.objects.get(pk=row.pk).active
    refused = admin.post(f"/setup/duplicates/{row.pk}/", {**form, "threshold": "7", "name": ""})
    assert refused.status_code == 422
    assert "Give the rule a name" in text(refused)
    assert admin.post(f"/setup/duplicates/{row.pk}/remove").status_code == 302
    assert not MatchingRule.objects.filter(pk=row.pk).exists()


def test_an_inline_edit_tells_whom_it_repeats_too(admin: Client, new: New) -> None:
    known = new("Account", **ELAN)
    other = new("Account", Name="Quite different", Phone=ELAN["Phone"])
    MatchingRule.objects.update(on_edit="warn")
    setting.forget()
    cell = f"/r/{other}/cell/Name"
    answer = admin.post(cell, {"Name": "Elan Energie"})
    page = text(answer)
    assert answer.status_code == 422
    assert f'href="/r/{known}/"' in page
    assert answer.headers["HX-Reswap"] == "innerHTML"  # the cell stays a cell
    assert 'value="Elan Energie"' in page
    assert page.index('aria-label="Save"') < page.index('name="accept_duplicates"')  # Enter never insists
    assert admin.post(cell, {"Name": "Elan Energie", "accept_duplicates": "1"}).status_code == 200
    assert Account.objects.filter(name="Elan Energie").count() == 1
