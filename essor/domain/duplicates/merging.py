"""Prepares a merge: what each record says of each field, which value is proposed; and does it as a batch that can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Field, ObjectDef
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query
from essor.records import undo
from essor.records.change import Saved, Source
from essor.records.merge import check_count
from essor.records.merge import merge as join

KIND = "merge"
COMPOUNDS = ("address", "geolocation")


@dataclass(frozen=True, slots=True)
class Choice:
    """One field of a merge: its parts (itself, or those of an address), the key of the record whose value is proposed."""

    field: Field
    parts: tuple[Field, ...]
    proposed: int
    differs: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """A merge to be decided: the records' values by key in the order asked for, who should win, field by field."""

    object: ObjectDef
    records: Mapping[int, Mapping[str, Any]]
    winner: int
    choices: tuple[Choice, ...]


def propose(actor: Actor, object_name: str, keys: Sequence[int]) -> Proposal:
    """Return what can be chosen. The fullest record wins, the older of two; its gaps are filled from the newest value.

    Raises NotFound when one is not visible, ValidationFailed unless there are as many as may be merged.
    """
    obj = catalog_for(actor).object(object_name)
    wanted = list(dict.fromkeys(keys))
    check_count(len(wanted))
    fields = _fields(obj)
    records = _read(actor, obj, wanted, fields)
    _forget_each_other(obj, records)
    if len(records) != len(wanted):
        raise NotFound(_("There is no such record."))
    ordered = {key: records[key] for key in wanted}
    filled = {
        key: sum(not _is_empty(values, parts) for _field, parts in fields) for key, values in ordered.items()
    }
    winner = min(wanted, key=lambda key: (-filled[key], key))
    newest = sorted(wanted, key=lambda key: str(ordered[key].get("LastModifiedDate") or ""), reverse=True)
    choices = tuple(_choice(field, parts, ordered, winner, newest) for field, parts in fields)
    return Proposal(
        obj,
        ordered,
        winner,
        tuple(one for one in choices if any(not _is_empty(values, one.parts) for values in ordered.values())),
    )


def merge(
    actor: Actor, object_name: str, keys: Sequence[int], winner: int, picks: Mapping[str, int]
) -> tuple[Saved, UUID]:
    """Merge the records into `winner`, taking each field from the record that `picks` names ({field: key}).

    Returns how the winner stands and the batch that undoes it all. Raises what `records.merge` raises; then nothing is done.
    """
    proposal = propose(actor, object_name, keys)
    if winner not in proposal.records:
        raise ValidationFailed([FieldError("", "REQUIRED_FIELD_MISSING", _("Choose the record to keep."))])
    values: dict[str, Any] = {}
    for one in proposal.choices:
        source = picks.get(one.field.name, winner)
        if source not in proposal.records or source == winner:
            continue
        for part in one.parts:
            value = proposal.records[source].get(part.name)
            if value != proposal.records[winner].get(part.name):
                values[part.name] = undo.as_given(value, part.kind.name, part.options)
    losers = [key for key in proposal.records if key != winner]
    with transaction.atomic():
        batch = undo.begin(actor, KIND, proposal.object.name)
        saved = join(
            actor, proposal.object.name, winner, losers, values, source=Source(name=KIND, batch=batch)
        )
    return saved, batch


def _fields(obj: ObjectDef) -> list[tuple[Field, tuple[Field, ...]]]:
    """Return what may be chosen with its columns: an address is chosen as a whole."""
    found = []
    for field in obj.fields:
        if field.hidden or field.compound:
            continue
        if field.kind.name in COMPOUNDS:
            parts = tuple(one for one in obj.fields if one.compound == field.name and one.updateable)
            if parts:
                found.append((field, parts))
        elif field.updateable and field.has_column:
            found.append(
                (field, (field, *(one for one in field.kind.companions(field) if obj.has(one.name))))
            )
    return found


def _read(
    actor: Actor, obj: ObjectDef, keys: Sequence[int], fields: Sequence[tuple[Field, tuple[Field, ...]]]
) -> dict[int, dict[str, Any]]:
    paths = [
        "Id",
        obj.name_field,
        "CreatedDate",
        "LastModifiedDate",
        *(("CurrencyIsoCode",) if obj.has("CurrencyIsoCode") else ()),
    ]
    for field, parts in fields:
        paths.extend(part.name for part in parts)
        if field.targets and field.relationship:
            paths.append(f"{field.relationship}.Name")
    where = Compare(Path(("Id",)), "in", tuple(Constant(key) for key in keys))
    columns = tuple(Column(Path(tuple(path.split(".")))) for path in dict.fromkeys(paths))
    return {row["Id"]: row for row in run.rows(actor, Query(obj.name, columns=columns, where=where))}


def _forget_each_other(obj: ObjectDef, records: Mapping[int, dict[str, Any]]) -> None:
    """Empty the lookups by which the records name each other: nothing stands above itself."""
    for field in obj.fields:
        if obj.name in field.targets and not field.options.get("polymorphic"):
            for values in records.values():
                if values.get(field.name) in records:
                    values[field.name] = values[f"{field.relationship}.Name"] = None


def _is_empty(values: Mapping[str, Any], parts: Sequence[Field]) -> bool:
    return all(values.get(part.name) in (None, "", False) for part in parts)


def _choice(
    field: Field,
    parts: tuple[Field, ...],
    records: Mapping[int, Mapping[str, Any]],
    winner: int,
    newest: Sequence[int],
) -> Choice:
    said = {tuple(values.get(part.name) for part in parts) for values in records.values()}
    proposed = winner
    if _is_empty(records[winner], parts):
        proposed = next((key for key in newest if not _is_empty(records[key], parts)), winner)
    elif len(parts) > 1:
        full = {
            key: sum(values.get(part.name) is not None for part in parts) for key, values in records.items()
        }
        proposed = max(newest, key=lambda key: (full[key], key == winner))
    return Choice(field, parts, proposed, differs=len(said) > 1)
