"""Adds or replaces a record type: a variant of an object with fewer picklist values, and its own order of stages."""

from __future__ import annotations

from django.utils.translation import gettext as _

from essor.catalog.actions import naming
from essor.catalog.actions.ledger import Findings, change
from essor.catalog.actions.spec import RecordTypeSpec
from essor.catalog.attach import bound_columns
from essor.catalog.definitions import Catalog, ObjectDef
from essor.catalog.models import RecordType
from essor.catalog.pipelines import RECORD_TYPE
from essor.kernel.db import ddl


def add_record_type(actor_id: int | None, spec: RecordTypeSpec) -> RecordType:
    """Save the record type, in place of an earlier one of that name; ValidationFailed carries every error of it.

    The first one of an object brings the field RecordTypeId and its column.
    """
    with change(actor_id) as ledger:
        obj = ledger.catalog().object(spec.object)
        findings = Findings()
        name = ""
        with findings.under("name"):
            name = naming.bare(spec.name)
        if not (spec.label or spec.label_fr):
            findings.add("label", "REQUIRED_FIELD_MISSING", _("Give the record type a label."))
        if not obj.is_record:
            findings.add("", "INVALID_TYPE", _("Only records of business objects have record types."))
        values = _values(obj, spec, findings)
        findings.check()
        others = RecordType.objects.filter(object_name__iexact=obj.name)
        row = others.filter(name__iexact=name).first() or RecordType(object_name=obj.name)
        row.name, row.label, row.label_fr = name, spec.label.strip(), spec.label_fr.strip()
        row.description, row.active, row.values = spec.description.strip(), spec.active, values
        row.profiles = None if spec.profiles is None else sorted({*spec.profiles, *spec.default_for})
        row.default_for, row.default = sorted(spec.default_for), spec.default
        row.save()
        _take_defaults(row)
        ledger.note("save_record_type", obj.name, name, after={"active": row.active, "values": values})
        if not obj.has(RECORD_TYPE):
            _add_column(ledger.catalog(), obj)
        return row


def _take_defaults(row: RecordType) -> None:
    """Let the record type be the only default of its profiles, and of everybody else when it is that."""
    for other in RecordType.objects.filter(object_name__iexact=row.object_name).exclude(pk=row.pk):
        left = [key for key in other.default_for if key not in row.default_for]
        default = other.default and not row.default
        if (left, default) != (other.default_for, other.default):
            other.default_for, other.default = left, default
            other.save(update_fields=["default_for", "default"])


def _add_column(catalog: Catalog, obj: ObjectDef) -> None:
    """Give the table its column last: on PostgreSQL it is locked from here to the end of the transaction."""
    ddl.add_columns(obj.model, bound_columns(obj.model, catalog.object(obj.name).field(RECORD_TYPE)))


def _values(obj: ObjectDef, spec: RecordTypeSpec, findings: Findings) -> dict[str, list[str]]:
    """Return {field: values} in the order that was asked for."""
    found = {}
    for name, wanted in spec.values.items():
        with findings.under("values"):
            field = obj.field(name)
            known = {choice.value for choice in field.choices}
            for value in wanted:
                if value not in known:
                    message = _("“%(value)s” is not a value of “%(field)s”.")
                    findings.add("values", "INVALID_OPTION", message % {"value": value, "field": field.name})
            if not wanted:
                message = _("Leave at least one value of “%(field)s”.")
                findings.add("values", "REQUIRED_FIELD_MISSING", message % {"field": field.label})
            found[field.name] = [value for value in dict.fromkeys(wanted) if value in known]
    return found
