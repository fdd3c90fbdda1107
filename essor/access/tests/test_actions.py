"""People, roles, groups and rules: what is checked, what is kept, what is written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from essor.access import actions, tokens
from essor.access.actions import NewUser, create_user
from essor.access.actor import Actor, actor_for
from essor.access.models import (
    Group,
    GroupMember,
    OrgDefault,
    PersonalAccessToken,
    Principal,
    Profile,
    SetupAuditTrail,
    SharingRule,
    User,
    UserRole,
)
from essor.access.rights import Permission
from essor.access.snapshot import Company
from essor.access.tests.samples import MakeUser, equals
from essor.catalog import current
from essor.kernel import ids
from essor.kernel.errors import Forbidden, UnknownObject, ValidationFailed

PASSWORD = "correct horse battery"


def someone(**values: Any) -> NewUser:
    profile = Profile.objects.get(name="Sales")
    return NewUser(**{"email": "ana@example.fr", "last_name": "Roux", "profile": profile, **values})


def fields_of(error: ValidationFailed) -> list[str]:
    return [one.field for one in error.errors]


def test_a_new_person_takes_over_the_settings_of_the_organization(admin: Actor) -> None:
    user = create_user(admin, someone(first_name=" Ana ", phone="06 12 34 56 78"), password=PASSWORD)
    user.refresh_from_db()
    assert (user.name, user.language, user.timezone, user.locale) == (
        "Ana Roux",
        "en",
        "Europe/Paris",
        "en_GB",
    )
    assert user.phone_e164 == "+33612345678"
    assert user.username == "ana@example.fr"
    assert user.check_password(PASSWORD)
    assert EmailAddress.objects.filter(user=user, verified=True, primary=True).exists()


def test_everything_wrong_with_a_person_is_told_at_once(admin: Actor) -> None:
    with pytest.raises(ValidationFailed) as failure:
        create_user(
            admin, someone(email="not an address", last_name=" ", language="xx", timezone="Mars/Olympus")
        )
    assert set(fields_of(failure.value)) == {"Email", "LastName", "LanguageLocaleKey", "TimeZoneSidKey"}


def test_a_login_is_given_once_whatever_its_case(admin: Actor) -> None:
    create_user(admin, someone())
    with pytest.raises(ValidationFailed) as failure:
        create_user(admin, someone(email="ANA@Example.fr"))
    assert fields_of(failure.value) == ["Email"]


@pytest.mark.parametrize("password", ["short", "password", "12345678901", "ana@example.fr"])
def test_a_weak_password_is_refused(admin: Actor, password: str) -> None:
    with pytest.raises(ValidationFailed) as failure:
        create_user(admin, someone(), password=password)
    assert fields_of(failure.value) == ["Password"]
    assert not User.objects.filter(last_name="Roux").exists()


def test_people_change_their_own_settings_and_nothing_else(make_user: MakeUser) -> None:
    user = make_user("Ana")
    me = actor_for(user)
    actions.edit_user(me, user, language="fr", phone="+33 6 12 34 56 78")
    user.refresh_from_db()
    assert (user.language, user.phone_e164) == ("fr", "+33612345678")
    for change in ({"profile": Profile.objects.get(name="System Administrator")}, {"email": "x@example.fr"}):
        with pytest.raises(Forbidden):
            actions.edit_user(me, user, **change)
    with pytest.raises(Forbidden):
        actions.edit_user(me, make_user("Bob"), language="fr")


def test_an_administrator_changes_everything_about_people(admin: Actor, make_user: MakeUser) -> None:
    user = make_user("Ana")
    actions.edit_user(
        admin, user, email="new@example.fr", role=UserRole.objects.get(name="Marketing"), last_name="Blanc"
    )
    user.refresh_from_db()
    assert user.role
    assert (user.name, user.role.name, user.username) == ("Ana Blanc", "Marketing", "new@example.fr")
    assert EmailAddress.objects.get(user=user).email == "new@example.fr"


def test_the_last_administrator_stays(admin: Actor) -> None:
    me = User.objects.get(pk=admin.user_id)
    with pytest.raises(ValidationFailed):
        actions.edit_user(admin, me, profile=Profile.objects.get(name="Sales"))
    for keep_out in (actions.deactivate_user, actions.freeze_user):
        with pytest.raises(ValidationFailed):
            keep_out(admin, me)
    me.refresh_from_db()
    assert me.may_enter
    assert me.profile.name == "System Administrator"


def test_each_change_is_written_down(admin: Actor, make_user: MakeUser) -> None:
    user = make_user("Ana")
    actions.freeze_user(admin, user)
    actions.unfreeze_user(admin, user)
    rows = SetupAuditTrail.objects.order_by("-pk").values_list("created_by_id", "action", "subject")[:2]
    assert list(rows) == [
        (admin.user_id, "unfreeze_user", "Ana Test"),
        (admin.user_id, "freeze_user", "Ana Test"),
    ]


def test_a_role_comes_with_its_groups_and_goes_with_them(admin: Actor, make_user: MakeUser) -> None:
    role = actions.save_role(admin, name="Équipe Sud", parent=UserRole.objects.get(name="Sales manager"))
    assert role.developer_name == "Equipe_Sud"
    assert set(role.groups.values_list("type", flat=True)) == {"Role", "RoleAndSubordinates"}
    actions.save_role(admin, name="South", role=role)
    assert set(role.groups.values_list("name", flat=True)) == {"South"}
    user = make_user("Ana", role="South")
    with pytest.raises(ValidationFailed):
        actions.delete_role(admin, role)
    actions.edit_user(admin, user, role=None)
    actions.delete_role(admin, role)
    assert not Group.objects.filter(name="South").exists()


def test_two_roles_never_have_the_same_name(admin: Actor) -> None:
    with pytest.raises(ValidationFailed):
        actions.save_role(admin, name="sales REP")


def test_a_group_is_saved_with_its_members(admin: Actor, make_user: MakeUser) -> None:
    ana, bob = make_user("Ana"), make_user("Bob")
    group = actions.save_group(admin, name="Team", members=[ana, bob])
    actions.save_group(admin, name="Team A", group=group, members=[bob])
    assert list(GroupMember.objects.filter(group=group).values_list("member_id", flat=True)) == [bob.pk]
    with pytest.raises(ValidationFailed):
        actions.save_group(admin, name="Team A", members=[])
    with pytest.raises(ValidationFailed):
        actions.save_group(admin, name="Loop", group=group, members=[group])
    actions.delete_group(admin, group)
    assert not Principal.objects.filter(name="Team A").exists()


def test_a_queue_says_whose_records_it_takes(admin: Actor, make_user: MakeUser) -> None:
    queue = actions.save_group(
        admin, name="Inbox", members=[make_user("Ana")], queue=True, supported_objects=["lead"]
    )
    assert queue.supported_objects == ["Lead"]
    with pytest.raises(UnknownObject):
        actions.save_group(admin, name="Other", members=[], queue=True, supported_objects=["Nope"])
    with pytest.raises(ValidationFailed):
        actions.delete_group(admin, Group.objects.get(type=Principal.Type.EVERYONE))


def test_the_id_of_an_owner_tells_a_queue_from_a_person(admin: Actor, make_user: MakeUser) -> None:
    owner, person = current.get().object("Lead").field("OwnerId"), make_user("Ana").pk
    queue = actions.save_group(admin, name="Inbox", members=[], queue=True, supported_objects=["Lead"]).pk
    written = [owner.kind.to_json(key, owner) for key in (person, queue, ("00G", queue), None)]
    assert written == [ids.encode("005", person), ids.encode("00G", queue), ids.encode("00G", queue), None]


def test_a_rule_is_refused_unless_it_is_clear(admin: Actor) -> None:
    everybody = Group.objects.get(type=Principal.Type.EVERYONE)
    text: dict[str, Any] = {"name": "R", "object_name": "Account", "receivers": everybody}
    wrongs: tuple[dict[str, Any], ...] = (
        {},
        {"owners": everybody, "condition": {"Industry": "Banking"}},
        {"owners": everybody, "level": 3},
        {"owners": everybody, "name": " "},
        {"owners": everybody, "object_name": "OpportunityHistory"},
    )
    for wrong in wrongs:
        with pytest.raises(ValidationFailed):
            actions.save_sharing_rule(admin, actions.RuleText(**{**text, **wrong}), compile_where=equals)
    assert not SharingRule.objects.exists()


def test_a_rule_that_cannot_run_is_not_kept(admin: Actor) -> None:
    everybody = Group.objects.get(type=Principal.Type.EVERYONE)
    text = actions.RuleText(name="R", object_name="Account", receivers=everybody, condition={"Nope": 1})
    with pytest.raises(Exception, match="Nope"):
        actions.save_sharing_rule(admin, text, compile_where=equals)
    assert not SharingRule.objects.exists()


@pytest.mark.parametrize(
    "act",
    [
        lambda actor, _user: create_user(actor, someone()),
        actions.deactivate_user,
        actions.freeze_user,
        lambda actor, user: actions.set_password(actor, user, PASSWORD),
        actions.reset_second_factor,
        lambda actor, _user: actions.save_role(actor, name="New"),
        lambda actor, _user: actions.move_role(actor, UserRole.objects.get(name="Sales rep"), parent=None),
        lambda actor, _user: actions.save_group(actor, name="New", members=[]),
        lambda actor, _user: actions.save_profile(actor, name="New"),
        lambda actor, _user: actions.save_permission_set(actor, label="New"),
        lambda actor, _user: actions.set_org_default(actor, "Account", "Private"),
        lambda actor, _user: actions.save_organization(actor, Company(name="New")),
    ],
)
def test_the_set_up_is_the_administrators(make_user: MakeUser, act: Any) -> None:
    user = make_user("Ana", "Sales Manager")
    with pytest.raises(Forbidden):
        act(actor_for(user), user)
    assert not OrgDefault.objects.filter(object_name="Account").exists()


def test_the_organization_is_checked(admin: Actor) -> None:
    wrong = Company(
        name="", currency="XXY", fiscal_year_start_month=13, language="xx", timezone="Nope", phone_region="ZZ"
    )
    with pytest.raises(ValidationFailed) as failure:
        actions.save_organization(admin, wrong)
    assert set(fields_of(failure.value)) == {
        "Name",
        "CurrencyIsoCode",
        "FiscalYearStartMonth",
        "Language",
        "TimeZone",
        "PhoneRegion",
    }
    right = Company(
        name="Acme",
        currency="CHF",
        fiscal_year_start_month=7,
        language="en",
        locale="fr_CH",
        timezone="Europe/Zurich",
        phone_region="CH",
    )
    actions.save_organization(admin, right)
    assert actor_for(User.objects.get(pk=admin.user_id)).company == Company(**_values(right))


def _values(company: Company) -> dict:
    return {name: getattr(company, name) for name in Company.__slots__}


def test_a_token_speaks_for_its_user_until_revoked(make_user: MakeUser) -> None:
    user = make_user("Ana")
    row, text = actions.create_token(actor_for(user), name="Script", scopes=["read"])
    found = tokens.bearer(text)
    assert found is not None
    assert (found.user, found.scopes) == (user, frozenset({"read"}))
    row.refresh_from_db()
    assert row.last_used is not None
    assert text not in str(PersonalAccessToken.objects.values().get())
    actions.revoke_token(actor_for(user), row)
    assert tokens.bearer(text) is None


def test_a_token_that_is_not_quite_right_is_worthless(make_user: MakeUser, admin: Actor) -> None:
    user = make_user("Ana")
    _row, text = actions.create_token(
        actor_for(user), name="Script", scopes=["read"], expires=timezone.now() + timedelta(days=1)
    )
    for wrong in ("", "essor_", text[:-1], f"{text[:-1]}{'a' if text[-1] != 'a' else 'b'}", text.upper()):
        assert tokens.bearer(wrong) is None
    PersonalAccessToken.objects.update(expires=timezone.now())
    assert tokens.bearer(text) is None
    PersonalAccessToken.objects.update(expires=None)
    assert tokens.bearer(text) is not None
    actions.freeze_user(admin, user)
    assert tokens.bearer(text) is None


def test_a_token_needs_the_right_and_a_known_scope(make_user: MakeUser, admin: Actor) -> None:
    with pytest.raises(Forbidden):
        actions.create_token(actor_for(make_user("Eve", "Read Only")), name="x", scopes=["read"])
    ana = make_user("Ana")
    for scopes in ([], ["everything"]):
        with pytest.raises(ValidationFailed):
            actions.create_token(actor_for(ana), name="x", scopes=scopes)
    row, _text = actions.create_token(actor_for(ana), name="x", scopes=["read"])
    with pytest.raises(Forbidden):
        actions.revoke_token(actor_for(make_user("Bob")), row)
    actions.revoke_token(admin, row)


def test_permissions_are_set_by_name(admin: Actor, make_user: MakeUser) -> None:
    user = make_user("Ana")
    actions.set_permissions(admin, user.profile.permission_set, [Permission.VIEW_SETUP])
    assert actor_for(user).rights.permissions == {Permission.VIEW_SETUP}
