"""Who needs a field or an object: formulas, roll-ups and rules that would no longer hold without it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from essor.catalog import checks
from essor.catalog.actions import rollups
from essor.catalog.actions.ledger import Findings, refuse
from essor.catalog.actions.save_stage import demanded
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.catalog.models import ValidationRule
from essor.catalog.pipelines import StageEntry
from essor.kernel.errors import EssorError

MOST_NAMED = 10


def refuse_if_needed(before: Catalog, after: Catalog, what: str) -> None:
    """Raise ValidationFailed naming those who held in `before` and do not in `after`; `what` is being taken away."""
    broken = list(_broken(after))
    broken_before = set(_broken(before)) if broken else set()
    names = ", ".join([name for name in broken if name not in broken_before][:MOST_NAMED])
    if names:
        message = _("“%(what)s” is needed by: %(names)s. Change these first.") % {
            "what": what,
            "names": names,
        }
        raise refuse("", "DEPENDENCY_EXISTS", message)


def _broken(catalog: Catalog) -> Iterator[str]:
    """Yield the names of the computed fields and active rules that do not hold in this catalog."""
    for obj in catalog:
        for field in obj.fields:
            if (field.formula or field.kind.name == "rollup") and not _holds(catalog, field):
                yield f"{obj.name}.{field.name}"
    for rule in ValidationRule.objects.filter(active=True).order_by("id"):
        if not _rule_holds(catalog, rule):
            yield f"{rule.object_name}: {rule.name}"
    for obj in catalog:
        for entry in obj.stage_entries:
            if not _entry_holds(catalog, obj, entry):
                yield f"{obj.name}: {entry.stage}"


def _entry_holds(catalog: Catalog, obj: ObjectDef, entry: StageEntry) -> bool:
    findings = Findings()
    try:
        for path in entry.required:
            demanded(catalog, obj, path, findings)
        if entry.formula:
            checks.check_rule(catalog, obj, entry.formula)
    except EssorError:
        return False
    return not findings.errors


def _holds(catalog: Catalog, field: Field) -> bool:
    try:
        rollups.check(catalog, field)
        checks.check_field(catalog, field)
    except EssorError:
        return False
    return True


def _rule_holds(catalog: Catalog, rule: ValidationRule) -> bool:
    try:
        obj = catalog.object(rule.object_name)
        if rule.field:
            obj.field(rule.field)
        checks.check_rule(catalog, obj, rule.formula)
    except EssorError:
        return False
    return True
