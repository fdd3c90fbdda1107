"""The groups of suspects of an object, the likeliest first, as one reader sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import ObjectDef
from essor.domain.duplicates.models import SuspectPair
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query

SIZE = 20
MOST_MEMBERS = 12
Node = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Group:
    """Records that seem to be one: those the reader sees as (object, key, values), and how many there are besides."""

    id: int
    likeness: float
    members: tuple[tuple[ObjectDef, int, dict[str, Any]], ...]
    unseen: int


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Some groups, and the cursor behind them (empty: no more)."""

    groups: tuple[Group, ...]
    next: str = ""


def page(actor: Actor, object_name: str, columns: Sequence[str], after: str = "") -> GroupPage:
    """Return the next groups behind `after`. `columns` are outside names to read; those that an object lacks are left out."""
    rows = SuspectPair.objects.filter(object_name=object_name, dismissed=False)
    grouped = rows.values("group_id").annotate(best=Max("likeness")).order_by("-best", "group_id")
    begin = _cursor(after)
    if begin is not None:
        least, last_group = begin
        grouped = grouped.filter(Q(best__lt=least) | Q(best=least, group_id__gt=last_group))
    found = list(grouped[: SIZE + 1])
    best_of = {row["group_id"]: row["best"] for row in found[:SIZE]}
    nodes: dict[int, dict[Node, None]] = defaultdict(dict)
    members = rows.filter(group_id__in=best_of).order_by("-likeness", "pk")
    for number, one, other, two in members.values_list("group_id", "one_id", "other_object", "two_id"):
        nodes[number][object_name, one] = None
        nodes[number][other, two] = None
    seen = _read(actor, {node for some in nodes.values() for node in some}, columns)
    drawn = (_group(actor, number, best, list(nodes[number]), seen) for number, best in best_of.items())
    shown = tuple(one for one in drawn if one.members)
    last = found[SIZE - 1] if len(found) > SIZE else None
    return GroupPage(shown, f"{last['best']!r}:{last['group_id']}" if last else "")


def visible_pairs(actor: Actor, object_name: str, group: int) -> list[int]:
    """Return the open pairs of a group whose both records the actor sees."""
    rows = SuspectPair.objects.filter(object_name=object_name, group_id=group, dismissed=False)
    ends = {
        pk: ((object_name, one), (other, two))
        for pk, one, other, two in rows.values_list("pk", "one_id", "other_object", "two_id")
    }
    seen = _read(actor, {node for pair in ends.values() for node in pair}, ())
    return [pk for pk, (one, two) in ends.items() if one in seen and two in seen]


def _cursor(text: str) -> tuple[float, int] | None:
    best, _colon, group = text.partition(":")
    try:
        return float(best), int(group)
    except ValueError:
        return None


def _read(actor: Actor, wanted: set[Node], columns: Sequence[str]) -> dict[Node, dict[str, Any]]:
    """Return the values of the records that the actor sees: one query per object."""
    seen = catalog_for(actor)
    by_object: dict[str, set[int]] = defaultdict(set)
    for name, key in wanted:
        by_object[name].add(key)
    found: dict[Node, dict[str, Any]] = {}
    for name, keys in by_object.items():
        if not seen.has(name):
            continue
        obj = seen.object(name)
        paths = ["Id", obj.name_field, *(one for one in columns if _readable(obj, one))]
        where = Compare(Path(("Id",)), "in", tuple(Constant(key) for key in sorted(keys)))
        query = Query(
            name,
            columns=tuple(Column(Path(tuple(one.split(".")))) for one in dict.fromkeys(paths)),
            where=where,
        )
        found.update({(name, row["Id"]): row for row in run.rows(actor, query)})
    return found


def _readable(obj: ObjectDef, path: str) -> bool:
    head, dot, _tail = path.partition(".")
    return head.lower() in (obj.by_relationship if dot else obj.by_name)


def _group(
    actor: Actor, group: int, best: float, nodes: list[Node], seen: dict[Node, dict[str, Any]]
) -> Group:
    catalog = catalog_for(actor)
    visible = [node for node in nodes if node in seen]
    shown = tuple((catalog.object(name), key, seen[name, key]) for name, key in visible[:MOST_MEMBERS])
    return Group(group, best, shown, len(nodes) - len(shown))
