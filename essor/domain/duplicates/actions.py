"""What administrators do with matching rules: save, remove, let learn. Each is a change of the catalog, with its audit row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require, system_actor
from essor.access.rights import Permission
from essor.catalog import current
from essor.catalog.actions.ledger import Findings, change
from essor.catalog.definitions import ObjectDef
from essor.domain.duplicates import scan, setting
from essor.domain.duplicates.matching.methods import METHODS
from essor.domain.duplicates.models import Action, MatchingRule
from essor.kernel.errors import FieldError, NotFound, ValidationFailed

MOST_CRITERIA = 12
LOWEST, HIGHEST = 0.5, 0.999


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """A rule as a form says it; `criteria` are {"fields", "other", "method"} with outside names."""

    object_name: str
    name: str
    criteria: Sequence[Mapping[str, Any]]
    other_object: str = ""
    threshold: float = 0.9
    on_create: str = Action.WARN
    on_edit: str = Action.REPORT
    message: str = ""
    active: bool = True


def save_rule(actor: Actor, spec: RuleSpec, rule_id: int | None = None) -> MatchingRule:
    """Save a new rule or change one; ValidationFailed carries every error. Learnt weights of kept criteria stay."""
    require(actor, Permission.CUSTOMIZE)
    with change(actor.user_id) as ledger:
        row = rule(rule_id) if rule_id else MatchingRule()
        _check(spec)
        known = {
            (tuple(one["fields"]), tuple(one["other"]), one["method"]): one
            for one in map(_whole, row.criteria)
        }
        row.criteria = [
            known.get((tuple(one["fields"]), tuple(one["other"]), one["method"]), one)
            for one in map(_whole, spec.criteria)
        ]
        for name in (
            "object_name",
            "name",
            "other_object",
            "threshold",
            "on_create",
            "on_edit",
            "message",
            "active",
        ):
            setattr(row, name, getattr(spec, name))
        row.save()
        ledger.note(
            "save_matching_rule",
            row.object_name,
            row.name,
            after={"criteria": row.criteria, "active": row.active},
        )
    setting.forget()
    return row


def remove_rule(actor: Actor, rule_id: int) -> None:
    """Remove a rule with the pairs that it found."""
    require(actor, Permission.CUSTOMIZE)
    with change(actor.user_id) as ledger:
        row = rule(rule_id)
        ledger.note("remove_matching_rule", row.object_name, row.name, before={"criteria": row.criteria})
        row.delete()
    setting.forget()


def learn_weights(actor: Actor, rule_id: int) -> MatchingRule:
    """Take the weights from the company's own records; ValidationFailed when they are too few to learn from."""
    require(actor, Permission.CUSTOMIZE)
    row = rule(rule_id)
    catalog, region = current.get(), system_actor().company.phone_region
    found = next((one for one in setting.rules(catalog) if one.id == row.pk), None)
    for name in (row.object_name, row.target) if found else ():
        side = setting.side(catalog, name)
        if side is not None and not scan.is_current(name, side):
            scan.rebuild(name, region)
    model = scan.learnt(catalog, found, region) if found else None
    if model is None:
        raise ValidationFailed(
            [FieldError("", "TOO_FEW_RECORDS", _("There are too few records to learn from."))]
        )
    with change(actor.user_id) as ledger:
        row.criteria = [one.as_json() for one in model.criteria]
        row.prior, row.learnt_date = model.prior, timezone.now()
        row.save()
        ledger.note("learn_matching_rule", row.object_name, row.name, after={"criteria": row.criteria})
    setting.forget()
    return row


def forget_weights(actor: Actor, rule_id: int) -> None:
    """Go back to the weights that the methods bring along."""
    require(actor, Permission.CUSTOMIZE)
    with change(actor.user_id) as ledger:
        row = rule(rule_id)
        row.criteria = [{**one, "m": [], "u": []} for one in row.criteria]
        row.prior, row.learnt_date = -10.0, None
        row.save()
        ledger.note("forget_matching_weights", row.object_name, row.name)
    setting.forget()


def rule(rule_id: int) -> MatchingRule:
    """Return a rule; NotFound when there is none."""
    row = MatchingRule.objects.filter(pk=rule_id).first()
    if row is None:
        raise NotFound(_("There is no such matching rule."))
    return row


def comparable(obj: ObjectDef) -> list[Any]:
    """Return the fields of an object that a rule may compare: stored, seen, and telling something."""
    return [
        field
        for field in obj.fields
        if field.has_column
        and not field.hidden
        and field.kind.name not in ("checkbox", "slider", "richtext", "file", "multiselect", "id")
    ]


def _whole(one: Mapping[str, Any]) -> dict[str, Any]:
    lists = {name: list(one.get(name) or ()) for name in ("fields", "other", "m", "u")}
    return {"method": one["method"], **lists}


def _check(spec: RuleSpec) -> None:
    found = Findings()
    catalog = current.get()
    if not spec.name.strip():
        found.add("name", "REQUIRED_FIELD_MISSING", _("Give the rule a name."))
    for field in ("object_name", "other_object"):
        name = getattr(spec, field)
        if (name or field == "object_name") and not (catalog.has(name) and catalog.object(name).is_record):
            found.add(field, "INVALID_TYPE", _("There is no object “%(name)s”.") % {"name": name})
    if not LOWEST <= spec.threshold <= HIGHEST:
        found.add("threshold", "NUMBER_OUTSIDE_VALID_RANGE", _("A likeness is between 50 and 99.9 %."))
    for field in ("on_create", "on_edit"):
        if getattr(spec, field) not in Action.values:
            found.add(field, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", _("Choose what happens."))
    if not 1 <= len(spec.criteria) <= MOST_CRITERIA:
        found.add(
            "criteria",
            "REQUIRED_FIELD_MISSING",
            _("A rule compares between 1 and %(most)d things.") % {"most": MOST_CRITERIA},
        )
    found.check()
    for one in spec.criteria:
        _check_criterion(found, spec, one)
    found.check()


def _check_criterion(found: Findings, spec: RuleSpec, one: Mapping[str, Any]) -> None:
    catalog = current.get()
    if one.get("method") not in METHODS:
        found.add(
            "criteria",
            "INVALID_VALUE",
            _("There is no way of comparing called “%(name)s”.") % {"name": one.get("method")},
        )
    sides = [(spec.object_name, one["fields"])]
    if spec.other_object:
        sides.append((spec.other_object, one.get("other") or one["fields"]))
    for name, fields in sides:
        obj = catalog.object(name)
        for field in fields:
            if not (obj.has(field) and obj.field(field).has_column):
                message = _("“%(object)s” has no stored field “%(field)s”.") % {
                    "object": obj.label,
                    "field": field,
                }
                found.add("criteria", "INVALID_FIELD", message)
        if not fields:
            found.add("criteria", "REQUIRED_FIELD_MISSING", _("Choose a field for each criterion."))


def switch(actor: Actor, rule_id: int) -> MatchingRule:
    """Turn a rule on or off."""
    row = rule(rule_id)
    spec = RuleSpec(
        row.object_name,
        row.name,
        row.criteria,
        row.other_object,
        row.threshold,
        row.on_create,
        row.on_edit,
        row.message,
        row.active,
    )
    return save_rule(actor, replace(spec, active=not row.active), row.pk)
