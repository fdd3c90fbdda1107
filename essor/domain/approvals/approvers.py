"""Whom a step asks: by name, group, role tree, a field of the record, or the owner's manager."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from essor.access import snapshot
from essor.access.models import User
from essor.access.snapshot import Snapshot
from essor.catalog.definitions import ObjectDef
from essor.domain.approvals.models import ApprovalStep
from essor.records.load import object_rows

To = ApprovalStep.To
Asked = Mapping[int, tuple[int, ...]]


def approvers(step: ApprovalStep, obj: ObjectDef, submitters: Mapping[int, int]) -> Asked:
    """Return {record: users to ask} for records by their submitters; a bounded number of queries.

    Nobody approves what they submitted themselves, and who cannot log in is not asked.
    """
    state = snapshot.current()
    found = _candidates(step, obj, submitters, state)
    known = {user for users in found.values() for user in users}
    able = set(_able(known))
    return {
        key: tuple(sorted(user for user in set(users) if user in able and user != submitters[key]))
        for key, users in found.items()
    }


def _candidates(
    step: ApprovalStep, obj: ObjectDef, submitters: Mapping[int, int], state: Snapshot
) -> dict[int, Iterable[int]]:
    if step.to == To.PEOPLE:
        return dict.fromkeys(submitters, tuple(int(one) for one in step.people))
    if step.to == To.GROUP:
        return dict.fromkeys(submitters, state.users_of(step.group_id or 0))
    if step.to == To.ROLE:
        above = {user: above_of(user, step.role_id, state) for user in set(submitters.values())}
        return {key: above[user] for key, user in submitters.items()}
    if step.to == To.FIELD:
        named = _named(obj, submitters, step.field or "")
        return {key: _people(named.get(key), state) for key in submitters}
    return _managers(_named(obj, submitters, "OwnerId"), submitters, state)


def _named(obj: ObjectDef, keys: Iterable[int], name: str) -> dict[int, int | None]:
    """Return the user or group that a field of each record names."""
    if not obj.has(name):
        return {}
    field = obj.field(name)
    rows = object_rows(obj, keys, [field.name])
    return {
        key: row[field.name][1] if isinstance(row[field.name], tuple) else row[field.name]
        for key, row in rows.items()
    }


def _people(principal: int | None, state: Snapshot) -> Iterable[int]:
    """Return a user, or the users of a queue."""
    if principal is None:
        return ()
    return (principal,) if principal in state.people else state.users_of(principal)


def _managers(
    owners: Mapping[int, int | None], submitters: Mapping[int, int], state: Snapshot
) -> dict[int, Iterable[int]]:
    """Return the manager of each owner; without one whoever is next above in the role tree."""
    people = {owner for owner in owners.values() if owner is not None and owner in state.people}
    managers = dict(User.objects.filter(pk__in=people).values_list("pk", "manager"))
    found: dict[int, Iterable[int]] = {}
    for key in submitters:
        owner = owners.get(key)
        manager = managers.get(owner) if owner else None
        found[key] = (manager,) if manager else above_of(owner, None, state) if owner in state.people else ()
    return found


def above_of(user_id: int | None, role_id: int | None, state: Snapshot) -> tuple[int, ...]:
    """Return the people of the nearest role above a user that has any; with `role_id` those of this role, if it is above."""
    person = state.people.get(user_id or 0)
    role = state.parents.get(person.role_id) if person and person.role_id else None
    able = set(_able(state.people)) if role else set()
    while role is not None:
        people = tuple(one.id for one in state.people.values() if one.role_id == role and one.id in able)
        if role_id in (None, role) and people:
            return people
        role = None if role == role_id else state.parents.get(role)
    return ()


def _able(user_ids: Iterable[int]) -> Iterable[int]:
    rows = User.objects.filter(
        pk__in=list(user_ids), is_active=True, is_frozen=False, user_type=User.Kind.STANDARD
    )
    return rows.values_list("pk", flat=True)
