"""Everything about who may that is small — roles, groups, rules, rights — read once per version.

Only records and their shares stay in the database; the rest of a row rule is worked out in memory,
so that it reaches SQL as a list of owners instead of joins over the role tree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import connection

from essor.access.models import (
    AccessVersion,
    FieldPermission,
    Group,
    GroupMember,
    ObjectPermission,
    Organization,
    OrgDefault,
    PermissionSet,
    PermissionSetAssignment,
    Principal,
    SharingRule,
    User,
    UserRole,
)
from essor.access.rights import COLUMNS, Bundle, FieldAccess, Right, Rights

NOBODY: frozenset[int] = frozenset()
Type = Principal.Type


@dataclass(frozen=True, slots=True)
class Person:
    """What row rules need to know of a user."""

    id: int
    role_id: int | None
    profile_id: int
    license_id: int | None = None


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """A group without its members."""

    id: int
    name: str
    type: str
    role_id: int | None
    include_bosses: bool


@dataclass(frozen=True, slots=True)
class Default:
    """What everybody may do with an object's records."""

    access: str = OrgDefault.Access.EDIT
    parent_field: str | None = None
    hierarchy: bool = True
    has_shares: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A sharing rule: `owners` is a group, or None for a rule by `condition`."""

    id: int
    name: str
    owners: int | None
    condition: Mapping[str, Any] | None
    receivers: int
    level: int


@dataclass(frozen=True, slots=True)
class Company:
    """What the organization sets for everybody."""

    name: str = ""
    country: str = "FR"
    currency: str = "EUR"
    fiscal_year_start_month: int = 1
    language: str = "en"
    locale: str = "en"
    timezone: str = "UTC"
    phone_region: str = "FR"


@dataclass(frozen=True)
class Snapshot:
    """One version of who may, complete; immutable but for what it remembers having worked out."""

    stamp: int
    company: Company
    people: Mapping[int, Person]
    parents: Mapping[int, int | None]
    groups: Mapping[int, GroupFacts]
    members: Mapping[int, tuple[int, ...]]
    defaults: Mapping[str, Default]
    rules: Mapping[str, tuple[Rule, ...]]
    bundles: Mapping[int, Bundle]
    profile_bundle: Mapping[int, int]
    assigned: Mapping[int, tuple[int, ...]]
    limits: Mapping[int, int]
    automated: int | None = None
    # Which owners have so many rows of an object that their index is no help; see `owners`.
    wide: dict[tuple[str, frozenset[int]], bool] = field(default_factory=dict, repr=False, compare=False)
    _users_of: dict[int, frozenset[int]] = field(default_factory=dict, repr=False, compare=False)
    _rights: dict[tuple[tuple[int, ...], int | None], Rights] = field(
        default_factory=dict, repr=False, compare=False
    )
    _received: dict[tuple[int, bool], frozenset[int]] = field(default_factory=dict, repr=False, compare=False)

    def rights_of(self, user_id: int) -> Rights:
        """Return what the user's profile and permission sets add up to, as far as the licence lets them."""
        person = self.people.get(user_id)
        if person is None:
            return Rights(())
        own = self.profile_bundle.get(person.profile_id)
        given = self.assigned.get(user_id, ())
        signature = tuple(sorted({*given, *(() if own is None else (own,))}))
        limit = self.limits.get(person.license_id or 0)
        known = self._rights.get((signature, limit))
        if known is None:
            bundles = tuple(self.bundles[key] for key in signature)
            if limit is not None:
                bundles = tuple(one.within(self.bundles[limit]) for one in bundles)
            known = self._rights[signature, limit] = Rights(bundles)
        return known

    def default(self, object_name: str) -> Default | None:
        """Return what was set for everybody on an object, None when nothing was."""
        return self.defaults.get(object_name)

    def roles_under(self, role_id: int) -> frozenset[int]:
        """Return the roles strictly below a role."""
        return self._roles_under.get(role_id, NOBODY)

    def below(self, user_id: int) -> frozenset[int]:
        """Return the users in the roles strictly below the user's own."""
        person = self.people.get(user_id)
        if person is None or person.role_id is None:
            return NOBODY
        return self._people_under.get(person.role_id, NOBODY)

    def users_of(self, group_id: int) -> frozenset[int]:
        """Return all users in a group, through nested groups and roles."""
        known = self._users_of.get(group_id)
        if known is None:
            known = self._users_of[group_id] = self._expand(group_id, set())
        return known

    def groups_of(self, user_id: int) -> frozenset[int]:
        """Return all groups and queues that the user is in."""
        return self._groups_of.get(user_id, NOBODY)

    def queues_of(self, user_ids: Iterable[int]) -> frozenset[int]:
        """Return the queues that any of the users is in."""
        found = NOBODY.union(*(self.groups_of(user_id) for user_id in user_ids))
        return frozenset(key for key in found if self.groups[key].type == Type.QUEUE)

    def receives_for(self, user_id: int, *, hierarchy: bool) -> frozenset[int]:
        """Return whose shares the user profits from: self, own groups and, by `hierarchy`, those below."""
        key = (user_id, hierarchy)
        known = self._received.get(key)
        if known is None:
            known = frozenset({user_id}) | self.groups_of(user_id)
            if hierarchy:
                below = self.below(user_id)
                theirs = NOBODY.union(*(self.groups_of(one) for one in below))
                known |= below | {one for one in theirs if self.groups[one].include_bosses}
            self._received[key] = known
        return known

    def _expand(self, group_id: int, path: set[int]) -> frozenset[int]:
        """Return the users of a group; `path` stops groups that contain each other."""
        group = self.groups.get(group_id)
        if group is None or group_id in path:
            return NOBODY
        if group.type == Type.EVERYONE:
            return frozenset(self.people)
        if group.role_id is not None:
            own = self._people_in.get(group.role_id, NOBODY)
            under = self._people_under.get(group.role_id, NOBODY)
            return own | under if group.type == Type.ROLE_AND_BELOW else own
        found: set[int] = set()
        for member in self.members.get(group_id, ()):
            found |= {member} if member in self.people else self._expand(member, path | {group_id})
        return frozenset(found)

    @cached_property
    def owners(self) -> frozenset[int]:
        """Return everybody who can own a record: users and queues."""
        return frozenset(self.people).union(
            key for key, group in self.groups.items() if group.type == Type.QUEUE
        )

    @cached_property
    def _people_in(self) -> Mapping[int, frozenset[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for person in self.people.values():
            if person.role_id is not None:
                found[person.role_id].add(person.id)
        return {role: frozenset(ids) for role, ids in found.items()}

    @cached_property
    def _roles_under(self) -> Mapping[int, frozenset[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for role in self.parents:
            seen, above = {role}, self.parents[role]
            while above is not None and above not in seen:
                found[above].add(role)
                seen.add(above)
                above = self.parents.get(above)
        return {role: frozenset(ids) for role, ids in found.items()}

    @cached_property
    def _people_under(self) -> Mapping[int, frozenset[int]]:
        return {
            role: NOBODY.union(*(self._people_in.get(under, NOBODY) for under in below))
            for role, below in self._roles_under.items()
        }

    @cached_property
    def _groups_of(self) -> Mapping[int, frozenset[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for group_id in self.groups:
            for user_id in self.users_of(group_id):
                found[user_id].add(group_id)
        return {user: frozenset(ids) for user, ids in found.items()}


_VERSION = f"SELECT stamp FROM {AccessVersion._meta.db_table} ORDER BY id LIMIT 1"  # noqa: S608 -- a constant
_latest: Snapshot | None = None


def current(stamp: int | None = None) -> Snapshot:
    """Return who may at this moment: one small query unless its `stamp` is told, the rest only after a change."""
    global _latest  # noqa: PLW0603 -- the one cache of this room; replaced whole, so threads see old or new
    stamp = version() if stamp is None else stamp
    known = _latest
    if known is None or known.stamp != stamp:
        known = _latest = load(stamp)
    return known


def recent() -> Snapshot:
    """Return what was last known, for what hardly ever changes, such as the company's time zone: no query."""
    return _latest or current()


def version() -> int:
    """Return the stamp of the rights as they are stored, 0 before the first set-up."""
    with connection.cursor() as cursor:  # once per request: worth sparing Django's work of writing this query
        cursor.execute(_VERSION)
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def load(stamp: int) -> Snapshot:
    """Read everything. `stamp` was read before, so that a change made meanwhile shows up as a newer stamp."""
    people = {
        row[0]: Person(*row) for row in User.objects.values_list("pk", "role_id", "profile_id", "license_id")
    }
    assigned = _lists(PermissionSetAssignment.objects.values_list("assignee_id", "permission_set_id"))
    bundles, profile_bundle, limits = _bundles()
    return Snapshot(
        stamp=stamp,
        company=_company(),
        people=people,
        parents=dict(UserRole.objects.values_list("pk", "parent_id")),
        groups=_groups(),
        members=_lists(GroupMember.objects.values_list("group_id", "member_id")),
        defaults=_defaults(),
        rules=_rules(),
        bundles=bundles,
        profile_bundle=profile_bundle,
        assigned=assigned,
        limits=limits,
        automated=User.objects.filter(user_type=User.Kind.AUTOMATED).values_list("pk", flat=True).first(),
    )


def _company() -> Company:
    row = Organization.objects.values_list(
        "name",
        "country",
        "currency_iso_code",
        "fiscal_year_start_month",
        "language",
        "locale",
        "timezone",
        "phone_region",
    ).first()
    return Company(*row) if row else Company()


def _groups() -> dict[int, GroupFacts]:
    rows = Group.objects.values_list("pk", "name", "type", "role_id", "include_bosses")
    return {row[0]: GroupFacts(*row) for row in rows}


def _defaults() -> dict[str, Default]:
    rows = OrgDefault.objects.values_list("object_name", "access", "parent_field", "hierarchy", "has_shares")
    return {row[0]: Default(*row[1:]) for row in rows}


def _rules() -> dict[str, tuple[Rule, ...]]:
    found: dict[str, list[Rule]] = defaultdict(list)
    rows = SharingRule.objects.order_by("pk").values_list(
        "object_name", "pk", "name", "owners_id", "condition", "receivers_id", "level"
    )
    for row in rows:
        found[row[0]].append(Rule(*row[1:]))
    return {name: tuple(rules) for name, rules in found.items()}


def _bundles() -> tuple[dict[int, Bundle], dict[int, int], dict[int, int]]:
    """Return the permission sets with their rows, and which of them belongs to each profile and to each licence."""
    objects: dict[int, dict[str, Right]] = defaultdict(dict)
    for parent, name, *flags in ObjectPermission.objects.values_list("parent_id", "object_name", *COLUMNS):
        granted = Right.NONE
        for right, flag in zip(COLUMNS.values(), flags, strict=True):
            granted |= right if flag else Right.NONE
        objects[parent][name] = granted
    fields: dict[int, dict[tuple[str, str], FieldAccess]] = defaultdict(dict)
    for parent, name, attribute, read, edit in FieldPermission.objects.values_list(
        "parent_id", "object_name", "field", "read", "edit"
    ):
        fields[parent][name, attribute] = FieldAccess.EDIT if edit else FieldAccess(int(read))
    bundles: dict[int, Bundle] = {}
    own: dict[int, int] = {}
    limits: dict[int, int] = {}
    for key, label, profile, profile_name, license_id, permissions in PermissionSet.objects.values_list(
        "pk", "label", "profile_id", "profile__name", "license_id", "permissions"
    ):
        bundles[key] = Bundle(
            key, profile_name or label, profile is not None, frozenset(permissions), objects[key], fields[key]
        )
        if profile is not None:
            own[profile] = key
        if license_id is not None:
            limits[license_id] = key
    return bundles, own, limits


def _lists(pairs: Iterable[tuple[int, int]]) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}
