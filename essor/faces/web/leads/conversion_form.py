"""The form of a conversion: which records a lead may already be, what the new ones are called, what is still missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.catalog.definitions import Choice, Field, ObjectDef
from essor.catalog.kinds import ParseContext, ParseError
from essor.catalog.layouts import layout_for, required_at
from essor.catalog.pipelines import default_type, narrowed, stage_field
from essor.domain.sales.conversion import mapping, rules
from essor.domain.sales.conversion.convert import opportunity_defaults
from essor.domain.sales.conversion.matching import Match, Matches, find
from essor.domain.sales.conversion.works import Ask
from essor.faces.web.records.reading import Loaded
from essor.kernel import ids
from essor.kernel.errors import FieldError, ValidationFailed

FIRST = {
    "Account": ("Name",),
    "Contact": ("FirstName", "LastName", "Email"),
    "Opportunity": ("Name", "StageName", "CloseDate", "Amount"),
}
NEW, OTHER = "new", "other"
LOOKUPS = {"Account": ("Contact", "AccountId"), "Contact": ("Opportunity", "ContactId")}
QUIET = frozenset({"address", "geolocation", "none", "file"})
SET_HERE = frozenset({"AccountId", "ContactId", "OwnerId", "CurrencyIsoCode"})


@dataclass(frozen=True, slots=True)
class Part:
    """One of the three records: its suggestions, which is chosen, and the fields of a new one, named “Account.Name”."""

    object: ObjectDef
    may_create: bool
    suggestions: tuple[tuple[str, Match], ...]
    chosen: str
    fields: tuple[Field, ...]
    required: frozenset[str]
    other: Field | None = None

    @property
    def name(self) -> str:
        """Return the object's name."""
        return self.object.name


@dataclass(frozen=True, slots=True)
class ConversionForm:
    """What the page draws; `errors` by the names of its controls."""

    record: Loaded
    parts: tuple[Part, ...]
    with_opportunity: bool
    owner: Field
    statuses: tuple[Choice, ...]
    status: str
    values: Mapping[str, Any]
    errors: Mapping[str, list[str]]

    @property
    def labels(self) -> dict[str, str]:
        """Return the words of the summary of errors."""
        fields = [(part, field) for part in self.parts for field in part.fields]
        found = {field.name: f"{part.object.label}, {field.label}" for part, field in fields}
        return {
            **found,
            "OwnerId": str(self.owner.label),
            **{p.name: str(p.object.label) for p in self.parts},
        }


def draw(
    record: Loaded, data: QueryDict | None = None, refused: ValidationFailed | None = None
) -> ConversionForm:
    """Return the form: as it starts, or as it was sent and what is wrong with it."""
    errors = _by_control(refused.errors) if refused else {}
    matches = find(record.actor, {record.key: record.values})[record.key]
    values = {**_starting(record), **(_sent(record, data) if data is not None else {})}
    parts = [
        _part(record, name, matches, values, data, errors)
        for name in mapping.TARGETS
        if record.catalog.has(name)
    ]
    parts = [part for part in parts if part.name != "Opportunity" or part.may_create]
    statuses = rules.converted_statuses(record.object.field("Status"))
    return ConversionForm(
        record=record,
        parts=tuple(parts),
        with_opportunity=data is None or bool(data.get("with_opportunity")),
        owner=record.object.field("OwnerId"),
        statuses=tuple(statuses),
        status=(data.get("status", "") if data is not None else "")
        or (statuses[0].value if statuses else ""),
        values=values,
        errors=errors,
    )


def _starting(record: Loaded) -> dict[str, Any]:
    """Return the values that the three records and their owner start with, by “Object.Field”."""
    lines = mapping.mapping()
    found: dict[str, Any] = {}
    for name in mapping.TARGETS:
        for to, source in lines[name].items():
            found[f"{name}.{to}"] = record.values.get(source)
        found[f"{name}.CurrencyIsoCode"] = record.values.get("CurrencyIsoCode")
    usual = opportunity_defaults(record.actor, record.values)
    found.update({f"Opportunity.{name}": value for name, value in usual.items()})
    found["CurrencyIsoCode"] = record.values.get("CurrencyIsoCode")
    owner = record.values.get("OwnerId")
    if owner in record.actor.snapshot.groups:
        owner, found["Owner.Name"] = record.actor.user_id, record.actor.name
    else:
        found["Owner.Name"] = record.values.get("Owner.Name")
    found["OwnerId"] = owner
    return found


def _sent(record: Loaded, data: QueryDict) -> dict[str, Any]:
    """Return what was typed, by the names of the controls."""
    found: dict[str, Any] = {}
    for name in data:
        several = _field(record, name)
        if several is not None and several.kind.name == "multiselect":
            found[name] = [one for one in data.getlist(name) if one]
        else:
            found[name] = data[name]
    return found


def _field(record: Loaded, name: str) -> Field | None:
    """Return the field behind a control “Account.Name”."""
    object_name, dot, field_name = name.partition(".")
    if not dot or object_name not in mapping.TARGETS or not record.catalog.has(object_name):
        return None
    return record.catalog.object(object_name).by_name.get(field_name.lower())


def _part(
    record: Loaded,
    name: str,
    matches: Matches,
    values: Mapping[str, Any],
    data: QueryDict | None,
    errors: Mapping[str, list[str]],
) -> Part:
    obj = record.catalog.object(name)
    found = {"Account": matches.accounts, "Contact": matches.contacts}.get(name, [])
    suggestions = tuple((ids.encode(obj.prefix, one.id), one) for one in found)
    best = suggestions[0][0] if suggestions else NEW
    required = _required(record, obj, values)
    wanted = [*FIRST[name], *(one for one in required if values.get(f"{name}.{one}") in (None, "", []))]
    wanted += [key.partition(".")[2] for key in errors if key.startswith(f"{name}.")]
    kind, profile = default_type(obj, record.actor.profile_id), record.actor.profile_id
    fields = [
        narrowed(obj, obj.field(one), kind.id if kind else None, profile)
        for one in dict.fromkeys(wanted)
        if obj.has(one)
    ]
    via = LOOKUPS.get(name)
    other = (
        record.catalog.object(via[0]).by_name.get(via[1].lower())
        if via and record.catalog.has(via[0])
        else None
    )
    return Part(
        object=obj,
        may_create=row_access.may(record.actor, obj, "create"),
        suggestions=suggestions,
        chosen=(data.get(name) or NEW) if data is not None else best,
        fields=tuple(replace(one, name=f"{name}.{one.name}") for one in fields if _shown(one)),
        required=frozenset(f"{name}.{one}" for one in required),
        other=other,
    )


def _shown(field: Field) -> bool:
    return field.createable and field.kind.control not in QUIET and field.name not in SET_HERE


def _required(record: Loaded, obj: ObjectDef, values: Mapping[str, Any]) -> list[str]:
    """Return the fields that a new record must have: always, or from its first stage on."""
    stage = stage_field(obj)
    layout = layout_for(obj, record.actor.profile_id, record.catalog.version)
    start = str(values.get(f"{obj.name}.{stage.name}") or "") if stage else ""
    staged = required_at(layout, obj, start) if start else frozenset()
    return [one.name for one in obj.fields if (one.required or one.name in staged) and _shown(one)]


def _by_control(errors: Iterable[FieldError]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for error in errors:
        name = error.field.removeprefix("Lead.").removesuffix(".Id").replace("Account.OwnerId", "OwnerId")
        name = "" if name == "Id" else name
        if error.message not in found.setdefault(name, []):
            found[name].append(error.message)
    return found


def ask_of(record: Loaded, data: QueryDict) -> Ask:
    """Return what a sent form asks for; ValidationFailed when a choice cannot be read."""
    errors: list[FieldError] = []
    account, contact = (_chosen(record, name, data, errors) for name in ("Account", "Contact"))
    owner = _key(record.object.field("OwnerId"), data.get("OwnerId", ""), "OwnerId", errors)
    values: dict[str, dict[str, Any]] = {name: {} for name in mapping.TARGETS}
    for name, value in _sent(record, data).items():
        field = _field(record, name)
        if field is not None:
            values[name.partition(".")[0]][field.name] = value
    if errors:
        raise ValidationFailed(errors)
    return Ask(
        record.key,
        account=account,
        contact=contact,
        opportunity=bool(data.get("with_opportunity")),
        owner=owner,
        status=data.get("status", ""),
        values=values,
    )


def _chosen(record: Loaded, name: str, data: QueryDict, errors: list[FieldError]) -> int | None:
    choice = data.get(name) or NEW
    if choice == NEW:
        return None
    via = LOOKUPS[name]
    if choice == OTHER:
        choice = data.get(via[1], "")
        if not choice:
            message = _("Search for the record, or let a new one be made.")
            errors.append(FieldError(f"{name}.Id", "REQUIRED_FIELD_MISSING", message))
            return None
    key = ids.key_in(choice, record.catalog.object(name).prefix)
    if key is None:
        errors.append(FieldError(f"{name}.Id", "MALFORMED_ID", _("There is no such record.")))
    return key


def _key(field: Field, text: str, name: str, errors: list[FieldError]) -> int | None:
    try:
        found: int | None = field.kind.parse(text, field, ParseContext())
    except ParseError as error:
        errors.append(FieldError(name, error.code, str(error)))
        return None
    return found
