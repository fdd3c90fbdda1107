"""What people really filter and sort by: counted in memory, written down now and then, for `advice` about indexes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from threading import Lock

from django.db import transaction
from django.db.models import F

from essor.catalog.definitions import ObjectDef
from essor.query.models import Asked
from essor.query.tree import All, Any, Compare, Condition, Constant, Me, Path, Query

MOST_SHAPES = 2_000
INDEXED = frozenset({"eq", "in", "lt", "lte", "gt", "gte", "startswith", "null"})

_lock = Lock()
_counts: Counter[Shape] = Counter()


@dataclass(frozen=True, slots=True)
class Shape:
    """One way of asking: the object, its own fields that are equal to one value, or compared in another way, and the sort.

    "-" stands before a field that is sorted down.
    """

    object_name: str
    equal: tuple[str, ...]
    compared: tuple[str, ...]
    sorts: tuple[str, ...]


def note(shape: Shape) -> None:
    """Count one question."""
    with _lock:
        if shape in _counts or len(_counts) < MOST_SHAPES:
            _counts[shape] += 1


def note_query(query: Query, obj: ObjectDef) -> None:
    """Count a query by what an index could serve; finding one record by its id needs none."""
    found = _compared(query.where)
    equal = {obj.field(name).name for name, alone in found.items() if alone and obj.has(name)}
    compared = {obj.field(name).name for name, alone in found.items() if not alone and obj.has(name)}
    sorts = tuple(
        f"{'-' if order.descending else ''}{obj.field(order.expression.names[0]).name}"
        for order in query.order_by
        if isinstance(order.expression, Path) and len(order.expression.names) == 1
    )
    if (equal or compared or sorts) and "Id" not in equal | compared:
        note(Shape(obj.name, tuple(sorted(equal)), tuple(sorted(compared)), sorts))


def drain() -> dict[Shape, int]:
    """Return the counts since the last call, and begin anew."""
    with _lock:
        found = dict(_counts)
        _counts.clear()
    return found


def write_down() -> None:
    """Add this process's counts to those of all: each web process calls it about once a minute."""
    counts = drain()
    if not counts:
        return
    with transaction.atomic():
        for shape, count in counts.items():
            key = {
                "object_name": shape.object_name,
                "equal": ",".join(shape.equal),
                "compared": ",".join(shape.compared),
                "sorts": ",".join(shape.sorts),
            }
            if not Asked.objects.filter(**key).update(times=F("times") + count):
                Asked.objects.create(**key, times=count)


def _compared(condition: Condition | None) -> dict[str, bool]:
    """Return the fields of the record itself that are compared in every branch: {name: equal to just one value}."""
    if isinstance(condition, All):
        found: dict[str, bool] = {}
        for child in condition.children:
            for name, alone in _compared(child).items():
                found[name] = alone or found.get(name, False)
        return found
    if isinstance(condition, Any):
        branches = [_compared(child) for child in condition.children]
        return dict.fromkeys(set.intersection(*map(set, branches)), False) if branches else {}
    if isinstance(condition, Compare) and condition.operator in INDEXED:
        left = condition.left
        if isinstance(left, Path) and len(left.names) == 1:
            return {left.names[0]: _is_one_value(condition)}
    return {}


def _is_one_value(condition: Compare) -> bool:
    return (
        condition.operator in ("eq", "in")
        and len(condition.values) == 1
        and isinstance(condition.values[0], (Constant, Me))
        and getattr(condition.values[0], "value", True) is not None
    )
