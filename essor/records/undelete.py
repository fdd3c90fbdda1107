"""Out of the recycle bin: a whole deletion, or chosen records with what followed them."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actions.unshare import forget_shares
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.kernel import events
from essor.kernel.db import lost
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed
from essor.kernel.pieces import pieces
from essor.query.access import visible_q
from essor.records import circles, rollups, rules
from essor.records.delete import references_to, set_deleted
from essor.records.models import Deleted, Deletion, Unlinked

log = logging.getLogger(__name__)
KEPT_DAYS = 30
PURGED_AT_ONCE = 500


@lost.again
def undelete(actor: Actor, object_name: str, ids: Sequence[int]) -> int:
    """Bring records back with all that went with them; return how many chosen ones came back.

    A deletion comes back as a whole: what was deleted together belongs together. Raises Forbidden, NotFound,
    ValidationFailed when something has taken its place, or a guard of a room forbids it.
    """
    catalog = current.get()
    obj = catalog.object(catalog_for(actor).object(object_name).name)
    if not row_access.may(actor, obj, "delete"):
        raise Forbidden(_("You may not bring %(plural)s back.") % {"plural": obj.plural})
    with transaction.atomic():
        gone = obj.model._default_manager.filter(pk__in=ids, is_deleted=True)
        condition = visible_q(actor, obj, verb="delete")
        if (gone if condition is None else gone.filter(condition)).count() != len(set(ids)):
            raise NotFound(_("There is no such record in the recycle bin."))
        deletions = set(
            Deleted.objects.filter(object_name=obj.name, record_id__in=ids).values_list(
                "deletion_id", flat=True
            )
        )
        rows = Deletion.objects.filter(pk__in=deletions).order_by("-pk")  # masters went last
        if connection.features.has_select_for_update:
            rows = rows.select_for_update()
        return sum(restore(actor, catalog, deletion) for deletion in rows)


def restore(actor: Actor, catalog: Catalog, deletion: Deletion) -> int:
    """Bring back every record of one deletion with its references; return how many of them somebody had chosen."""
    by_object: dict[str, set[int]] = defaultdict(set)
    chosen = 0
    for name, key, root in deletion.records.values_list("object_name", "record_id", "root"):
        by_object[name].add(key)
        chosen += root
    for name, keys in by_object.items():
        rules.ask_guards(actor, catalog.object(name), keys)
    for name, keys in by_object.items():
        _return(actor, catalog.object(name), keys)
    _relink(catalog, deletion)
    for name, keys in by_object.items():
        _let_go(catalog, catalog.object(name), keys)
    for name, keys in by_object.items():
        rollups.refresh_parents(catalog, name, rollups.parents_of_keys(catalog, name, keys))
        events.emit("record.undeleted", name, sorted(keys), {"user_id": actor.user_id})
    for name, keys in by_object.items():
        rules.after_move(actor, name, keys)
    deletion.merges.all().delete()
    deletion.delete()
    return chosen


def _return(actor: Actor, obj: ObjectDef, keys: set[int]) -> None:
    """Take the mark off rows; ValidationFailed when others have got their unique values meanwhile."""
    try:
        with transaction.atomic():
            set_deleted(actor, obj, keys, deleted=False)
    except IntegrityError:
        text = _("Other %(plural)s have taken their place since: they have the same unique values.")
        raise ValidationFailed([FieldError("", "DUPLICATE_VALUE", text % {"plural": obj.plural})]) from None


def _let_go(catalog: Catalog, obj: ObjectDef, keys: set[int]) -> None:
    """Empty the references to records that are still in the bin, until those come back; a master must come first."""
    for link in obj.fields:
        if not link.has_column or link.options.get("polymorphic"):
            continue
        for target in (catalog.object(name) for name in link.targets if name not in ("User", "Group")):
            if not target.is_record:
                continue
            away = target.model._default_manager.filter(is_deleted=True).values("pk")
            naming = obj.model._default_manager.filter(**{f"{link.attr}__in": away})
            for some in pieces(sorted(keys)):
                found = dict(naming.filter(pk__in=some).values_list("pk", link.attr))
                if found:
                    _empty(obj, link, target, found)


def _empty(obj: ObjectDef, link: Field, target: ObjectDef, found: Mapping[int, int]) -> None:
    """Empty one lookup of the records {key: target's key}, and let the way back of each target know."""
    if link.required or link.kind.name == "masterdetail" or link.on_delete == "cascade":
        text = _("“%(field)s” of it is in the recycle bin: bring that back first.") % {"field": link.label}
        raise ValidationFailed([FieldError("", "UNDELETE_FAILED", text)])
    gone = Deleted.objects.filter(object_name=target.name, record_id__in=set(found.values()))
    deletions = dict(gone.order_by("pk").values_list("record_id", "deletion_id"))
    rollups.hold(obj, found)
    obj.model._default_manager.filter(pk__in=found).update(**{link.attr: None})
    Unlinked.objects.bulk_create(
        Unlinked(
            deletion_id=deletions[key], object_name=obj.name, field=link.name, record_id=record, target_id=key
        )
        for record, key in found.items()
        if key in deletions
    )


def _relink(catalog: Catalog, deletion: Deletion) -> None:
    """Set the references again that were emptied or moved, except where somebody has chosen another record since.

    A record that was put above its former parent meanwhile stays there: it would stand above itself.
    """
    groups: dict[tuple[str, str, int, int | None], list[int]] = defaultdict(list)
    for link in deletion.links.all():
        groups[link.object_name, link.field, link.target_id, link.moved_to].append(link.record_id)
    staying = _above_themselves(catalog, groups)
    for (name, field, target, moved_to), keys in groups.items():
        obj = catalog.object(name)
        attr = obj.field(field).attr
        coming = [key for key in keys if (name, field, key) not in staying]
        rollups.hold(obj, coming)
        for some in pieces(coming):
            rows = obj.model._default_manager.filter(pk__in=some, **{attr: moved_to})
            rows.update(**{attr: target}, revision=F("revision") + 1, system_modstamp=timezone.now())
        events.emit(events.RELINKED, name, sorted(keys), {})
        rollups.refresh_parents(
            catalog, name, {field: {key for key in (target, moved_to) if key is not None}}
        )


def _above_themselves(
    catalog: Catalog, groups: Mapping[tuple[str, str, int, int | None], Sequence[int]]
) -> set[tuple[str, str, int]]:
    """Return those of the references (object, lookup, key) that would close a circle in a hierarchy, set all together."""
    moves: dict[tuple[str, str], dict[int, int | None]] = defaultdict(dict)
    for (name, field, target, _moved_to), keys in groups.items():
        if name in catalog.object(name).field(field).targets:
            moves[name, field].update(dict.fromkeys(keys, target))
    found: set[tuple[str, str, int]] = set()
    for (name, field), some in moves.items():
        circles.hold(catalog.object(name), field)
        found |= {(name, field, key) for key in circles.closing(catalog.object(name), field, some)}
    return found


def purge(*, days: int = KEPT_DAYS) -> int:
    """Remove for good what has been in the recycle bin longer than `days`; return the number of records."""
    return sum(purging(days=days))


def purging(*, days: int = KEPT_DAYS) -> Iterator[int]:
    """Remove the same piece by piece, and yield how many records each piece was.

    Each deletion is tried once, in the order of their keys: one that has to stay in the bin keeps no other there.
    """
    catalog, last = current.get(), 0
    limit = timezone.now() - timedelta(days=days)
    due = Deletion.objects.filter(created_date__lt=limit).order_by("pk")
    while some := list(due.filter(pk__gt=last)[:PURGED_AT_ONCE]):
        last = some[-1].pk
        yield sum(_purge_or_force(catalog, deletion) for deletion in some)


def _purge_or_force(catalog: Catalog, deletion: Deletion) -> int:
    try:
        return _purge(catalog, deletion)
    except IntegrityError:  # a record was written while its parent went into the bin
        return _purge_forced(catalog, deletion)


def _purge_forced(catalog: Catalog, deletion: Deletion) -> int:
    """Remove one deletion though records refer to it: they lose the reference; where they cannot, it stays in the bin."""
    try:
        return _purge(catalog, deletion, forced=True)
    except IntegrityError:
        log.exception("deletion %d stays in the recycle bin: something cannot be without it", deletion.pk)
        return 0


def _detach(catalog: Catalog, obj: ObjectDef, keys: Sequence[int]) -> None:
    """Empty the references to records that go for good."""
    for child, link in references_to(catalog, obj.name):
        if link.on_delete == "set_null" and not link.required and link.kind.name != "masterdetail":
            rows = child.model._default_manager.filter(**{f"{link.attr}__in": keys})
            rows.update(**{link.attr: None}, revision=F("revision") + 1, system_modstamp=timezone.now())


def _purge(catalog: Catalog, deletion: Deletion, *, forced: bool = False) -> int:
    """Remove one deletion; details go before their masters so that no reference dangles."""
    with transaction.atomic():
        by_object: dict[str, list[int]] = defaultdict(list)
        for name, key in deletion.records.order_by("-pk").values_list("object_name", "record_id"):
            by_object[name].append(key)
        for name, keys in reversed(by_object.items()):
            if catalog.has(name):
                obj = catalog.object(name)
                for some in pieces(keys):
                    if forced:
                        _detach(catalog, obj, some)
                    rows = obj.model._default_manager.filter(pk__in=some, is_deleted=True)
                    forget_shares(obj, some)
                    rows._raw_delete(rows.db)
        Deletion.objects.filter(
            pk=deletion.pk
        ).delete()  # the instance keeps its key: there may be another try
    return sum(len(keys) for keys in by_object.values())
