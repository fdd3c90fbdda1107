"""Who acts, and how little it costs to know."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from essor.access import actions, snapshot
from essor.access.actor import Actor, actor_for, actor_named, administrator, system_actor
from essor.access.defaults import PROFILES, ROLES, description_for_reader, ensure_defaults
from essor.access.models import Group, Organization, Principal, Profile, User, UserLicense, UserRole
from essor.access.rights import Permission
from essor.access.tests.samples import MakeUser
from essor.access.version import bump
from essor.kernel.errors import Forbidden, NotFound


def test_an_actor_costs_one_query_and_a_dozen_after_a_change(
    make_user: MakeUser, django_assert_num_queries: Any
) -> None:
    user = make_user("Ana", role="Sales rep")
    actor_for(user)
    with django_assert_num_queries(1):
        actor_for(user)
    bump()
    with django_assert_num_queries(13):
        actor_for(user)


def test_an_actor_knows_its_user(make_user: MakeUser) -> None:
    user = make_user("Ana", role="Sales rep", language="en", timezone="Europe/London", locale="en_GB")
    actor = actor_for(user)
    assert (actor.user_id, actor.name, actor.email) == (user.pk, "Ana Test", "ana@example.fr")
    assert (actor.language, actor.timezone, actor.locale) == ("en", "Europe/London", "en_GB")
    assert not actor.is_admin
    assert not actor.system


def test_my_team_is_me_and_everybody_below(make_user: MakeUser) -> None:
    dora = make_user("Dora", role="Management")
    max_, rita = make_user("Max", role="Sales manager"), make_user("Rita", role="Sales rep")
    assert actor_for(dora).team == {dora.pk, max_.pk, rita.pk}
    assert actor_for(rita).team == {rita.pk}
    assert actor_for(make_user("Noa")).team == {User.objects.get(first_name="Noa").pk}


def test_a_change_that_was_rolled_back_leaves_no_trace(make_user: MakeUser, admin: Actor) -> None:
    user = make_user("Ana", "Read Only")
    with transaction.atomic():
        actions.set_permissions(admin, user.profile.permission_set, [Permission.CUSTOMIZE])
        assert actor_for(user).is_admin
        transaction.set_rollback(True)
    assert not actor_for(user).is_admin
    actions.set_permissions(admin, user.profile.permission_set, [])
    assert not actor_for(user).is_admin


@pytest.mark.django_db(transaction=True)
def test_another_thread_sees_a_change_as_soon_as_it_is_committed() -> None:
    ensure_defaults("Acme", "en")
    seen: list[str] = []

    def look() -> None:
        seen.append(system_actor().company.name)
        connection.close()

    for name in ("Acme", "Acme & Co"):
        Organization.objects.update(name=name)
        bump()
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == ["Acme", "Acme & Co"]


def test_people_are_found_by_their_login_whatever_its_case(make_user: MakeUser) -> None:
    user = make_user("Ana")
    assert actor_named(" ANA@Example.FR ").user_id == user.pk
    assert User.objects.get_by_natural_key("ANA@example.fr") == user
    with pytest.raises(NotFound):
        actor_named("nobody@example.fr")


@pytest.mark.parametrize("keep_out", [actions.deactivate_user, actions.freeze_user])
def test_who_is_kept_out_does_not_act(make_user: MakeUser, admin: Actor, keep_out: Any) -> None:
    user = make_user("Ana")
    keep_out(admin, user)
    with pytest.raises(Forbidden):
        actor_named(user.email)


def test_the_administrator_is_the_first_active_one(admin: Actor, make_user: MakeUser) -> None:
    assert administrator().user_id == admin.user_id
    other = make_user("Bob", "System Administrator")
    actions.deactivate_user(actor_for(other), User.objects.get(pk=admin.user_id))
    assert administrator().user_id == other.pk


def test_without_administrator_the_console_says_so(organization: None) -> None:
    with pytest.raises(NotFound):
        administrator()


def test_the_automated_user_never_logs_in(organization: None) -> None:
    user = User.objects.get(pk=system_actor().user_id)
    assert not user.may_enter
    assert not user.has_usable_password()


def test_defaults_are_made_once_and_leave_what_is_there(organization: None) -> None:
    Profile.objects.filter(name="Marketing").update(description="Ours")
    Organization.objects.update(name="Renamed")
    stamp = snapshot.current().stamp
    ensure_defaults("Other")
    assert snapshot.current().stamp == stamp
    assert Organization.objects.get().name == "Renamed"
    assert set(Profile.objects.values_list("name", flat=True)) == set(PROFILES)
    assert Profile.objects.get(name="Marketing").description == "Ours"
    assert set(UserRole.objects.values_list("name", flat=True)) == set(ROLES)
    assert Group.objects.filter(type=Principal.Type.EVERYONE).count() == 1
    assert User.objects.count() == 1


def test_what_was_renamed_or_removed_does_not_come_back(organization: None) -> None:
    Profile.objects.filter(name="Sales").update(name="Vendeurs")
    UserLicense.objects.filter(name="Campaign reader").delete()
    ensure_defaults()
    assert Profile.objects.count() == len(PROFILES)
    assert UserLicense.objects.count() == 1


@pytest.mark.django_db
def test_a_french_company_starts_with_french_names_and_the_same_api_names() -> None:
    ensure_defaults("Acme", "fr")
    french = Profile.objects.get(permission_set__name="System_Administrator")
    assert french.name == french.permission_set.label == "Administrateur système"
    assert UserRole.objects.get(developer_name="Sales_rep").name == "Commercial"
    told = UserLicense.objects.get(name="Lecture seule").description
    assert description_for_reader(told) == "Reads what the profile shows and changes nothing"
    assert description_for_reader("Ours") == "Ours"


def test_a_big_organization_is_read_in_the_same_number_of_queries(
    organization: None, django_assert_num_queries: Any
) -> None:
    profile = Profile.objects.get(name="Sales")
    for number in range(30):
        User.objects.create(
            name=f"u{number}",
            last_name="u",
            type="User",
            email=f"u{number}@x.fr",
            profile=profile,
            role=UserRole.objects.order_by("pk")[number % 4],
        )
    bump()
    with django_assert_num_queries(13):
        snapshot.current()
