"""Keeps a hierarchy a tree: no record stands above itself."""

from __future__ import annotations

from collections.abc import Mapping

from essor.catalog.definitions import ObjectDef
from essor.kernel import locks
from essor.records.batch import Batch

DEEPEST = 50


def refuse(batch: Batch, name: str, sentence: str) -> None:
    """Refuse a parent (the lookup `name`) that is below the record itself, level by level for all rows together.

    Whoever changes the same hierarchy meanwhile waits until we are committed: two moves could close a circle together.
    """
    rows = [row for row in batch if row.id is not None and row.changes(name) and row.get(name) is not None]
    if not rows:
        return
    hold(batch.object, name)
    below = closing(batch.object, name, {row.id: row.get(name) for row in rows if row.id is not None})
    for row in rows:
        if row.id in below:
            row.refuse(name, sentence, "CIRCULAR_DEPENDENCY")


def closing(obj: ObjectDef, name: str, moves: Mapping[int, int | None]) -> set[int]:
    """Return those of the records {key: new parent} that would stand above themselves, were all of them moved."""
    attr = obj.field(name).attr
    above = dict(moves)
    wanted = {key for key in above.values() if key is not None} - above.keys()
    for _level in range(DEEPEST):
        if not wanted:
            break
        rows = obj.model._default_manager.filter(pk__in=wanted)
        found: dict[int, int | None] = dict(rows.values_list("pk", attr))
        above |= found
        wanted = {key for key in found.values() if key is not None} - above.keys()
    return {key for key in moves if _meets_itself(key, above)}


def hold(obj: ObjectDef, name: str) -> None:
    """Keep others from moving anything in a hierarchy until the transaction ends."""
    locks.lock(f"hierarchy {obj.name}.{name}")


def _meets_itself(key: int, above: Mapping[int, int | None]) -> bool:
    at, seen = above.get(key), set()
    while at is not None and at not in seen:
        if at == key:
            return True
        seen.add(at)
        at = above.get(at)
    return False
