"""Which rows people get: defaults, role tree, queues, sharing rules, shares, parents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.db.models import Q

from essor.access import actions, grants, owners
from essor.access.actor import Actor, actor_for, system_actor
from essor.access.grants import Verb
from essor.access.models import Group, OrgDefault, Principal, Profile, User, UserRole
from essor.access.models.sharing import Level
from essor.access.rights import Right
from essor.access.rows import visible
from essor.access.tests.samples import MakeUser, equals, new, rows_of
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.kernel.errors import Forbidden, ValidationFailed

VERBS: tuple[Verb, ...] = ("read", "edit", "delete", "transfer")

Company = Mapping[str, User]


@pytest.fixture
def company(make_user: MakeUser, admin: Actor) -> Company:
    """Rita reports to Max, who reports to Dora; each owns an account, and so does a queue of Max and Mia."""
    people = {
        "Dora": make_user("Dora", role="Management"),
        "Max": make_user("Max", role="Sales manager"),
        "Rita": make_user("Rita", role="Sales rep"),
        "Mia": make_user("Mia", role="Marketing"),
    }
    queue = actions.save_group(admin, name="Inbox", members=[people["Mia"]], queue=True)
    for name, user in people.items():
        new("Account", name=f"{name}’s", owner=user)
    new("Account", name="Queue’s", owner=queue)
    return people


def rows(company: Company, name: str, verb: Verb = "read") -> set[str]:
    return rows_of(actor_for(company[name]), "Account", verb)


def seen(actor: Actor, obj: ObjectDef, verb: Verb) -> Q | None:
    return visible(actor, obj, verb=verb, compile_where=equals)


def role_group(role: str, *, below: bool = False) -> Group:
    kind = Principal.Type.ROLE_AND_BELOW if below else Principal.Type.ROLE
    return Group.objects.get(role__name=role, type=kind)


EVERYTHING = {"Dora’s", "Max’s", "Rita’s", "Mia’s", "Queue’s"}


@pytest.mark.parametrize(
    ("default", "seen"),
    [
        ("Private", {"read": {"Rita’s"}, "edit": {"Rita’s"}, "delete": {"Rita’s"}, "transfer": {"Rita’s"}}),
        ("Read", {"read": EVERYTHING, "edit": {"Rita’s"}, "delete": {"Rita’s"}, "transfer": {"Rita’s"}}),
        ("Edit", {"read": EVERYTHING, "edit": EVERYTHING, "delete": {"Rita’s"}, "transfer": {"Rita’s"}}),
    ],
)
def test_what_everybody_may_follows_the_default(
    admin: Actor, company: Company, default: str, seen: Any
) -> None:
    actions.set_org_default(admin, "Account", default)
    assert {verb: rows(company, "Rita", verb) for verb in VERBS} == seen


def test_without_a_default_everybody_reads_and_edits(company: Company) -> None:
    assert rows(company, "Rita", "edit") == EVERYTHING


def test_people_have_what_is_owned_below_them(admin: Actor, company: Company) -> None:
    actions.set_org_default(admin, "Account", "Private")
    assert rows(company, "Max") == {"Max’s", "Rita’s"}
    assert rows(company, "Dora", "delete") == EVERYTHING
    assert rows(company, "Mia") == {"Mia’s", "Queue’s"}


def test_colleagues_in_the_same_role_do_not_see_each_other(
    admin: Actor, company: Company, make_user: MakeUser
) -> None:
    actions.set_org_default(admin, "Account", "Private")
    twin = make_user("Rob", role="Sales rep")
    assert rows_of(actor_for(twin), "Account") == set()


def test_moving_a_role_moves_what_is_seen(admin: Actor, company: Company) -> None:
    actions.set_org_default(admin, "Account", "Private")
    actions.move_role(
        admin, UserRole.objects.get(name="Sales rep"), parent=UserRole.objects.get(name="Marketing")
    )
    assert rows(company, "Max") == {"Max’s"}
    assert rows(company, "Mia") == {"Mia’s", "Rita’s", "Queue’s"}


def test_a_role_never_stands_below_itself(admin: Actor, company: Company) -> None:
    with pytest.raises(ValidationFailed):
        actions.move_role(
            admin, UserRole.objects.get(name="Management"), parent=UserRole.objects.get(name="Sales rep")
        )


def test_a_rule_by_owner_shares_what_a_group_owns(admin: Actor, company: Company) -> None:
    actions.set_org_default(admin, "Account", "Private")
    text = actions.RuleText(
        name="Reps to marketing",
        object_name="Account",
        owners=role_group("Sales rep"),
        receivers=role_group("Marketing"),
        level=Level.EDIT,
    )
    rule = actions.save_sharing_rule(admin, text, compile_where=equals)
    assert rows(company, "Mia", "edit") == {"Mia’s", "Queue’s", "Rita’s"}
    assert rows(company, "Mia", "delete") == {"Mia’s", "Queue’s"}
    actions.delete_sharing_rule(admin, rule)
    assert rows(company, "Mia") == {"Mia’s", "Queue’s"}


def test_a_rule_by_condition_shares_what_meets_it(admin: Actor, company: Company) -> None:
    actions.set_org_default(admin, "Account", "Private")
    new("Account", name="Bank", industry="Banking", owner=company["Dora"])
    text = actions.RuleText(
        name="Banks",
        object_name="account",
        condition={"Industry": "Banking"},
        receivers=role_group("Sales rep"),
    )
    actions.save_sharing_rule(admin, text, compile_where=equals)
    assert rows(company, "Rita") == {"Rita’s", "Bank"}
    assert rows(company, "Rita", "edit") == {"Rita’s"}
    # The role tree passes on what people below were given.
    assert rows(company, "Max") == {"Max’s", "Rita’s", "Bank"}
    assert rows(company, "Mia") == {"Mia’s", "Queue’s"}


def test_a_rule_to_everybody_reaches_everybody(admin: Actor, company: Company) -> None:
    actions.set_org_default(admin, "Account", "Private")
    text = actions.RuleText(
        name="Dora’s to all",
        object_name="Account",
        owners=role_group("Management"),
        receivers=Group.objects.get(type=Principal.Type.EVERYONE),
    )
    actions.save_sharing_rule(admin, text, compile_where=equals)
    assert rows(company, "Mia") == {"Mia’s", "Queue’s", "Dora’s"}


@pytest.mark.parametrize("kind", [Principal.Type.ROLE, Principal.Type.ROLE_AND_BELOW])
def test_a_role_with_subordinates_includes_them(admin: Actor, company: Company, kind: str) -> None:
    actions.set_org_default(admin, "Account", "Private")
    text = actions.RuleText(
        name="Sales to marketing",
        object_name="Account",
        owners=Group.objects.get(role__name="Sales manager", type=kind),
        receivers=role_group("Marketing"),
    )
    actions.save_sharing_rule(admin, text, compile_where=equals)
    more = {"Rita’s"} if kind == Principal.Type.ROLE_AND_BELOW else set()
    assert rows(company, "Mia") == {"Mia’s", "Queue’s", "Max’s"} | more


def test_a_record_shared_by_hand_is_seen_until_taken_back(admin: Actor, company: Company) -> None:
    actions.set_org_default(admin, "Account", "Private")
    account = current.get().object("Account")
    record = account.model._default_manager.get(name="Mia’s")
    mia = actor_for(company["Mia"])
    actions.share_record(mia, account, record.pk, company["Rita"], level=Level.EDIT, compile_where=equals)
    assert rows(company, "Rita", "edit") == {"Rita’s", "Mia’s"}
    assert rows(company, "Rita", "delete") == {"Rita’s"}
    assert "Mia’s" in rows(company, "Max")
    actions.unshare(actor_for(company["Mia"]), account, record.pk, company["Rita"], compile_where=equals)
    assert rows(company, "Rita") == {"Rita’s"}


def test_a_record_is_shared_with_groups_inside_groups_even_in_a_ring(admin: Actor, company: Company) -> None:
    actions.set_org_default(admin, "Account", "Private")
    inner = actions.save_group(admin, name="Inner", members=[company["Rita"]])
    outer = actions.save_group(admin, name="Outer", members=[inner])
    actions.save_group(admin, name="Inner", group=inner, members=[company["Rita"], outer])
    account = current.get().object("Account")
    record = account.model._default_manager.get(name="Mia’s")
    actions.share_record(admin, account, record.pk, outer, compile_where=equals)
    assert rows(company, "Rita") == {"Rita’s", "Mia’s"}


def test_a_group_without_bosses_does_not_pass_up(admin: Actor, company: Company) -> None:
    actions.set_org_default(admin, "Account", "Private")
    secret = actions.save_group(admin, name="Secret", members=[company["Rita"]], include_bosses=False)
    account = current.get().object("Account")
    record = account.model._default_manager.get(name="Mia’s")
    actions.share_record(admin, account, record.pk, secret, compile_where=equals)
    assert "Mia’s" in rows(company, "Rita")
    assert "Mia’s" not in rows(company, "Max")


def test_who_was_given_a_record_cannot_pass_it_on(admin: Actor, company: Company) -> None:
    actions.set_org_default(admin, "Account", "Private")
    account = current.get().object("Account")
    record = account.model._default_manager.get(name="Mia’s")
    actions.share_record(admin, account, record.pk, company["Rita"], level=Level.EDIT, compile_where=equals)
    with pytest.raises(Forbidden):
        actions.share_record(
            actor_for(company["Rita"]), account, record.pk, company["Max"], compile_where=equals
        )


def test_the_rights_on_the_object_come_first(admin: Actor, company: Company) -> None:
    own = Profile.objects.get(name="Sales").permission_set
    actions.set_object_rights(admin, own, "Account", Right.NONE)
    assert rows(company, "Rita") == set()
    actions.set_object_rights(admin, own, "Account", Right.READ)
    assert rows(company, "Rita") == EVERYTHING
    assert rows(company, "Rita", "edit") == set()


def test_view_all_and_modify_all_leave_rows_aside(admin: Actor, company: Company) -> None:
    actions.set_org_default(admin, "Account", "Private")
    own = Profile.objects.get(name="Sales").permission_set
    actions.set_object_rights(admin, own, "Account", Right.VIEW_ALL | Right.EDIT)
    assert rows(company, "Rita") == EVERYTHING
    assert rows(company, "Rita", "edit") == {"Rita’s"}
    actions.set_object_rights(admin, own, "Account", Right.MODIFY_ALL)
    assert rows(company, "Rita", "delete") == EVERYTHING


def test_a_detail_is_seen_with_its_master(admin: Actor, company: Company) -> None:
    actions.set_org_default(admin, "Opportunity", "Read")
    for name in ("Rita", "Mia"):
        deal = new("Opportunity", name=f"{name}’s deal", owner=company[name], close_date="2026-01-31")
        new("OpportunityHistory", opportunity=deal, stage_name=name)
    history = current.get().object("OpportunityHistory")

    def stages(verb: Verb) -> set[str] | None:
        condition = seen(actor_for(company["Rita"]), history, verb)
        return (
            set(history.model._default_manager.filter(condition).values_list("stage_name", flat=True))
            if condition
            else None
        )

    assert stages("read") is None
    assert stages("edit") == {"Rita"}
    actions.set_org_default(admin, "Opportunity", "Private")
    assert stages("read") == {"Rita"}
    actions.set_object_rights(
        admin, Profile.objects.get(name="Sales").permission_set, "Opportunity", Right.NONE
    )
    assert stages("read") == set()


def test_an_object_may_follow_the_record_it_looks_up(admin: Actor, company: Company) -> None:
    actions.set_org_default(admin, "Account", "Private")
    actions.set_org_default(admin, "Contact", "ControlledByParent", parent_field="AccountId")
    accounts = dict(current.get().object("Account").model._default_manager.values_list("name", "pk"))
    new("Contact", last_name="At Rita’s", account_id=accounts["Rita’s"], owner=company["Mia"])
    new("Contact", last_name="At Mia’s", account_id=accounts["Mia’s"], owner=company["Rita"])
    new("Contact", last_name="Alone", owner=company["Rita"])
    contact = current.get().object("Contact")
    condition = seen(actor_for(company["Rita"]), contact, "delete")
    names = set(contact.model._default_manager.filter(condition).values_list("last_name", flat=True))
    assert names == {"At Rita’s", "Alone"}


@pytest.mark.parametrize("link", ["ParentId", "Name", "Nope", None])
def test_an_object_follows_only_a_lookup_to_another_object(admin: Actor, link: str | None) -> None:
    with pytest.raises(ValidationFailed):
        actions.set_org_default(admin, "Account", "ControlledByParent", parent_field=link)
    assert not OrgDefault.objects.exclude(object_name="ForecastingQuota").exists()


def test_two_objects_never_wait_for_each_other(admin: Actor) -> None:
    actions.set_org_default(admin, "Contact", "ControlledByParent", parent_field="AccountId")
    actions.set_org_default(admin, "Opportunity", "ControlledByParent", parent_field="ContactId")
    with pytest.raises(ValidationFailed):
        actions.set_org_default(admin, "Contact", "ControlledByParent", parent_field="ReportsToId")


def test_a_deactivated_person_still_counts_below(admin: Actor, company: Company) -> None:
    actions.set_org_default(admin, "Account", "Private")
    actions.deactivate_user(admin, company["Rita"])
    assert rows(company, "Max") == {"Max’s", "Rita’s"}


def test_the_system_has_all_rows(company: Company) -> None:
    assert rows_of(system_actor(), "Account", "delete") == EVERYTHING


def test_a_condition_on_rows_is_one_query_without_joins(
    admin: Actor, company: Company, django_assert_num_queries: Any
) -> None:
    actions.set_org_default(admin, "Account", "Private")
    account = current.get().object("Account")
    record = account.model._default_manager.get(name="Mia’s")
    actions.share_record(admin, account, record.pk, company["Rita"], compile_where=equals)
    actor = actor_for(company["Rita"])
    with current.scope():
        seen(
            actor_for(company["Rita"]), account, "read"
        )  # looks once per version whether owners have many rows
        with django_assert_num_queries(1):
            found = account.model._default_manager.filter(seen(actor, account, "read"))
        assert " JOIN " not in str(found.query)
        with django_assert_num_queries(1):
            assert found.count() == 2
        with django_assert_num_queries(0):
            seen(actor, account, "read")


@pytest.mark.parametrize("most", [0, 500])
def test_many_shares_are_asked_in_the_query_itself(
    admin: Actor, company: Company, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(grants, "MOST_GIVEN", most)
    actions.set_org_default(admin, "Account", "Private")
    account = current.get().object("Account")
    record = account.model._default_manager.get(name="Mia’s")
    for receiver in (company["Rita"], role_group("Sales rep")):
        actions.share_record(admin, account, record.pk, receiver, compile_where=equals)
    assert rows(company, "Rita") == {"Rita’s", "Mia’s"}


@pytest.mark.parametrize("few", [0, 10**6])
def test_owners_of_many_rows_are_found_as_surely_as_those_of_few(
    admin: Actor, company: Company, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(owners, "FEW", few)
    monkeypatch.setattr(owners, "WIDE", 0)
    actions.set_org_default(admin, "Account", "Private")
    new("Account", name="Nobody’s")
    assert rows(company, "Rita") == {"Rita’s"}
    assert rows(company, "Max") == {"Max’s", "Rita’s"}
    assert rows(company, "Dora", "delete") == EVERYTHING
    account = current.get().object("Account")
    counted = visible(actor_for(company["Max"]), account, compile_where=equals, ordered=False)
    assert account.model._default_manager.filter(counted).count() == 2


def test_a_queue_stays_as_long_as_it_owns_records(admin: Actor, company: Company) -> None:
    queue = Group.objects.get(name="Inbox")
    with pytest.raises(ValidationFailed):
        actions.delete_group(admin, queue)
    current.get().object("Account").model._default_manager.filter(owner=queue).update(owner=company["Mia"])
    actions.delete_group(admin, queue)
    assert rows(company, "Mia") == EVERYTHING
