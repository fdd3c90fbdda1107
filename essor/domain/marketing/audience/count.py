"""How large an audience is, what each part brings and takes away, where parts overlap, and who is behind each number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import add
from typing import Any

from django.db.models import Case, Count, IntegerField, Value, When

from essor.access.actor import Actor
from essor.domain.marketing.audience.definition import Audience, Part, read
from essor.domain.marketing.audience.parts import Named, either, named
from essor.domain.marketing.audience.reasons import PRECEDENCE, Reason
from essor.domain.marketing.audience.select import recipients
from essor.domain.marketing.consent.people import OBJECTS, Person
from essor.query import execute, source
from essor.query.environment import Env, env_for

MASK = "essor_mask"


@dataclass(frozen=True, slots=True)
class Share:
    """One part: how many people are in it, and how many are left when it and all before it are reckoned with."""

    part: Part
    name: str
    size: int
    left: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many people two parts that let in have in common; numbers are the parts' places."""

    first: int
    second: int
    count: int


@dataclass(frozen=True, slots=True)
class Counted:
    """An audience in numbers: `total` people let in by some part; `mailable` of them get a mail, the others have a reason.

    `included[n].left` is how many the parts up to n let in together, `excluded[n].left` what remains after it.
    """

    total: int
    mailable: int
    by_reason: dict[Reason, int]
    included: tuple[Share, ...] = ()
    excluded: tuple[Share, ...] = ()
    overlap: tuple[Overlap, ...] = ()


def counted(audience: Mapping[str, Any] | Audience, actor: Actor) -> Counted:
    """Return the numbers of an audience in the actor's eyes: one statement for reasons, one an object for its parts."""
    wanted, env = read(audience), env_for(actor)
    include, exclude = named(wanted, env)
    sql, params = recipients(wanted, actor)
    grouped = execute.run(env, f"SELECT reason, COUNT(*) FROM ({sql}) AS found GROUP BY reason", params)  # noqa: S608
    by = {reason: int(count) for reason, count in grouped}
    masks: Counter[int] = Counter()
    for name in OBJECTS.values():
        masks.update(_masks(name, include, exclude, env))
    return Counted(
        total=sum(by.values()),
        mailable=by.get(None, 0),
        by_reason={reason: by[reason] for reason in PRECEDENCE if by.get(reason)},
        included=_included(include, masks),
        excluded=_excluded(include, exclude, masks),
        overlap=tuple(
            Overlap(one, other, count)
            for one, other in combinations(range(len(include)), 2)
            if (count := _sized(masks, (1 << one) | (1 << other)))
        ),
    )


def _masks(name: str, include: tuple[Named, ...], exclude: tuple[Named, ...], env: Env) -> Counter[int]:
    """Return {parts that hold for a person, a bit each: how many people} of one object."""
    if not env.view.has(name):
        return Counter()
    obj = source.object_named(name, env)
    wanted = either(include, obj)
    if wanted is None:
        return Counter()
    bits = [
        Case(When(one.wheres[name], then=Value(1 << place)), default=Value(0), output_field=IntegerField())
        if one.wheres[name]
        else Value(1 << place)
        for place, one in enumerate((*include, *exclude))
        if name in one.wheres
    ]
    rows = source.rows(obj, env).filter(wanted).annotate(**{MASK: reduce(add, bits)})
    found = execute.fetch(env, rows.values_list(MASK).annotate(n=Count("*")))
    return Counter({int(mask): int(count) for mask, count in found})


def _sized(masks: Counter[int], bits: int) -> int:
    """Return how many people all of these parts hold for."""
    return sum(count for mask, count in masks.items() if mask & bits == bits)


def _included(include: tuple[Named, ...], masks: Counter[int]) -> tuple[Share, ...]:
    return tuple(
        Share(
            one.part,
            one.name,
            _sized(masks, 1 << place),
            sum(count for mask, count in masks.items() if mask & ((2 << place) - 1)),
        )
        for place, one in enumerate(include)
    )


def _excluded(
    include: tuple[Named, ...], exclude: tuple[Named, ...], masks: Counter[int]
) -> tuple[Share, ...]:
    first, found, gone = len(include), [], 0
    for place, one in enumerate(exclude, start=first):
        gone |= 1 << place
        left = sum(count for mask, count in masks.items() if not mask & gone)
        found.append(Share(one.part, one.name, _sized(masks, 1 << place), left))
    return tuple(found)


def listed(
    audience: Mapping[str, Any] | Audience,
    actor: Actor,
    reason: Reason | None,
    *,
    after: Person | None = None,
    size: int = 50,
) -> list[tuple[Person, str]]:
    """Return people with their addresses, those behind a number: mailed (None) or not for a reason; a page by its last row."""
    env = env_for(actor)
    sql, params = recipients(audience, actor)
    test = "reason IS NULL" if reason is None else f"reason = {int(reason)}"
    kind, key = after or Person(0, 0)
    rows = execute.run(
        env,
        f"SELECT kind, person_id, address FROM ({sql}) AS found "  # noqa: S608 -- our own SQL
        f"WHERE {test} AND (kind > %s OR (kind = %s AND person_id > %s)) ORDER BY kind, person_id LIMIT %s",
        (*params, kind, kind, key, size),
    )
    return [(Person(kind, key), address or "") for kind, key, address in rows]
