"""Rights on objects and fields: what profiles and permission sets add up to."""

from __future__ import annotations

import pytest

from essor.access import actions
from essor.access.actor import Actor, actor_for, system_actor
from essor.access.models import Profile
from essor.access.rights import ADMINISTRATION, EVERY_RIGHT, FieldAccess, Permission, Right
from essor.access.rows import may
from essor.access.tests.samples import MakeUser
from essor.kernel.errors import Forbidden, ValidationFailed

R, C, E, D = Right.READ, Right.CREATE, Right.EDIT, Right.DELETE


@pytest.mark.parametrize(
    ("profile", "account", "opportunity", "product"),
    [
        ("System Administrator", EVERY_RIGHT, EVERY_RIGHT, EVERY_RIGHT),
        ("Sales", R | C | E | D | Right.EXPORT, R | C | E | D | Right.EXPORT, R),
        (
            "Sales Manager",
            R | C | E | D | Right.IMPORT | Right.EXPORT | Right.MASS_EDIT,
            R | C | E | D | Right.IMPORT | Right.EXPORT | Right.MASS_EDIT,
            R | C | E | D | Right.IMPORT | Right.EXPORT | Right.MASS_EDIT,
        ),
        ("Marketing", R | C | E | D | Right.IMPORT | Right.EXPORT | Right.MASS_EDIT, R, R),
        ("Read Only", R, R, R),
    ],
)
def test_each_profile_starts_with_its_rights(
    make_user: MakeUser, profile: str, account: Right, opportunity: Right, product: Right
) -> None:
    actor = actor_for(make_user("Ana", profile))
    assert actor.rights.on("Account") == account
    assert actor.rights.on("Opportunity") == opportunity
    assert actor.rights.on("Product2") == product


def test_an_object_made_later_has_the_rights_of_all_objects(make_user: MakeUser) -> None:
    assert actor_for(make_user("Ana", "Read Only")).rights.on("Site__c") == R
    assert C in actor_for(make_user("Bob", "Sales")).rights.on("Site__c")


@pytest.mark.parametrize(
    ("given", "had"),
    [
        (Right.NONE, Right.NONE),
        (E, R | E),
        (D, R | E | D),
        (Right.VIEW_ALL, R | Right.VIEW_ALL),
        (Right.MODIFY_ALL, R | E | D | Right.VIEW_ALL | Right.MODIFY_ALL),
        (Right.MASS_EDIT, R | E | Right.MASS_EDIT),
        (Right.EXPORT, R | Right.EXPORT),
    ],
)
def test_a_right_brings_what_it_implies(admin: Actor, make_user: MakeUser, given: Right, had: Right) -> None:
    user = make_user("Ana")
    actions.set_object_rights(admin, user.profile.permission_set, "account", given)
    assert actor_for(user).rights.on("Account") == had


def test_a_permission_set_adds_to_the_profile_and_never_takes_away(admin: Actor, make_user: MakeUser) -> None:
    user = make_user("Ana", "Read Only")
    extra = actions.save_permission_set(admin, label="Edit accounts")
    actions.set_object_rights(admin, extra, "Account", R | E)
    actions.set_object_rights(admin, extra, "Contact", Right.NONE)
    actions.assign_permission_set(admin, user, extra)
    actor = actor_for(user)
    assert actor.rights.on("Account") == R | E
    assert actor.rights.on("Contact") == R
    assert not may(actor, "Lead", "create")
    actions.withdraw_permission_set(admin, user, extra)
    assert actor_for(user).rights.on("Account") == R


def test_the_row_of_a_field_wins_over_the_row_of_all_fields(admin: Actor, make_user: MakeUser) -> None:
    user = make_user("Ana")
    own = user.profile.permission_set
    actions.set_field_rights(admin, own, "Account", "*", FieldAccess.READ)
    actions.set_field_rights(admin, own, "Account", "Industry", FieldAccess.HIDDEN)
    rights = actor_for(user).rights
    assert rights.access("Account", "Industry") == FieldAccess.HIDDEN
    assert rights.access("Account", "Website") == FieldAccess.READ
    assert rights.access("Contact", "Title") == FieldAccess.EDIT
    actions.set_field_rights(admin, own, "Account", "Industry", None)
    assert actor_for(user).rights.access("Account", "Industry") == FieldAccess.READ


def test_a_permission_set_shows_a_field_that_the_profile_hides(admin: Actor, make_user: MakeUser) -> None:
    user = make_user("Ana")
    actions.set_field_rights(admin, user.profile.permission_set, "Account", "Industry", FieldAccess.HIDDEN)
    extra = actions.save_permission_set(admin, label="Industries")
    actions.set_field_rights(admin, extra, "Account", "Industry", FieldAccess.READ)
    actions.assign_permission_set(admin, user, extra)
    assert actor_for(user).rights.access("Account", "Industry") == FieldAccess.READ


def test_the_system_may_everything(organization: None) -> None:
    actor = system_actor()
    assert actor.rights.on("Anything__c") == EVERY_RIGHT
    assert actor.rights.permissions == ADMINISTRATION


def test_only_an_administrator_sets_rights(make_user: MakeUser) -> None:
    rep = actor_for(make_user("Ana", "Sales Manager"))
    own = Profile.objects.get(name="Sales").permission_set
    with pytest.raises(Forbidden):
        actions.set_object_rights(rep, own, "Account", EVERY_RIGHT)
    with pytest.raises(Forbidden):
        actions.set_field_rights(rep, own, "Account", "Industry", FieldAccess.EDIT)
    with pytest.raises(Forbidden):
        actions.set_permissions(rep, own, [Permission.CUSTOMIZE])


@pytest.mark.parametrize("field", ["Name", "Id", "OwnerId", "CreatedDate"])
def test_what_a_record_cannot_be_without_is_never_hidden(
    admin: Actor, make_user: MakeUser, field: str
) -> None:
    own = make_user("Ana").profile.permission_set
    with pytest.raises(ValidationFailed):
        actions.set_field_rights(admin, own, "Account", field, FieldAccess.HIDDEN)


def test_the_rights_of_the_last_administrator_stay(admin: Actor) -> None:
    with pytest.raises(ValidationFailed):
        actions.set_permissions(admin, Profile.objects.get(name="System Administrator").permission_set, [])


def test_a_copied_profile_has_the_rights_of_its_model(admin: Actor, make_user: MakeUser) -> None:
    sales = Profile.objects.get(name="Sales")
    copy = actions.save_profile(admin, name="Inside sales", like=sales)
    ana, bob = actor_for(make_user("Ana", "Sales")), actor_for(make_user("Bob", "Inside sales"))
    for name in ("Account", "Product2", "Opportunity"):
        assert ana.rights.on(name) == bob.rights.on(name)
    with pytest.raises(ValidationFailed):
        actions.delete_profile(admin, copy)


def test_the_objects_of_the_set_up_are_read_by_those_who_may(make_user: MakeUser) -> None:
    rep, boss = actor_for(make_user("Ana")), actor_for(make_user("Bob", "System Administrator"))
    assert may(rep, "User", "read")
    assert not may(rep, "User", "edit")
    assert not may(rep, "LoginHistory", "read")
    assert may(boss, "LoginHistory", "read")
    assert not may(boss, "LoginHistory", "delete")


def test_who_acts_is_an_actor_of_its_own_rights(admin: Actor) -> None:
    assert admin.is_admin
    assert admin.can(Permission.MANAGE_USERS)
    assert admin.company.currency == "EUR"
