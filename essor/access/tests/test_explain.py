"""What is explained is what is done."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from django.utils import translation
from hypothesis import HealthCheck, given, settings

from essor.access import actions
from essor.access.actor import Actor, actor_for, system_actor
from essor.access.explain import VERBS, Verdict, explain
from essor.access.grants import NEEDED, RIGHT, By, Verb
from essor.access.models import (
    Group,
    Principal,
    User,
)
from essor.access.models.sharing import Level
from essor.access.rights import Right, closed
from essor.access.rows import visible
from essor.access.tests.samples import MakeUser, equals, new
from essor.access.tests.worlds import World, build, level_of, worlds
from essor.catalog import current
from essor.kernel.errors import NotFound

Records = tuple[User, User, Model]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds)
def test_a_verdict_is_what_the_condition_does(organization: None, world: World) -> None:
    with transaction.atomic(), current.scope() as catalog:
        for number, user in enumerate(build(world)):
            actor = actor_for(user)
            for obj in (catalog.object("Account"), catalog.object("Contact")):
                every = list(obj.model._default_manager.values_list("pk", flat=True))
                verdicts = {key: explain(actor, obj, key, compile_where=equals) for key in every}
                for place, verb in enumerate(VERBS):
                    condition = visible(actor, obj, verb=verb, compile_where=equals)
                    rows = (
                        obj.model._default_manager.all()
                        if condition is None
                        else obj.model._default_manager.filter(condition)
                    )
                    granted = {key for key, found in verdicts.items() if found[place].granted}
                    assert granted == set(rows.values_list("pk", flat=True)), (user.name, obj.name, verb)
                    if obj.name == "Account":
                        assert granted == _by_hand(world, number, verb, sorted(every)), (user.name, verb)
        transaction.set_rollback(True)


def _by_hand(world: World, person: int, verb: Verb, keys: list[int]) -> set[int]:
    """Return what the rules say, read one by one and row by row."""
    if not RIGHT[verb] & closed(Right(world.rights)):
        return set()
    return {key for place, key in enumerate(keys) if level_of(world, person, place, verb) >= NEEDED[verb]}


@pytest.fixture
def records(make_user: MakeUser, admin: Actor) -> Records:
    rita, mia = make_user("Rita", role="Sales rep"), make_user("Mia", role="Marketing")
    actions.set_org_default(admin, "Account", "Private")
    return rita, mia, new("Account", name="Acme", owner=rita, industry="Banking")


def reasons(user: User, record: Model, verb: Verb = "read") -> tuple[Verdict, list[By]]:
    account = current.get().object("Account")
    found = explain(actor_for(user), account, record.pk, compile_where=equals)[VERBS.index(verb)]
    return found, [reason.by for reason in (*found.on_object, *found.on_row)]


def test_the_owner_learns_that_it_is_theirs(records: Records) -> None:
    rita, _mia, record = records
    verdict, found = reasons(rita, record, "delete")
    assert verdict.granted
    assert found == [By.PROFILE, By.OWNER]
    with translation.override("en"):
        assert [str(reason) for reason in verdict.on_row] == ["Owns the record."]
        assert str(verdict.on_object[0]) == "The profile “Sales” has this right on the object."


def test_people_above_learn_whose_it_is(records: Records, make_user: MakeUser) -> None:
    _rita, _mia, record = records
    verdict, found = reasons(make_user("Max", role="Sales manager"), record, "edit")
    assert verdict.granted
    assert found == [By.PROFILE, By.ROLE]
    assert verdict.on_row[0].detail == "Rita Test"


def test_who_gets_nothing_learns_what_is_missing(records: Records) -> None:
    _rita, mia, record = records
    verdict, _found = reasons(mia, record)
    assert not verdict.granted
    with translation.override("en"):
        assert verdict.missing == "The record is not shared with this person."


def test_all_the_ways_are_named(records: Records, admin: Actor) -> None:
    _rita, mia, record = records
    account = current.get().object("Account")
    team = actions.save_group(admin, name="Team", members=[mia])
    actions.share_record(admin, account, record.pk, team, level=Level.EDIT, compile_where=equals)
    actions.share_record(admin, account, record.pk, mia, compile_where=equals)
    everybody = Group.objects.get(type=Principal.Type.EVERYONE)
    text = actions.RuleText(
        name="Banks", object_name="Account", condition={"Industry": "Banking"}, receivers=everybody
    )
    actions.save_sharing_rule(admin, text, compile_where=equals)
    verdict, found = reasons(mia, record)
    assert found == [By.PROFILE, By.RULE, By.SHARE]
    assert [reason.detail for reason in verdict.on_row] == ["Banks", "Mia Test, Team"]
    verdict, found = reasons(mia, record, "edit")
    assert found == [By.PROFILE, By.SHARE]
    assert verdict.on_row[0].detail == "Team"


def test_a_missing_right_on_the_object_is_told_apart(records: Records, admin: Actor) -> None:
    rita, _mia, record = records
    actions.set_object_rights(admin, rita.profile.permission_set, "Account", Right.READ)
    verdict, _found = reasons(rita, record, "edit")
    assert not verdict.granted
    assert verdict.on_row
    with translation.override("en"):
        assert verdict.missing.startswith("Neither the profile nor")


def test_a_permission_set_is_named(records: Records, admin: Actor) -> None:
    rita, _mia, record = records
    actions.set_object_rights(admin, rita.profile.permission_set, "Account", Right.NONE)
    extra = actions.save_permission_set(admin, label="See accounts")
    actions.set_object_rights(admin, extra, "Account", Right.VIEW_ALL)
    actions.assign_permission_set(admin, rita, extra)
    verdict, found = reasons(rita, record)
    assert found == [By.PERMISSION_SET, By.VIEW_ALL, By.OWNER]
    assert verdict.on_object[0].detail == "See accounts"


def test_the_system_explains_itself(records: Records) -> None:
    _rita, _mia, record = records
    account = current.get().object("Account")
    assert all(one.granted for one in explain(system_actor(), account, record.pk, compile_where=equals))


def test_an_explanation_takes_few_queries(records: Records, django_assert_max_num_queries: Any) -> None:
    rita, _mia, record = records
    actor = actor_for(rita)
    with current.scope() as catalog, django_assert_max_num_queries(4):
        explain(actor, catalog.object("Account"), record.pk, compile_where=equals)


def test_no_record_no_explanation(records: Records) -> None:
    rita, _mia, _record = records
    with pytest.raises(NotFound):
        explain(actor_for(rita), current.get().object("Account"), 10**9, compile_where=equals)
