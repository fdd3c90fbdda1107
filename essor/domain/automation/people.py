"""Whom a step means: the record's owner, the owner's manager, the flow's owner, a user, the members of a queue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from essor.access.models import GroupMember, User
from essor.domain.automation.kinds import Batch, Member
from essor.kernel.whole import whole

OWNER, MANAGER, FLOW_OWNER = "owner", "manager", "flow_owner"
WORDS = (OWNER, MANAGER, FLOW_OWNER)


def meant(batch: Batch, members: Sequence[Member], words: Iterable[str]) -> dict[int, list[int]]:
    """Return the users that `words` mean for each run, by the run's key: at most two queries.

    A word is one of WORDS or “user:5”. A queue that owns a record stands for its members.
    """
    words = list(words)
    owners = {member.get("OwnerId") for member in members} - {None}
    inside = _queue_members(owners) if OWNER in words else {}
    managers = (
        dict(User.objects.filter(pk__in=owners).values_list("pk", "manager_id")) if MANAGER in words else {}
    )
    found: dict[int, list[int]] = {}
    for member in members:
        owner = member.get("OwnerId")
        people: dict[int, None] = {}
        for word in words:
            if word == OWNER and owner is not None:
                people |= dict.fromkeys(inside.get(owner, [owner]))
            elif word == MANAGER and managers.get(owner):
                people[int(managers[owner] or 0)] = None
            elif word == FLOW_OWNER:
                people[batch.flow.owner_id] = None
            elif word.startswith("user:") and (key := whole(word[5:])) is not None:
                people[key] = None
        found[id(member)] = list(people)
    return found


def _queue_members(owners: set[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for group, member in GroupMember.objects.filter(group_id__in=owners).values_list("group_id", "member_id"):
        found[group].append(member)
    return found
