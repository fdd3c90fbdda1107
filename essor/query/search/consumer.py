"""Follows the outbox: what was written becomes findable a moment later; an import pays nothing for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from essor.catalog import current
from essor.catalog.definitions import Catalog, ObjectDef
from essor.kernel.events import RECORD_TOPICS, RELINKED, Event, consumer
from essor.query.search.index import CHUNK, refresh, searched

TOPICS = (*RECORD_TOPICS, RELINKED)


@consumer("search", topics=TOPICS)
def follow(events: Sequence[Event]) -> None:
    """Refresh the entries of the records concerned, and of the children that are found by their parent's name."""
    touched: dict[str, set[int]] = defaultdict(set)
    for event in events:
        if concerns(event):
            touched[event.object_name].update(event.record_ids)
    catalog = current.get()
    for name in list(touched):
        if catalog.has(name):
            for child, attr in children_found_by(catalog, catalog.object(name)):
                keys = sorted(touched[name])
                rows = child.model._default_manager.filter(**{f"{attr}__in": keys}, is_deleted=False)
                touched[child.name].update(rows.values_list("pk", flat=True))
    for name, ids in touched.items():
        ordered = sorted(ids)
        for start in range(0, len(ordered), CHUNK):
            refresh(name, ordered[start : start + CHUNK])


def concerns(event: Event) -> bool:
    """Tell whether an event may change what finds its records."""
    fields = event.payload.get("fields")
    if event.payload.get("rollup"):
        return False
    if fields is None or not current.get().has(event.object_name):
        return True
    paths = searched(current.get().object(event.object_name))
    own = {path for path in paths if "." not in path} | {
        path.split(".")[0] + "Id" for path in paths if "." in path
    }
    return bool(own & set(fields))


def children_found_by(catalog: Catalog, parent: ObjectDef) -> list[tuple[ObjectDef, str]]:
    """Return the (object, lookup attribute) whose entries hold the parent's name, as “Account.Name” does."""
    found = []
    for obj in catalog:
        for path in searched(obj):
            way = obj.by_relationship.get(path.split(".")[0].lower()) if "." in path else None
            if way is not None and parent.name in way.targets:
                found.append((obj, way.attr))
    return found
