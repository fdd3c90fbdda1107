"""Random organizations, and what Salesforce's rules say about them, worked out row by row."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from essor.access.grants import Verb
from essor.access.models import (
    Group,
    GroupMember,
    ObjectPermission,
    OrgDefault,
    Principal,
    Profile,
    RecordShare,
    SharingRule,
    User,
    UserRole,
)
from essor.access.models.sharing import Level
from essor.access.rights import Right, closed
from essor.access.tests.samples import new
from essor.access.version import bump

PEOPLE, ROLES, GROUPS, RECORDS = 5, 4, 3, 6
INDUSTRIES = ("Banking", "Energy")


@dataclass(frozen=True)
class World:
    """A random organization: numbers point into the lists of people, roles, groups and records."""

    parents: tuple[int | None, ...]
    roles: tuple[int | None, ...]
    kinds: tuple[str, ...]
    bosses: tuple[bool, ...]
    members: tuple[tuple[int, int], ...]
    default: str
    followed: str
    hierarchy: bool
    owners: tuple[int, ...]
    industries: tuple[str, ...]
    rules: tuple[tuple[int | None, int, int], ...]
    shares: tuple[tuple[int, int, int], ...]
    rights: int


def maybe(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[int | None]:
    return st.one_of(st.none(), numbers)


def several(count: int, of: st.SearchStrategy) -> st.SearchStrategy:
    return st.tuples(*[of] * count)


anybody = st.integers(0, PEOPLE + GROUPS - 1)
a_group = st.integers(0, GROUPS + 2 * ROLES - 1)
level = st.sampled_from([Level.READ, Level.EDIT])
worlds = st.builds(
    World,
    parents=st.tuples(*[maybe(st.integers(0, place - 1)) if place else st.none() for place in range(ROLES)]),
    roles=several(PEOPLE, maybe(st.integers(0, ROLES - 1))),
    kinds=several(GROUPS, st.sampled_from(["Regular", "Queue"])),
    bosses=several(GROUPS, st.booleans()),
    members=st.lists(st.tuples(st.integers(0, GROUPS - 1), anybody), max_size=6).map(tuple),
    default=st.sampled_from(["Private", "Private", "Read", "Edit"]),
    followed=st.sampled_from(["Private", "Read", "ControlledByParent"]),
    hierarchy=st.booleans(),
    owners=several(RECORDS, anybody),
    industries=several(RECORDS, st.sampled_from(INDUSTRIES)),
    rules=st.lists(st.tuples(maybe(a_group), a_group, level), max_size=3).map(tuple),
    shares=st.lists(st.tuples(st.integers(0, RECORDS - 1), anybody, level), max_size=4).map(tuple),
    rights=st.sampled_from([0, int(Right.READ), 15, 15, 15, int(Right.VIEW_ALL | Right.EDIT), 63]),
)


def build(world: World) -> list[User]:
    """Store the world; returns its people."""
    profile = Profile.objects.get(name="Sales")
    roles: list[UserRole] = []
    groups: list[Group] = []
    for place, parent in enumerate(world.parents):
        above = roles[parent] if parent is not None else None
        roles.append(UserRole.objects.create(name=f"r{place}", developer_name=f"r{place}", parent=above))
        groups.extend(
            Group.objects.create(name=f"r{place}", type=kind, role=roles[-1])
            for kind in ("Role", "RoleAndSubordinates")
        )
    people = [
        User.objects.create(
            name=f"u{place}",
            type="User",
            last_name="U",
            email=f"u{place}@x.fr",
            profile=profile,
            role=roles[role] if role is not None else None,
        )
        for place, role in enumerate(world.roles)
    ]
    own = [
        Group.objects.create(name=f"g{place}", type=kind, include_bosses=bosses)
        for place, (kind, bosses) in enumerate(zip(world.kinds, world.bosses, strict=True))
    ]
    principals = [*people, *own]
    for group, member in set(world.members):
        GroupMember.objects.create(group=own[group], member=principals[member])
    _records(world, [*own, *groups], principals)
    ObjectPermission.objects.filter(parent__profile=profile, object_name="*").update(
        export=False,
        **{
            name: bool(world.rights & bit)
            for name, bit in (
                ("read", 1),
                ("create", 2),
                ("edit", 4),
                ("delete_records", 8),
                ("view_all", 16),
                ("modify_all", 32),
            )
        },
    )
    bump()
    return people


def _records(world: World, groups: list[Group], principals: list[Principal]) -> None:
    owners = [one if one.type in ("User", "Queue") else principals[0] for one in principals]
    accounts = [
        new("Account", name=f"a{place}", owner=owners[owner], industry=industry)
        for place, (owner, industry) in enumerate(zip(world.owners, world.industries, strict=True))
    ]
    for place, account in enumerate([*accounts, None]):
        new(
            "Contact",
            last_name=f"c{place}",
            account=account,
            owner=owners[world.owners[-1 - place % RECORDS]],
        )
    OrgDefault.objects.create(
        object_name="Account", access=world.default, hierarchy=world.hierarchy, has_shares=bool(world.shares)
    )
    OrgDefault.objects.create(
        object_name="Contact", access=world.followed, hierarchy=world.hierarchy, parent_field="AccountId"
    )
    for place, (source, target, given) in enumerate(world.rules):
        SharingRule.objects.create(
            name=f"rule{place}",
            object_name="Account",
            receivers=groups[target],
            level=given,
            owners=groups[source] if source is not None else None,
            condition={"Industry": "Banking"} if source is None else None,
        )
    for record, receiver, given in world.shares:
        RecordShare.objects.update_or_create(
            prefix="001",
            record_id=accounts[record].pk,
            principal=principals[receiver],
            defaults={"level": given},
        )


def level_of(world: World, person: int, record: int, verb: Verb) -> int:
    """Return how much of account number `record` the person has; `verb` matters for the right to all records."""
    rights = closed(Right(world.rights))
    if Right.MODIFY_ALL in rights:
        return Level.ALL
    found = {"Read": Level.READ, "Edit": Level.EDIT}.get(world.default, 0)
    if Right.VIEW_ALL in rights and verb == "read":
        found = max(found, Level.READ)
    owner = _owner(world, record)
    if owner == person or (_is_queue(world, owner) and person in _inside(world, owner)):
        return Level.ALL
    below = _below(world, person) if world.hierarchy else set()
    if owner in below or (_is_queue(world, owner) and below & _inside(world, owner)):
        return Level.ALL
    for source, target, level in world.rules:
        matches = (
            world.industries[record] == "Banking"
            if source is None
            else owner in _inside(world, PEOPLE + source) | {PEOPLE + source}
        )
        if matches and _profits(world, person, PEOPLE + target, below):
            found = max(found, level)
    last = {(number, receiver): level for number, receiver, level in world.shares}
    for (number, receiver), level in last.items():
        if number == record and _profits(world, person, receiver, below):
            found = max(found, level)
    return found


def _owner(world: World, record: int) -> int:
    owner = world.owners[record]
    return owner if owner < PEOPLE or _is_queue(world, owner) else 0


def _is_queue(world: World, principal: int) -> bool:
    return PEOPLE <= principal < PEOPLE + GROUPS and world.kinds[principal - PEOPLE] == "Queue"


def _profits(world: World, person: int, receiver: int, below: set[int]) -> bool:
    if receiver < PEOPLE:
        return receiver == person or receiver in below
    inside = _inside(world, receiver)
    place = receiver - PEOPLE
    passes_up = place >= GROUPS or world.bosses[place]
    return person in inside or (passes_up and bool(inside & below))


def _inside(world: World, principal: int, seen: frozenset[int] = frozenset()) -> set[int]:
    """Return the people in a group: the own ones first, then two for each role."""
    place = principal - PEOPLE
    if place >= GROUPS:
        role, with_those_below = divmod(place - GROUPS, 2)
        roles = {role} | (_roles_below(world, role) if with_those_below else set())
        return {one for one, own in enumerate(world.roles) if own in roles}
    people: set[int] = set()
    for group, member in world.members:
        if group == place and member not in seen:
            people |= {member} if member < PEOPLE else _inside(world, member, seen | {principal})
    return people


def _below(world: World, person: int) -> set[int]:
    role = world.roles[person]
    roles = _roles_below(world, role) if role is not None else set()
    return {one for one, own in enumerate(world.roles) if own in roles}


def _roles_below(world: World, role: int) -> set[int]:
    direct = {one for one, above in enumerate(world.parents) if above == role}
    return direct.union(*(_roles_below(world, one) for one in direct))
