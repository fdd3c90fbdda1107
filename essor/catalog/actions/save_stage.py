"""Sets what a record needs to enter a stage, and the advice that people find there."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from essor.catalog import checks
from essor.catalog.actions.ledger import Findings, Ledger, change
from essor.catalog.actions.spec import StageSpec
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.catalog.models import RecordType, StageCriteria
from essor.catalog.pipelines import stage_field
from essor.kernel.errors import UnknownField

LONGEST_PATH = 2
TEXTS = ("formula", "message", "message_fr", "guidance", "guidance_fr")


def save_stage(actor_id: int | None, spec: StageSpec) -> StageCriteria | None:
    """Set the criteria of a stage in place of earlier ones; None when nothing is asked any more.

    ValidationFailed carries every error.
    """
    with change(actor_id) as ledger:
        catalog = ledger.catalog()
        obj = catalog.object(spec.object)
        values = _checked(catalog, obj, spec)
        found = StageCriteria.objects.filter(
            object_name=obj.name, stage=spec.stage, record_type=values["record_type"]
        ).first()
        if not (values["required"] or any(values[name] for name in TEXTS)):
            _remove(ledger, found)
            return None
        row = found or StageCriteria(object_name=obj.name, stage=spec.stage)
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        after = {**values, "record_type": spec.record_type}
        ledger.note("save_stage", obj.name, spec.stage, after=after)
        return row


def _remove(ledger: Ledger, row: StageCriteria | None) -> None:
    if row is not None:
        ledger.note("remove_stage", row.object_name, row.stage, before={"required": row.required})
        row.delete()


def _checked(catalog: Catalog, obj: ObjectDef, spec: StageSpec) -> dict[str, Any]:
    """Return the values of the row."""
    findings = Findings()
    values: dict[str, Any] = {name: getattr(spec, name).strip() for name in TEXTS}
    stage = stage_field(obj)
    if stage is None or stage.choice(spec.stage) is None:
        message = _("“%(stage)s” is not a stage of “%(object)s”.")
        findings.add("stage", "INVALID_OPTION", message % {"stage": spec.stage, "object": obj.label})
    values["record_type"] = _type(obj, spec, findings)
    values["required"] = []
    for path in dict.fromkeys(spec.required):
        with findings.under("required"):
            values["required"].append(demanded(catalog, obj, path, findings))
    if values["formula"]:
        with findings.under("formula"):
            checks.check_rule(catalog, obj, values["formula"])
        if not (values["message"] or values["message_fr"]):
            findings.add("message", "REQUIRED_FIELD_MISSING", _("Say what is wrong and what to do."))
    findings.check()
    return values


def _type(obj: ObjectDef, spec: StageSpec, findings: Findings) -> RecordType | None:
    if not spec.record_type:
        return None
    found = RecordType.objects.filter(object_name__iexact=obj.name, name__iexact=spec.record_type).first()
    if found is None:
        message = _("There is no record type “%(name)s”.") % {"name": spec.record_type}
        findings.add("record_type", "INVALID_OPTION", message)
    return found


def demanded(catalog: Catalog, obj: ObjectDef, path: str, findings: Findings) -> str:
    """Return the path of a field that may be demanded as the catalog spells it: the record's or its parent's."""
    names = path.split(".")
    way = obj.by_relationship.get(names[0].lower()) if len(names) == LONGEST_PATH else None
    if len(names) > 1 and (way is None or len(way.targets) != 1):
        raise UnknownField(_("“%(object)s” has no field “%(field)s”.") % {"object": obj.name, "field": path})
    field: Field = (catalog.object(way.targets[0]) if way else obj).field(names[-1])
    if field.hidden or not (field.updateable and field.has_column):
        message = _("“%(field)s”: nobody types into this field, it cannot be required.")
        findings.add("required", "INVALID_OPTION", message % {"field": field.label})
    return f"{way.relationship}.{field.name}" if way else field.name
