"""Which field of a lead fills which field of the records it becomes: defaults as Salesforce's, changed by administrators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access import audit
from essor.access.actor import Actor, require
from essor.access.rights import Permission
from essor.catalog import current
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.domain.sales.conversion.models import FieldMap
from essor.kernel.errors import FieldError, ValidationFailed

TARGETS = ("Account", "Contact", "Opportunity")
PARTS = ("Street", "City", "PostalCode", "State", "Country")
FIXED: Mapping[str, Mapping[str, str]] = {
    "Account": {"Name": "Company"},
    "Contact": {"LastName": "LastName", "IndividualId": "IndividualId"},
    "Opportunity": {},
}
DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "Account": {
        "Phone": "Phone",
        "Website": "Website",
        "Industry": "Industry",
        "AnnualRevenue": "AnnualRevenue",
        "NumberOfEmployees": "NumberOfEmployees",
        "Rating": "Rating",
        "AccountSource": "LeadSource",
        **{f"Billing{part}": part for part in PARTS},
    },
    "Contact": {
        "Salutation": "Salutation",
        "FirstName": "FirstName",
        "Title": "Title",
        "Email": "Email",
        "Phone": "Phone",
        "MobilePhone": "MobilePhone",
        "LinkedInUrl": "LinkedInUrl",
        "LeadSource": "LeadSource",
        "DoNotCall": "DoNotCall",
        "HasOptedOutOfEmail": "HasOptedOutOfEmail",
        "Description": "Description",
        **{f"Mailing{part}": part for part in PARTS},
    },
    "Opportunity": {"LeadSource": "LeadSource"},
}
# What a text may be filled from, beyond its own kind: everything that is text as it stands.
TEXTS = frozenset({"text", "email", "phone", "url", "picklist", "autonumber"})
WIDER: Mapping[str, frozenset[str]] = {
    "text": TEXTS,
    "textarea": TEXTS | {"textarea"},
    "number": frozenset({"number", "percent"}),
}
# Set by the conversion itself, or nobody's to fill.
NEVER = frozenset({"OwnerId", "CurrencyIsoCode", "RecordTypeId", "StageName", "AccountId", "ContactId"})
FieldMapping = Mapping[str, Mapping[str, str]]


def saved() -> FieldMapping | None:
    """Return the administrators' mapping as they saved it, None while the defaults hold."""
    body: FieldMapping | None = FieldMap.objects.values_list("body", flat=True).first()
    return body


def mapping() -> dict[str, dict[str, str]]:
    """Return {object: {target: source}} as it holds now; what the catalog no longer has is left out."""
    catalog = current.get()
    lead = catalog.object("Lead")
    kept = saved()
    found: dict[str, dict[str, str]] = {}
    for name in TARGETS:
        target = catalog.object(name)
        wanted = {**(kept.get(name, {}) if kept is not None else _usual(lead, target)), **FIXED[name]}
        found[name] = {to: source for to, source in wanted.items() if _holds(lead, target, source, to)}
    return found


def _usual(lead: ObjectDef, target: ObjectDef) -> dict[str, str]:
    """Return the mapping nobody has changed: Salesforce's, and custom fields of the same name."""
    twins = {field.name: field.name for field in lead.fields if field.custom and target.has(field.name)}
    return {**twins, **DEFAULTS[target.name]}


def _holds(lead: ObjectDef, target: ObjectDef, source: str, to: str) -> bool:
    return lead.has(source) and target.has(to) and fits(lead.field(source), target.field(to))


def fits(source: Field, target: Field) -> bool:
    """Tell whether a value of `source` can stand in `target`."""
    if not is_target(target) or not is_source(source):
        return False
    if source.kind.name == target.kind.name:
        return not target.targets or set(source.targets) <= set(target.targets)
    return source.kind.name in WIDER.get(target.kind.name, ())


def is_source(field: Field) -> bool:
    """Tell whether a field of the lead may fill another: it is stored, and not one of the house's own."""
    if field.hidden or not field.has_column or field.kind.name in ("id", "masterdetail"):
        return False
    return field.createable and field.name not in NEVER and not field.options.get("polymorphic")


def is_target(field: Field) -> bool:
    """Tell whether the conversion may fill a field."""
    return is_source(field) and not field.unique


def sources(catalog: Catalog) -> list[Field]:
    """Return the fields of the lead that may fill others."""
    return [field for field in catalog.object("Lead").fields if is_source(field)]


def targets(catalog: Catalog, name: str) -> list[Field]:
    """Return the fields of an object that a lead may fill, those that always are left out."""
    return [
        field for field in catalog.object(name).fields if is_target(field) and field.name not in FIXED[name]
    ]


def save_mapping(actor: Actor, wanted: FieldMapping) -> None:
    """Keep a whole mapping. Forbidden without the right to customize; ValidationFailed names every line that cannot be."""
    require(actor, Permission.CUSTOMIZE)
    catalog = current.get()
    lead = catalog.object("Lead")
    errors: list[FieldError] = []
    body: dict[str, dict[str, str]] = {name: {} for name in TARGETS}
    for name, to, source in _lines(wanted):
        target = catalog.object(name)
        if not lead.has(source) or not target.has(to):
            errors.append(FieldError(f"{name}.{to}", "INVALID_FIELD", _("There is no such field.")))
        elif not fits(lead.field(source), target.field(to)):
            words = {"source": lead.field(source).label, "target": target.field(to).label}
            message = _("“%(source)s” cannot fill “%(target)s”: they are of different types.") % words
            errors.append(FieldError(f"{name}.{to}", "INVALID_FIELD", message))
        else:
            body[name][target.field(to).name] = lead.field(source).name
    if errors:
        raise ValidationFailed(errors)
    with transaction.atomic():
        row = FieldMap.objects.select_for_update().first() or FieldMap()
        row.body, row.changed_by_id, row.changed_date = body, actor.user_id, timezone.now()
        row.save()
        audit.record(actor, "lead_mapping_saved", "Lead", mapping=body)


def reset_mapping(actor: Actor) -> None:
    """Go back to the defaults."""
    require(actor, Permission.CUSTOMIZE)
    with transaction.atomic():
        FieldMap.objects.all().delete()
        audit.record(actor, "lead_mapping_reset", "Lead")


def _lines(wanted: FieldMapping) -> Iterator[tuple[str, str, str]]:
    for name in TARGETS:
        for to, source in wanted.get(name, {}).items():
            if source and to not in FIXED[name]:
                yield name, to, source


def raw(value: Any, field: Field) -> Any:
    """Return a stored value as the writing road takes it: money in major units, all else as it is."""
    if field.kind.name == "money" and value is not None:
        return value / 10 ** int(field.options.get("scale", 2))
    return value


def carried(values: Mapping[str, Any], name: str, lines: Mapping[str, str]) -> dict[str, Any]:
    """Return what a lead's stored values give to a record of object `name`, the comment of an “Other” included."""
    catalog = current.get()
    lead, target = catalog.object("Lead"), catalog.object(name)
    found: dict[str, Any] = {}
    for to, source in lines.items():
        one, other = lead.field(source), target.field(to)
        value = values.get(one.name)
        if value is None or value == "" or (value is False and one.kind.name == "checkbox"):
            continue
        found[other.name] = raw(value, one)
        for mine, theirs in zip(one.kind.companions(one), other.kind.companions(other), strict=False):
            if values.get(mine.name):
                found[theirs.name] = values[mine.name]
    return found
