"""The role tree as forecasts show it: teams, the teams inside them and the people in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from essor.access.actor import Actor
from essor.access.models import UserRole
from essor.access.snapshot import Snapshot
from essor.domain.forecasts import scope


@dataclass(frozen=True, slots=True)
class Team:
    """A role with the people in it that count and the teams below; `role` None holds people without a role."""

    role: int | None
    name: str
    people: tuple[int, ...]
    teams: tuple[Team, ...] = ()

    def everybody(self) -> Iterator[int]:
        """Yield the people of this team and of all teams below."""
        yield from self.people
        for team in self.teams:
            yield from team.everybody()


def depth_of(state: Snapshot, user_id: int) -> int:
    """Return how far from the top of the role tree a user stands; those without a role stand last."""
    person = state.people.get(user_id)
    if person is None or person.role_id is None:
        return len(state.parents) + 1
    return len(list(chain(state, person.role_id)))


def chain(state: Snapshot, role: int | None) -> Iterator[int]:
    """Yield a role and the roles above it, to the top."""
    passed: set[int] = set()
    while role is not None and role not in passed:
        passed.add(role)
        yield role
        role = state.parents.get(role)


def teams(actor: Actor, counted: Collection[int], names: dict[int, str]) -> list[Team]:
    """Return the teams that the actor sees with the `counted` people in them, those without anybody left out.

    Somebody in the middle of the tree sees themself (not those beside them) and the teams below.
    """
    state = actor.snapshot
    labels = dict(UserRole.objects.values_list("pk", "name"))
    members: dict[int | None, list[int]] = defaultdict(list)
    for person in counted:
        facts = state.people.get(person)
        if facts is not None:
            members[facts.role_id].append(person)
    children: dict[int | None, list[int]] = defaultdict(list)
    for role, parent in state.parents.items():
        children[parent].append(role)

    def team(role: int | None, below: Collection[int]) -> Team | None:
        inner = [
            one for child in sorted(below, key=labels.__getitem__) if (one := team(child, children[child]))
        ]
        own = tuple(sorted(members[role], key=lambda key: names.get(key, "")))
        if not own and not inner:
            return None
        return Team(role, labels.get(role or 0, ""), own, tuple(inner))

    if scope.sees_all(actor):
        top = [team(role, children[role]) for role in sorted(children[None], key=labels.__getitem__)]
        loose = tuple(sorted(members[None], key=lambda key: names.get(key, "")))
        return [one for one in (*top, Team(None, "", loose) if loose else None) if one is not None]
    own_role = actor.role_id
    found = team(own_role, children[own_role] if own_role is not None else ())
    return [found] if found else []
