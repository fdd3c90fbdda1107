"""The rules as the program uses them: read once per catalog version, which every change of a rule moves on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from essor.catalog import current
from essor.catalog.definitions import Catalog
from essor.domain.duplicates.matching.weights import Criterion, Model
from essor.domain.duplicates.models import MatchingRule


@dataclass(frozen=True, slots=True)
class Rule:
    """One active rule with its model; `fields` are those that it reads of its own object."""

    id: int
    title_of: MatchingRule
    object_name: str
    target: str
    model: Model
    on_create: str
    on_edit: str
    fields: frozenset[str]

    @property
    def crosses(self) -> bool:
        """Tell whether records of two objects are compared."""
        return self.target != self.object_name


@dataclass(frozen=True, slots=True)
class Side:
    """What of one object is kept as keys: criteria whose first fields are the object's own."""

    criteria: tuple[Criterion, ...]
    fields: frozenset[str]
    shape: str


@lru_cache(maxsize=8)
def rules(catalog: Catalog) -> tuple[Rule, ...]:
    """Return the active rules whose objects and fields all exist; catalogs compare by identity."""
    found = (_rule(catalog, row) for row in MatchingRule.objects.filter(active=True).order_by("pk"))
    return tuple(rule for rule in found if rule is not None)


def rules_for(catalog: Catalog, object_name: str) -> tuple[Rule, ...]:
    """Return the rules that a record of the object is checked by."""
    return tuple(rule for rule in rules(catalog) if rule.object_name == object_name)


@lru_cache(maxsize=256)
def side(catalog: Catalog, object_name: str) -> Side | None:
    """Return what is kept of an object's records, None for an object that no rule looks at."""
    criteria: dict[tuple[tuple[str, ...], str], Criterion] = {}
    for rule in rules(catalog):
        for is_other, name in ((False, rule.object_name), (True, rule.target)):
            if name == object_name:
                for one in rule.model.criteria:
                    fields = one.fields_of(other=is_other)
                    criteria.setdefault((fields, one.method), Criterion(fields, one.method))
    if not criteria:
        return None
    text = repr(sorted(criteria))
    shape = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return Side(
        tuple(criteria.values()), frozenset(name for names, _how in criteria for name in names), shape
    )


def objects() -> list[str]:
    """Return the names of the objects that have rules of their own, in the order of the rules."""
    return list(dict.fromkeys(rule.object_name for rule in rules(current.get())))


def reads(catalog: Catalog, object_name: str) -> Iterable[str]:
    """Return what a save of the object must know for its check and its keys."""
    found = side(catalog, object_name)
    return found.fields if found else ()


def _rule(catalog: Catalog, row: MatchingRule) -> Rule | None:
    criteria = tuple(
        one
        for one in map(Criterion.from_json, row.criteria)
        if _exists(catalog, row.object_name, one.fields)
        and _exists(catalog, row.target, one.fields_of(other=True))
    )
    if not criteria:
        return None
    model = Model(criteria, row.prior, row.threshold)
    fields = frozenset(name for one in criteria for name in one.fields)
    return Rule(row.pk, row, row.object_name, row.target, model, row.on_create, row.on_edit, fields)


def _exists(catalog: Catalog, object_name: str, fields: Iterable[str]) -> bool:
    """Tell whether stored fields of these names exist: a rule goes on without the criteria whose fields are gone."""
    if not catalog.has(object_name):
        return False
    obj = catalog.object(object_name)
    return all(obj.has(name) and obj.field(name).has_column for name in fields)


def forget() -> None:
    """Read the rules anew: for tests, and for whoever changes them outside of a catalog change."""
    rules.cache_clear()
    side.cache_clear()
