"""Out of the recycle bin: a whole deletion, or chosen records with what followed them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actions.unshare import forget_shares
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import Catalog
from essor.kernel import events
from essor.kernel.errors import Forbidden, NotFound
from essor.query.access import visible_q
from essor.records import rollups, rules
from essor.records.delete import pieces, set_deleted
from essor.records.models import Deleted, Deletion

KEPT_DAYS = 30


def undelete(actor: Actor, object_name: str, ids: Sequence[int]) -> int:
    """Bring records back with all that went with them; return how many chosen ones came back.

    A deletion comes back as a whole: what was deleted together belongs together. Raises Forbidden, NotFound.
    """
    catalog = current.get()
    obj = catalog.object(catalog_for(actor).object(object_name).name)
    if not row_access.may(actor, obj, "delete"):
        raise Forbidden(_("You may not bring %(plural)s back.") % {"plural": obj.plural})
    with transaction.atomic():
        gone = obj.model._default_manager.filter(pk__in=ids, is_deleted=True)  # noqa: SLF001 -- Django's name
        condition = visible_q(actor, obj, verb="delete")
        if (gone if condition is None else gone.filter(condition)).count() != len(set(ids)):
            raise NotFound(_("There is no such record in the recycle bin."))
        deletions = set(
            Deleted.objects.filter(object_name=obj.name, record_id__in=ids).values_list(
                "deletion_id", flat=True
            )
        )
        return sum(
            restore(actor, catalog, deletion) for deletion in Deletion.objects.filter(pk__in=deletions)
        )


def restore(actor: Actor, catalog: Catalog, deletion: Deletion) -> int:
    """Bring back every record of one deletion with its references; return how many of them somebody had chosen."""
    by_object: dict[str, set[int]] = defaultdict(set)
    chosen = 0
    for name, key, root in deletion.records.values_list("object_name", "record_id", "root"):
        by_object[name].add(key)
        chosen += root
    for name, keys in by_object.items():
        set_deleted(actor, catalog.object(name), keys, deleted=False)
    _relink(catalog, deletion)
    for name, keys in by_object.items():
        rollups.refresh_parents(catalog, name, rollups.parents_of_keys(catalog, name, keys))
        events.emit("record.undeleted", name, sorted(keys), {"user_id": actor.user_id})
    for name, keys in by_object.items():
        rules.after_move(actor, name, keys)
    deletion.merges.all().delete()
    deletion.delete()
    return chosen


def _relink(catalog: Catalog, deletion: Deletion) -> None:
    """Set the references again that were emptied or moved, except where somebody has chosen another record since."""
    groups: dict[tuple[str, str, int, int | None], list[int]] = defaultdict(list)
    for link in deletion.links.all():
        groups[link.object_name, link.field, link.target_id, link.moved_to].append(link.record_id)
    for (name, field, target, moved_to), keys in groups.items():
        obj = catalog.object(name)
        attr = obj.field(field).attr
        for some in pieces(keys):
            rows = obj.model._default_manager.filter(pk__in=some, **{attr: moved_to})  # noqa: SLF001
            rows.update(**{attr: target}, revision=F("revision") + 1, system_modstamp=timezone.now())
        rollups.refresh_parents(
            catalog, name, {field: {key for key in (target, moved_to) if key is not None}}
        )


def purge(*, days: int = KEPT_DAYS) -> int:
    """Remove for good what has been in the recycle bin longer than `days`; return the number of records."""
    catalog, count = current.get(), 0
    limit = timezone.now() - timedelta(days=days)
    for deletion in Deletion.objects.filter(created_date__lt=limit).order_by("pk")[:500]:
        count += _purge(catalog, deletion)
    return count


def _purge(catalog: Catalog, deletion: Deletion) -> int:
    """Remove one deletion; details go before their masters so that no reference dangles."""
    with transaction.atomic():
        by_object: dict[str, list[int]] = defaultdict(list)
        for name, key in deletion.records.order_by("-pk").values_list("object_name", "record_id"):
            by_object[name].append(key)
        for name, keys in reversed(by_object.items()):
            if catalog.has(name):
                for some in pieces(keys):
                    rows = catalog.object(name).model._default_manager.filter(pk__in=some, is_deleted=True)  # noqa: SLF001
                    forget_shares(catalog.object(name), some)
                    rows._raw_delete(rows.db)  # noqa: SLF001 -- the catalog knows what goes along, Django does not
        deletion.delete()
    return sum(len(keys) for keys in by_object.values())
