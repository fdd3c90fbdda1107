"""What a write of an object needs to know, worked out once per catalog version and not once per row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.catalog.layouts import staged_fields
from essor.catalog.models import ValidationRule
from essor.formula import Formula, compile_formula
from essor.records import criteria, held, rollups, rules
from essor.records.needed import own_fields


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One active validation rule, compiled: it refuses the record when the formula is true.

    The message chooses its language when it is read.
    """

    name: str
    formula: Formula
    message: str
    field: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts of the catalog that writing one object looks at."""

    object: ObjectDef
    required: tuple[Field, ...]
    defaults: tuple[Field, ...]
    numbered: tuple[Field, ...]
    counted: tuple[Field, ...]
    lookups: tuple[Field, ...]
    unique: tuple[Field, ...]
    checked: tuple[Field, ...]
    rules: tuple[CheckRule, ...]
    demands: tuple[criteria.Demand, ...]
    holds: tuple[held.Hold, ...]
    reads: frozenset[str]


@lru_cache(maxsize=256)
def plan_for(catalog: Catalog, name: str) -> Plan:
    """Return the plan of the object called `name`; catalogs compare by identity, so a new version plans anew."""
    obj = catalog.object(name)
    writable = tuple(field for field in obj.fields if field.has_column and not field.hidden)
    checks = tuple(_compiled(catalog, obj))
    needed = {
        name
        for rule in (*rules.befores(obj.name), *rules.checks(obj.name), *rules.afters(obj.name))
        for name in rule.reads_of(catalog, obj.name)
    }
    needed.update(own_fields((path for check in checks for path in check.formula.paths), obj, catalog))
    required = tuple(field for field in writable if field.required or field.kind.name == "masterdetail")
    checked = tuple(field for field in writable if field.kind.companions(field))
    needed.update(field.name for field in required)
    needed.update(rollups.links(catalog, obj.name))
    needed.update(staged_fields(obj, catalog.version))
    asked = criteria.compiled(catalog, obj)
    needed.update(criteria.reads(obj, asked, catalog))
    for field in checked:
        needed.update((field.name, *(part.name for part in field.kind.companions(field))))
    return Plan(
        object=obj,
        required=required,
        defaults=tuple(
            f for f in writable if f.options.get("default") is not None or any(c.default for c in f.choices)
        ),
        numbered=tuple(field for field in writable if field.kind.name == "autonumber"),
        counted=tuple(f for f in writable if f.options.get("function") in rollups.FROM_NONE),
        lookups=tuple(field for field in writable if field.targets),
        unique=tuple(field for field in writable if field.unique),
        checked=checked,
        rules=checks,
        demands=asked,
        holds=held.holds(catalog, obj),
        reads=frozenset(needed),
    )


def _compiled(catalog: Catalog, obj: ObjectDef) -> Iterable[CheckRule]:
    found = ValidationRule.objects.filter(object_name__iexact=obj.name, active=True).order_by("name")
    for rule in found:
        yield CheckRule(
            rule.name, compile_formula(rule.formula, obj, catalog, rule=True), rule.sentence, rule.field
        )
