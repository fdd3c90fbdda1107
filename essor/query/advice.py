"""Which indexes would help what people really ask: most asked first, few per object, none that stands already.

An index holds the fields that are equal to one value, then the field that sorts (or, without a sort, one that is
compared in another way), then the id: such a list is a short walk, whatever the number of records.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import F

from essor.catalog import current
from essor.catalog.actions.indexes import MOST_COLUMNS, drop_index, standing, want_index
from essor.catalog.definitions import Catalog, ObjectDef
from essor.catalog.kinds.computed import result_kind
from essor.catalog.models import FieldIndex
from essor.query.models import Asked

OFTEN = 10.0  # times asked, below which an index is not worth its upkeep
LARGE = 5_000  # rows, below which a walk over all of them is quick
MOST = 8  # indexes of this kind on one object: each makes every write a little slower
FADE = 0.95  # of the counts is left after each look
FORGOTTEN = 0.5
Reason = FieldIndex.Reason
OURS = (Reason.LIST_VIEW, Reason.SEGMENT)
Named = tuple[str, tuple[str, ...]]
# What narrows most comes first in the index.
RANK = {"id": 0, "text": 1, "date": 2, "datetime": 2, "number": 3, "time": 3, "picklist": 4}
UNSORTED = frozenset(
    {"picklist", "multipicklist", "boolean", "none"}
)  # sorted by place in their list, or hardly at all


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An index over `fields` ("-" before one that descends), and how often it would have helped."""

    object_name: str
    fields: tuple[str, ...]
    reason: str
    times: float


def follow() -> list[Suggestion]:
    """Ask for the indexes that would help, let go of those that no longer do, and let the counts fade."""
    rows = list(FieldIndex.objects.filter(reason__in=OURS).exclude(state=FieldIndex.State.UNWANTED))
    had = {(row.object_name, tuple(row.fields)) for row in rows}
    wanted = list(suggestions(current.get(), had))
    kept = {(one.object_name, one.fields) for one in wanted}
    for row in rows:
        if (row.object_name, tuple(row.fields)) not in kept:
            drop_index(None, row.name)
    for one in wanted:
        if (one.object_name, one.fields) not in had:
            want_index(None, one.object_name, one.fields, one.reason)
    Asked.objects.update(times=F("times") * FADE)
    Asked.objects.filter(times__lt=FORGOTTEN).delete()
    return wanted


def suggestions(catalog: Catalog, had: Container[Named] = ()) -> Iterator[Suggestion]:
    """Yield the indexes worth having; those that we `had` are kept as long as anybody asks at all."""
    counts: dict[str, dict[tuple[tuple[str, ...], str], float]] = defaultdict(lambda: defaultdict(float))
    for asked in Asked.objects.filter(times__gt=0):
        if catalog.has(asked.object_name):
            obj = catalog.object(asked.object_name)
            fields = shape_index(obj, _names(asked.equal), _names(asked.compared), _names(asked.sorts))
            if fields:
                reason = Reason.LIST_VIEW if asked.sorts else Reason.SEGMENT
                counts[obj.name][fields, reason] += asked.times
    for name, found in counts.items():
        obj = catalog.object(name)
        if obj.is_record and _is_large(obj):
            yield from _chosen(obj, found, had)


def _chosen(
    obj: ObjectDef, found: Mapping[tuple[tuple[str, ...], str], float], had: Container[Named]
) -> Iterator[Suggestion]:
    """Yield the best of one object; an index that another one begins with is not needed beside it."""
    chosen: list[Suggestion] = []
    for (fields, reason), times in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        if len(chosen) == MOST:
            break
        if times < OFTEN and (obj.name, fields) not in had:
            continue
        if not standing(obj, fields) and not any(serves(one.fields, fields) for one in chosen):
            chosen.append(Suggestion(obj.name, fields, reason, times))
    yield from chosen


def serves(index: tuple[str, ...], fields: tuple[str, ...]) -> bool:
    """Tell whether an index over `index` does the work of one over `fields`."""
    return index[: len(fields)] == fields


def shape_index(
    obj: ObjectDef, equal: Iterable[str], compared: Iterable[str], sorts: Iterable[str]
) -> tuple[str, ...]:
    """Return the fields of the index for one way of asking, () when none would help."""
    narrow = sorted(
        (name for name in equal if _rank(obj, name) is not None), key=lambda name: (_rank(obj, name), name)
    )
    first = next(iter(sorts), "")
    sort = first.removeprefix("-")
    by_id = sort == "Id"
    kept = narrow[: MOST_COLUMNS - 1]
    if (
        sort
        and not by_id
        and _kind(obj, sort) not in UNSORTED
        and sort not in kept
        and _has_column(obj, sort)
    ):
        return (*kept, sort)
    ranges = [name for name in compared if _rank(obj, name) is not None and name not in kept]
    if ranges and not sort:
        return (*kept, min(ranges, key=lambda name: (_rank(obj, name), name)))
    return tuple(kept)


def _rank(obj: ObjectDef, name: str) -> int | None:
    """Return where a field stands in an index; None for one that narrows too little or has no column."""
    return RANK.get(_kind(obj, name)) if _has_column(obj, name) else None


def _has_column(obj: ObjectDef, name: str) -> bool:
    return obj.has(name) and obj.field(name).has_column and not obj.field(name).options.get("polymorphic")


def _kind(obj: ObjectDef, name: str) -> str:
    return result_kind(obj.field(name)).formula_type if obj.has(name) else "none"


def _is_large(obj: ObjectDef) -> bool:
    return bool(obj.model._default_manager.all()[LARGE : LARGE + 1])


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))
