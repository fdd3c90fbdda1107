"""Stored roll-up summaries: recomputed set-wise for the parents that a write touches, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from essor.access.actor import system_actor
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.kernel import events
from essor.kernel.db.prepared import Prepared, by_key, prepare
from essor.query.computed import roll_up
from essor.query.converting import CURRENCY
from essor.query.environment import env_for
from essor.records.batch import Batch

CHUNK = 500
FROM_NONE = ("COUNT", "SUM")  # what these gather of no children is 0
Touched = Mapping[str, set[int]]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One stored roll-up and the child's lookup through which it gathers."""

    parent: ObjectDef
    field: Field
    child: ObjectDef
    link: Field

    @property
    def converts(self) -> bool:
        """Tell whether it gathers money in the parent's currency: its value follows that, and the rates."""
        return self.field.options.get("returns") == "money" and not self.field.options.get("corporate")


@lru_cache(maxsize=256)
def ways(catalog: Catalog, child_name: str) -> tuple[Way, ...]:
    """Return the stored roll-ups that gather rows of the child object."""
    return tuple(way for way in _all_ways(catalog) if way.child.name == child_name)


@lru_cache(maxsize=8)
def _all_ways(catalog: Catalog) -> tuple[Way, ...]:
    return tuple(_ways(catalog))


def _ways(catalog: Catalog) -> Iterator[Way]:
    for parent in catalog:
        for field in parent.fields:
            if field.kind.name == "rollup" and field.has_column and not field.hidden:
                relation = parent.child(str(field.options["relationship"]))
                child = catalog.object(relation.object_name)
                yield Way(parent, field, child, child.field(relation.field))


def links(catalog: Catalog, child_name: str) -> frozenset[str]:
    """Return the lookups whose stored value a write of the child object must know, for re-parenting."""
    return frozenset(way.link.name for way in ways(catalog, child_name))


def parents_of(batch: Batch) -> Touched:
    """Return {lookup: keys of the parents that lose or keep a row of the batch}, before the write."""
    return {
        name: {key for row in batch if (key := row.prior(name)) is not None}
        for name in links(batch.catalog, batch.object.name)
    }


def refresh(batch: Batch, before: Touched) -> None:
    """Recompute the roll-ups of the parents of before and after the write."""
    touched = {
        name: keys | {key for row in batch if (key := row.get(name)) is not None}
        for name, keys in before.items()
    }
    refresh_parents(batch.catalog, batch.object.name, touched)
    moved = {row.id for row in batch.updating() if row.id is not None and row.changes(CURRENCY)}
    if moved:
        recount(
            batch.catalog, [way for way in converting(batch.catalog) if way.parent is batch.object], moved
        )


def converting(catalog: Catalog) -> tuple[Way, ...]:
    """Return the stored roll-ups that gather money in their parent's currency."""
    return tuple(way for way in _all_ways(catalog) if way.converts)


def recount(catalog: Catalog, wanted: Iterable[Way], keys: set[int]) -> None:
    """Recompute some roll-ups of the same records, then what gathers those that changed."""
    changed: dict[str, set[int]] = {}
    for way in wanted:
        hold(way.parent, keys)
        changed.setdefault(way.parent.name, set()).update(recompute(way, keys))
    _pass_on(catalog, changed)


def refresh_parents(catalog: Catalog, child_name: str, touched: Touched) -> None:
    """Recompute each roll-up for its touched parents, then the roll-ups that gather those parents in turn."""
    wanted = [(way, keys) for way in ways(catalog, child_name) if (keys := touched.get(way.link.name))]
    held: dict[str, set[int]] = {}
    for way, keys in wanted:
        held.setdefault(way.parent.name, set()).update(keys)
    for name, keys in held.items():
        hold(catalog.object(name), keys)
    changed: dict[str, set[int]] = {}
    for way, keys in wanted:
        changed.setdefault(way.parent.name, set()).update(recompute(way, keys))
    _pass_on(catalog, changed)


def _pass_on(catalog: Catalog, changed: Mapping[str, set[int]]) -> None:
    """Tell of the records whose roll-ups changed, and recompute what gathers them in turn."""
    for name, keys in changed.items():
        if keys:
            events.emit("record.updated", name, sorted(keys), {"rollup": True})
            refresh_parents(catalog, name, parents_of_keys(catalog, name, keys))


def hold(parent: ObjectDef, keys: Iterable[int]) -> None:
    """Lock parents until the transaction ends: whoever writes another child of theirs meanwhile computes after us.

    Without it, two writers would each add up what they see, and the second sum would lack the first one's row.
    """
    if not connection.features.has_select_for_update:  # SQLite lets one writer in at a time
        return
    rows = parent.model._base_manager.order_by("pk").select_for_update(no_key=True)
    ordered = sorted(keys)
    for start in range(0, len(ordered), CHUNK):
        len(rows.filter(pk__in=ordered[start : start + CHUNK]).values_list("pk"))


def parents_of_keys(catalog: Catalog, child_name: str, keys: Iterable[int]) -> Touched:
    """Return {lookup: parent keys} of stored rows."""
    found: dict[str, set[int]] = {name: set() for name in links(catalog, child_name)}
    if not found:
        return found
    obj = catalog.object(child_name)
    attrs = tuple(obj.field(name).attr for name in found)
    for row in by_key(obj.model, attrs).rows(list(keys)):
        for name, value in zip(found, row, strict=True):
            if value is not None:
                found[name].add(value)
    return found


def recompute(way: Way, keys: Iterable[int]) -> set[int]:
    """Bring one roll-up of the parents `keys` up to date; return the keys whose value really changed."""
    ordered = sorted(keys)
    changed: set[int] = set()
    today = env_for(system_actor()).moment.today if way.converts else None
    for start in range(0, len(ordered), CHUNK):
        rows = _compared(way, today).rows(ordered[start : start + CHUNK])
        stale = {key: fresh for key, stored, fresh in rows if stored != fresh}
        for value in set(stale.values()):
            mine = [key for key, fresh in stale.items() if fresh == value]
            way.parent.model._default_manager.filter(pk__in=mine).update(**{way.field.attr: value})
        changed.update(stale)
    return changed


@lru_cache(maxsize=256)
def _compared(way: Way, _today: date | None) -> Prepared:
    """Return the statement for (key, stored value, the value that the children give now).

    It is the same on any day, but for roll-ups that convert: those have the day of their rates in it.
    """
    rows = way.parent.model._default_manager.annotate(fresh=_fresh(way))
    return prepare(rows.values_list("pk", way.field.attr, "fresh"))


def _fresh(way: Way) -> Any:
    """Return the value that the children give now, as SQL over the parent's row."""
    return roll_up(way.field, way.parent, "", env_for(system_actor()))


def _differing(annotated: object, attr: str) -> Iterator[tuple[int, object]]:
    for key, stored, fresh in annotated.values_list("pk", attr, "fresh").iterator(chunk_size=2000):  # type: ignore[attr-defined]
        if stored != fresh:
            yield key, fresh


def fill(catalog: Catalog, field: Field) -> None:
    """Compute one stored roll-up for every record, after it was defined or changed."""
    for way in _all_ways(catalog):
        if (way.parent.name, way.field.name) == (field.object_name, field.name):
            keys, last = way.parent.model._default_manager.order_by("pk").values_list("pk", flat=True), 0
            while some := list(keys.filter(pk__gt=last)[:CHUNK]):
                _put_right(way, some)
                last = some[-1]


def _put_right(way: Way, keys: Sequence[int]) -> None:
    """Recompute some parents in a transaction of their own, short enough for others to wait for."""
    with transaction.atomic():
        hold(way.parent, keys)
        recompute(way, keys)


def drift(catalog: Catalog, *, mend: bool) -> dict[str, int]:
    """Recompute every stored roll-up of every record; return {“Object.Field”: number of wrong values found}."""
    found: dict[str, int] = {}
    for way in _all_ways(catalog):
        everyone = way.parent.model._default_manager.filter(Q(is_deleted=False))
        annotated = everyone.annotate(fresh=_fresh(way))
        wrong = [key for key, _fresh in _differing(annotated, way.field.attr)]
        found[f"{way.parent.name}.{way.field.name}"] = len(wrong)
        for start in range(0, len(wrong) if mend else 0, CHUNK):
            _put_right(way, wrong[start : start + CHUNK])
    return found
