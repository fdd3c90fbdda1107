"""People, roles, rights, groups and sharing are arranged in the browser; and one's own settings."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from essor.access import actions, tokens
from essor.access.actor import actor_for, system_actor
from essor.access.models import (
    Group,
    ObjectPermission,
    Organization,
    OrgDefault,
    PermissionSet,
    PersonalAccessToken,
    Profile,
    RecordShare,
    SharingRule,
    User,
    UserLicense,
    UserRole,
)
from essor.access.rights import FieldAccess, Right
from essor.catalog import current
from essor.faces.web.setup.tests.conftest import browser, person
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

NEW = {
    "FirstName": "Léa",
    "LastName": "Roux",
    "Email": "lea@example.fr",
    "LanguageLocaleKey": "fr",
    "LocaleSidKey": "fr_FR",
    "TimeZoneSidKey": "Europe/Paris",
    "Password": "correct horse battery",
}


def rights(name: str) -> PermissionSet:
    return PermissionSet.objects.get(profile__name=name)


def test_an_account_is_made_changed_and_closed(admin: Client) -> None:
    extra = PermissionSet.objects.create(name="Extra", label="Extra")
    profile, role = Profile.objects.get(name="Sales"), UserRole.objects.get(name="Sales rep")
    refused = admin.post("/setup/users/new", {**NEW, "Email": "nonsense"})
    assert refused.status_code == 422
    assert "Léa" in refused.content.decode()
    chosen = {"ProfileId": profile.pk, "UserRoleId": role.pk, "permission_sets": [extra.pk]}
    assert admin.post("/setup/users/new", {**NEW, **chosen}).status_code == 302
    lea = User.objects.get(email="lea@example.fr")
    assert (lea.name, lea.role, lea.assignments.count()) == ("Léa Roux", role, 1)
    assert lea.check_password("correct horse battery")
    assert admin.get("/setup/users/", {"q": "roux"}).content.count(b"lea@example.fr") == 1
    there = f"/setup/users/{lea.pk}/"
    assert (
        admin.post(there, {**NEW, "Password": "", "Title": "Director", "ProfileId": profile.pk}).status_code
        == 302
    )
    lea.refresh_from_db()
    assert (lea.title, lea.role, lea.assignments.count()) == ("Director", None, 0)
    for verb, active, frozen in (
        ("freeze", True, True),
        ("unfreeze", True, False),
        ("deactivate", False, False),
        ("reactivate", True, False),
        ("second-factor", True, False),
    ):
        assert admin.post(f"{there}{verb}").status_code == 302
        lea.refresh_from_db()
        assert (lea.is_active, lea.is_frozen) == (active, frozen), verb


def test_nobody_closes_their_own_account(admin: Client, boss: User) -> None:
    answer = admin.post(f"/setup/users/{boss.pk}/deactivate", follow=True)
    assert "You cannot deactivate yourself." in answer.content.decode()
    boss.refresh_from_db()
    assert boss.is_active


def test_the_role_tree_is_drawn_and_moved(admin: Client) -> None:
    top = UserRole.objects.get(name="Management")
    assert admin.post("/setup/roles/new", {"Name": "South", "ParentRoleId": top.pk}).status_code == 302
    south, manager = UserRole.objects.get(name="South"), UserRole.objects.get(name="Sales manager")
    admin.post(f"/setup/roles/{south.pk}/", {"Name": "South-West", "ParentRoleId": manager.pk})
    south.refresh_from_db()
    assert (south.name, south.parent) == ("South-West", manager)
    ring = admin.post(f"/setup/roles/{manager.pk}/", {"Name": "Sales manager", "ParentRoleId": south.pk})
    assert ring.status_code == 422
    assert "South-West" in admin.get("/setup/roles/").content.decode()
    admin.post(f"/setup/roles/{south.pk}/remove")
    assert not UserRole.objects.filter(pk=south.pk).exists()


def test_rights_on_objects_follow_the_line_of_all_others(admin: Client) -> None:
    bundle = rights("Read Only")
    there = f"/setup/rights/{bundle.pk}/objects"
    lines: dict[str, Any] = {}
    for obj in current.get():
        lines |= {f"line.{obj.name}": "1", f"rights.{obj.name}": ["1"]}
    asked = {**lines, "line.*": "1", "rights.*": ["1", "128"], "rights.Lead": ["4"]}
    assert admin.post(there, asked).status_code == 302
    ana = actor_for(person("Ana", "Read Only"))
    assert ana.rights.on("Lead") == Right.EDIT | Right.READ
    assert ana.rights.on("Account") == Right.READ | Right.EXPORT
    assert set(ObjectPermission.objects.filter(parent=bundle).values_list("object_name", flat=True)) == {
        "*",
        "Lead",
    }
    back = {**lines, "line.*": "1", "rights.*": ["1", "128"], "rights.Lead": ["1", "128"]}
    back |= {name: ["1", "128"] for name in lines if name.startswith("rights.")}
    admin.post(there, back)
    assert not ObjectPermission.objects.filter(parent=bundle, object_name="Lead").exists()


def test_rights_on_fields_are_hidden_read_or_edit(admin: Client) -> None:
    bundle = rights("Sales")
    there = f"/setup/rights/{bundle.pk}/fields/Account"
    asked = {"access.*": "2", "access.Industry": "0", "access.Phone": "1", "access.Name": "0"}
    assert admin.post(there, asked).status_code == 302
    ana = actor_for(person("Ana", "Sales"))
    found = {name: ana.rights.access("Account", name) for name in ("Industry", "Phone", "Name", "Website")}
    assert found == {
        "Industry": FieldAccess.HIDDEN,
        "Phone": FieldAccess.READ,
        "Name": FieldAccess.EDIT,
        "Website": FieldAccess.EDIT,
    }
    admin.post(there, {"access.*": "1", "access.Industry": "2"})
    ana = actor_for(User.objects.get(pk=ana.user_id))
    assert ana.rights.access("Account", "Website") == FieldAccess.READ
    assert ana.rights.access("Account", "Industry") == FieldAccess.EDIT


def test_profiles_and_permission_sets_are_made_and_removed(admin: Client) -> None:
    like = Profile.objects.get(name="Sales")
    assert admin.post("/setup/profiles/new", {"Name": "Field", "like": like.pk}).status_code == 302
    bundle = rights("Field")
    assert bundle.object_permissions.count() == like.permission_set.object_permissions.count()
    named = {"Name": "Field sales", "Description": "On the road", "permissions": ["api"]}
    assert admin.post(f"/setup/rights/{bundle.pk}/", named).status_code == 302
    bundle.refresh_from_db()
    assert (bundle.label, bundle.permissions) == ("Field sales", ["api"])
    admin.post(f"/setup/rights/{bundle.pk}/remove")
    assert not Profile.objects.filter(name="Field sales").exists()
    assert admin.post("/setup/permission-sets/new", {"Name": ""}).status_code == 422
    assert admin.post("/setup/permission-sets/new", {"Name": "Importers"}).status_code == 302


def test_the_last_administrator_stays(admin: Client) -> None:
    bundle = rights("System Administrator")
    answer = admin.post(
        f"/setup/rights/{bundle.pk}/", {"Name": "System Administrator", "permissions": ["view_setup"]}
    )
    assert answer.status_code == 422
    bundle.refresh_from_db()
    assert "customize" in bundle.permissions


def test_groups_and_queues_have_members(admin: Client) -> None:
    ana = person("Ana", "Sales")
    queue = {"Name": "Incoming", "members": [ana.pk], "supported_objects": ["Lead"], "include_bosses": "1"}
    assert admin.post("/setup/queues/new", queue).status_code == 302
    made = Group.objects.get(name="Incoming")
    assert (made.type, made.supported_objects, made.members.count()) == ("Queue", ["Lead"], 1)
    assert admin.post("/setup/groups/new", {"Name": "Team", "members": [made.pk]}).status_code == 302
    admin.post(f"/setup/groups/{made.pk}/", {**queue, "Name": "Inbox", "members": []})
    made.refresh_from_db()
    assert (made.name, made.members.count()) == ("Inbox", 0)
    admin.post(f"/setup/groups/{made.pk}/remove")
    assert not Group.objects.filter(pk=made.pk).exists()


def test_defaults_and_rules_decide_who_sees_what(admin: Client, boss: User) -> None:
    ana = person("Ana", "Sales")
    saved = save(actor_for(boss), Change("Account", {"Name": "Acme", "Industry": "Banking"}))
    there = f"/r/{ids.encode('001', saved.id)}/"
    client = browser(ana)
    assert client.get(there).status_code == 200
    assert admin.post("/setup/sharing/", {"access.Account": "Private"}).status_code == 302
    assert OrgDefault.objects.get(object_name="Account").access == "Private"
    assert client.get(there).status_code == 404
    every = Group.objects.get(type="Organization")
    rule = {
        "Name": "Banks",
        "object": "Account",
        "by": "condition",
        "receivers": every.pk,
        "AccessLevel": "1",
    }
    wrong = admin.post("/setup/sharing/rules/new", {**rule, "where": "Industry ="})
    assert wrong.status_code == 422
    assert "Industry =" in wrong.content.decode()
    assert (
        admin.post("/setup/sharing/rules/new", {**rule, "where": "Industry = 'Banking'"}).status_code == 302
    )
    assert client.get(there).status_code == 200
    row = SharingRule.objects.get()
    assert "Industry = &#39;Banking&#39;" in admin.get(f"/setup/sharing/rules/{row.pk}/").content.decode()
    owned = {**rule, "by": "owners", "owners": every.pk}
    assert admin.post(f"/setup/sharing/rules/{row.pk}/", owned).status_code == 302
    admin.post(f"/setup/sharing/rules/{row.pk}/remove")
    assert client.get(there).status_code == 404


def test_a_page_says_who_may_do_what_with_a_record_and_why(admin: Client, boss: User) -> None:
    admin.post("/setup/sharing/", {"access.Account": "Private"})
    ana, bob = person("Ana", "Sales"), person("Bob", "Sales")
    saved = save(actor_for(boss), Change("Account", {"Name": "Acme"}))
    there = f"/r/{ids.encode('001', saved.id)}/access"
    page = admin.get(there, {"user": ana.pk}).content.decode()
    assert "The record is not shared with this person." in page
    assert browser(ana).get(there).status_code == 404
    assert admin.post(f"{there}/share", {"principal": ana.pk, "level": "1"}).status_code == 302
    mine = browser(ana).get(there).content.decode()
    assert "shared manually with Ana Test" in mine
    assert browser(ana).get(there, {"user": bob.pk}).status_code == 403
    assert browser(ana).post(f"{there}/share", {"principal": bob.pk}).status_code == 403
    share = RecordShare.objects.get()
    assert browser(ana).post(f"{there}/take-back", {"share": share.pk}).status_code == 403
    admin.post(f"{there}/take-back", {"share": share.pk})
    assert not RecordShare.objects.exists()


def test_the_company_changes_its_settings(admin: Client) -> None:
    new = {
        "Name": "Acme",
        "Country": "CH",
        "CurrencyIsoCode": "CHF",
        "FiscalYearStartMonth": "7",
        "Language": "fr",
        "Locale": "fr_CH",
        "TimeZone": "Europe/Zurich",
        "PhoneRegion": "CH",
    }
    refused = admin.post("/setup/organization", {**new, "TimeZone": "Nowhere"})
    assert refused.status_code == 422
    assert 'id="f-TimeZone-error"' in refused.content.decode()
    assert admin.post("/setup/organization", new).status_code == 302
    assert Organization.objects.get().currency_iso_code == "CHF"


def test_the_journal_shows_what_was_done(admin: Client) -> None:
    admin.post("/setup/roles/new", {"Name": "South"})
    assert "South" in admin.get("/setup/changes").content.decode()
    assert admin.get("/setup/changes", {"about": "data"}).status_code == 200
    assert admin.get("/setup/logins", {"status": "Success", "q": "x"}).status_code == 200


def test_a_token_is_shown_once_and_revoked(seller: Client) -> None:
    refused = seller.post("/me/tokens", {"Name": "Script", "Expires": "2001-01-01", "Scopes": ["read"]})
    assert refused.status_code == 422
    assert "Script" in refused.content.decode()
    page = seller.post("/me/tokens", {"Name": "Script", "Scopes": ["read"]}).content.decode()
    found = re.search(r"essor_\w{48}", page)
    assert found is not None
    assert tokens.bearer(found[0]) is not None
    assert found[0] not in seller.get("/me/tokens").content.decode()
    row = PersonalAccessToken.objects.get()
    assert browser(person("Bob", "Sales")).post(f"/me/tokens/{row.pk}/revoke").status_code == 404
    seller.post(f"/me/tokens/{row.pk}/revoke")
    assert tokens.bearer(found[0]) is None


def test_ones_own_settings_are_ones_own(seller: Client) -> None:
    new = {
        "FirstName": "Anna",
        "LastName": "Test",
        "LanguageLocaleKey": "fr",
        "LocaleSidKey": "fr_FR",
        "TimeZoneSidKey": "Europe/Paris",
        "theme": "dark",
        "ProfileId": "1",
        "Email": "x@example.fr",
    }
    answer = seller.post("/me/", new)
    assert answer.status_code == 302
    assert answer.cookies["essor_theme"].value == "dark"
    ana = User.objects.get(email="ana@example.fr")
    assert (ana.first_name, ana.language, ana.profile.name) == ("Anna", "fr", "Sales")
    refused = seller.post("/me/", {**new, "LastName": "", "FirstName": "Kept"})
    assert refused.status_code == 422
    assert "Kept" in refused.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["/me/", "/me/tokens", "/me/logins"])
def test_visitors_have_no_settings(where: str) -> None:
    assert "/session/login/" in Client().get(where).headers["Location"]


def test_a_licence_is_made_given_and_seen(admin: Client) -> None:
    assert "Read only" in admin.get("/setup/licenses/").content.decode()
    assert admin.post("/setup/licenses/new", {"Name": "Two", "Seats": "many"}).status_code == 422
    admin.post("/setup/licenses/new", {"Name": "Two", "Seats": "1"})
    held = UserLicense.objects.get(name="Two")
    there = f"/setup/rights/{held.permission_set.pk}/"
    assert "A licence grants nothing" in admin.get(f"{there}objects").content.decode()
    changed = admin.post(there, {"Name": "Two", "Seats": "2", "permissions": ["api"]})
    assert (changed.status_code, UserLicense.objects.get(pk=held.pk).seats) == (302, 2)
    ana = person("Ana", "Sales")
    form = {
        "LastName": "Test",
        "Email": ana.email,
        "ProfileId": str(ana.profile_id),
        "UserLicenseId": str(held.pk),
        "LanguageLocaleKey": "en",
        "LocaleSidKey": "en_GB",
        "TimeZoneSidKey": "Europe/Paris",
    }
    assert admin.post(f"/setup/users/{ana.pk}/", form).status_code == 302
    assert "1 of 2" in admin.get("/setup/licenses/").content.decode()
    assert "Two" in admin.get("/setup/users/").content.decode()
    refused = admin.post(f"{there}remove", follow=True).content.decode()
    assert "First take the licence" in refused
    assert str(held) not in admin.get("/setup/permission-sets/").content.decode()


def test_a_reader_is_told_before_typing_that_nothing_can_be_changed(admin: Client) -> None:
    key = save(system_actor(), Change("Account", {"Name": "Acme"})).id
    page = f"/r/{ids.encode('001', key)}/"
    reader = person("Ana", "Sales")
    actions.edit_user(system_actor(), reader, license=UserLicense.objects.get(name="Read only"))
    assert "Acme" in browser(reader).get(page).content.decode()
    assert browser(reader).get(f"{page}edit").status_code == 403
    assert admin.get(f"{page}edit").status_code == 200
