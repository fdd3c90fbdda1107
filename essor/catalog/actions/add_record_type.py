"""Adds or replaces a record type: a variant of an object with fewer picklist values."""

from __future__ import annotations

from django.utils.translation import gettext as _

from essor.catalog.actions import naming
from essor.catalog.actions.ledger import Findings, change
from essor.catalog.actions.spec import RecordTypeSpec
from essor.catalog.definitions import ObjectDef
from essor.catalog.models import RecordType


def add_record_type(actor_id: int | None, spec: RecordTypeSpec) -> RecordType:
    """Save the record type, in place of an earlier one of that name; ValidationFailed carries every error of it."""
    with change(actor_id) as ledger:
        obj = ledger.catalog().object(spec.object)
        findings = Findings()
        name = ""
        with findings.under("name"):
            name = naming.bare(spec.name)
        if not (spec.label or spec.label_fr):
            findings.add("label", "REQUIRED_FIELD_MISSING", _("Give the record type a label."))
        values = _values(obj, spec, findings)
        findings.check()
        found = RecordType.objects.filter(object_name__iexact=obj.name, name__iexact=name).first()
        row = found or RecordType(object_name=obj.name)
        row.name, row.label, row.label_fr = name, spec.label.strip(), spec.label_fr.strip()
        row.description, row.active, row.values = spec.description.strip(), spec.active, values
        row.save()
        ledger.note("save_record_type", obj.name, name, after={"active": row.active, "values": values})
        return row


def _values(obj: ObjectDef, spec: RecordTypeSpec, findings: Findings) -> dict[str, list[str]]:
    """Return {field: values} in the field's own order."""
    found = {}
    for name, wanted in spec.values.items():
        with findings.under("values"):
            field = obj.field(name)
            known = [choice.value for choice in field.choices]
            for value in wanted:
                if value not in known:
                    message = _("“%(value)s” is not a value of “%(field)s”.")
                    findings.add("values", "INVALID_OPTION", message % {"value": value, "field": field.name})
            found[field.name] = [value for value in known if value in wanted]
    return found
