"""Keeps a hierarchy a tree: no record stands above itself."""

from __future__ import annotations

from collections.abc import Mapping

from essor.records.batch import Batch, Row

DEEPEST = 50


def refuse(batch: Batch, name: str, sentence: str) -> None:
    """Refuse a parent (the lookup `name`) that is below the record itself, level by level for all rows together."""
    rows = [
        row for row in batch if row.id is not None and row.changes(name) and row.get(name) is not None
    ]  # fmt: skip
    if not rows:
        return
    attr = batch.object.field(name).attr
    above: dict[int, int | None] = {row.id: row.get(name) for row in rows if row.id is not None}
    wanted = {key for key in above.values() if key is not None} - above.keys()
    for _level in range(DEEPEST):
        if not wanted:
            break
        people = batch.object.model._default_manager.filter(pk__in=wanted)  # noqa: SLF001 -- Django's name
        found: dict[int, int | None] = dict(people.values_list("pk", attr))
        above |= found
        wanted = {key for key in found.values() if key is not None} - above.keys()
    for row in rows:
        if _meets_itself(row, above):
            row.refuse(name, sentence, "CIRCULAR_DEPENDENCY")


def _meets_itself(row: Row, above: Mapping[int, int | None]) -> bool:
    at, seen = above.get(row.id or 0), set()
    while at is not None and at not in seen:
        if at == row.id:
            return True
        seen.add(at)
        at = above.get(at)
    return False
