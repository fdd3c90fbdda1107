"""What a refused form tells of the records that it seems to repeat: side by side with what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.duplicates import setting
from essor.faces.web import addresses
from essor.faces.web.display import Shown, shown
from essor.faces.web.records.reading import Loaded
from essor.kernel import ids
from essor.kernel.errors import DuplicatesDetected, Suspect
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query


@dataclass(frozen=True, slots=True)
class Line:
    """One field of the comparison: what was typed, what is stored, whether the two were taken for the same."""

    label: str
    typed: str
    stored: Shown
    agrees: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One suspect; without an address for a record that the reader may not see."""

    title: str
    object: ObjectDef
    percent: int
    rule: str
    href: str = ""
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Resemblance:
    """What a form is told: the sentence, the suspects, and whether it may insist."""

    sentence: str
    told: tuple[Told, ...]
    may_save: bool


def resemblance(
    actor: Actor, obj: ObjectDef, typed: Mapping[str, Any], detected: DuplicatesDetected
) -> Resemblance:
    """Return what the page draws of a refusal: one query per object of the suspects."""
    names = compared(obj.name)
    stored = {
        (name, key): values
        for name in {one.object for one in detected.suspects}
        for key, values in _stored(actor, name, detected.suspects, names).items()
    }
    told = tuple(_told(actor, obj, typed, one, stored) for one in detected.suspects)
    return Resemblance(" ".join(error.message for error in detected.errors), told, detected.may_save)


def as_read(record: Loaded) -> dict[str, str]:
    """Return a record's values as they read, for the side of what was typed."""
    return {
        field.name: shown(field, record.values).text for field in record.object.fields if not field.hidden
    }


def compared(object_name: str) -> list[tuple[str, str]]:
    """Return the pairs (own field, field of the other side) that the rules of an object compare, once each."""
    found = {
        (own, other): None
        for rule in setting.rules_for(current.get(), object_name)
        for one in rule.model.criteria
        for own, other in zip(one.fields, one.fields_of(other=rule.crosses), strict=False)
    }
    return list(found)


def _stored(
    actor: Actor, name: str, suspects: tuple[Suspect, ...], names: list[tuple[str, str]]
) -> dict[int, dict[str, Any]]:
    seen = catalog_for(actor)
    keys = [one.record_id for one in suspects if one.object == name and one.record_id is not None]
    if not keys or not seen.has(name):
        return {}
    obj = seen.object(name)
    fields = [obj.field(other) for _own, other in names if obj.has(other)]
    paths = ["Id", obj.name_field, *(field.name for field in fields)]
    paths.extend(f"{field.relationship}.Name" for field in fields if field.relationship)
    where = Compare(Path(("Id",)), "in", tuple(Constant(key) for key in keys))
    columns = tuple(Column(Path(tuple(path.split(".")))) for path in dict.fromkeys(paths))
    return {row["Id"]: row for row in run.rows(actor, Query(name, columns=columns, where=where))}


def _told(
    actor: Actor,
    obj: ObjectDef,
    typed: Mapping[str, Any],
    suspect: Suspect,
    stored: Mapping[tuple[str, int], dict[str, Any]],
) -> Told:
    target = current.get().object(suspect.object)
    percent = min(99, round(100 * suspect.likeness))
    values = stored.get((suspect.object, suspect.record_id or 0))
    if values is None:
        return Told(_("a record you cannot see"), target, percent, suspect.rule)
    seen = catalog_for(actor).object(target.name)
    lines = []
    for own, other in compared(obj.name):
        if not (obj.has(own) and seen.has(other)):
            continue
        field = seen.field(other)
        mine, theirs = typed.get(f"{own}.label") or typed.get(own), shown(field, values)
        if mine or theirs:
            label = str(obj.field(own).label)
            lines.append(Line(label, str(mine or ""), theirs, label in suspect.shared and bool(mine)))
    title = str(values.get(seen.name_field) or seen.label)
    href = addresses.record(ids.encode(seen.prefix, suspect.record_id or 0))
    return Told(title, target, percent, suspect.rule, href, tuple(dict.fromkeys(lines)))
