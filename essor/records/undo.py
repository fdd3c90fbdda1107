"""Takes a whole batch back: what it created is deleted, what it changed is as before, what it deleted returns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.catalog.kinds import ParseContext
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed
from essor.records.change import Change, Source
from essor.records.delete import delete
from essor.records.load import object_rows
from essor.records.models import Batch, Created, Deletion, History
from essor.records.save import save_many
from essor.records.undelete import restore
from essor.records.write import plain, revive

CHUNK = 500


@dataclass(slots=True)
class Undone:
    """How many records were taken back, and how many stayed because somebody has changed them since."""

    deleted: int = 0
    restored: int = 0
    returned: int = 0
    kept: int = 0


def begin(actor: Actor, kind: str, object_name: str) -> UUID:
    """Open a batch that can be undone as a whole and return its id for `Source.batch`."""
    return Batch.objects.create(kind=kind, object_name=object_name, user_id=actor.user_id).pk


def undo(actor: Actor, batch_id: UUID) -> Undone:
    """Take a batch back. Only its author and administrators may; a batch is undone once.

    Runs in transactions of a few hundred rows and may be repeated after a crash: what is done already is skipped.
    """
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(_("There is nothing to undo."))
    if batch.user_id != actor.user_id and not actor.is_admin:
        raise Forbidden(_("Only its author or an administrator may undo this."))
    if batch.undone_date is not None:
        raise ValidationFailed([FieldError("", "ALREADY_UNDONE", _("This has been undone already."))])
    undone = Undone()
    _delete_created(actor, batch_id, undone)
    _restore_values(actor, batch_id, undone)
    for deletion in Deletion.objects.filter(batch_id=batch_id).order_by("-pk"):
        with transaction.atomic():
            undone.returned += restore(actor, current.get(), deletion)
    Batch.objects.filter(pk=batch_id).update(undone_date=timezone.now())
    return undone


def _delete_created(actor: Actor, batch_id: UUID, undone: Undone) -> None:
    """Delete the created records; those that somebody has worked on since stay."""
    for created in Created.objects.filter(batch_id=batch_id).order_by("-pk"):
        obj = current.get().object(created.object_name)
        live = obj.model._default_manager.filter(pk__in=created.record_ids, is_deleted=False)  # noqa: SLF001
        worked_on = set(
            History.objects.filter(object_name=obj.name, record_id__in=created.record_ids)
            .exclude(batch_id=batch_id)
            .exclude(action__in=("deleted", "undeleted"))
            .values_list("record_id", flat=True)
        )
        keys = [key for key in live.values_list("pk", flat=True) if key not in worked_on]
        undone.kept += len(worked_on)
        if keys:
            delete(actor, obj.name, keys)
            undone.deleted += len(keys)


def _restore_values(actor: Actor, batch_id: UUID, undone: Undone) -> None:
    """Write back the values from before, newest write first, where they are still what the batch wrote."""
    entries = History.objects.filter(batch_id=batch_id, action="updated").order_by("-pk").iterator(CHUNK)
    while chunk := list(islice(entries, CHUNK)):
        for name in {entry.object_name for entry in chunk}:
            mine = [entry for entry in chunk if entry.object_name == name]
            changes = list(_changes(current.get().object(name), mine, undone))
            results = save_many(actor, name, changes, source=Source(name="undo"))
            undone.restored += sum(result.ok for result in results)
            undone.kept += sum(not result.ok for result in results)


def _changes(obj: ObjectDef, entries: list[History], undone: Undone) -> Iterator[Change]:
    names = {name for entry in entries for name in entry.changes if obj.has(name)}
    stored = object_rows(obj, [entry.record_id for entry in entries], names)
    context = ParseContext(language="en", timezone="UTC")
    for entry in entries:
        values: dict[str, Any] = {}
        for name, (before, after) in entry.changes.items():
            field = obj.by_name.get(name.lower())
            if field is None or not field.updateable:
                continue
            if plain(stored.get(entry.record_id, {}).get(field.name)) == after:
                values[field.name] = as_given(revive(before, field, context), field.kind.name, field.options)
        if values:
            yield Change(obj.name, values, id=entry.record_id)
        else:
            undone.kept += 1


def as_given(value: Any, kind_name: str, options: Any) -> Any:
    """Return a stored value in the form that `kind.parse` takes: money in major units, all else as it is."""
    if kind_name == "money" and value is not None:
        return value / 10 ** int(options.get("scale", 2))
    return value
