"""While a request waits, its record stays as it is: for everybody but those who are asked and administrators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from django.db.models import Q
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.models import User
from essor.access.rights import Permission
from essor.catalog import current
from essor.catalog.definitions import Catalog, ObjectDef
from essor.domain.absences.away import seats
from essor.domain.approvals.models import PENDING, ApprovalProcess, ProcessInstance, ProcessInstanceWorkitem
from essor.kernel.errors import FieldError, ValidationFailed
from essor.records.batch import Batch, Row
from essor.records.load import object_rows
from essor.records.rules import EVERY, before, guard

LOCKED = "ENTITY_IS_LOCKED"
Record = tuple[str, int]  # (key prefix, key)


def locked_for(actor: Actor, records: Collection[Record]) -> dict[Record, int]:
    """Return {record: request} of those that the actor may not change now; one query, two when something waits."""
    if not records or actor.system or actor.can(Permission.MODIFY_ALL_DATA):
        return {}
    prefixes = {one.prefix for one in current.get() if one.name in objects_concerned(actor.version)}
    records = [record for record in records if record[0] in prefixes]
    if not records:
        return {}
    waiting = pending(records)
    if not waiting:
        return {}
    mine = ProcessInstanceWorkitem.objects.filter(
        process_instance__in=list(waiting.values()), actor__in=seats(actor.user_id), is_deleted=False
    )
    open_to = set(mine.values_list("process_instance", flat=True))
    return {record: key for record, key in waiting.items() if key not in open_to}


@lru_cache(maxsize=8)
def objects_concerned(stamp: int) -> frozenset[str]:  # noqa: ARG001 -- saving a process draws a new stamp of the rights
    """Return the names of the objects that have a process, on or off: all others are never locked."""
    return frozenset(ApprovalProcess.objects.values_list("object_name", flat=True))


def pending(records: Iterable[Record]) -> dict[Record, int]:
    """Return {record: request} of the records that wait for an answer; one query."""
    by_prefix: dict[str, list[int]] = defaultdict(list)
    for prefix, key in records:
        by_prefix[prefix].append(key)
    condition = Q(pk__in=())
    for prefix, keys in by_prefix.items():
        condition |= Q(target_object_type=prefix, target_object__in=keys)
    rows = ProcessInstance.objects.filter(condition, status=PENDING, is_deleted=False)
    return {
        (prefix, key): pk for prefix, key, pk in rows.values_list("target_object_type", "target_object", "pk")
    }


def sentences(requests: Collection[int]) -> dict[int, str]:
    """Return what a writer is told of each request that locks a record: on whom it waits."""
    names: dict[int, list[str]] = defaultdict(list)
    items = ProcessInstanceWorkitem.objects.filter(process_instance__in=requests, is_deleted=False)
    people = dict(User.objects.filter(pk__in=items.values("actor")).values_list("pk", "name"))
    for request, user in items.order_by("pk").values_list("process_instance", "actor"):
        names[request].append(people.get(user, ""))
    text = _("This record is locked until its approval is decided: it is waiting for %(names)s.")
    return {key: text % {"names": ", ".join(names[key]) or "…"} for key in requests}


@before(EVERY)
def keep_as_it_is(batch: Batch) -> None:
    """Refuse changes of locked records, and new, changed or moved details of a locked master."""
    if batch.actor.system:
        return
    masters = _masters(batch.catalog, batch.object)
    wanted = {row.index: set(_records(batch.object, row, masters)) for row in batch}
    locked = locked_for(batch.actor, set().union(*wanted.values()))
    if not locked:
        return
    texts = sentences(set(locked.values()))
    for row in batch:
        found = next((locked[one] for one in sorted(wanted[row.index]) if one in locked), None)
        if found is not None:
            row.refuse("", texts[found], LOCKED)


def _masters(catalog: Catalog, obj: ObjectDef) -> dict[str, str]:
    """Return {master-detail field: key prefix of the master's object}."""
    return {
        link.name: catalog.object(link.targets[0]).prefix
        for link in obj.fields
        if link.kind.name == "masterdetail" and len(link.targets) == 1 and catalog.has(link.targets[0])
    }


def _records(obj: ObjectDef, row: Row, masters: Mapping[str, str]) -> Iterable[Record]:
    """Yield the records that must be free for a row to be written: itself, and its masters before and after."""
    if not row.is_new and not row.changed():
        return
    if row.id is not None:
        yield obj.prefix, row.id
    for name, prefix in masters.items():
        yield from ((prefix, key) for key in {row.get(name), row.prior(name)} if isinstance(key, int))


@guard(EVERY)
def keep_where_it_is(actor: Actor, obj: ObjectDef, keys: Collection[int]) -> None:
    """Refuse to delete or bring back locked records and details of a locked master, alone or along with others."""
    if actor.system:
        return
    concerned, catalog = objects_concerned(actor.version), current.get()
    masters = {
        name: prefix
        for name, prefix in _masters(catalog, obj).items()
        if catalog.by_prefix[prefix].name in concerned
    }
    rows = object_rows(obj, keys, masters) if masters else {}
    held = {
        (prefix, key)
        for row in rows.values()
        for name, prefix in masters.items()
        if (key := row[name]) is not None
    }
    require_free(actor, {(obj.prefix, key) for key in keys} | held)


def require_free(actor: Actor, records: Collection[Record]) -> None:
    """Raise ValidationFailed when the actor may not change one of the records now."""
    locked: Mapping[Record, int] = locked_for(actor, records)
    if locked:
        texts = sentences(set(locked.values()))
        raise ValidationFailed([FieldError("", LOCKED, text) for text in dict.fromkeys(texts.values())])
