"""Where higher rooms look at a definition before it is accepted, and fill a stored field once it stands.

The catalog knows neither formulas nor queries; their rooms register here in `AppConfig.ready` (no database there).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from essor.catalog.definitions import Catalog, Field, ObjectDef

# Sees the catalog as it would be; refuses with ValidationFailed (or any EssorError), may return options that follow
# from the definition, such as {"returns": "number"} of a formula or {"live": True} of a roll-up by relative date.
FieldCheck = Callable[[Catalog, Field], Mapping[str, Any] | None]
# Refuses the formula of a validation rule.
RuleCheck = Callable[[Catalog, ObjectDef, str], None]
# Computes the values of a stored field for the records already there, after the field was committed.
Filler = Callable[[Catalog, Field], None]

_field_checks: list[FieldCheck] = []
_rule_checks: list[RuleCheck] = []
_fillers: list[Filler] = []


def register(check: FieldCheck) -> FieldCheck:
    """Call `check` for every field that is added, changed or whose surroundings change."""
    _field_checks.append(check)
    return check


def register_rule(check: RuleCheck) -> RuleCheck:
    """Call `check` for every validation rule that is added, changed or whose surroundings change."""
    _rule_checks.append(check)
    return check


def register_filler(filler: Filler) -> Filler:
    """Call `filler` for every stored computed field that was added or changed."""
    _fillers.append(filler)
    return filler


def check_field(catalog: Catalog, field: Field) -> dict[str, Any]:
    """Run all checks; return the options that follow."""
    found: dict[str, Any] = {}
    for check in _field_checks:
        found.update(check(catalog, field) or {})
    return found


def check_rule(catalog: Catalog, obj: ObjectDef, formula: str) -> None:
    """Run all checks of a validation rule's formula."""
    for check in _rule_checks:
        check(catalog, obj, formula)


def fill(catalog: Catalog, field: Field) -> None:
    """Have the field's values computed."""
    for filler in _fillers:
        filler(catalog, field)
