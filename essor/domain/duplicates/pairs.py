"""Pairs of suspects: reported, dismissed for good, gathered into groups."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from essor.domain.duplicates.matching.pairing import groups
from essor.domain.duplicates.models import SuspectPair
from essor.domain.duplicates.setting import Rule

AT_ONCE = 500
Node = tuple[str, int]


def ordered(rule: Rule, one: int, two: int) -> tuple[int, int]:
    """Return the two records as a pair keeps them."""
    return (one, two) if rule.crosses or one < two else (two, one)


def dismissed(rule: Rule, wanted: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return those of the pairs (as they were given) that somebody has said are none: one query."""
    if not wanted:
        return set()
    either = Q(one_id__in={one for one, _two in wanted}) | Q(two_id__in={one for one, _two in wanted})
    rows = SuspectPair.objects.filter(
        either, object_name=rule.object_name, other_object=rule.target, dismissed=True
    )
    known = set(rows.values_list("one_id", "two_id"))
    return {pair for pair in wanted if ordered(rule, *pair) in known}


def store(found: Iterable[tuple[Rule, int, int, float]]) -> None:
    """Keep pairs; of one that is known the likeness is renewed, and what somebody said of it stays."""
    now = timezone.now()
    rows = {}
    for rule, first, second, likeness in found:
        one, two = ordered(rule, first, second)
        rows[rule.object_name, one, rule.target, two] = SuspectPair(
            object_name=rule.object_name,
            one_id=one,
            other_object=rule.target,
            two_id=two,
            likeness=likeness,
            rule_id=rule.id,
            found_date=now,
        )
    SuspectPair.objects.bulk_create(
        rows.values(),
        batch_size=AT_ONCE,
        update_conflicts=True,
        update_fields=["likeness", "rule", "found_date"],
        unique_fields=["object_name", "one_id", "other_object", "two_id"],
    )


def report(found: Iterable[tuple[Rule, int, int, float]]) -> None:
    """Keep pairs that a save has let pass and put them into their groups."""
    every = list(found)
    store(every)
    for name in {rule.object_name for rule, *_rest in every}:
        nodes = {key for rule, one, two, _likeness in every if rule.object_name == name for key in (one, two)}
        regroup(name, nodes)


def regroup(object_name: str, touched: set[int] | None = None) -> None:
    """Give every open pair of an object the number of its group; with `touched` only groups with these records."""
    rows = SuspectPair.objects.filter(object_name=object_name, dismissed=False)
    if touched is not None:
        near = rows.filter(Q(one_id__in=touched) | Q(two_id__in=touched))
        known = set(near.exclude(group_id=0).values_list("group_id", flat=True))
        rows = rows.filter(Q(one_id__in=touched) | Q(two_id__in=touched) | Q(group_id__in=known))
    found = list(rows.values_list("pk", "one_id", "other_object", "two_id", "group_id"))
    edges = {pk: (_node(object_name, other, one), (other, two)) for pk, one, other, two, _group in found}
    place = {node: number for number, nodes in enumerate(groups(edges.values())) for node in nodes}
    first: dict[int, int] = {}
    for pk in sorted(edges):
        first.setdefault(place[edges[pk][0]], pk)
    wanted = {pk: first[place[one]] for pk, (one, _two) in edges.items()}
    moved = [SuspectPair(pk=pk, group_id=wanted[pk]) for pk, *_rest, group in found if wanted[pk] != group]
    SuspectPair.objects.bulk_update(moved, ["group_id"], batch_size=AT_ONCE)


def _node(object_name: str, other: str, key: int) -> Node:
    """Return the node of a pair's first record; pairs of two objects make groups of their own."""
    return (object_name if object_name == other else f"{object_name}>{other}", key)


def dismiss(object_name: str, found: Iterable[int], user_id: int | None) -> int:
    """Remember that these pairs of one group are none; return how many there were. `reopen` takes it back."""
    with transaction.atomic():
        rows = SuspectPair.objects.filter(object_name=object_name, pk__in=list(found), dismissed=False)
        touched = {key for pair in rows.values_list("one_id", "two_id") for key in pair}
        count = rows.update(dismissed=True, dismissed_by_id=user_id)
        regroup(object_name, touched)
    return count


def reopen(object_name: str, group: int) -> None:
    """Let the dismissed pairs of a group be suspected again."""
    with transaction.atomic():
        rows = SuspectPair.objects.filter(object_name=object_name, group_id=group, dismissed=True)
        touched = {key for pair in rows.values_list("one_id", "two_id") for key in pair}
        rows.update(dismissed=False, dismissed_by_id=None)
        regroup(object_name, touched)


def forget(object_name: str, records: Iterable[int]) -> None:
    """Drop the pairs of records that are gone, and part the groups that only they held together."""
    gone = list(records)
    mine = Q(object_name=object_name, one_id__in=gone) | Q(other_object=object_name, two_id__in=gone)
    rows = SuspectPair.objects.filter(mine)
    left: dict[str, set[int]] = {}
    for name, group in set(rows.exclude(group_id=0).values_list("object_name", "group_id")):
        near = SuspectPair.objects.filter(object_name=name, group_id=group).values_list("one_id", "two_id")
        left.setdefault(name, set()).update(key for pair in near for key in pair)
    rows.filter(dismissed=False).delete()
    for name, keys in left.items():
        regroup(name, keys - set(gone))
