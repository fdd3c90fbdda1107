"""Whose turn it is: weights are kept exactly over time, and nobody gets two in a row while others wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from essor.access.models import User
from essor.domain.absences.away import absent
from essor.domain.sales.assignment.models import Member


def present(members: Sequence[Member], day: date) -> list[Member]:
    """Return the members who can get something on a day: active, not frozen, not away, with a weight."""
    keys = [member.user_id for member in members]
    away = absent(keys, day)
    there = set(
        User.objects.filter(pk__in=keys, is_active=True, is_frozen=False).values_list("pk", flat=True)
    )
    return [one for one in members if one.weight and one.user_id in there and one.user_id not in away]


def draw(members: Sequence[Member], count: int) -> list[int]:
    """Return who gets the next `count` records, and move the turn on in the members; empty when nobody is there.

    Each turn everybody gains their weight in credit, and whoever has most pays the sum of all weights.
    """
    if not members:
        return []
    whole = sum(member.weight for member in members)
    drawn = []
    for _turn in range(count):
        for member in members:
            member.credit += member.weight
        chosen = max(members, key=lambda one: (one.credit, -one.pk))
        chosen.credit -= whole
        chosen.given += 1
        drawn.append(chosen.user_id)
    return drawn
