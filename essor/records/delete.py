"""Into the recycle bin with all that belongs to the record, and out of it again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.kernel import events
from essor.kernel.db import lost
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed
from essor.kernel.pieces import pieces
from essor.query.access import visible_q
from essor.records import rollups, rules
from essor.records.change import Source
from essor.records.models import Deleted, Deletion, History, Unlinked

DEFAULT = Source()


@dataclass(slots=True)
class Harvest:
    """The keys that go together, by object, in the order found; and the references to be emptied."""

    roots: dict[str, list[int]] = field(default_factory=dict)
    found: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    links: list[tuple[ObjectDef, Field, dict[int, int]]] = field(default_factory=list)


@lost.again
def delete(actor: Actor, object_name: str, ids: Sequence[int], *, source: Source = DEFAULT) -> Deletion:
    """Put records and what belongs to them into the recycle bin, in one transaction.

    Raises Forbidden without the right, NotFound when one is not visible, ValidationFailed when a reference or a
    guard of a room forbids it.
    """
    catalog = current.get()
    obj = catalog.object(catalog_for(actor).object(object_name).name)
    with transaction.atomic():
        allow(actor, obj, ids)
        harvest = gather(catalog, obj, ids)
        if connection.features.has_select_for_update:
            _lock(catalog, harvest)
            allow(actor, obj, ids)  # somebody may have been faster
        for name, keys in harvest.found.items():
            rules.ask_guards(actor, catalog.object(name), keys)
        deletion = Deletion.objects.create(user_id=actor.user_id, batch_id=source.batch)
        _unlink(deletion, harvest)
        _mark(actor, catalog, deletion, harvest)
    return deletion


def _lock(catalog: Catalog, harvest: Harvest) -> None:
    """Lock all that is touched, details before their masters as whoever saves a detail does."""
    for child, _link, found in harvest.links:
        rollups.hold(child, found)
    for name, keys in reversed(harvest.found.items()):
        rollups.hold(catalog.object(name), keys)


def allow(actor: Actor, obj: ObjectDef, ids: Sequence[int]) -> None:
    """Raise unless the actor may delete every one of the records."""
    if not row_access.may(actor, obj, "delete"):
        raise Forbidden(_("You may not delete %(plural)s.") % {"plural": obj.plural})
    query = obj.model._default_manager.filter(pk__in=ids, is_deleted=False)
    readable, deletable = visible_q(actor, obj, verb="read"), visible_q(actor, obj, verb="delete")
    if (query if readable is None else query.filter(readable)).count() != len(set(ids)):
        raise NotFound(_("There is no such record."))
    if deletable is not None and query.filter(deletable).count() != len(set(ids)):
        raise Forbidden(_("You may read this record but not delete it."))


def gather(catalog: Catalog, obj: ObjectDef, ids: Iterable[int]) -> Harvest:
    """Collect the records that are deleted along, level by level; ValidationFailed where a reference restricts."""
    harvest = Harvest(roots={obj.name: list(dict.fromkeys(ids))})
    level: dict[str, set[int]] = {obj.name: set(harvest.roots[obj.name])}
    while level:
        following: dict[str, set[int]] = defaultdict(set)
        for name, keys in level.items():
            harvest.found[name] |= keys
        for name, keys in level.items():
            for child, link in references_to(catalog, name):
                _follow(harvest, child, link, keys, following)
        level = {
            name: keys - harvest.found[name] for name, keys in following.items() if keys - harvest.found[name]
        }
    return harvest


def references_to(catalog: Catalog, name: str) -> Iterable[tuple[ObjectDef, Field]]:
    """Yield every (object, lookup) through which rows may refer to the object; polymorphic ones are left alone."""
    for child in catalog:
        for link in child.fields:
            plain = link.has_column and not link.options.get("polymorphic")
            if name in link.targets and plain and child.is_record and name not in ("User", "Group"):
                yield child, link


def _follow(
    harvest: Harvest, child: ObjectDef, link: Field, keys: set[int], following: dict[str, set[int]]
) -> None:
    found: dict[int, int] = {}
    for some in pieces(sorted(keys)):
        query = child.model._default_manager.filter(**{f"{link.attr}__in": some}, is_deleted=False)
        found.update(query.values_list("pk", link.attr))
    if not found:
        return
    if link.on_delete == "restrict":
        message = _("%(count)d %(plural)s still refer to it by “%(field)s”.")
        text = message % {"count": len(found), "plural": child.plural, "field": link.label}
        raise ValidationFailed([FieldError("", "DELETE_FAILED", text)])
    if link.on_delete == "cascade" or link.kind.name == "masterdetail":
        following[child.name] |= set(found)
    else:
        harvest.links.append((child, link, found))


def _unlink(deletion: Deletion, harvest: Harvest) -> None:
    """Empty the references from records that stay, and remember them for the way back."""
    for child, link, found in harvest.links:
        staying = {key: target for key, target in found.items() if key not in harvest.found[child.name]}
        for some in pieces(list(staying)):
            child.model._default_manager.filter(pk__in=some).update(
                **{link.attr: None}, revision=F("revision") + 1, system_modstamp=timezone.now()
            )
        Unlinked.objects.bulk_create(
            Unlinked(
                deletion=deletion, object_name=child.name, field=link.name, record_id=key, target_id=target
            )
            for key, target in staying.items()
        )
        if staying:
            events.emit(events.RELINKED, child.name, sorted(staying), {})


def _mark(actor: Actor, catalog: Catalog, deletion: Deletion, harvest: Harvest) -> None:
    for name, keys in harvest.found.items():
        obj = catalog.object(name)
        touched = rollups.parents_of_keys(catalog, name, keys)
        list_in_bin(deletion, obj, keys, set(harvest.roots.get(name, ())))
        set_deleted(actor, obj, keys, deleted=True)
        rollups.refresh_parents(catalog, name, touched)
        events.emit("record.deleted", name, sorted(keys), {"user_id": actor.user_id})
    for name, keys in harvest.found.items():
        rules.after_move(actor, name, keys)


def list_in_bin(deletion: Deletion, obj: ObjectDef, keys: set[int], roots: set[int]) -> None:
    """Enter records into the recycle bin under the name they had."""
    attr = obj.field(obj.name_field).attr
    for some in pieces(sorted(keys)):
        names = obj.model._default_manager.filter(pk__in=some).values_list("pk", attr)
        Deleted.objects.bulk_create(
            Deleted(
                deletion=deletion,
                object_name=obj.name,
                record_id=key,
                name=str(name or "")[:255],
                root=key in roots,
            )
            for key, name in names
        )


def set_deleted(actor: Actor, obj: ObjectDef, keys: Iterable[int], *, deleted: bool) -> None:
    """Turn the mark of rows on or off, with their history."""
    now, action = timezone.now(), "deleted" if deleted else "undeleted"
    for some in pieces(sorted(keys)):
        rows = obj.model._default_manager.filter(pk__in=some)
        rows.update(
            is_deleted=deleted,
            revision=F("revision") + 1,
            system_modstamp=now,
            last_modified_date=now,
            last_modified_by_id=actor.user_id,
        )
        History.objects.bulk_create(
            History(
                object_name=obj.name,
                record_id=key,
                revision=revision,
                action=action,
                user_id=actor.user_id,
                created_date=now,
            )
            for key, revision in rows.values_list("pk", "revision")
        )
