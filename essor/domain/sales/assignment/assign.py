"""Finds out who gets records, and hands them over: set-wise, one question a rule whatever the number of records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import CharField

from essor.access.actor import Actor, in_house, system_actor
from essor.access.models import Principal, User
from essor.domain.absences.away import today
from essor.domain.sales.assignment import turns
from essor.domain.sales.assignment.models import Entry, Member
from essor.kernel.db.written import Given, Written
from essor.query import decode, run
from essor.query.tree import All, Column, Compare, Condition, Constant, Path, Query
from essor.records.assigning import assigner
from essor.records.change import Change, Source
from essor.records.save import failure, save_many

ID = Path(("Id",))
PIECE = 500


@dataclass(frozen=True, slots=True)
class Decision:
    """Which entry a record falls under (None: no entry fits) and who gets it (None: nobody is there, it stays)."""

    entry: Entry | None = None
    owner: int | None = None


@assigner
def covers(object_name: str) -> bool:
    """Tell whether there is any rule for the records of an object."""
    return bool(_ANY.rows(object=object_name))


_ANY: Written[Entry] = Written(
    lambda: (
        Entry.objects.filter(object_name=Given("object", CharField()), active=True)
        .order_by()
        .values_list("pk")[:1]
    )
)


def assign(actor: Actor, object_name: str, keys: Sequence[int], *, source: Source) -> dict[int, int]:
    """Give records to whom the rules say and return {key: new owner}; those that no entry fits keep their owner."""
    with transaction.atomic():
        given = _decide(object_name, keys, keep=True)
        owners = {key: one.owner for key, one in given.items() if one.owner is not None}
        changes = [Change(object_name, {"OwnerId": owner}, id=key) for key, owner in owners.items()]
        for result in save_many(in_house(actor), object_name, changes, source=source):
            if not result.ok:
                raise failure(result)
    return owners


def would_get(object_name: str, key: int) -> Decision:
    """Return who would get a record now, without giving it and without moving anybody's turn."""
    return _decide(object_name, [key], keep=False).get(key, Decision())


def _decide(object_name: str, keys: Sequence[int], *, keep: bool) -> dict[int, Decision]:
    left, found = list(dict.fromkeys(keys)), {}
    for entry in Entry.objects.filter(object_name=object_name, active=True):
        if not left:
            break
        fitting = matching(object_name, entry.where, left)
        mine = [key for key in left if key in fitting]
        left = [key for key in left if key not in fitting]
        for key, owner in zip(mine, _owners(entry, len(mine), keep=keep), strict=True):
            found[key] = Decision(entry, owner)
    return found


def matching(object_name: str, where: object, keys: Sequence[int]) -> set[int]:
    """Return those of some records that meet a stored condition."""
    if where is None:
        return set(keys)
    condition = decode.condition(where)
    actor, found = system_actor(), set()
    for start in range(0, len(keys), PIECE):
        some = Compare(ID, "in", tuple(Constant(key) for key in keys[start : start + PIECE]))
        parts: tuple[Condition, ...] = (some, condition)
        query = Query(object_name, columns=(Column(ID),), where=All(parts))
        found |= {row["Id"] for row in run.rows(actor, query)}
    return found


def _owners(entry: Entry, count: int, *, keep: bool) -> list[int | None]:
    """Return who gets the next `count` records of an entry; None where nobody can."""
    if entry.to == Entry.To.OWNER:
        return [_able(entry.owner_id)] * count
    rows = Member.objects.filter(entry=entry).order_by("pk")
    if keep and connection.features.has_select_for_update:
        rows = rows.select_for_update()
    members = turns.present(list(rows), today())
    drawn: list[int | None] = list(turns.draw(members, count))
    if keep and drawn:
        Member.objects.bulk_update(members, ["credit", "given"])
    return drawn or [None] * count


def _able(owner: int | None) -> int | None:
    """Return an owner who can still get something: a queue, or somebody active."""
    kind = Principal.objects.filter(pk=owner or 0).values_list("type", flat=True).first()
    if kind == Principal.Type.QUEUE:
        return owner
    return owner if User.objects.filter(pk=owner or 0, is_active=True).exists() else None
