"""The catalog as people see it: hidden is absent, read-only is marked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.access import actions
from essor.access.actor import Actor, actor_for, system_actor
from essor.access.models import User
from essor.access.rights import FieldAccess, Right
from essor.access.tests.samples import MakeUser
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import Catalog
from essor.kernel.errors import UnknownField, UnknownObject

HIDDEN, READ = FieldAccess.HIDDEN, FieldAccess.READ

See = Callable[..., Catalog]


@pytest.fixture
def rep(make_user: MakeUser) -> User:
    return make_user("Ana", "Sales")


@pytest.fixture
def see(admin: Actor, rep: User) -> See:
    """Set rights of the rep's profile, then return the rep's view."""
    own = rep.profile.permission_set

    def look(*fields: tuple[str, str, FieldAccess], **objects: Right) -> Catalog:
        for object_name, field, access in fields:
            actions.set_field_rights(admin, own, object_name, field, access)
        for object_name, rights in objects.items():
            actions.set_object_rights(admin, own, object_name, rights)
        return catalog_for(actor_for(rep))

    return look


def test_a_hidden_object_cannot_be_told_from_one_that_does_not_exist(see: See) -> None:
    view = see(Opportunity=Right.NONE)
    with pytest.raises(UnknownObject) as hidden:
        view.object("Opportunity")
    with pytest.raises(UnknownObject) as absent:
        view.object("Opportunities")
    assert str(hidden.value).replace("Opportunity", "X") == str(absent.value).replace("Opportunities", "X")
    assert "006" not in view.by_prefix


def test_a_hidden_field_cannot_be_told_from_one_that_does_not_exist(see: See) -> None:
    account = see(("Account", "Industry", HIDDEN)).object("Account")
    with pytest.raises(UnknownField) as hidden:
        account.field("Industry")
    with pytest.raises(UnknownField) as absent:
        account.field("Industrie")
    assert str(hidden.value).replace("Industry", "X") == str(absent.value).replace("Industrie", "X")
    assert not account.has("industry")
    assert "Industry" not in [field.name for field in account.fields]


def test_no_way_leads_to_a_hidden_object(see: See) -> None:
    view = see(Account=Right.NONE)
    contact = view.object("Contact")
    assert not contact.has("AccountId")
    assert "account" not in contact.by_relationship
    view = see(Account=Right.READ, Contact=Right.NONE)
    assert "Contacts" not in [way.name for way in view.object("Account").children]


def test_no_way_leads_over_a_hidden_lookup(see: See) -> None:
    view = see(("Contact", "AccountId", HIDDEN))
    assert not view.object("Contact").has("AccountId")
    assert "Contacts" not in [way.name for way in view.object("Account").children]


def test_a_lookup_to_several_objects_keeps_those_that_are_seen(see: See) -> None:
    whole = current.get().object("Task").field("WhatId")
    assert "Opportunity" in whole.targets
    view = see(Opportunity=Right.NONE).object("Task").field("WhatId")
    assert view.targets == tuple(target for target in whole.targets if target != "Opportunity")


def test_a_read_only_field_is_marked(see: See) -> None:
    field = see(("Account", "Industry", READ)).object("Account").field("Industry")
    assert not field.createable
    assert not field.updateable
    assert current.get().object("Account").field("Industry").updateable


def test_an_object_that_is_only_read_has_no_field_to_write(see: See) -> None:
    account = see(Account=Right.READ).object("Account")
    assert not account.createable
    assert not any(field.createable or field.updateable for field in account.fields)


def test_who_edits_but_does_not_create_sees_it_in_the_fields(see: See) -> None:
    account = see(Account=Right.EDIT).object("Account")
    field = account.field("Industry")
    assert (account.createable, field.createable, field.updateable) == (False, False, True)


def test_the_parts_of_an_address_follow_it(see: See) -> None:
    account = see(("Account", "BillingStreet", HIDDEN)).object("Account")
    assert not any(field.name.startswith("Billing") for field in account.fields)
    assert account.has("ShippingCity")


def test_search_leaves_out_what_is_hidden(see: See) -> None:
    names = current.get().object("Contact").search_fields
    assert {"Email", "Account.Name"} <= set(names)
    left = see(("Contact", "Email", HIDDEN), ("Contact", "AccountId", HIDDEN)).object("Contact").search_fields
    assert left == tuple(name for name in names if name not in ("Email", "Account.Name"))


def test_all_fields_but_the_needed_ones_can_be_hidden_at_once(see: See) -> None:
    account = see(("Account", "*", HIDDEN)).object("Account")
    assert {"Id", "Name", "OwnerId", "CreatedDate"} <= {field.name for field in account.fields}
    assert not account.has("Phone")
    assert account.field("Name").updateable


def test_a_new_right_is_seen_by_the_next_actor(admin: Actor, rep: User) -> None:
    before = actor_for(rep)
    assert catalog_for(before).object("Account").has("Industry")
    actions.set_field_rights(admin, rep.profile.permission_set, "Account", "Industry", HIDDEN)
    assert catalog_for(before).object("Account").has("Industry")
    assert not catalog_for(actor_for(rep)).object("Account").has("Industry")


def test_people_with_the_same_rights_share_a_view(rep: User, make_user: MakeUser) -> None:
    bob, eve = make_user("Bob", "Sales"), make_user("Eve", "Marketing")
    assert catalog_for(actor_for(rep)) is catalog_for(actor_for(bob))
    assert catalog_for(actor_for(rep)) is not catalog_for(actor_for(eve))


def test_the_system_sees_the_whole_catalog(organization: None) -> None:
    assert catalog_for(system_actor()) is current.get()


def test_an_administrator_sees_everything(admin: Actor) -> None:
    whole = current.get()
    view = catalog_for(admin)
    assert set(view.objects) == set(whole.objects)
    for obj in whole:
        shown = {field.name for field in obj.fields if not field.hidden}
        assert {field.name for field in view.object(obj.name).fields} == shown


def test_a_known_view_costs_next_to_nothing(rep: User) -> None:
    actor = actor_for(rep)
    with current.scope():
        known = catalog_for(actor)
        with CaptureQueriesContext(connection) as asked:
            assert catalog_for(actor) is known
    assert not asked.captured_queries
