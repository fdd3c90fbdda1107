"""Puts the catalog together: the standard objects of the code, and the rows that administrators made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, cast

from django.db import models
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from essor.catalog import standard
from essor.catalog.attach import model_of
from essor.catalog.definitions import Catalog, ChildRelationship, Choice, Field, ObjectDef, OnDelete
from essor.catalog.kinds import kind
from essor.catalog.kinds.computed import AutoNumber, Computed
from essor.catalog.kinds.places import Compound
from essor.catalog.languages import two_languages
from essor.catalog.models import CustomField, CustomObject, RecordType, StageCriteria, State
from essor.catalog.pipelines import COLUMN, PREFIX, RECORD_TYPE, RecordTypeDef, StageEntry
from essor.kernel import ids

NOT_TYPED = (Computed, AutoNumber, Compound)


@dataclass(frozen=True, slots=True)
class Definitions:
    """The rows as they were read: live objects and fields, in the order they were made."""

    objects: tuple[CustomObject, ...]
    fields: tuple[CustomField, ...]
    record_types: tuple[RecordType, ...] = ()
    criteria: tuple[StageCriteria, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reference may point: an object's model and key prefix."""

    model: type[models.Model]
    prefix: str


def read() -> Definitions:
    """Read what is live; hidden and purged definitions do not exist for anybody."""
    objects = CustomObject.objects.filter(state=State.ACTIVE).order_by("id")
    fields = CustomField.objects.filter(state=State.ACTIVE).order_by("id")
    types = RecordType.objects.order_by("id")
    criteria = StageCriteria.objects.order_by("id")
    return Definitions(tuple(objects), tuple(fields), tuple(types), tuple(criteria))


def build(version: int, definitions: Definitions) -> Catalog:
    """Return the catalog of these definitions; no database is asked."""
    made = [*standard.load(), *_custom_objects(definitions.objects)]
    places = {obj.name: Place(obj.model, obj.prefix) for obj in made}
    rows: dict[str, list[CustomField]] = defaultdict(list)
    for row in definitions.fields:
        rows[row.object_name.lower()].append(row)
    full = [_with_types(_with_fields(obj, rows[obj.name.lower()], places), definitions) for obj in made]
    children = _children(full)
    return Catalog(
        version, MappingProxyType({obj.name: replace(obj, children=children[obj.name]) for obj in full})
    )


def _custom_objects(rows: Iterable[CustomObject]) -> Iterable[ObjectDef]:
    if not (rows := tuple(rows)):
        return
    names = {entry.model.lower(): standard.object_name(entry) for entry in standard.entries()}
    prefixes = {standard.object_name(entry): entry.prefix for entry in standard.entries()}
    currencies = _currencies()
    for row in rows:
        yield custom_object(row, names, prefixes, currencies)


def custom_object(
    row: CustomObject, names: Mapping[str, str], prefixes: Mapping[str, str], currencies: tuple[Choice, ...]
) -> ObjectDef:
    """Return the object of a row with the fields that every custom object is born with."""
    model = model_of(row.table)
    naming = (
        standard.Spec(kind="autonumber", readonly=True, options={"format": row.name_format})
        if row.name_format
        else standard.Spec(required=True)
    )
    entry = standard.Standard(
        model=model._meta.label,
        prefix=row.prefix,
        label=row.words,
        plural=two_languages(row.plural, row.plural_fr) or row.words,
        name=row.name,
        fields={"name": naming, "currency_iso_code": standard.Spec(kind="picklist", choices=currencies)},
    )
    born = [*standard.fields_of(entry, model, names, prefixes)]
    if row.activities:
        born.append(standard.days_inactive(row.name))
    fields = sorted(born, key=_rank)
    label = two_languages(row.name_label, row.name_label_fr) or cast("str", _("Name"))
    return ObjectDef(
        name=row.name,
        label=row.words,
        plural=cast("str", entry.plural),
        prefix=row.prefix,
        model=model,
        fields=tuple(replace(field, label=label) if field.name == "Name" else field for field in fields),
        icon=row.icon,
        about=row.description,
        custom=True,
        tab=row.tab,
        activities=row.activities,
        search_fields=("Name",),
    )


def _rank(field: Field) -> tuple[bool, bool]:
    """Put the name first and what the system keeps last."""
    return field.attr in standard.SYSTEM, field.name != "Name"


def _currencies() -> tuple[Choice, ...]:
    """Return the one list of currencies that the standard objects share."""
    found = (obj.by_name.get("currencyisocode") for obj in standard.load())
    return next((field.choices for field in found if field is not None), ())


def _with_fields(obj: ObjectDef, rows: Sequence[CustomField], places: Mapping[str, Place]) -> ObjectDef:
    changed = {row.name.lower(): row for row in rows if row.standard}
    own = [
        _changed(field, changed[field.name.lower()]) if field.name.lower() in changed else field
        for field in obj.fields
    ]
    added = [
        field
        for row in rows
        if not row.standard and (not row.target or row.target in places)
        for field in custom_fields(row, places.get(row.target))
    ]
    end = next((place for place, field in enumerate(own) if field.attr in standard.SYSTEM), len(own))
    return replace(obj, fields=(*own[:end], *added, *own[end:]))


def _with_types(obj: ObjectDef, definitions: Definitions) -> ObjectDef:
    """Return the object with its record types, the field that holds a record's own, and the criteria of its stages."""
    types = tuple(
        _record_type(row) for row in definitions.record_types if row.object_name.lower() == obj.name.lower()
    )
    entries = tuple(
        StageEntry(
            ids.encode(PREFIX, row.record_type_id) if row.record_type_id else "",
            row.stage,
            tuple(row.required),
            row.formula,
            row.sentence,
            row.advice,
        )
        for row in definitions.criteria
        if row.object_name.lower() == obj.name.lower()
    )
    if not types:
        return replace(obj, stage_entries=entries) if entries else obj
    field = Field(
        object_name=obj.name,
        name=RECORD_TYPE,
        attr=COLUMN,
        kind=kind("picklist"),
        label=cast("str", _("Record type")),
        choices=tuple(Choice(one.id, one.label, active=one.active) for one in types),
    )
    end = next(
        (place for place, one in enumerate(obj.fields) if one.attr in standard.SYSTEM), len(obj.fields)
    )
    fields = (*obj.fields[:end], field, *obj.fields[end:])
    return replace(obj, fields=fields, record_types=types, stage_entries=entries)


def _record_type(row: RecordType) -> RecordTypeDef:
    return RecordTypeDef(
        id=ids.encode(PREFIX, row.pk),
        name=row.name,
        label=row.words,
        active=row.active,
        values=MappingProxyType({name: tuple(values) for name, values in row.values.items()}),
        profiles=None if row.profiles is None else frozenset(row.profiles),
        default_for=frozenset(row.default_for),
        default=row.default,
    )


def _changed(field: Field, row: CustomField) -> Field:
    """Return a standard field as an administrator changed it; a rule of the code cannot be taken away."""
    return replace(
        field,
        label=row.words or field.label,
        help=row.explanation or field.help,
        required=field.required or row.required,
        hidden=row.hidden,
        choices=choices(row.choices, field.choices) if row.choices is not None else field.choices,
        options=MappingProxyType({**field.options, **row.options}),
    )


def choices(stored: Sequence[Mapping[str, Any]], known: Sequence[Choice] = ()) -> tuple[Choice, ...]:
    """Return stored choices; one of the code's own keeps its label and facts where the row says nothing."""
    born = {choice.value: choice for choice in known}
    return tuple(
        Choice(
            value=item["value"],
            label=two_languages(item.get("label", ""), item.get("label_fr", ""))
            or _born(born, item["value"]).label,
            active=item.get("active", True),
            default=item.get("default", False),
            facts=MappingProxyType({**_born(born, item["value"]).facts, **item.get("facts", {})}),
        )
        for item in stored
    )


def _born(born: Mapping[str, Choice], value: str) -> Choice:
    return born.get(value) or Choice(value)


def custom_fields(row: CustomField, target: Place | None) -> tuple[Field, ...]:
    """Return the field of a row, followed by those that come with it."""
    stem = row.name.removesuffix("__c")
    options = dict(row.options)
    if target:
        options |= {"model": target.model, "prefixes": (target.prefix,)}
    field = Field(
        object_name=row.object_name,
        name=row.name,
        attr=f"{row.column}_id" if target else row.column,
        kind=kind(row.kind),
        label=row.words,
        help=row.explanation,
        required=row.required or row.kind == "masterdetail",
        unique=row.unique,
        external_id=row.external_id,
        custom=True,
        history=row.history,
        options=MappingProxyType(options),
        choices=choices(row.choices or ()),
        targets=(row.target,) if target else (),
        relation=row.column if target else "",
        relationship=f"{stem}__r" if target else "",
        child_relationship=row.child_relationship,
        on_delete=cast("OnDelete", row.on_delete),
        formula=row.formula,
    )
    typed = not isinstance(field.kind, NOT_TYPED)
    companions = field.kind.companions(field)
    return (
        replace(field, createable=typed, updateable=typed),
        *(replace(one, label=_label(field, place)) for place, one in enumerate(companions)),
    )


def _label(field: Field, place: int) -> str:
    """Return a companion's label so that it is put together in the language of whoever reads it."""
    return lazy(lambda: str(field.kind.companions(field)[place].label), str)()


def _way(obj: ObjectDef, field: Field) -> ChildRelationship:
    return ChildRelationship(field.child_relationship, obj.name, field.name, field.children_label)


def _children(objects: Iterable[ObjectDef]) -> dict[str, tuple[ChildRelationship, ...]]:
    ways: dict[str, list[ChildRelationship]] = defaultdict(list)
    for obj in objects:
        for field in obj.fields:
            if field.child_relationship:
                for target in field.targets:
                    ways[target].append(_way(obj, field))
    return defaultdict(tuple, {name: tuple(found) for name, found in ways.items()})
