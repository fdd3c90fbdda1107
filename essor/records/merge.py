"""Several records become one: values chosen by the person, references moved, the losers' ids keep answering."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.kernel import events
from essor.kernel.db import lost
from essor.kernel.errors import FieldError, Forbidden, ValidationFailed
from essor.kernel.pieces import pieces
from essor.records import circles, rollups, rules
from essor.records.change import Change, Saved, Source
from essor.records.delete import allow, gather, list_in_bin, references_to, set_deleted
from essor.records.models import Deletion, Merged, Unlinked
from essor.records.save import save

FEWEST, MOST = 2, 4  # records that become one
DEFAULT = Source()


@lost.again
def merge(
    actor: Actor,
    object_name: str,
    winner: int,
    losers: Sequence[int],
    values: Mapping[str, Any] | None = None,
    *,
    source: Source = DEFAULT,
) -> Saved:
    """Merge `losers` into `winner` and write `values` (by outside name) on it; all in one transaction.

    Raises Forbidden, NotFound, ValidationFailed. Undo by undeleting a loser: its references come back to it.
    """
    catalog = current.get()
    obj = catalog.object(catalog_for(actor).object(object_name).name)
    gone = [key for key in dict.fromkeys(losers) if key != winner]
    _check(actor, obj, gone)
    with transaction.atomic():
        rollups.hold(obj, {winner, *gone})  # of two merges of the same records the second sees the first
        allow(actor, obj, gone)
        rules.ask_guards(actor, obj, gone)
        demanded = rules.merged_values(actor, obj, winner, gone, source)
        deletion = Deletion.objects.create(user_id=actor.user_id, batch_id=source.batch)
        touched = rollups.parents_of_keys(catalog, obj.name, [winner, *gone])
        list_in_bin(deletion, obj, set(gone), set(gone))
        set_deleted(actor, obj, gone, deleted=True)
        for child, link in list(references_to(catalog, obj.name)):
            if child is obj:
                circles.hold(obj, link.name)
                _rise(deletion, obj, link, winner, gone)
            kept_out = _set_aside(actor, catalog, deletion, child, link, winner=winner, losers=gone)
            _move(catalog, deletion, child, link, winner=winner, losers=gone, but=kept_out)
        for child, link in polymorphic_references(catalog, obj):
            _move(catalog, deletion, child, link, winner=winner, losers=gone, prefix=obj.prefix)
        _redirect(deletion, obj, winner, gone)
        saved = save(actor, Change(obj.name, {**(values or {}), **demanded}, id=winner), source=source)
        rollups.refresh_parents(catalog, obj.name, touched)
        events.emit("record.merged", obj.name, gone, {"user_id": actor.user_id, "winner": winner})
    return saved


def check_count(records: int) -> None:
    """Raise ValidationFailed unless so many records may become one."""
    if not FEWEST <= records <= MOST:
        message = _("Choose between %(fewest)d and %(most)d records to merge.")
        wrong = FieldError("", "INVALID_NUMBER_OF_RECORDS", message % {"fewest": FEWEST, "most": MOST})
        raise ValidationFailed([wrong])


def _check(actor: Actor, obj: ObjectDef, losers: Sequence[int]) -> None:
    if not row_access.may(actor, obj, "delete") or not row_access.may(actor, obj, "edit"):
        raise Forbidden(_("You may not merge %(plural)s.") % {"plural": obj.plural})
    check_count(1 + len(losers))


def polymorphic_references(catalog: Catalog, obj: ObjectDef) -> list[tuple[ObjectDef, Field]]:
    """Return every (object, lookup) that may name the object among others."""
    return [
        (child, link)
        for child in catalog
        for link in child.fields
        if link.options.get("polymorphic")
        and (obj.name in link.targets or (link.options.get("any_activity_object") and obj.activities))
    ]


def _move(
    catalog: Catalog,
    deletion: Deletion,
    child: ObjectDef,
    link: Field,
    *,
    winner: int,
    losers: Sequence[int],
    prefix: str = "",
    but: Collection[int] = (),
) -> None:
    """Let the references to the losers name the winner, and remember whom they named."""
    condition: dict[str, Any] = {f"{link.attr}__in": losers}
    if prefix:
        condition[f"{link.attr}_type"] = prefix
    rows = child.model._default_manager.filter(**condition)
    # Held before they are read: what somebody is just giving another parent does not come along.
    rollups.hold(child, rows.values_list("pk", flat=True))
    found = {key: target for key, target in rows.values_list("pk", link.attr) if key not in but}
    for some in pieces(list(found)):
        child.model._default_manager.filter(pk__in=some).update(
            **{link.attr: winner}, revision=F("revision") + 1, system_modstamp=timezone.now()
        )
    Unlinked.objects.bulk_create(
        Unlinked(
            deletion=deletion,
            object_name=child.name,
            field=link.name,
            record_id=key,
            target_id=target,
            moved_to=winner,
        )
        for key, target in found.items()
    )
    if found:
        events.emit(events.RELINKED, child.name, sorted(found), {})
        rollups.refresh_parents(catalog, child.name, {link.name: {winner, *losers}})


def _rise(deletion: Deletion, obj: ObjectDef, link: Field, winner: int, losers: Sequence[int]) -> None:
    """Put a winner that stands below a loser where the topmost such loser stood: it would be above itself."""
    above: dict[int, int | None] = {}
    at, top = winner, None
    while at not in above:
        rows = obj.model._default_manager.filter(pk=at).values_list(link.attr, flat=True)
        above[at] = rows.first()
        top = at if at in losers else top
        at = above[at] or winner
    old = above[winner]
    if top is not None and old is not None:
        new = above[top]
        obj.model._default_manager.filter(pk=winner).update(**{link.attr: new})
        Unlinked.objects.create(
            deletion=deletion,
            object_name=obj.name,
            field=link.name,
            record_id=winner,
            target_id=old,
            moved_to=new,
        )


def _set_aside(
    actor: Actor,
    catalog: Catalog,
    deletion: Deletion,
    child: ObjectDef,
    link: Field,
    *,
    winner: int,
    losers: Sequence[int],
) -> set[int]:
    """Let go into the bin what the winner has already, such as a place in a campaign."""
    model, aside = child.model, set[int]()
    for names, condition in _once(child):
        if link.relation not in names:
            continue
        others = [name for name in names if name != link.relation]
        rows = model._default_manager.filter(condition).exclude(pk__in=aside).order_by("pk")
        mine = rows.filter(**{link.attr: winner}).values_list("pk", *others)
        taken = {tuple(values) for _key, *values in mine}
        twins: set[int] = set()
        for key, *values in rows.filter(**{f"{link.attr}__in": losers}).values_list("pk", *others):
            if tuple(values) in taken:
                twins.add(key)
            taken.add(tuple(values))
        aside |= twins
        if twins:
            for name, keys in gather(catalog, child, sorted(twins)).found.items():
                obj = catalog.object(name)
                touched = rollups.parents_of_keys(catalog, name, keys)
                list_in_bin(deletion, obj, keys, set())
                set_deleted(actor, obj, keys, deleted=True)
                rollups.refresh_parents(catalog, name, touched)
                events.emit("record.deleted", name, sorted(keys), {"user_id": actor.user_id})
    return aside


def _once(child: ObjectDef) -> Iterator[tuple[Sequence[str], Q]]:
    """Yield by which attributes rows are there once: those of the table's constraints, and what rooms say is alike."""
    for constraint in child.model._meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield constraint.fields, constraint.condition or Q()
    for names in rules.alike_by(child.name):
        yield names, Q(is_deleted=False)


def _redirect(deletion: Deletion, obj: ObjectDef, winner: int, losers: Sequence[int]) -> None:
    """Remember where the losers went; those merged into them before lead to the winner through them."""
    Merged.objects.bulk_create(
        Merged(deletion=deletion, object_name=obj.name, record_id=key, winner_id=winner) for key in losers
    )


def winner_of(object_name: str, record_id: int) -> int | None:
    """Return the key that a merged record's id stands for now, None when it was never merged."""
    found, seen = None, {record_id}
    while True:
        following = (
            Merged.objects.filter(object_name=object_name, record_id=found or record_id)
            .values_list("winner_id", flat=True)
            .first()
        )
        if following is None or following in seen:
            return found
        seen.add(following)
        found = following
