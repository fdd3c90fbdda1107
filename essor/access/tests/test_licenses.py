"""A licence limits what its holder's profile and permission sets grant, everywhere at once, and has its seats."""

from __future__ import annotations

import pytest

from essor.access import actions
from essor.access.actor import Actor, actor_for
from essor.access.explain import explain
from essor.access.models import User, UserLicense
from essor.access.rights import FieldAccess, Permission, Right
from essor.access.tests.samples import MakeUser
from essor.access.view import catalog_for
from essor.catalog import current
from essor.kernel.errors import Forbidden, ValidationFailed
from essor.query import run, soql
from essor.records.change import Change
from essor.records.save import save


def held_by(user: User) -> Actor:
    return actor_for(User.objects.get(pk=user.pk))


def test_a_reader_sees_what_the_profile_shows_and_changes_nothing(admin: Actor, make_user: MakeUser) -> None:
    ana = make_user("Ana", "Sales")
    key = save(held_by(ana), Change("Account", {"Name": "Acme"})).id
    actions.edit_user(admin, ana, license=UserLicense.objects.get(name="Read only"))
    reader = held_by(ana)
    assert reader.rights.on("Account") == Right.READ | Right.EXPORT
    assert reader.rights.permissions == frozenset()
    assert [row["Name"] for row in run.rows(reader, soql.parse("SELECT Name FROM Account"))] == ["Acme"]
    for change in (Change("Account", {"Name": "Other"}), Change("Account", {"Name": "Other"}, id=key)):
        with pytest.raises(Forbidden):
            save(reader, change)
    verdicts = {
        one.verb: one for one in explain(reader, current.get().object("Account"), key, compile_where=_none)
    }
    assert verdicts["read"].granted
    assert verdicts["edit"].missing == "The licence “Read only” does not allow it."
    actions.edit_user(admin, ana, license=None)
    assert save(held_by(ana), Change("Account", {"Name": "Other"}, id=key)).id == key


def _none(_object: object, _where: object) -> None:
    raise AssertionError


def test_a_licence_for_one_object_leaves_the_rest_and_limits_permission_sets_too(
    admin: Actor, make_user: MakeUser
) -> None:
    held = actions.save_license(admin, name="No prices", rights={"Product2": Right.READ})
    actions.set_field_rights(admin, held.permission_set, "Account", "Phone", FieldAccess.HIDDEN)
    more = actions.save_permission_set(admin, label="Prices")
    actions.set_object_rights(admin, more, "Product2", Right.EDIT | Right.CREATE)
    max_ = make_user("Max", "Sales")
    actions.assign_permission_set(admin, max_, more)
    assert Right.EDIT in held_by(max_).rights.on("Product2")
    actions.edit_user(admin, max_, license=held)
    limited = held_by(max_)
    assert limited.rights.on("Product2") == Right.READ
    assert Right.DELETE in limited.rights.on("Account")
    assert limited.can(Permission.API)
    assert not catalog_for(limited).object("Account").has("Phone")
    assert catalog_for(held_by(make_user("Ida", "Sales"))).object("Account").has("Phone")


def test_seats_are_counted_over_active_people(admin: Actor, make_user: MakeUser) -> None:
    held = actions.save_license(admin, name="One", seats=1)
    ana, max_ = make_user("Ana"), make_user("Max")
    actions.edit_user(admin, ana, license=held)
    with pytest.raises(ValidationFailed, match="seats"):
        actions.edit_user(admin, max_, license=held)
    with pytest.raises(ValidationFailed, match="seats"):
        make_user("Ida", license=held)
    actions.deactivate_user(admin, ana)
    actions.edit_user(admin, User.objects.get(pk=max_.pk), license=held)
    with pytest.raises(ValidationFailed, match="seats"):
        actions.reactivate_user(admin, User.objects.get(pk=ana.pk))
    with pytest.raises(ValidationFailed, match="First take"):
        actions.delete_license(admin, held)


def test_the_last_administrator_is_not_limited(admin: Actor, make_user: MakeUser) -> None:
    with pytest.raises(ValidationFailed, match="last administrator"):
        actions.edit_user(
            admin, User.objects.get(pk=admin.user_id), license=UserLicense.objects.get(name="Read only")
        )
    with pytest.raises(ValidationFailed):
        actions.assign_permission_set(
            admin, make_user("Ana"), UserLicense.objects.get(name="Read only").permission_set
        )
    with pytest.raises(Forbidden):
        actions.save_license(held_by(make_user("Max")), name="Mine")
