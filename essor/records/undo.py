"""Takes a whole batch back: what it created is deleted, what it changed is as before, what it deleted returns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor, system_actor
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.catalog.kinds import ParseContext
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed
from essor.records.change import Change, Source
from essor.records.delete import delete, references_to
from essor.records.load import object_rows
from essor.records.models import Batch, Created, Deletion, History
from essor.records.save import save_many
from essor.records.undelete import restore
from essor.records.write import plain, revive

CHUNK = 500
REFUSALS = (Forbidden, NotFound, ValidationFailed)


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
    # Values first: a record that stays must let go of one that goes, not be found emptied by its going.
    waiting = _restore_values(actor, batch_id, undone)
    _delete_created(actor, batch_id, undone)
    if waiting:  # such as a unique value that a record of the batch held until now
        undone.kept -= waiting
        waiting = _restore_values(actor, batch_id, undone, again=True)
    for deletion in Deletion.objects.filter(batch_id=batch_id).order_by("-pk"):
        try:
            with transaction.atomic():
                undone.returned += restore(actor, current.get(), deletion)
        except ValidationFailed:  # others have taken the place of one of them
            undone.kept += deletion.records.filter(root=True).count()
    if waiting:  # what was written and then went into the bin with the batch
        undone.kept -= waiting
        _restore_values(actor, batch_id, undone, again=True)
    Batch.objects.filter(pk=batch_id).update(undone_date=timezone.now())
    return undone


def _delete_created(actor: Actor, batch_id: UUID, undone: Undone) -> None:
    """Delete the created records; those that somebody has worked on since stay."""
    made = _made(batch_id)
    staying: dict[str, set[int]] = defaultdict(set)
    for created in Created.objects.filter(batch_id=batch_id).order_by("-pk"):
        obj = current.get().object(created.object_name)
        live = obj.model._default_manager.filter(pk__in=created.record_ids, is_deleted=False)
        keys = set(live.values_list("pk", flat=True))
        worked_on = set(
            History.objects.filter(object_name=obj.name, record_id__in=keys)
            .exclude(batch_id=batch_id)
            .exclude(action__in=("deleted", "undeleted"))
            .values_list("record_id", flat=True)
        )
        worked_on |= _built_on(obj, keys - worked_on, made, staying)
        gone = _delete(actor, obj, keys - worked_on)
        staying[obj.name] |= keys - gone
        undone.deleted += len(gone)
        undone.kept += len(keys - gone)


def _made(batch_id: UUID) -> dict[str, set[int]]:
    """Return the keys of all that the batch created, by object."""
    made: dict[str, set[int]] = defaultdict(set)
    for name, keys in Created.objects.filter(batch_id=batch_id).values_list("object_name", "record_ids"):
        made[name].update(keys)
    return made


def _built_on(
    obj: ObjectDef, keys: set[int], made: Mapping[str, set[int]], staying: Mapping[str, set[int]]
) -> set[int]:
    """Return those of the records that others of people refer to, or of the batch that stay; what programs made goes along."""
    if not keys:
        return set()
    found: set[int] = set()
    automated = system_actor().user_id
    for child, link in references_to(current.get(), obj.name):
        if not child.createable:
            continue
        rows = child.model._default_manager.filter(**{f"{link.attr}__in": keys}, is_deleted=False).exclude(
            created_by_id=automated
        )
        for key, target in rows.values_list("pk", link.attr):
            if key not in made.get(child.name, ()) or key in staying.get(child.name, ()):
                found.add(target)
    return found


def _delete(actor: Actor, obj: ObjectDef, keys: set[int]) -> set[int]:
    """Delete the records, one by one where they do not all go; return those that went."""
    if not keys:
        return set()
    try:
        delete(actor, obj.name, sorted(keys))
    except REFUSALS:
        if len(keys) == 1:
            return set()
        return {key for one in sorted(keys, reverse=True) for key in _delete(actor, obj, {one})}
    return keys


def _restore_values(actor: Actor, batch_id: UUID, undone: Undone, *, again: bool = False) -> int:
    """Write back the values from before, newest write first, where they are still what the batch wrote.

    Returns how many records were refused. `again` counts only what changes: the rest was counted the first time.
    """
    made, refused = _made(batch_id), 0
    entries = History.objects.filter(batch_id=batch_id, action="updated").order_by("-pk").iterator(CHUNK)
    while chunk := list(islice(entries, CHUNK)):
        for name in {entry.object_name for entry in chunk}:
            mine = [one for one in chunk if one.object_name == name and one.record_id not in made[name]]
            changes, kept = _changes(current.get().object(name), mine)
            results = save_many(actor, name, changes, source=Source(name="undo"))
            failed = sum(not result.ok for result in results)
            refused += failed
            undone.restored += len(results) - failed
            undone.kept += failed if again else failed + kept
    return refused


def _changes(obj: ObjectDef, entries: Sequence[History]) -> tuple[list[Change], int]:
    """Return one change a record that takes back all of its writes, and the number of records that stay as they are."""
    names = {name for entry in entries for name in entry.changes if obj.has(name)}
    stored = object_rows(obj, [entry.record_id for entry in entries], names)
    context = ParseContext(language="en", timezone="UTC")
    wanted: dict[int, dict[str, Any]] = {}
    for entry in entries:
        values = wanted.setdefault(entry.record_id, {})
        for name, (before, after) in entry.changes.items():
            field = obj.by_name.get(name.lower())
            if field is None or not field.updateable:
                continue
            now = stored.get(entry.record_id, {})
            if plain(now.get(field.name)) == after:
                now[field.name] = revive(before, field, context)
                values[field.name] = as_given(now[field.name], field.kind.name, field.options)
    changes = [Change(obj.name, values, id=key) for key, values in wanted.items() if values]
    return changes, len(wanted) - len(changes)


def as_given(value: Any, kind_name: str, options: Any) -> Any:
    """Return a stored value in the form that `kind.parse` takes: money in major units, all else as it is."""
    if kind_name == "money" and value is not None:
        return value / 10 ** int(options.get("scale", 2))
    return value
