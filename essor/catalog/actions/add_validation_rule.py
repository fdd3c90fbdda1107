"""Adds, replaces or removes a validation rule: a formula that is true for a record that must not be saved."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from essor.catalog import checks
from essor.catalog.actions import naming
from essor.catalog.actions.ledger import Findings, change
from essor.catalog.actions.spec import RuleSpec
from essor.catalog.definitions import Catalog
from essor.catalog.models import ValidationRule
from essor.kernel.errors import NotFound


def add_validation_rule(actor_id: int | None, spec: RuleSpec) -> ValidationRule:
    """Save the rule, in place of an earlier one of that name; ValidationFailed carries every error of it."""
    with change(actor_id) as ledger:
        values = _checked(ledger.catalog(), spec)
        found = ValidationRule.objects.filter(
            object_name__iexact=spec.object, name__iexact=values["name"]
        ).first()
        rule = found or ValidationRule()
        for name, value in values.items():
            setattr(rule, name, value)
        rule.save()
        ledger.note("save_rule", rule.object_name, rule.name, after=values)
        return rule


def remove_validation_rule(actor_id: int | None, object_name: str, name: str) -> None:
    """Remove the rule; NotFound when there is none."""
    with change(actor_id) as ledger:
        rule = ValidationRule.objects.filter(object_name__iexact=object_name, name__iexact=name).first()
        if rule is None:
            raise NotFound(_("There is no validation rule “%(name)s”.") % {"name": name})
        ledger.note("remove_rule", rule.object_name, rule.name, before={"formula": rule.formula})
        rule.delete()


def _checked(catalog: Catalog, spec: RuleSpec) -> dict[str, Any]:
    """Return the values of the row."""
    obj = catalog.object(spec.object)
    findings = Findings()
    values = {
        name: value.strip() if isinstance(value, str) else value for name, value in asdict(spec).items()
    }
    values["object_name"] = obj.name
    del values["object"]
    with findings.under("name"):
        values["name"] = naming.bare(spec.name)
    if not (values["message"] or values["message_fr"]):
        findings.add("message", "REQUIRED_FIELD_MISSING", _("Say what is wrong and what to do."))
    values["message"] = values["message"] or values["message_fr"]
    if values["field"]:
        with findings.under("field"):
            values["field"] = obj.field(values["field"]).name
    with findings.under("formula"):
        checks.check_rule(catalog, obj, values["formula"])
    if not values["formula"]:
        findings.add("formula", "REQUIRED_FIELD_MISSING", _("Write the formula."))
    findings.check()
    return values
